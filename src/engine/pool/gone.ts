/**
 * A virtual server is no longer configured. Whoever was told that its quorum is lost hears that nobody watches it any more.
 * The pool's own state says all there is to tell: at a start nothing else is left of it.
 */
import type { PoolState } from '../../model/state.ts'
import type { Now } from '../../model/units.ts'
import type { Decided, Scribe } from '../scribe.ts'
import { type PoolNews, poolMessage } from './message.ts'
import { send } from './send.ts'

export function tellPoolGone(
  { state, effects }: Decided,
  pool: PoolState,
  why: string,
  write: Scribe,
  now: Now,
): Decided {
  if (pool.lostAt === null || pool.owed.length === 0) return { state, effects }
  const sent = send(state, pool.owed, (id) => poolMessage(id, goneNews(pool, why), state, now), write, now)
  return { state: sent.state, effects: [...effects, ...sent.effects] }
}

/** Neither a mail nor a line of keepalived: that has no words for it. */
function goneNews({ name, reals, lostAt, upWeight }: PoolState, why: string): PoolNews {
  return {
    direction: 'up',
    virtual: { name, keepalivedName: null },
    subject: 'quorum',
    hosts: reals.map(({ real }) => real.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')),
    why: '',
    since: lostAt,
    summary: `virtual server ${name} had lost its quorum`,
    because: why,
    gone: true,
    detail: '',
    pools: [],
    environment: {
      KV_EVENT: 'quorum',
      KV_VS: name,
      KV_STATE: 'UP',
      KV_REASON: why,
      KV_WEIGHT: String(upWeight),
      KV_QUORUM: '0',
    },
    line: null,
    mail: () => null,
  }
}
