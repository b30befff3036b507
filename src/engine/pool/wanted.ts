/** Pools -> the whole IPVS table that they want, for the reconciler. */
import type { Model, Real, Sorry, Virtual } from '../../model/model.ts'
import type { PoolState, RealState } from '../../model/state.ts'
import type { TableDestinationId, TableDestinationSettings, TableServiceId } from '../../model/table.ts'
import { endpointText } from '../../model/table.ts'
import { type Weight, weight } from '../../model/units.ts'
import type { WantedDestination, WantedService } from '../../model/wanted.ts'
import { untestedPool, untestedReal } from './fresh.ts'

export function wantedTable(model: Model, pools: readonly PoolState[]): WantedService[] {
  return model.virtuals.flatMap((virtual, i) => wantedServices(virtual, pools[i] ?? untestedPool(virtual)))
}

/** One pool may stand behind several services of the table. */
function wantedServices(virtual: Virtual, pool: PoolState): WantedService[] {
  return virtual.services.map((id) => ({
    name: virtual.name,
    id,
    settings: virtual.services.length === 1 ? virtual.settings : settingsFor(id, virtual),
    destinations: wantedDestinations(virtual, pool, id),
    cause: pool.cause,
  }))
}

/** A group may hold both families: a mask of the other one keeps each client apart. */
function settingsFor(id: TableServiceId, { settings, services }: Virtual): Virtual['settings'] {
  const first = services[0]
  return first === undefined || first.family === id.family
    ? settings
    : { ...settings, prefix: id.family === 4 ? 32 : 128 }
}

function wantedDestinations(virtual: Virtual, pool: PoolState, service: TableServiceId): WantedDestination[] {
  const fits = ({ id, forward }: Pick<Real, 'id' | 'forward'>): boolean =>
    id.family === service.family || forward === 'tunnel'
  const sorry = virtual.sorry !== null && fits(virtual.sorry) ? virtual.sorry : null
  // A real server may double as the sorry server; while that one serves, its line speaks for both.
  const sorryServes = pool.standing === 'sorry' && sorry !== null ? endpointText(idIn(sorry, service)) : null
  const reals = virtual.reals.flatMap((real, i) => {
    if (!fits(real)) return []
    const wanted = wantedReal(real, idIn(real, service), pool.reals[i] ?? untestedReal(real))
    return endpointText(wanted.id) === sorryServes ? [] : [wanted]
  })
  return sorry === null ? reals : [...reals, ...wantedSorry(sorry, idIn(sorry, service), reals, pool)]
}

/** Direct routing and tunnels leave the port as it is, so the destination has that of the service, and 0 behind a mark. */
export function idIn(
  { id, portFollows }: Pick<Real, 'id' | 'portFollows'>,
  service: TableServiceId,
): TableDestinationId {
  if (portFollows !== true) return id
  return { ...id, port: service.kind === 'address' ? service.port : 0 }
}

function wantedReal(real: Real, id: TableDestinationId, state: RealState): WantedDestination {
  if (state.standing === 'held') return { kind: 'as-found', id }
  const reasons = { text: state.text, cause: state.entry ?? state.cause }
  if (state.standing === 'out') return { kind: 'absent', id, ...reasons }
  const draining = state.drain === null ? {} : { draining: true as const }
  return { kind: 'present', id, settings: settingsOf(real, state.weight), ...reasons, ...draining }
}

function wantedSorry(
  sorry: Sorry,
  id: TableDestinationId,
  reals: readonly WantedDestination[],
  { standing, cause }: PoolState,
): WantedDestination[] {
  if (standing === 'sorry') {
    return [
      { kind: 'present', id, settings: settingsOf(sorry, weight(1)), text: 'the pool has lost its quorum', cause },
    ]
  }
  // The real server's own line says what becomes of it.
  if (reals.some((real) => endpointText(real.id) === endpointText(id))) return []
  if (standing === 'unknown') return [{ kind: 'as-found', id }]
  const text = 'the pool has its quorum'
  if (!sorry.inhibit) return [{ kind: 'absent', id, text, cause }]
  return [{ kind: 'present', id, settings: settingsOf(sorry, weight(0)), text, cause }]
}

function settingsOf(
  one: Pick<Real, 'forward' | 'tunnel'> & Partial<Pick<Real, 'upperThreshold' | 'lowerThreshold'>>,
  share: Weight,
): TableDestinationSettings {
  return {
    forward: one.forward,
    weight: share,
    upperThreshold: one.upperThreshold ?? 0,
    lowerThreshold: one.lowerThreshold ?? 0,
    ...(one.tunnel === undefined ? {} : { tunnel: one.tunnel }),
  }
}
