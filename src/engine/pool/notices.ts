/**
 * Who hears of what a pool does: notify_up and notify_down of a real server when its checks change their mind, quorum_up and
 * quorum_down (or a virtual's alert and upalert) when the quorum is gained or lost. Everything goes through the outbox, in
 * order. Facts: keepalived.conf(5), "notify_up", "quorum_up"; spec keepalived-checks 10.4 and 13.
 */
import type { Effect } from '../../model/effect.ts'
import type { PoolStanding } from '../../model/entry.ts'
import type { AlertCall, Real, Virtual } from '../../model/model.ts'
import type { Delivery, PoolState, RealState, State } from '../../model/state.ts'
import type { Now } from '../../model/units.ts'
import type { Scribe } from '../scribe.ts'
import type { Judged } from './judge.ts'
import { type PoolNews, poolMessage, quorumNews, realNews } from './message.ts'
import { send } from './send.ts'

interface Changed {
  readonly judged: Judged
  readonly before: PoolState
  /** With the entries of this change. */
  readonly pool: PoolState
  readonly virtual: Virtual
}

export interface Noticed {
  readonly outbox: readonly Delivery[]
  readonly effects: readonly Effect[]
}

export function noticesOf(state: State, changed: Changed, write: Scribe, now: Now): Noticed {
  const { judged, before, pool, virtual } = changed
  let noticed: Noticed = { outbox: state.outbox, effects: [] }
  const tell = (calls: readonly AlertCall[], news: PoolNews): void => {
    const all = [...calls, ...fifoCalls(state)]
    if (all.length === 0) return
    const next = send({ ...state, outbox: noticed.outbox }, all, (id) => poolMessage(id, news, state, now), write, now)
    noticed = { outbox: next.outbox, effects: [...noticed.effects, ...next.effects] }
  }
  for (const { index, text } of judged.told) {
    const [real, after, former] = [virtual.reals[index], pool.reals[index], before.reals[index]]
    if (real === undefined || after === undefined || former === undefined) continue
    const direction = realDirection(real, former, after)
    if (direction !== null)
      tell(real.notices[direction], realNews(direction, virtual, pool, real, former, { ...after, text }, state))
  }
  const direction = quorumDirection(virtual, before, pool.standing)
  if (direction !== null) tell(virtual.notices[direction], quorumNews(direction, virtual, pool, before))
  return noticed
}

/** The FIFO hears of everything; its calls stand in no file. */
export const fifoCalls = ({ model }: State): readonly AlertCall[] =>
  model.settings.table.fifos.map(
    ({ reader: _, ...options }): AlertCall => ({
      module: 'fifo',
      options,
      text: `notify_fifo ${options.path}`,
      withHosts: false,
      place: { file: options.path, line: 1, column: 1 },
      exit: null,
      script: 'fifo',
      argumentText: options.path,
    }),
  )

/** A server that was taken to be up and proves to be is no news; one that starts down until it is checked is. */
function realDirection({ initial }: Real, before: RealState, { told }: RealState): 'up' | 'down' | null {
  if (told === null || told === before.told) return null
  if (told === 'down' || before.told === 'down') return told
  return initial.unknown === 'down' ? 'up' : null
}

/**
 * As keepalived does: a pool that begins with its quorum says so, since its quorum_up may announce the address; and one
 * that begins without it says so only if a sorry server steps in. Who is named in mon.cf hears no good news of a start.
 */
function quorumDirection({ keepalivedName }: Virtual, before: PoolState, after: PoolStanding): 'up' | 'down' | null {
  const [had, has] = [before.standing === 'serving', after === 'serving']
  const tellsStart = keepalivedName !== null && !before.announced
  if (has && had) return tellsStart ? 'up' : null
  if (has) return before.standing === 'unknown' && keepalivedName === null ? null : 'up'
  if (had) return 'down'
  const isStart = before.standing === 'unknown' || tellsStart
  return isStart && after === 'sorry' ? 'down' : null
}
