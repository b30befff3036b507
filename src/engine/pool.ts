/**
 * Verdicts -> pools -> the table that is wanted. A pure function of the configuration and the last verdicts, made anew
 * each time, so that no history of events can leave a server stuck in or out.
 * Quorum counts weight, as in keepalived.conf(5): the sum over the real servers that are up.
 */
import type { PoolStanding, RealStanding } from '../model/entry.ts'
import type { Model, Real, Virtual } from '../model/model.ts'
import type { Id } from '../model/names.ts'
import type { HostState, PoolState, RealState } from '../model/state.ts'
import { endpointText } from '../model/table.ts'
import { type Now, type Weight, weight } from '../model/units.ts'
import type { WantedDestination, WantedService } from '../model/wanted.ts'
import type { EntryBody } from './scribe.ts'

/** What the entries of a change need to know; the caller gives each an id. */
export type PoolChange =
  | { readonly kind: 'pool'; readonly before: PoolState }
  | { readonly kind: 'real'; readonly before: RealState; readonly index: number }

/** A pool of which nothing is known yet: the table keeps what it has. */
export function untestedPool(virtual: Virtual): PoolState {
  return { name: virtual.name, standing: 'unknown', reals: virtual.reals.map(untestedReal), cause: null }
}

const untestedReal = (real: Real): RealState => ({
  real: endpointText(real.id),
  standing: 'held',
  weight: weight(0),
  reason: 'untested',
  text: 'has not been checked yet',
  since: null,
  cause: null,
  entry: null,
})

/** The pool as today's verdicts want it, and what that changes. The same object comes back if nothing does. */
export function judgePool(
  before: PoolState,
  virtual: Virtual,
  services: (real: Real) => HostState | null,
  now: Now,
): { readonly pool: PoolState; readonly changes: readonly PoolChange[] } {
  const verdicts = virtual.reals.map((real) => verdictOf(real, services(real)))
  const standing = poolStanding(before.standing, virtual, verdicts)
  const reals = virtual.reals.map((real, i) =>
    settled(
      before.reals[i] ?? untestedReal(real),
      realState(real, verdicts[i] ?? untestedVerdict, standing, virtual),
      now,
    ),
  )
  const changes: PoolChange[] = reals.flatMap((real, index) => {
    const former = before.reals[index]
    if (former === undefined || (former.standing === real.standing && former.weight === real.weight)) return []
    return [{ kind: 'real' as const, before: former, index }]
  })
  if (standing !== before.standing) changes.push({ kind: 'pool', before })
  const same = changes.length === 0 && reals.every((real, i) => real === before.reals[i])
  return { pool: same ? before : { ...before, standing, reals }, changes }
}

interface RealVerdict {
  readonly kind: 'up' | 'down' | 'untested'
  readonly text: string
  readonly cause: Id | null
  /** Its check has run and still knows nothing of it. */
  readonly unclear?: boolean
}

const untestedVerdict: RealVerdict = { kind: 'untested', text: 'has not been checked yet', cause: null }

function verdictOf(real: Real, host: HostState | null): RealVerdict {
  if (real.check === null) return { kind: 'up', text: 'has no check, so it is taken to be up', cause: null }
  if (host === null || host.verdict.kind === 'untested') {
    const unclear = host?.last?.kind === 'unknown'
    const why = unclear ? `: ${host.last.text}` : ' yet'
    return { ...untestedVerdict, unclear, text: `${real.check.service} has no verdict on ${real.check.host}${why}` }
  }
  const through = real.id.address === real.check.host ? '' : ` (checked on ${real.check.host})`
  return host.verdict.kind === 'up'
    ? { kind: 'up', text: `${real.check.service} is up${through}`, cause: host.cause }
    : { kind: 'down', text: `${real.check.service} is down${through}: ${host.verdict.text}`, cause: host.cause }
}

/**
 * While real servers without a verdict could still make up the quorum, the pool stays what it was: a start must neither
 * call in the sorry server nor send it away before anything is known.
 */
function poolStanding(before: PoolStanding, virtual: Virtual, verdicts: readonly RealVerdict[]): PoolStanding {
  const total = (kind: RealVerdict['kind']): number =>
    virtual.reals.reduce((sum, real, i) => (verdicts[i]?.kind === kind ? sum + real.weight : sum), 0)
  const up = total('up')
  if (up >= virtual.quorum && up > 0) return 'serving'
  // One whose check has run and learned nothing is hoped for only as long as nothing is known of any other either:
  // then it is our checks that are broken, not the farm.
  const nothingKnown = verdicts.every(({ kind }) => kind === 'untested')
  const untested = virtual.reals.reduce((sum, real, i) => {
    const verdict = verdicts[i]
    return verdict?.kind === 'untested' && (nothingKnown || verdict.unclear !== true) ? sum + real.weight : sum
  }, 0)
  if (untested > 0 && up + untested >= virtual.quorum) return before
  if (virtual.sorry !== null) return 'sorry'
  return up > 0 ? 'below-quorum' : 'empty'
}

