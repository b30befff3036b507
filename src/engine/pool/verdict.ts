/**
 * What its checks say of a real server, by their last results and the configuration alone: down if one says so, up if all
 * do, and until then what `initial` makes of it. keepalived.conf(5): several checkers of one server are joined by "and".
 */
import type { Real, RealCheck } from '../../model/model.ts'
import type { Id } from '../../model/names.ts'
import type { HostState, RealState } from '../../model/state.ts'
import { type Now, type WallTime, wallTime } from '../../model/units.ts'

export interface RealVerdict {
  /** `untested`: nothing is known, and the table keeps what it has. */
  readonly kind: 'up' | 'down' | 'untested'
  readonly reason: string
  readonly text: string
  readonly cause: Id | null
  /** Whether its checks, and not `initial`, say so. */
  readonly known: boolean
  /** A check has run and still knows nothing of it. */
  readonly unclear: boolean
  /** Its weight as its checks will have it; may be negative (keepalived.conf "FILE_CHECK"). */
  readonly weight: number
  /** When waiting for a first verdict ends. */
  readonly waitsUntil: WallTime | null
}

/** The state of the host that a check is about; `null` if its service or host does not exist. */
export type HostFinder = (check: RealCheck) => HostState | null

/**
 * `hosts`: what its checks last said, in their order. `begun`: since when this run of the daemon knows the real server.
 * `told`: what its checks said last, be they others than today's.
 */
export function verdictOn(
  real: Real,
  hosts: readonly (HostState | null)[],
  { begun, told }: { readonly begun: WallTime; readonly told: RealState['told'] },
  now: Now,
): RealVerdict {
  const base = { cause: null, known: true, unclear: false, weight: real.weight, waitsUntil: null }
  if (real.checks.length === 0) {
    return { ...base, kind: 'up', reason: 'unchecked', text: 'has no check, so it is taken to be up' }
  }
  const seen = real.checks.map((check, i) => ({ check, host: counted(hosts[i] ?? null, real, begun) }))
  for (const { check, host } of seen) {
    if (host?.verdict.kind !== 'down') continue
    const text = `${check.service} is down${through(real, check)}: ${host.verdict.text}`
    return { ...base, kind: 'down', reason: 'down', text, cause: host.cause }
  }
  const open = seen.find(({ host }) => host === null || host.verdict.kind === 'untested')
  if (open !== undefined) return lastKnown(real, open, told) ?? unknownYet(real, open, begun, now)
  const last = seen.at(-1)
  const all = seen.map(({ check }) => `${check.service} is up${through(real, check)}`).join(', ')
  return {
    ...base,
    kind: 'up',
    reason: 'up',
    text: all,
    cause: last?.host?.cause ?? null,
    weight: weighed(real, seen),
  }
}

const through = (real: Real, { host }: RealCheck): string => (real.id.address === host ? '' : ` (checked on ${host})`)

/** What is remembered of an earlier run counts only where `initial` says so. */
function counted(host: HostState | null, { initial }: Real, begun: WallTime): HostState | null {
  if (host === null || initial.remembered || (host.last !== null && host.last.at >= begun)) return host
  return null
}

/** keepalived.conf: the weight, plus what each dynamic check adds or wants it to be instead. */
function weighed({ weight }: Real, seen: readonly { readonly host: HostState | null }[]): number {
  return seen.reduce((sum: number, { host }) => {
    const share = host?.share
    if (share === undefined) return sum
    return sum + (share.kind === 'is' ? share.value - weight : share.value)
  }, weight)
}

/** Its checks are others than before, and one of them has not run yet: it is what it was, dead or alive. */
function lastKnown(
  real: Real,
  { check, host }: { readonly check: RealCheck; readonly host: HostState | null },
  told: RealState['told'],
): RealVerdict | null {
  if (told === null || !real.initial.remembered || host?.last?.kind === 'unknown') return null
  const text = `${check.service} has no verdict on ${check.host} yet, and it was ${told} before`
  const base = { cause: null, known: false, unclear: false, weight: real.weight, waitsUntil: null }
  return { ...base, kind: told, reason: told === 'up' ? 'assumed' : 'down', text }
}

function unknownYet(
  real: Real,
  { check, host }: { readonly check: RealCheck; readonly host: HostState | null },
  begun: WallTime,
  now: Now,
): RealVerdict {
  const { unknown, waitMost } = real.initial
  const unclear = host?.last?.kind === 'unknown'
  const why = unclear ? `: ${host?.last?.text}` : ' yet'
  const none = `${check.service} has no verdict on ${check.host}${why}`
  const base = { cause: null, known: false, unclear, weight: real.weight, waitsUntil: null }
  if (unknown === 'down') {
    return { ...base, kind: 'down', reason: 'untested', text: `${none}, and it is out until its first passing check` }
  }
  if (unknown === 'up') return { ...base, kind: 'up', reason: 'assumed', text: `${none}, and it is taken to be up` }
  const waitsUntil = waitMost === null ? null : wallTime(begun + waitMost)
  // A check that has run and learned nothing is broken itself; that moves no server, however long it lasts.
  if (unclear || waitsUntil === null || now.wall < waitsUntil) {
    return { ...base, kind: 'untested', reason: 'untested', text: none, waitsUntil: unclear ? null : waitsUntil }
  }
  return { ...base, kind: 'up', reason: 'assumed', text: `${none}, so it is taken to be up` }
}
