/**
 * The daemon stops, and its table with it: virtual servers with `omega` tell that their servers and their quorum are gone.
 * Where the table stays, traffic goes on and nothing is told. keepalived.conf(5), "omega".
 */
import type { Model, Virtual } from '../model/model.ts'
import type { PoolState, State } from '../model/state.ts'
import type { Now } from '../model/units.ts'
import { atStop } from './at-stop.ts'
import { SHUTTING_DOWN } from './keepalived-mail.ts'
import { tellGone } from './pool/tell.ts'
import type { Decided, Scribe } from './scribe.ts'

export function onStopping(decided: Decided, write: Scribe, now: Now): Decided {
  const { model, pools } = decided.state
  const why = { text: 'upalert stops', words: SHUTTING_DOWN, atStop: true }
  let next = decided
  for (const [i, virtual] of model.virtuals.entries()) {
    const pool = pools[i]
    if (pool === undefined || !tellsStop(virtual, model)) continue
    const gone = { virtual, pool, of: decided.state, isGone: () => true, whole: true, ...why }
    next = tellGone(next, gone, write, now)
  }
  return { ...next, state: { ...next.state, pools: next.state.pools.map((pool, i) => untold(pool, i, next.state)) } }
}

const tellsStop = (virtual: Virtual, { settings }: Model): boolean =>
  virtual.omega && atStop(virtual, settings.table) !== 'keep'

/** What was told at the stop is not how things stand: the next start tells it as it finds it. */
function untold(pool: PoolState, index: number, { model }: State): PoolState {
  const virtual = model.virtuals[index]
  if (virtual === undefined || !tellsStop(virtual, model)) return pool
  return {
    ...pool,
    reals: pool.reals.map((real) => (real.told === 'up' ? { ...real, told: null, toldAt: null } : real)),
  }
}
