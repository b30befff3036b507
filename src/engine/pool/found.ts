/**
 * What a start or a reload finds in the table counts for real servers whose weight grows while they are in use: one that
 * serves clients already is not thrown back to its first share, and one that the table has lost begins anew.
 */
import type { Model, Real, Virtual } from '../../model/model.ts'
import type { FoundWeights, PoolState, RealState, State } from '../../model/state.ts'
import { endpointText, serviceText, type TableService } from '../../model/table.ts'
import { type Weight, weight } from '../../model/units.ts'
import { untestedReal } from './fresh.ts'
import { idIn } from './wanted.ts'

/** Its real servers' weights depend on how long they have been in use. */
export const growsInUse = ({ doubling, loadFeedback }: Virtual): boolean => doubling !== null || loadFeedback !== null

export const weightsIn = (services: readonly TableService[]): FoundWeights =>
  new Map(
    services.map(({ id, destinations }) => [
      serviceText(id),
      new Map(destinations.map((one) => [endpointText(one.id), one.weight])),
    ]),
  )

/** At a start, before anything is judged. */
export function withFound(state: State, weights: FoundWeights): State {
  const pools = state.pools.map((pool, i): PoolState => {
    const virtual = state.model.virtuals[i]
    if (virtual === undefined || !growsInUse(virtual)) return pool
    const reals = pool.reals.map((before, j) => {
      const real = virtual.reals[j]
      return real === undefined ? before : seenInTable(before, real, greatest(virtual, real, weights))
    })
    return { ...pool, reals }
  })
  return { ...state, pools }
}

function seenInTable(before: RealState, real: Real, found: Weight): RealState {
  if (before.standing === 'held') return withoutOrWith(before, found)
  if (before.standing !== 'in' || before.weight === 0 || found > 0) return before
  // It was in use before the table was lost, and comes into use again.
  const { standing, reason, text, weight: none, risingSince } = untestedReal(real)
  const { loaded: _, ...rest } = before
  return { ...rest, standing, reason, text, weight: none, risingSince }
}

function withoutOrWith(before: RealState, found: Weight): RealState {
  const { found: _, ...rest } = before
  return found > 0 ? { ...rest, found } : rest
}

/** A real server may stand in several services of the table. */
const greatest = ({ services }: Virtual, real: Real, weights: FoundWeights): Weight =>
  services.reduce((most, service) => {
    const found = weights.get(serviceText(service))?.get(endpointText(idIn(real, service))) ?? most
    return found > most ? found : most
  }, weight(0))

/** While it is held, the table keeps the weight that it had. */
export function foundOf(before: RealState, virtual: Virtual): Pick<RealState, 'found'> {
  if (!growsInUse(virtual)) return {}
  const found = before.standing === 'held' ? before.found : before.standing === 'in' ? before.weight : undefined
  return found === undefined || found === 0 ? {} : { found }
}

/**
 * At a reload: what a virtual server of another name had in the same place of the table. Those that are named as before
 * remember it themselves.
 */
export function withFoundInPlace(next: State, { model, pools }: State): State {
  if (!next.model.virtuals.some(growsInUse)) return next
  const former = weightsInUse(model, pools)
  const fresh = next.pools.map((pool, i): PoolState => {
    const virtual = next.model.virtuals[i]
    if (virtual === undefined || !growsInUse(virtual)) return pool
    const reals = pool.reals.map((before, j) => {
      const real = virtual.reals[j]
      if (real === undefined || before.standing !== 'held' || before.found !== undefined) return before
      return withoutOrWith(before, greatest(virtual, real, former))
    })
    return reals.every((real, j) => real === pool.reals[j]) ? pool : { ...pool, reals }
  })
  return { ...next, pools: fresh }
}

function weightsInUse({ virtuals }: Model, pools: readonly PoolState[]): FoundWeights {
  const found = new Map<string, Map<string, Weight>>()
  for (const [i, virtual] of virtuals.entries()) {
    for (const service of virtual.services) {
      const ends = new Map<string, Weight>()
      for (const [j, real] of virtual.reals.entries()) {
        const state = pools[i]?.reals[j]
        if (state?.standing === 'in') ends.set(endpointText(idIn(real, service)), state.weight)
      }
      found.set(serviceText(service), ends)
    }
  }
  return found
}
