/** Tables as a kernel may hold them, for the tests of first configurations: random ones, and one that people know. */
import fc from 'fast-check'
import { openMemoryTable } from '../../../src/edge/table/memory-table.ts'
import type {
  Family,
  TableCommand,
  TableDestinationSettings,
  TableDoor,
  TableService,
  TableServiceId,
  TableTunnel,
} from '../../../src/model/table.ts'
import { schedulers } from '../../../src/model/table.ts'
import { weight } from '../../../src/model/units.ts'

export function tableWith(commands: readonly TableCommand[]): TableDoor {
  const door = openMemoryTable('a test’s')
  door.applyAll(commands)
  // As the kernel's: from the one in memory nothing is written.
  return { ...door, where: 'kernel', because: '' }
}

export function servicesIn(door: TableDoor): readonly TableService[] {
  const read = door.read()
  return read.kind === 'table' ? read.services : []
}

const address = (family: Family) =>
  fc.integer({ min: 1, max: 6 }).map((n) => (family === 4 ? `10.0.0.${n}` : `2001:db8::${n.toString(16)}`))
const family = fc.constantFrom<Family>(4, 6)
const port = fc.constantFrom(25, 53, 80, 443, 8080, 9999)

const serviceId: fc.Arbitrary<TableServiceId> = family.chain((of) =>
  fc.oneof(
    fc.record({
      kind: fc.constant('address' as const),
      family: fc.constant(of),
      protocol: fc.constantFrom('tcp' as const, 'udp' as const, 'sctp' as const),
      address: address(of),
      port: fc.oneof({ weight: 5, arbitrary: port }, { weight: 1, arbitrary: fc.constant(0) }),
    }),
    fc.record({ kind: fc.constant('mark' as const), family: fc.constant(of), mark: fc.integer({ min: 1, max: 9 }) }),
  ),
)

const tunnel: fc.Arbitrary<TableTunnel> = fc.constantFrom(
  { type: 'ipip' as const, port: 0, checksum: 'none' as const },
  { type: 'gre' as const, port: 0, checksum: 'none' as const },
  { type: 'gre' as const, port: 0, checksum: 'checksum' as const },
  { type: 'gue' as const, port: 5555, checksum: 'none' as const },
  { type: 'gue' as const, port: 5555, checksum: 'remote' as const },
)

const forwarding = fc.oneof(
  fc.record({ forward: fc.constantFrom('masq' as const, 'route' as const, 'local' as const) }),
  fc.record({ forward: fc.constant('tunnel' as const), tunnel }),
  fc.record({ forward: fc.constant('tunnel' as const) }),
)

const thresholds = fc
  .tuple(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 1000 }))
  .map(([a, b]) => ({ upperThreshold: Math.max(a, b), lowerThreshold: Math.min(a, b) }))

const destinationSettings: fc.Arbitrary<TableDestinationSettings> = fc
  .tuple(forwarding, fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 200 })), fc.option(thresholds, { nil: null }))
  .map(([how, share, limits]) => ({
    ...how,
    weight: weight(share),
    ...(limits ?? { upperThreshold: 0, lowerThreshold: 0 }),
  }))

/** `odd`: also what the kernel takes and no configuration can say. */
const serviceCommands = (odd: boolean): fc.Arbitrary<readonly TableCommand[]> =>
  serviceId.chain((service) => {
    const isAll = service.kind === 'address' && service.port === 0
    const isUdp = service.kind === 'mark' || service.protocol === 'udp'
    const widest = service.family === 4 ? 32 : 128
    const settings = fc
      .record({
        scheduler: odd ? fc.constantFrom('none', ...schedulers) : fc.constantFrom(...schedulers),
        persistenceSeconds: fc.oneof(fc.constant(isAll && !odd ? 50 : 0), fc.integer({ min: 1, max: 2_678_400 })),
        prefix: fc.oneof(fc.constant(widest), fc.integer({ min: 1, max: widest })),
        onePacket: fc.boolean(),
        schedulerFlags: fc.integer({ min: 0, max: 7 }),
        engine: fc.constantFrom('', '', 'sip'),
      })
      .map((one) =>
        odd
          ? one
          : {
              ...one,
              prefix: one.persistenceSeconds === 0 ? widest : one.prefix,
              onePacket: one.onePacket && isUdp,
              engine: isUdp && one.persistenceSeconds > 0 ? one.engine : '',
            },
      )
    const own = service.kind === 'address' ? service.port : 0
    const destination = fc
      .tuple(
        destinationSettings,
        family.chain((of) => fc.tuple(address(of), address(service.family), fc.constant(of))),
        fc.oneof(port, fc.constant(own), fc.constant(0)),
      )
      .map(([given, [any, same, of], end]): TableCommand => {
        const tunnelled = given.forward === 'tunnel'
        const keeps = (given.forward === 'route' || tunnelled) && !odd && service.kind === 'address'
        const id = {
          family: tunnelled ? of : service.family,
          address: tunnelled ? any : same,
          port: keeps ? own : end,
        }
        return { kind: 'new-destination', service, destination: id, settings: given }
      })
    return fc
      .tuple(settings, fc.array(destination, { maxLength: 6 }))
      .map(([given, made]) => [{ kind: 'new-service' as const, service, settings: given }, ...made])
  })

export const tables = ({ odd = false } = {}): fc.Arbitrary<readonly TableService[]> =>
  fc
    .array(serviceCommands(odd), { minLength: 1, maxLength: 5 })
    .map((services) => servicesIn(tableWith(services.flat())))
