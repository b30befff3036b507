/** Arbitrary tables and commands for property tests, within what the kernel accepts unless said otherwise. */
import fc from 'fast-check'
import type {
  Family,
  Forward,
  Protocol,
  TableDestinationId,
  TableDestinationSettings,
  TableServiceId,
  TableServiceSettings,
} from '../../src/model/table.ts'
import type { SyncDaemon } from '../../src/model/table-control.ts'
import { weight } from '../../src/model/units.ts'

export const family = fc.constantFrom<Family>(4, 6)
export const port = fc.nat(0xffff)

/** Plain objects, so that deepEqual sees no difference to our own. */
export function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true })
}

/** Unicast addresses only. */
export function address(of: Family): fc.Arbitrary<string> {
  if (of === 4) {
    const byte = fc.nat(255)
    return fc.tuple(fc.integer({ min: 1, max: 223 }), byte, byte, byte).map((bytes) => bytes.join('.'))
  }
  const group = fc.integer({ min: 1, max: 0xffff }).map((number) => number.toString(16))
  return fc.tuple(group, group).map(([one, other]) => `2001:db8:${one}::${other}`)
}

export function serviceId(protocols: readonly Protocol[] = ['tcp', 'udp', 'sctp']): fc.Arbitrary<TableServiceId> {
  return family.chain((of) =>
    fc.oneof(
      record({
        kind: fc.constant('address' as const),
        family: fc.constant(of),
        protocol: fc.constantFrom(...protocols),
        address: address(of),
        port,
      }),
      record({
        kind: fc.constant('mark' as const),
        family: fc.constant(of),
        mark: fc.integer({ min: 1, max: 0xffffffff }),
      }),
    ),
  )
}

export function serviceSettings(of: Family): fc.Arbitrary<TableServiceSettings> {
  return record({
    scheduler: fc.constantFrom('rr', 'wrr', 'wlc', 'sh', 'mh'),
    persistenceSeconds: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 86_400 })),
    prefix: fc.integer({ min: 1, max: of === 4 ? 32 : 128 }),
    onePacket: fc.boolean(),
    schedulerFlags: fc.nat(7),
    engine: fc.constantFrom('', 'sip'),
  })
}

export function destinationId(of: Family): fc.Arbitrary<TableDestinationId> {
  return record({ family: fc.constant(of), address: address(of), port })
}

export const destinationSettings: fc.Arbitrary<TableDestinationSettings> = record({
  forward: fc.constantFrom<Forward>('masq', 'local', 'tunnel', 'route', 'bypass'),
  weight: fc.nat(0x7fffffff).map(weight),
  thresholds: fc.tuple(fc.nat(1_000_000), fc.nat(1_000_000)),
  tunnel: fc.option(
    fc.oneof(
      record({
        type: fc.constant('gue' as const),
        port: fc.integer({ min: 1, max: 0xffff }),
        checksum: fc.constantFrom('none' as const, 'checksum' as const, 'remote' as const),
      }),
      fc.constant({ type: 'gre' as const, port: 0, checksum: 'checksum' as const }),
    ),
    { nil: undefined },
  ),
}).map(({ forward, weight, thresholds, tunnel }) => ({
  forward,
  weight,
  upperThreshold: Math.max(...thresholds),
  lowerThreshold: Math.min(...thresholds),
  ...(forward === 'tunnel' && tunnel !== undefined ? { tunnel } : {}),
}))

export const syncDaemon: fc.Arbitrary<SyncDaemon> = record({
  state: fc.constantFrom('master' as const, 'backup' as const),
  interface: fc.constantFrom('eth0', 'bond0.100', 'enp0s31f6np1234'),
  id: fc.nat(255),
  maxLength: fc.nat(0xffff),
  group: fc.oneof(
    fc.nat(255).map((last) => `224.0.0.${last}`),
    fc.integer({ min: 1, max: 0xffff }).map((last) => `ff02::${last.toString(16)}`),
  ),
  port,
  ttl: fc.nat(255),
})
