/**
 * Who hears of what a pool does: notify_up and notify_down of a real server when its checks change their mind, quorum_up and
 * quorum_down (or a virtual's alert and upalert) when the quorum is gained or lost. Everything goes through the outbox, in
 * order. Facts: keepalived.conf(5), "notify_up", "quorum_up"; spec keepalived-checks 10.4 and 13.
 */
import type { PoolStanding } from '../../model/entry.ts'
import type { Real, Virtual } from '../../model/model.ts'
import type { PoolHeard, PoolState, RealState, State } from '../../model/state.ts'
import type { Now } from '../../model/units.ts'
import type { Decided, Scribe } from '../scribe.ts'
import type { Judged } from './judge.ts'
import { quorumNews, realNews } from './message.ts'
import { tellPool } from './tell.ts'

interface Changed {
  readonly judged: Judged
  readonly before: PoolState
  /** With the entries of this change. */
  readonly pool: PoolState
  readonly virtual: Virtual
}

/** The pool comes back with what people know of it. */
export interface Noticed extends Decided {
  readonly pool: PoolState
}

export function noticesOf(state: State, changed: Changed, write: Scribe, now: Now): Noticed {
  const { judged, before, pool, virtual } = changed
  let next: Decided = { state, effects: [] }
  const reals = [...pool.reals]
  for (const { index, text } of judged.told) {
    const [real, after, former] = [virtual.reals[index], pool.reals[index], before.reals[index]]
    if (real === undefined || after === undefined || former === undefined) continue
    const direction = realDirection(real, former, after)
    if (direction === null) continue
    const news = realNews(direction, virtual, pool, real, former, { ...after, text }, state)
    const told = tellPool(next, real.notices, news, after, write, now)
    reals[index] = knownAs(after, told.heard)
    next = told
  }
  const known = reals.some((real, i) => real !== pool.reals[i]) ? { ...pool, reals } : pool
  const direction = quorumDirection(virtual, before, pool.standing)
  if (direction === null) return { ...next, pool: known }
  const news = quorumNews(direction, virtual, pool, before)
  const told = tellPool(next, virtual.notices, news, pool, write, now)
  return { state: told.state, effects: told.effects, pool: knownAs(known, told.heard) }
}

/** The same object if people know the same. */
export const knownAs = <S extends PoolHeard>(before: S, { owed, hushed }: PoolHeard): S =>
  (before.owed === owed || before.owed.length + owed.length === 0) && before.hushed === hushed
    ? before
    : { ...before, owed, hushed }

/** A server that was taken to be up and proves to be is no news; one that starts down until it is checked is. */
function realDirection({ initial }: Real, before: RealState, { told }: RealState): 'up' | 'down' | null {
  if (told === null || told === before.told) return null
  if (told === 'down' || before.told === 'down') return told
  return initial.unknown === 'down' ? 'up' : null
}

/**
 * As keepalived does: a pool of its configuration that begins with its quorum says so, since its quorum_up may announce the
 * address; and one that begins without it says so only if a sorry server steps in. Of any other pool nobody hears good news of
 * a start, and everybody hears that nobody serves.
 */
function quorumDirection({ keepalivedName }: Virtual, before: PoolState, after: PoolStanding): 'up' | 'down' | null {
  const [had, has] = [before.standing === 'serving', after === 'serving']
  const tellsStart = keepalivedName !== null && !before.announced
  if (has && had) return tellsStart ? 'up' : null
  if (has) return before.standing === 'unknown' && keepalivedName === null ? null : 'up'
  if (had) return 'down'
  const isStart = before.standing === 'unknown' || tellsStart
  return isStart && (after === 'sorry' || (after !== 'unknown' && keepalivedName === null)) ? 'down' : null
}
