/** Brings pools in line with the verdicts of the services they follow, and tells what that changed. */
import type { Effect } from '../model/effect.ts'
import type { State } from '../model/state.ts'
import type { Now } from '../model/units.ts'
import { hostFor, judgePool, poolEntry } from './pool.ts'
import { type Decided, record, type Scribe } from './scribe.ts'

/** `indexes` names the pools that may have changed. */
export function recomputePools(state: State, indexes: readonly number[], write: Scribe, now: Now): Decided {
  const pools = [...state.pools]
  const effects: Effect[] = []
  for (const index of indexes) {
    const virtual = state.model.virtuals[index]
    const before = pools[index]
    if (virtual === undefined || before === undefined) continue
    const judged = judgePool(before, virtual, (real) => hostFor(state.model, state.services, real), now)
    let pool = judged.pool
    for (const change of judged.changes) {
      const entry = write.entry(poolEntry(change, pool, virtual))
      effects.push(record(entry))
      if (change.kind === 'pool') pool = { ...pool, cause: entry.id }
      else
        pool = {
          ...pool,
          reals: pool.reals.map((real, i) => (i === change.index ? { ...real, entry: entry.id } : real)),
        }
    }
    pools[index] = pool
  }
  const changed = pools.some((pool, i) => pool !== state.pools[i])
  if (!changed) return { state, effects: [] }
  // A reason that reads differently changes nothing in the table.
  return { state: { ...state, pools }, effects: effects.length === 0 ? [] : [{ kind: 'reconcile' }, ...effects] }
}

/** The pools with a real server that follows this service. */
export function poolsFollowing(state: State, service: string): number[] {
  return state.model.virtuals.flatMap((virtual, i) =>
    virtual.reals.some((real) => real.check?.service === service) ? [i] : [],
  )
}
