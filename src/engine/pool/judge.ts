/**
 * Verdicts, operators' decisions and the clock -> the pool as it should be. Made anew each time from the last results, so
 * that no history of events can leave a server stuck in or out; what it remembers is only what a configuration asks to
 * depend on the past: hysteresis, the steps of a slow start, and since when a drain lasts.
 */
import type { PoolStanding, RealStanding } from '../../model/entry.ts'
import type { Real, Virtual } from '../../model/model.ts'
import type { Controls, Drain, HostState, PoolState, RealState } from '../../model/state.ts'
import { endpointText } from '../../model/table.ts'
import { type Now, type WallTime, wallTime, weight } from '../../model/units.ts'
import { foundOf } from './found.ts'
import { untestedReal } from './fresh.ts'
import { inUse } from './in-use.ts'
import { type Decision, decisionOn, decisionText } from './override.ts'
import { backupsNeeded, type Counted, poolStanding, upWeight } from './standing.ts'
import { type HostFinder, type RealVerdict, verdictOn } from './verdict.ts'

/** What the entries of a change need to know; the caller gives each an id. */
export type PoolChange =
  | { readonly kind: 'pool'; readonly before: PoolState }
  | { readonly kind: 'real'; readonly before: RealState; readonly index: number }

export interface Judged {
  /** The same object comes back if nothing changed. */
  readonly pool: PoolState
  readonly changes: readonly PoolChange[]
  /** Real servers whose checks say something else than before, by their place, and why. */
  readonly told: readonly { readonly index: number; readonly text: string }[]
}

/** All that is known and decided about a real server, before its pool has its say. */
interface Known {
  readonly real: Real
  readonly begun: WallTime
  /** What its checks last said, in their order. */
  readonly hosts: readonly (HostState | null)[]
  readonly verdict: RealVerdict
  readonly decision: Decision | null
  readonly counted: Counted
}

interface Seen {
  readonly before: RealState
  readonly known: Known
  /** It is known just as it was when `before` was made. */
  readonly memo: Memo | null
}

export function judgePool(before: PoolState, virtual: Virtual, find: HostFinder, controls: Controls, now: Now): Judged {
  const seen = virtual.reals.map((real, i) =>
    seenAs(before.reals[i] ?? untestedReal(real), real, virtual, find, controls, now),
  )
  const counted = seen.map(({ known }) => known.counted)
  const hadBackups = seen.some(({ known, before: { standing } }) => known.real.role === 'backup' && standing === 'in')
  const backups = backupsNeeded(hadBackups, virtual, counted)
  const inPlay = counted.filter(({ role }) => role === 'primary' || backups)
  const standing = poolStanding(before.standing, virtual, inPlay)
  const circumstances = { virtual, standing, backups, now }
  const judged = seen.map((one) => judgeOrRemember(one, circumstances))
  return compared(before, { standing, upWeight: upWeight(inPlay) }, judged, now)
}

/** What a real server's state was made from: the same again makes the same again. It must not hold former states. */
interface Memo {
  readonly known: Known
  readonly circumstances: Circumstances
  readonly judged: JudgedReal
}

/**
 * By the state that came of it. A pool is judged whole at each result, and nearly all of its real servers are as they were;
 * without this, a thousand results for a thousand of them would be a million judgements.
 */
const memos = new WeakMap<RealState, Memo>()

function seenAs(before: RealState, real: Real, virtual: Virtual, find: HostFinder, controls: Controls, now: Now): Seen {
  const decision = decisionOn(controls, virtual, real)
  const memo = memos.get(before)
  if (memo !== undefined && isStill(memo, real, virtual, find, decision, now)) {
    return { before, known: memo.known, memo }
  }
  const begun = before.begun ?? now.wall
  const hosts = real.checks.map(find)
  const verdict = verdictOn(real, hosts, { begun, told: before.told }, now)
  const counted = countedAs(real, virtual, verdict, decision)
  return { before, known: { real, begun, hosts, verdict, decision, counted }, memo: null }
}

function isStill(
  { known, circumstances, judged: { wakeAt, state } }: Memo,
  real: Real,
  virtual: Virtual,
  find: HostFinder,
  decision: Decision | null,
  now: Now,
): boolean {
  if (circumstances.virtual !== virtual || known.real !== real || known.decision !== decision) return false
  if (state.begun === null || (wakeAt !== null && wakeAt <= now.wall)) return false
  return real.checks.every((check, i) => find(check) === known.hosts[i])
}

