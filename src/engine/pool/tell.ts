/** News of pools on their way: to those whom the configuration names for them, and to every FIFO. */
import type { AlertCall, Notices, Real, Virtual } from '../../model/model.ts'
import type { PoolHeard, PoolState, State } from '../../model/state.ts'
import type { Now } from '../../model/units.ts'
import { inMaintenance } from '../maintenance.ts'
import type { Decided, Scribe } from '../scribe.ts'
import { audienceOf } from './audience.ts'
import { type PoolNews, poolMessage, quorumNews, realNews } from './message.ts'
import { send } from './send.ts'

/** What is heard of it from now on is the caller's to remember. `atStop`: see Delivery. */
export function tellPool(
  { state, effects }: Decided,
  notices: Notices,
  news: PoolNews,
  before: PoolHeard,
  write: Scribe,
  now: Now,
  atStop = false,
): Heard {
  const { direction, virtual } = news
  const window = inMaintenance(state, `virtual ${virtual.name}`, now)
  const { calls, heard } = audienceOf(direction, notices, before, window?.window ?? null)
  const all = [...calls, ...fifoCalls(state)]
  if (all.length === 0) return { state, effects, heard }
  const sent = send(state, all, (id) => poolMessage(id, news, state, now), write, now, atStop)
  return { state: sent.state, effects: [...effects, ...sent.effects], heard }
}

export interface Heard extends Decided {
  readonly heard: PoolHeard
}

/** The FIFO hears of everything; its calls stand in no file. */
const fifoCalls = ({ model }: State): readonly AlertCall[] =>
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

/** Real servers that are no longer served although no check failed, with their virtual server or without it. */
export interface Gone {
  readonly virtual: Virtual
  readonly pool: PoolState
  /** Where its checks are known. */
  readonly of: State
  isGone(real: Real): boolean
  /** The whole virtual server goes, and its quorum with it. */
  readonly whole: boolean
  /** Why, for people; and keepalived's words for it. */
  readonly text: string
  readonly words: string
  readonly atStop?: boolean
}

/** keepalived tells of each server that was alive, and of the quorum if there was one. */
export function tellGone(decided: Decided, gone: Gone, write: Scribe, now: Now): Decided {
  const { virtual, pool, of, text, words, atStop = false } = gone
  let next = decided
  for (const [i, real] of virtual.reals.entries()) {
    const state = pool.reals[i]
    if (state === undefined || state.told === 'down' || !gone.isGone(real)) continue
    const after = { ...state, toldAt: now.wall, text }
    const news = realNews('down', virtual, pool, real, state, after, of, words)
    next = tellPool(next, real.notices, news, state, write, now, atStop)
  }
  if (!gone.whole || pool.standing !== 'serving') return next
  const news = quorumNews('down', virtual, { ...pool, upWeight: 0, lostAt: now.wall }, pool)
  return tellPool(next, virtual.notices, news, pool, write, now, atStop)
}
