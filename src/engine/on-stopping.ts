/**
 * The daemon stops, and its table with it: virtual servers with `omega` tell that their servers and their quorum are gone.
 * Where the table stays, traffic goes on and nothing is told. keepalived.conf(5), "omega".
 */
import type { AlertCall } from '../model/model.ts'
import type { PoolState, State } from '../model/state.ts'
import type { Now } from '../model/units.ts'
import { SHUTTING_DOWN } from './keepalived-mail.ts'
import { type PoolNews, poolMessage, quorumNews, realNews } from './pool/message.ts'
import { fifoCalls } from './pool/notices.ts'
import { send } from './pool/send.ts'
import type { Decided, Scribe } from './scribe.ts'

export function onStopping(decided: Decided, write: Scribe, now: Now): Decided {
  const { model, pools } = decided.state
  if (model.settings.table.onStop === 'keep') return decided
  let next = decided
  const tell = (calls: readonly AlertCall[], news: PoolNews): void => {
    const all = [...calls, ...fifoCalls(next.state)]
    const sent = send(next.state, all, (id) => poolMessage(id, news, next.state, now), write, now, true)
    const state: State = { ...next.state, outbox: sent.outbox }
    next = { state, effects: [...next.effects, ...sent.effects] }
  }
  for (const [i, virtual] of model.virtuals.entries()) {
    const pool = pools[i]
    if (!virtual.omega || pool === undefined) continue
    for (const [j, real] of virtual.reals.entries()) {
      const state = pool.reals[j]
      if (state === undefined || state.told === 'down') continue
      const gone = { ...state, toldAt: now.wall, text: 'upalert stops' }
      tell(real.notices.down, realNews('down', virtual, pool, real, state, gone, next.state, SHUTTING_DOWN))
    }
    if (pool.standing === 'serving') {
      tell(virtual.notices.down, quorumNews('down', virtual, { ...pool, upWeight: 0, lostAt: now.wall }, pool))
    }
  }
  return { ...next, state: { ...next.state, pools: next.state.pools.map((pool, i) => untold(pool, i, next.state)) } }
}

/** What was told at the stop is not how things stand: the next start tells it as it finds it. */
function untold(pool: PoolState, index: number, { model }: State): PoolState {
  if (model.virtuals[index]?.omega !== true) return pool
  return {
    ...pool,
    reals: pool.reals.map((real) => (real.told === 'up' ? { ...real, told: null, toldAt: null } : real)),
  }
}
