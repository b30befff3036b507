/** Wanted and actual tables for property tests, over few names so that they overlap. */
import fc from 'fast-check'
import type { TableDestinationId, TableService, TableServiceId } from '../../src/model/table.ts'
import { weight } from '../../src/model/units.ts'
import type { WantedDestination, WantedService } from '../../src/model/wanted.ts'
import { record } from '../wire/table-arbitraries.ts'

export const serviceIds: readonly TableServiceId[] = [
  { kind: 'address', family: 4, protocol: 'tcp', address: '192.0.2.1', port: 80 },
  { kind: 'address', family: 6, protocol: 'tcp', address: '2001:db8::1', port: 80 },
  { kind: 'mark', family: 4, mark: 80 },
]
const suffixes = [2, 3, 4, 5]

function destinationIds(service: TableServiceId): readonly TableDestinationId[] {
  return suffixes.map((n) => ({
    family: service.family,
    address: service.family === 4 ? `10.1.1.${n}` : `2001:db8:2::${n}`,
    port: 8080,
  }))
}

const destinationSettings = record({
  forward: fc.constantFrom('masq' as const, 'route' as const),
  weight: fc.constantFrom(0, 1, 2).map(weight),
  upperThreshold: fc.constantFrom(0, 100),
  lowerThreshold: fc.constant(0),
})

function serviceSettings(service: TableServiceId) {
  return record({
    scheduler: fc.constantFrom('rr', 'wlc'),
    persistenceSeconds: fc.constantFrom(0, 60),
    prefix: fc.constant(service.family === 4 ? 32 : 128),
    onePacket: fc.constant(false),
    schedulerFlags: fc.constant(0),
    engine: fc.constant(''),
  })
}

function wantedDestination(id: TableDestinationId): fc.Arbitrary<WantedDestination> {
  const told = { id: fc.constant(id), text: fc.constant('a check says so'), cause: fc.constant(null) }
  return fc.oneof(
    record({ kind: fc.constant('present' as const), settings: destinationSettings, ...told }),
    record({ kind: fc.constant('absent' as const), ...told }),
    record({ kind: fc.constant('as-found' as const), id: fc.constant(id) }),
  )
}

function wantedService(id: TableServiceId): fc.Arbitrary<WantedService> {
  return record({
    name: fc.constant('web'),
    id: fc.constant(id),
    settings: serviceSettings(id),
    destinations: fc.subarray([...destinationIds(id)]).chain((ids) => fc.tuple(...ids.map(wantedDestination))),
    cause: fc.constant(null),
  })
}

function tableService(id: TableServiceId): fc.Arbitrary<TableService> {
  const destination = (end: TableDestinationId) =>
    destinationSettings.map((settings) => ({
      id: end,
      ...settings,
      activeConnections: 0,
      inactiveConnections: 0,
      persistentConnections: 0,
    }))
  return fc
    .tuple(
      serviceSettings(id),
      fc.subarray([...destinationIds(id)]).chain((ids) => fc.tuple(...ids.map(destination))),
    )
    .map(([settings, destinations]) => ({ id, ...settings, destinations }))
}

export const wantedTable = fc
  .subarray([...serviceIds])
  .chain((ids): fc.Arbitrary<readonly WantedService[]> => fc.tuple(...ids.map(wantedService)))

export const actualTable = fc
  .subarray([...serviceIds])
  .chain((ids): fc.Arbitrary<readonly TableService[]> => fc.tuple(...ids.map(tableService)))