/** What the verdict and the pool make of one real server. Where the sorry server serves, nobody else does. */
function realState(
  real: Real,
  verdict: RealVerdict,
  standing: PoolStanding,
  { onFail, quorum }: Virtual,
): Omit<RealState, 'since' | 'entry'> {
  const named = { real: endpointText(real.id), cause: verdict.cause }
  const aside = onFail === 'drain' ? ('drained' as const) : ('out' as const)
  if (verdict.kind === 'untested') {
    return { ...named, standing: 'held', weight: weight(0), reason: 'untested', text: verdict.text }
  }
  if (verdict.kind === 'down')
    return { ...named, standing: aside, weight: weight(0), reason: 'down', text: verdict.text }
  if (standing === 'sorry') {
    const text = `it is up, but the pool's weight is below its quorum of ${quorum}, so the sorry server serves alone`
    return { ...named, standing: aside, weight: weight(0), reason: 'quorum-lost', text }
  }
  return {
    ...named,
    standing: 'in',
    weight: real.weight,
    reason: real.check === null ? 'unchecked' : 'up',
    text: verdict.text,
  }
}

function settled(before: RealState, after: Omit<RealState, 'since' | 'entry'>, now: Now): RealState {
  const same = before.standing === after.standing && before.weight === after.weight
  if (same && before.reason === after.reason && before.text === after.text && before.cause === after.cause)
    return before
  return { ...after, since: same ? before.since : now.wall, entry: before.entry }
}

/** What is written of one change. A real server's change is caused by the verdict it follows. */
export function poolEntry(change: PoolChange, pool: PoolState, virtual: Virtual): EntryBody {
  const named = { virtual: pool.name }
  if (change.kind === 'pool') {
    const { standing } = pool
    return {
      ...named,
      kind: 'pool',
      from: change.before.standing,
      to: standing,
      reason: standing,
      text: poolText(pool, virtual),
    }
  }
  const { standing, weight: share, reason, text, real, cause } = pool.reals[change.index] ?? change.before
  const origin = cause === null ? {} : { cause }
  return {
    ...named,
    ...origin,
    kind: 'real',
    real,
    from: change.before.standing,
    to: standing,
    weight: share,
    reason,
    text,
  }
}

/** `2 of 3 real servers of web remain, sorry server not in use`: the same words in mail, status and `why`. */
export function poolText(pool: PoolState, virtual: Virtual): string {
  const inUse = pool.reals.filter((real) => real.standing === 'in').length
  const held = pool.reals.filter((real) => real.standing === 'held').length
  const count = `${inUse} of ${pool.reals.length} real servers of ${pool.name} ${inUse === 1 ? 'is' : 'are'} in use`
  const unknown = held === 0 ? '' : `, ${held} not checked yet`
  const sorry =
    virtual.sorry === null
      ? ''
      : pool.standing === 'sorry'
        ? ', the sorry server serves'
        : ', the sorry server is not in use'
  const short = pool.standing === 'below-quorum' ? `, which is below the quorum of ${virtual.quorum}` : ''
  return `${count}${unknown}${sorry}${short}`
}

/** The whole table that the pools want, for the reconciler. */
export function wantedTable(model: Model, pools: readonly PoolState[]): WantedService[] {
  return model.virtuals.map((virtual, i) => {
    const pool = pools[i] ?? untestedPool(virtual)
    // A real server may double as the sorry server; while that one serves, its line speaks for both.
    const sorryServer = pool.standing === 'sorry' && virtual.sorry !== null ? endpointText(virtual.sorry.id) : null
    const reals = virtual.reals
      .map((real, j) => wantedReal(real, pool.reals[j] ?? untestedReal(real)))
      .filter((real) => endpointText(real.id) !== sorryServer)
    return {
      name: virtual.name,
      id: virtual.id,
      settings: virtual.settings,
      destinations: [...reals, ...wantedSorry(virtual, pool)],
      cause: pool.cause,
    }
  })
}

function wantedReal(real: Real, state: RealState): WantedDestination {
  if (state.standing === 'held') return { kind: 'as-found', id: real.id }
  if (state.standing === 'out')
    return { kind: 'absent', id: real.id, text: state.text, cause: state.entry ?? state.cause }
  const settings = settingsOf(real.forward, state.weight, real.upperThreshold, real.lowerThreshold)
  return { kind: 'present', id: real.id, settings, text: state.text, cause: state.entry ?? state.cause }
}

function wantedSorry({ sorry, reals }: Virtual, pool: PoolState): WantedDestination[] {
  if (sorry === null) return []
  const double = reals.some((real) => endpointText(real.id) === endpointText(sorry.id))
  if (pool.standing === 'unknown') return double ? [] : [{ kind: 'as-found', id: sorry.id }]
  if (pool.standing !== 'sorry') {
    return double ? [] : [{ kind: 'absent', id: sorry.id, text: 'the pool has its quorum', cause: pool.cause }]
  }
  const settings = settingsOf(sorry.forward, weight(1), 0, 0)
  return [{ kind: 'present', id: sorry.id, settings, text: 'the pool has lost its quorum', cause: pool.cause }]
}

const settingsOf = (forward: Real['forward'], share: Weight, upperThreshold: number, lowerThreshold: number) => ({
  forward,
  weight: share,
  upperThreshold,
  lowerThreshold,
})

/** Words for a standing, for tables and sentences. */
export const standingText: Readonly<Record<RealStanding, string>> = {
  held: 'not checked yet',
  in: 'in use',
  drained: 'drained (weight 0)',
  out: 'out',
}
