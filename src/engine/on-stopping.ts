/**
 * The daemon stops, and its table with it: virtual servers with `omega` tell that their servers and their quorum are gone.
 * Where the table stays, traffic goes on and nothing is told. keepalived.conf(5), "omega".
 */
import type { PoolState, State } from '../model/state.ts'
import type { Now } from '../model/units.ts'
import { SHUTTING_DOWN } from './keepalived-mail.ts'
import { tellGone } from './pool/tell.ts'
import type { Decided, Scribe } from './scribe.ts'

export function onStopping(decided: Decided, write: Scribe, now: Now): Decided {
  const { model, pools } = decided.state
  if (model.settings.table.onStop === 'keep') return decided
  const why = { text: 'upalert stops', words: SHUTTING_DOWN, atStop: true }
  let next = decided
  for (const [i, virtual] of model.virtuals.entries()) {
    const pool = pools[i]
    if (!virtual.omega || pool === undefined) continue
    const gone = { virtual, pool, of: decided.state, isGone: () => true, whole: true, ...why }
    next = tellGone(next, gone, write, now)
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
