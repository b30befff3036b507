/** News of pools on their way: to those whom the configuration names for them, and to every FIFO. */
import type { AlertCall, Real, Virtual } from '../../model/model.ts'
import type { PoolState, State } from '../../model/state.ts'
import type { Now } from '../../model/units.ts'
import { inMaintenance } from '../maintenance.ts'
import type { Decided, Scribe } from '../scribe.ts'
import { type PoolNews, poolMessage, quorumNews, realNews } from './message.ts'
import { send } from './send.ts'

/** `atStop`: see Delivery. */
export function tellPool(
  { state, effects }: Decided,
  calls: readonly AlertCall[],
  news: PoolNews,
  write: Scribe,
  now: Now,
  atStop = false,
): Decided {
  const all = [...heard(calls, news, state, now), ...fifoCalls(state)]
  if (all.length === 0) return { state, effects }
  const sent = send(state, all, (id) => poolMessage(id, news, state, now), write, now, atStop)
  return { state: sent.state, effects: [...effects, ...sent.effects] }
}

/**
 * In maintenance people do not hear of a failure, nor of the end of one that began meanwhile. Scripts and pipes act: what
 * they do must go on following the pool.
 */
function heard(
  calls: readonly AlertCall[],
  { direction, virtual, since }: PoolNews,
  state: State,
  now: Now,
): readonly AlertCall[] {
  const window = inMaintenance(state, `virtual ${virtual.name}`, now)
  if (window === null || (direction === 'up' && since !== null && since < window.since)) return calls
  return calls.filter(({ module }) => deeds.has(module))
}

const deeds: ReadonlySet<string> = new Set(['notify', 'fifo', 'ipvs', 'program'])

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
    next = tellPool(next, real.notices.down, news, write, now, atStop)
  }
  if (!gone.whole || pool.standing !== 'serving') return next
  const news = quorumNews('down', virtual, { ...pool, upWeight: 0, lostAt: now.wall }, pool)
  return tellPool(next, virtual.notices.down, news, write, now, atStop)
}