function judgeOrRemember(seen: Seen, circumstances: Circumstances): JudgedReal {
  const { memo, known } = seen
  const { standing, backups } = circumstances
  if (memo !== null && memo.circumstances.standing === standing && memo.circumstances.backups === backups) {
    return memo.judged
  }
  const judged = judgeReal(seen, circumstances)
  memos.set(judged.state, { known, circumstances, judged })
  return judged
}

/** An operator's decision counts like a verdict: who is taken out adds nothing to the quorum. */
function countedAs(
  { role }: Real,
  { quorumCounts }: Virtual,
  verdict: RealVerdict,
  decision: Decision | null,
): Counted {
  const { kind, unclear } = verdict
  const adds = (share: number): number => (quorumCounts === 'servers' ? 1 : share)
  switch (decision?.what.kind) {
    case 'drain':
    case 'disable':
      return { kind: 'down', unclear: false, weight: 0, role }
    case 'weight':
      return { kind, unclear, weight: adds(decision.what.weight), role }
    default:
      return { kind, unclear, weight: adds(verdict.weight), role }
  }
}

interface Circumstances {
  readonly virtual: Virtual
  readonly standing: PoolStanding
  readonly backups: boolean
  readonly now: Now
}

interface JudgedReal {
  readonly state: RealState
  /** Of its checks alone. */
  readonly why: string
  readonly wakeAt: WallTime | null
}

function judgeReal(seen: Seen, circumstances: Circumstances): JudgedReal {
  const {
    before,
    known: { real, verdict, begun },
  } = seen
  const place = placed(seen, circumstances)
  const told = verdict.known && verdict.kind !== 'untested' ? verdict.kind : before.told
  const toldAt = told === before.told ? before.toldAt : circumstances.now.wall
  const { owed, hushed } = before
  const after = { owed, hushed, real: endpointText(real.id), begun, told, toldAt, cause: verdict.cause, ...place.state }
  return { state: settled(before, after, circumstances.now), why: verdict.text, wakeAt: place.wakeAt }
}

type Placed = {
  readonly state: Pick<
    RealState,
    'standing' | 'weight' | 'reason' | 'text' | 'risingSince' | 'drain' | 'loaded' | 'found'
  >
  readonly wakeAt: WallTime | null
}

/** What the verdict, the operator and the pool make of one real server, in the order of their say. */
function placed(seen: Seen, circumstances: Circumstances): Placed {
  const { before, known } = seen
  const { real, verdict, decision } = known
  const { virtual, now } = circumstances
  const aside: RealStanding = real.onFail === 'drain' ? 'drained' : 'out'
  const out = (standing: RealStanding, reason: string, text: string): Placed => ({
    state: { standing, weight: weight(0), reason, text, risingSince: null, drain: null },
    wakeAt: verdict.waitsUntil,
  })
  if (decision?.what.kind === 'disable') return out(aside, 'disabled', decisionText(decision))
  if (decision?.what.kind === 'drain') return draining(seen, aside, decision, decision.what.limit, now)
  if (verdict.kind === 'untested') {
    const { state, wakeAt } = out('held', 'untested', verdict.text)
    return { state: { ...state, ...foundOf(before, virtual) }, wakeAt }
  }
  if (verdict.kind === 'down') return out(aside, verdict.reason, verdict.text)
  if (circumstances.standing === 'sorry') {
    const kept = keepsRow(before, real, virtual)
    const { quorum, quorumCounts } = virtual
    const few = quorumCounts === 'servers' ? 'too few servers are up for its' : "the pool's weight is below its"
    const rest = kept ? '; its connections may end' : ''
    const text = `it is up, but ${few} quorum of ${quorum}, so the sorry server serves alone${rest}`
    return out(kept ? 'drained' : aside, 'quorum-lost', text)
  }
  if (real.role === 'backup' && !circumstances.backups) {
    return out('standby', 'not-needed', 'the other real servers weigh enough without it')
  }
  const { state, wakeAt } = inUse({ before, verdict, decision, configured: real.weight }, virtual, now)
  return { state: { standing: 'in', reason: verdict.reason, drain: null, ...state }, wakeAt }
}

