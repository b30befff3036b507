/**
 * Sequences of changes, drawn by fast-check over few names so that they meet each other, and the answers a door gives to
 * them. The same sequences are put to the kernel's table and to the one in memory.
 */
import fc from 'fast-check'
import type {
  Family,
  Forward,
  TableCommand,
  TableDestinationId,
  TableDestinationSettings,
  TableDoor,
  TableService,
  TableServiceId,
  TableServiceSettings,
} from '../../../src/model/table.ts'
import { endpointText, serviceText } from '../../../src/model/table.ts'
import { weight } from '../../../src/model/units.ts'
import { record } from '../../wire/table-arbitraries.ts'

/** What came of a sequence: an errno or "ok" for each command, and the table at the end in a fixed order. */
export interface Outcome {
  readonly answers: readonly string[]
  readonly table: readonly unknown[]
}

const SEED = 20_260
const SEQUENCES = 60
const LONGEST = 40

const services: readonly TableServiceId[] = [
  { kind: 'address', family: 4, protocol: 'tcp', address: '192.0.2.1', port: 80 },
  { kind: 'address', family: 4, protocol: 'udp', address: '192.0.2.1', port: 80 },
  { kind: 'address', family: 6, protocol: 'tcp', address: '2001:db8::1', port: 443 },
  { kind: 'mark', family: 4, mark: 7 },
  { kind: 'mark', family: 6, mark: 7 },
]
const destinations: readonly TableDestinationId[] = [
  { family: 4, address: '10.1.1.2', port: 8080 },
  { family: 4, address: '10.1.1.3', port: 8080 },
  { family: 6, address: '2001:db8:2::2', port: 8080 },
  { family: 6, address: '2001:db8:2::3', port: 8080 },
]
const doubtful: readonly TableDestinationId[] = [
  { family: 4, address: '0.0.0.0', port: 80 },
  { family: 4, address: '224.0.0.1', port: 80 },
  { family: 4, address: '255.255.255.255', port: 80 },
  { family: 4, address: '240.0.0.1', port: 80 },
  { family: 4, address: '127.0.0.1', port: 0 },
  { family: 6, address: '::', port: 80 },
  { family: 6, address: 'ff02::1', port: 80 },
  { family: 6, address: '::1', port: 80 },
  { family: 6, address: 'fe80::5', port: 80 },
  { family: 4, address: '0.0.0.1', port: 80 },
  { family: 6, address: '::ffff:102:304', port: 80 },
  { family: 6, address: '::102:304', port: 80 },
]

/** The same sequences wherever this runs. */
export function sequences(): readonly (readonly TableCommand[])[] {
  const sequence = fc.array(command(), { minLength: 1, maxLength: LONGEST, size: 'max' })
  return fc.sample(sequence, { seed: SEED, numRuns: SEQUENCES })
}

/** Puts a sequence to a door whose table is empty, command by command or all at once, and empties it again. */
export function outcome(door: TableDoor, sequence: readonly TableCommand[], how: 'one by one' | 'at once'): Outcome {
  const answered = how === 'at once' ? door.applyAll(sequence) : sequence.map((command) => door.apply(command))
  const answers = answered.map((answer) => (answer.kind === 'ok' ? 'ok' : answer.errno))
  const table = door.read()
  if (table.kind === 'error') return { answers, table: [table] }
  for (const service of table.services) door.apply({ kind: 'delete-service', service: service.id })
  return { answers, table: [...table.services].sort(byName).map(settled) }
}

function byName(one: TableService, other: TableService): number {
  return serviceText(one.id) < serviceText(other.id) ? -1 : 1
}

/** Without counters, which memory does not have, and in a fixed order. */
function settled(service: TableService): unknown {
  const { counters: _, destinations, ...rest } = service
  const ordered = [...destinations].sort((one, other) => (endpointText(one.id) < endpointText(other.id) ? -1 : 1))
  return { ...rest, destinations: ordered.map(({ counters: _, ...destination }) => destination) }
}

function command(): fc.Arbitrary<TableCommand> {
  const service = fc.constantFrom(...services)
  const destination = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...destinations) },
    { weight: 1, arbitrary: fc.constantFrom(...doubtful) },
  )
  const serviceKind = fc.constantFrom('new-service' as const, 'new-service' as const, 'set-service' as const)
  const destinationKind = fc.constantFrom('new-destination' as const, 'set-destination' as const)
  return fc.oneof(
    {
      weight: 4,
      arbitrary: service.chain((id) =>
        record({ kind: serviceKind, service: fc.constant(id), settings: serviceSettings(id.family) }),
      ),
    },
    { weight: 8, arbitrary: record({ kind: destinationKind, service, destination, settings: destinationSettings() }) },
    { weight: 3, arbitrary: record({ kind: fc.constant('delete-destination' as const), service, destination }) },
    { weight: 1, arbitrary: record({ kind: fc.constant('delete-service' as const), service }) },
  )
}

function serviceSettings(family: Family): fc.Arbitrary<TableServiceSettings> {
  return record({
    scheduler: fc.constantFrom('rr', 'wrr', 'wlc', 'mh', 'none', 'nonsense', ''),
    persistenceSeconds: fc.constantFrom(0, 0, 60, 86_400),
    prefix: family === 4 ? fc.constantFrom(32, 24, 0) : fc.constantFrom(128, 64, 1, 0, 129),
    onePacket: fc.boolean(),
    schedulerFlags: fc.nat(7),
    engine: fc.constantFrom('', '', '', 'sip', 'none'),
  })
}

function destinationSettings(): fc.Arbitrary<TableDestinationSettings> {
  const tunnel = fc.constantFrom(
    undefined,
    { type: 'gue' as const, port: 6080, checksum: 'remote' as const },
    { type: 'gue' as const, port: 0, checksum: 'none' as const },
    { type: 'gre' as const, port: 0, checksum: 'checksum' as const },
  )
  return record({
    forward: fc.constantFrom<Forward>('masq', 'local', 'tunnel', 'route', 'bypass'),
    weight: fc.constantFrom(0, 1, 5, 0x7fffffff, -1).map(weight),
    upperThreshold: fc.constantFrom(0, 0, 10),
    lowerThreshold: fc.constantFrom(0, 0, 0, 10, 11),
    tunnel,
  }).map(({ tunnel, ...settings }) => ({
    ...settings,
    ...(settings.forward === 'tunnel' && tunnel !== undefined ? { tunnel } : {}),
  }))
}
