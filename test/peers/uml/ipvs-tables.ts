/** Random tables of every kind that the kernel takes, ordered for lists and rich in what is written in odd ways. */
import fc from 'fast-check'
import type {
  Family,
  Protocol,
  TableCommand,
  TableDestinationId,
  TableDestinationSettings,
  TableServiceId,
  TableServiceSettings,
} from '../../../src/model/table.ts'
import { endpointText, serviceText } from '../../../src/model/table.ts'
import { weight } from '../../../src/model/units.ts'
import { record } from '../../wire/table-arbitraries.ts'

/** Those of Debian's user-mode kernel; it has no twos. */
const SCHEDULERS = 'rr wrr lc wlc lblc lblcr dh sh sed nq fo ovf mh'.split(' ')

/** `ipvsadm` can say all of it: neither local nor bypass, and no port 0 without persistence. */
export interface TableKind {
  readonly sayable: boolean
}

/** A table as the commands that make it. */
export function tables(count: number, seed: number, kind: TableKind): readonly (readonly TableCommand[])[] {
  const table = fc.uniqueArray(service(kind), {
    selector: ([command]) => serviceText(command.service),
    maxLength: 12,
    size: 'max',
  })
  return fc.sample(table, { seed, numRuns: count }).map((services) => services.flat())
}

const addresses: Readonly<Record<Family, readonly string[]>> = {
  4: ['10.0.0.1', '10.0.0.2', '10.0.0.10', '9.255.0.1', '192.0.2.100', '1.2.3.4', '223.255.255.254', '127.0.0.1'],
  6: [
    ...['2001:db8::1', '2001:db8::10', '2001:db8:0:1::', '::ffff:102:304', '::102:304', '::1', '2::3:0:0:4'],
    ...['2001:db8:1111:2222:3333:4444:5555:6666', '64:ff9b::a00:1', '::5', '1::', '2001:0:0:1::1'],
  ],
}
const ports = fc.constantFrom(0, 1, 53, 80, 443, 5060, 8080, 65_535)

function service(kind: TableKind): fc.Arbitrary<readonly [TableCommand, ...TableCommand[]]> {
  return fc
    .constantFrom<Family>(4, 6)
    .chain((family) => fc.tuple(serviceId(family), serviceSettings(family)))
    .chain(([service, drawn]) => {
      const portless = service.kind === 'address' && service.port === 0 && drawn.persistenceSeconds === 0
      const onePacket = drawn.onePacket && (!kind.sayable || service.kind === 'mark' || service.protocol === 'udp')
      const persistenceSeconds = portless && kind.sayable ? 360 : drawn.persistenceSeconds
      // sh and mh have two flags; ipvsadm writes their third as nothing.
      const most = kind.sayable && /^[sm]h$/.test(drawn.scheduler) ? 3 : 7
      const schedulerFlags = drawn.schedulerFlags & most
      const settings = { ...drawn, persistenceSeconds, onePacket, schedulerFlags }
      const made = { kind: 'new-service' as const, service, settings }
      const destinations = fc.uniqueArray(destination(service, kind), {
        selector: (command) => endpointText(command.destination),
        maxLength: 6,
      })
      return destinations.map((list): readonly [TableCommand, ...TableCommand[]] => [made, ...list])
    })
}

function serviceId(family: Family): fc.Arbitrary<TableServiceId> {
  return fc.oneof(
    {
      weight: 3,
      arbitrary: record({
        kind: fc.constant('address' as const),
        family: fc.constant(family),
        protocol: fc.constantFrom<Protocol>('tcp', 'udp', 'sctp'),
        address: fc.constantFrom(...addresses[family]),
        port: ports,
      }),
    },
    {
      weight: 1,
      arbitrary: record({
        kind: fc.constant('mark' as const),
        family: fc.constant(family),
        // ipvsadm writes marks above this as negative numbers.
        mark: fc.constantFrom(1, 2, 10, 42, 0x7fffffff),
      }),
    },
  )
}

function serviceSettings(family: Family): fc.Arbitrary<TableServiceSettings> {
  return record({
    scheduler: fc.constantFrom(...SCHEDULERS),
    persistenceSeconds: fc.constantFrom(0, 0, 1, 60, 360, 86_400),
    prefix: family === 4 ? fc.constantFrom(32, 32, 24, 8, 1) : fc.constantFrom(128, 128, 64, 1),
    onePacket: fc.boolean(),
    schedulerFlags: fc.oneof(fc.constant(0), fc.nat(7)),
    engine: fc.constantFrom('', '', 'sip'),
  }).map((settings) =>
    // ipvsadm does not say the mask of a service that is not persistent.
    settings.persistenceSeconds > 0 ? settings : { ...settings, prefix: family === 4 ? 32 : 128 },
  )
}

function destination(service: TableServiceId, { sayable }: TableKind) {
  return destinationSettings(sayable).chain((drawn) => {
    const family = drawn.forward === 'tunnel' ? fc.constantFrom<Family>(4, 6) : fc.constant(service.family)
    return family
      .chain((of) => destinationId(of, service, drawn))
      .map((destination) => ({
        kind: 'new-destination' as const,
        service,
        destination,
        settings: drawn,
      }))
  })
}

/** An IPv4 address in IPv6's clothes is no machine's. Without NAT the port is the service's, except behind a mark. */
function destinationId(
  family: Family,
  service: TableServiceId,
  { forward }: TableDestinationSettings,
): fc.Arbitrary<TableDestinationId> {
  return record({
    family: fc.constant(family),
    address: fc.constantFrom(...addresses[family].filter((text) => text !== '::ffff:102:304')),
    port: forward === 'masq' || service.kind === 'mark' ? ports : fc.constant(service.port),
  })
}

function destinationSettings(sayable: boolean): fc.Arbitrary<TableDestinationSettings> {
  return fc
    .record({
      forward: fc.constantFrom(
        'masq' as const,
        'route' as const,
        'tunnel' as const,
        sayable ? ('masq' as const) : ('local' as const),
      ),
      weight: fc.constantFrom(0, 1, 5, 100, 65_535, 0x7fffffff).map(weight),
      thresholds: fc.constantFrom([0, 0], [0, 0], [10, 0], [10, 5], [0x7fffffff, 1]),
      tunnel: fc.constantFrom(
        undefined,
        { type: 'gue' as const, port: 6080, checksum: 'remote' as const },
        { type: 'gue' as const, port: 65_535, checksum: 'none' as const },
        { type: 'gre' as const, port: 0, checksum: 'checksum' as const },
        { type: 'gre' as const, port: 0, checksum: 'none' as const },
      ),
    })
    .map(({ forward, weight, thresholds, tunnel }) => ({
      forward,
      weight,
      upperThreshold: thresholds[0] ?? 0,
      lowerThreshold: thresholds[1] ?? 0,
      ...(forward === 'tunnel' && tunnel !== undefined ? { tunnel } : {}),
    }))
}
