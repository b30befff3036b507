/** After a start or a reload: pools are judged anew, deliveries go on where they stood, and the table is brought in line. */
import type { Effect } from '../model/effect.ts'
import type { Now } from '../model/units.ts'
import { allPools, recomputePools } from './pool/pools.ts'
import type { Decided, Scribe } from './scribe.ts'

export function resumed({ state, effects }: Decided, write: Scribe, now: Now): Decided {
  const pools = recomputePools(state, allPools(state), write, now)
  // Those that wait for others come by their time.
  const tried = state.outbox.filter(({ hold }) => hold === undefined)
  const deliveries = tried.map((delivery): Effect => ({ kind: 'deliver', delivery }))
  // Those that waited before keep their place in front of what is decided now.
  return { state: pools.state, effects: [...effects, { kind: 'reconcile' }, ...deliveries, ...pools.effects] }
}