/** Nobody new is sent to what weighs nothing; without its row the connections that it still has would be cut. */
const keepsRow = ({ standing }: RealState, real: Real, { quorumCounts }: Virtual): boolean =>
  quorumCounts === 'servers' &&
  real.weight === 0 &&
  (standing === 'in' || standing === 'drained' || standing === 'held')

/**
 * It gets nobody new, and leaves the table when its last connection has ended or its time is over. One that is down is
 * treated as its failure asks meanwhile: persistence would go on sending clients to a dead server of weight 0.
 */
function draining(
  { before, known: { verdict } }: Seen,
  aside: RealStanding,
  decision: Decision,
  limit: WallTime | null,
  now: Now,
): Placed {
  const former = before.drain
  const late = limit !== null && limit <= now.wall
  const isOver = former !== null && (former.over || late)
  const drain: Drain = former ?? { since: now.wall, active: null, persistent: null, over: false }
  const isDead = !isOver && verdict.kind === 'down' && aside === 'out'
  const rest = isDead ? `it is out meanwhile: ${verdict.text}` : drainText(drain, isOver, late)
  const standing = isOver || isDead ? 'out' : 'drained'
  const next = isOver === drain.over ? drain : { ...drain, over: isOver }
  const text = `${decisionText(decision)}; ${rest}`
  const state = { standing, weight: weight(0), reason: 'drain', text, risingSince: null, drain: next } as const
  return { state, wakeAt: isOver ? null : limit }
}

function drainText({ active }: Drain, isOver: boolean, late: boolean): string {
  if (isOver && late && active !== null && active > 0) return `its time was over with ${connections(active)} left`
  if (isOver) return 'it has no connections left'
  return active === null ? 'its connections may end' : `${connections(active)} left`
}

const connections = (n: number): string => (n === 1 ? '1 connection' : `${n} connections`)

/** What is the same as before stays the same object, so that nothing is written for it. */
function settled(before: RealState, after: Omit<RealState, 'since' | 'entry'>, now: Now): RealState {
  const isSame = before.standing === after.standing && before.weight === after.weight
  const next: RealState = { ...after, since: isSame ? before.since : now.wall, entry: before.entry }
  return keys.every((key) => before[key] === next[key]) ? before : next
}

const keys = [
  ...(['standing', 'weight', 'reason', 'text', 'since', 'cause', 'entry'] as const),
  ...(['begun', 'risingSince', 'loaded', 'found', 'drain', 'told', 'toldAt', 'real'] as const),
]

function compared(
  before: PoolState,
  { standing, upWeight: share }: Pick<PoolState, 'standing' | 'upWeight'>,
  judged: readonly JudgedReal[],
  now: Now,
): Judged {
  const reals = judged.map(({ state }) => state)
  const changes: PoolChange[] = []
  const told: { index: number; text: string }[] = []
  for (const [index, real] of reals.entries()) {
    const former = before.reals[index]
    if (former === undefined) continue
    if (former.standing !== real.standing || former.weight !== real.weight) {
      changes.push({ kind: 'real', before: former, index })
    }
    if (former.told !== real.told) told.push({ index, text: judged[index]?.why ?? '' })
  }
  if (standing !== before.standing) changes.push({ kind: 'pool', before })
  const wakeAt = earliest(judged.map((one) => one.wakeAt))
  const areSame = reals.length === before.reals.length && reals.every((real, i) => real === before.reals[i])
  const after: PoolState = {
    ...before,
    standing,
    upWeight: share,
    // The same list if nothing in it is new: when to look again is not worth a disk write.
    reals: areSame ? before.reals : reals,
    announced: before.announced || standing !== 'unknown',
    lostAt: lostAtOf(before, standing, now),
    wakeAt,
  }
  const isSame = areSame && poolKeys.every((key) => before[key] === after[key])
  return { pool: isSame ? before : after, changes, told }
}

const poolKeys = ['standing', 'upWeight', 'announced', 'lostAt', 'wakeAt'] as const

/** A pool that never had its quorum has not lost it, but what nobody serves is an outage from its beginning. */
function lostAtOf({ standing: before, lostAt }: PoolState, standing: PoolStanding, now: Now): WallTime | null {
  if (standing === 'serving') return null
  return standing === before ? lostAt : (lostAt ?? now.wall)
}

/** The first of several times; `null` if there is none. */
export function earliest(times: readonly (WallTime | null)[]): WallTime | null {
  const known = times.filter((time) => time !== null)
  return known.length === 0 ? null : wallTime(Math.min(...known))
}
