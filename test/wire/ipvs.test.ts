import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type {
  Family,
  TableCommand,
  TableDestinationId,
  TableDestinationSettings,
  TableServiceId,
  TableServiceSettings,
} from '../../src/model/table.ts'
import { weight } from '../../src/model/units.ts'
import {
  decodeDaemon,
  decodeInfo,
  decodeTimeouts,
  encodeDaemonsRequest,
  encodeDeleteDaemon,
  encodeFlush,
  encodeInfoRequest,
  encodeNewDaemon,
  encodeTimeoutsRequest,
} from '../../src/wire/ipvs/control.ts'
import {
  encodeCommand,
  encodeDestinationsRequest,
  encodeServicesRequest,
  encodeZero,
} from '../../src/wire/ipvs/ipvs.ts'
import { decodeDestination, decodeService, decodeServiceId } from '../../src/wire/ipvs/listed.ts'
import {
  attribute,
  COMMAND_FLAGS,
  DUMP_FLAGS,
  decodeErrno,
  decodeFamilyReply,
  decodeMessages,
  encodeFamilyRequest,
  encodeGeneric,
  encodeMessage,
  GENL_ID_CTRL,
  isMalformed,
  NLMSG_DONE,
  NLMSG_ERROR,
  nested,
  u16Bytes,
} from '../../src/wire/ipvs/netlink.ts'
import { IPVS_FAMILY } from '../../src/wire/ipvs/numbers.ts'
import { captured, hex, message, vector } from './ipvs-captures.ts'
import { destinationId, destinationSettings, family, serviceId, serviceSettings } from './table-arbitraries.ts'

const IDLE = { scheduler: 'wlc', persistenceSeconds: 0, onePacket: false, schedulerFlags: 0, engine: '' }
const web = tcp(4, '10.0.0.1', 80)
const web6 = tcp(6, '2001:db8::1', 443)
const mark = (number: number, of: Family): TableServiceId => ({ kind: 'mark', family: of, mark: number })

const requests: Record<string, TableCommand | { flags: number; payload: Uint8Array; type?: number }> = {
  Q1: { flags: COMMAND_FLAGS, payload: encodeFamilyRequest(IPVS_FAMILY), type: GENL_ID_CTRL },
  Q2: { flags: COMMAND_FLAGS, payload: encodeInfoRequest() },
  Q3: newService(web, { scheduler: 'wrr' }),
  Q4: newService(web6, { scheduler: 'rr', persistenceSeconds: 300, prefix: 64 }),
  Q5: newService(mark(42, 4), {}),
  Q6: newService(mark(43, 6), {}),
  Q7: newService(
    { kind: 'address', family: 4, protocol: 'sctp', address: '10.0.0.1', port: 3868 },
    { scheduler: 'lc' },
  ),
  Q8: newService(tcp(4, '10.0.0.2', 80), { scheduler: 'sh', schedulerFlags: 3 }),
  Q9: newService(tcp(4, '10.0.0.4', 0), { persistenceSeconds: 360, prefix: 24 }),
  Q10: { ...newService(web, {}), kind: 'set-service' },
  Q11: newDestination(web, end(4, '10.1.1.2', 8080), { weight: weight(3) }),
  Q12: newDestination(web, end(4, '10.1.1.3', 80), { forward: 'route' }),
  Q13: newDestination(web, end(4, '10.1.1.4', 80), { forward: 'tunnel', weight: weight(2) }),
  Q14: newDestination(web, end(4, '10.1.1.5', 80), {
    forward: 'tunnel',
    tunnel: { type: 'gue', port: 6080, checksum: 'checksum' },
  }),
  Q15: newDestination(web, end(4, '10.1.1.7', 80), {
    forward: 'tunnel',
    tunnel: { type: 'gre', port: 0, checksum: 'checksum' },
  }),
  Q16: newDestination(web, end(6, '2001:db8::44', 80), { forward: 'tunnel' }),
  Q17: newDestination(web6, end(6, '2001:db8::11', 443), { forward: 'route', weight: weight(10) }),
  Q18: { ...newDestination(web, end(4, '10.1.1.2', 8080), { weight: weight(0) }), kind: 'set-destination' },
  Q19: { kind: 'delete-destination', service: web, destination: end(4, '10.1.1.2', 8080) },
  Q20: { kind: 'delete-service', service: web },
  Q21: { kind: 'delete-service', service: mark(42, 4) },
  Q22: { flags: COMMAND_FLAGS, payload: encodeFlush() },
  Q23: { flags: COMMAND_FLAGS, payload: encodeZero(web) },
  Q24: { flags: COMMAND_FLAGS, payload: encodeZero(null) },
  Q28: { flags: COMMAND_FLAGS, payload: encodeTimeoutsRequest() },
  Q29: { flags: COMMAND_FLAGS, payload: encodeNewDaemon({ state: 'master', interface: 'v0', id: 5 }) },
  Q30: {
    flags: COMMAND_FLAGS,
    payload: encodeNewDaemon({ state: 'master', interface: 'v0', id: 7, group: 'ff02::81' }),
  },
  Q31: { flags: COMMAND_FLAGS, payload: encodeDeleteDaemon('master') },
  Q32: { flags: DUMP_FLAGS, payload: encodeDaemonsRequest() },
  Q26: { flags: DUMP_FLAGS, payload: encodeServicesRequest() },
  Q27: { flags: DUMP_FLAGS, payload: encodeDestinationsRequest(tcp(4, '192.0.2.10', 80)) },
}
for (const [name, request] of Object.entries(requests)) {
  const { what, bytes } = vector(name)
  test(`${name}: our request is ipvsadm's, byte for byte: ${what}`, () => {
    const sent = message(bytes)
    const ours = 'payload' in request ? request : { flags: COMMAND_FLAGS, payload: encodeCommand(request) }
    assert.equal(hex(encodeMessage({ ...sent, flags: ours.flags, payload: ours.payload })), hex(bytes))
    if ('type' in ours) assert.equal(ours.type, sent.type)
  })
}

test('every other captured request, of kinds that upalert never sends, is taken apart and put together unchanged', () => {
  const others = [...captured].filter(([name]) => !(name in requests) && /^[QK]/.test(name))
  assert.equal(others.length, 3)
  for (const [, { bytes }] of others) assert.equal(hex(encodeMessage(message(bytes))), hex(bytes))
})

test("the kernel's answer about the family gives its number", () => {
  assert.equal(decodeFamilyReply(message(vector('A1').bytes).payload), 0x1c)
})

const endings = {
  A3: [NLMSG_ERROR, 0],
  A4: [NLMSG_ERROR, 17],
  A5: [NLMSG_ERROR, 2],
  A6: [NLMSG_ERROR, 3],
  A11: [NLMSG_DONE, 0],
}
for (const [name, [type, errno]] of Object.entries(endings)) {
  test(`${name}: an answer's end is understood: ${vector(name).what}`, () => {
    const last = message(vector(name).bytes)
    assert.deepEqual([last.type, decodeErrno(last.payload)], [type, errno])
  })
}

const plain = { persistenceSeconds: 0, prefix: 32, onePacket: false, schedulerFlags: 0, engine: '', destinations: [] }
const services = {
  A7: { id: web, scheduler: 'wlc', ...plain, counters: counters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0) },
  A9: {
    id: tcp(4, '192.0.2.10', 80),
    scheduler: 'rr',
    ...plain,
    counters: counters(19, 92, 91, 5260, 5622, 2, 9, 9, 493, 527),
  },
  A10: {
    id: tcp(4, '192.0.2.10', 81),
    scheduler: 'rr',
    ...plain,
    persistenceSeconds: 60,
    counters: counters(2, 10, 10, 572, 618, 0, 1, 1, 54, 58),
  },
  A14: {
    id: web6,
    scheduler: 'rr',
    ...plain,
    persistenceSeconds: 300,
    prefix: 64,
    counters: counters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
  },
  A15: { id: mark(42, 4), scheduler: 'wlc', ...plain, counters: counters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0) },
}
for (const [name, service] of Object.entries(services)) {
  test(`${name}: a service from the kernel's list is read: ${vector(name).what}`, () => {
    assert.deepEqual(decodeService(message(vector(name).bytes).payload), service)
  })
}

const destinations = {
  A12: [
    web,
    {
      id: end(4, '10.1.2.2', 8080),
      forward: 'masq',
      weight: 1,
      upperThreshold: 0,
      lowerThreshold: 0,
      activeConnections: 1,
      inactiveConnections: 9,
      persistentConnections: 0,
      counters: counters(10, 47, 46, 2686, 2841, 1, 4, 4, 252, 266),
    },
  ],
  A13: [
    web,
    {
      id: end(4, '10.1.1.2', 8080),
      forward: 'masq',
      weight: 3,
      upperThreshold: 0,
      lowerThreshold: 0,
      activeConnections: 0,
      inactiveConnections: 9,
      persistentConnections: 0,
      counters: counters(9, 45, 45, 2574, 2781, 1, 4, 4, 241, 261),
    },
  ],
  A16: [
    web6,
    {
      id: end(6, '2001:db8::11', 443),
      forward: 'route',
      weight: 10,
      upperThreshold: 0,
      lowerThreshold: 0,
      activeConnections: 0,
      inactiveConnections: 0,
      persistentConnections: 0,
      counters: counters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    },
  ],
} as const
for (const [name, [service, expected]] of Object.entries(destinations)) {
  test(`${name}: a destination from the kernel's list is read: ${vector(name).what}`, () => {
    assert.deepEqual(decodeDestination(message(vector(name).bytes).payload, service), expected)
  })
}

test("keepalived's requests are understood as it means them", () => {
  const service = decodeService(message(vector('K1').bytes).payload)
  assert(service !== null && !isMalformed(service))
  assert.deepEqual([service.id, service.scheduler, service.persistenceSeconds], [tcp(4, '192.0.2.10', 80), 'wrr', 50])
  const destination = decodeDestination(message(vector('K2').bytes).payload, service.id)
  assert(destination !== null && !isMalformed(destination))
  assert.deepEqual([destination.id, destination.forward, destination.weight], [end(4, '10.1.1.3', 8080), 'masq', 2])
})

test('a service survives encoding and decoding', () => {
  const arbitrary = serviceId().chain((id) => fc.tuple(fc.constant(id), serviceSettings(id.family)))
  fc.assert(
    fc.property(arbitrary, ([service, settings]) => {
      // The kernel lists a service in the very form in which it is made.
      const decoded = decodeService(encodeCommand({ kind: 'new-service', service, settings }))
      assert.deepEqual(decoded, { id: service, ...settings, destinations: [] })
    }),
  )
})

test('a destination survives encoding and decoding', () => {
  const none = { activeConnections: 0, inactiveConnections: 0, persistentConnections: 0 }
  fc.assert(
    fc.property(serviceId(), family.chain(destinationId), destinationSettings, (service, destination, settings) => {
      const bytes = encodeCommand({ kind: 'new-destination', service, destination, settings })
      assert.deepEqual(decodeDestination(bytes, service), { id: destination, ...settings, ...none })
    }),
  )
})

test('which service a message is about is read the same with and without the rest of it', () => {
  fc.assert(
    fc.property(serviceId(), (service) => {
      const settings = { ...IDLE, prefix: service.family === 4 ? 32 : 128 }
      assert.deepEqual(decodeServiceId(encodeCommand({ kind: 'new-service', service, settings })), service)
      assert.deepEqual(decodeServiceId(encodeZero(service)), service)
    }),
  )
})

test('every mask is read as a prefix, or as what it is where it has holes', () => {
  const [, second] = [nestOf(0xffffff00), nestOf(0xff00ff00)].map((bytes) => decodeService(bytes))
  const first = decodeService(nestOf(0xffffff00))
  assert(first !== null && !isMalformed(first) && second != null && !isMalformed(second))
  assert.deepEqual([first.prefix, first.mask], [24, undefined])
  assert.deepEqual([second.prefix, second.mask], [-1, '255.0.255.0'])
  for (let prefix = 0; prefix <= 32; prefix += 1) {
    const decoded = decodeService(nestOf(prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0))
    assert(decoded !== null && !isMalformed(decoded))
    assert.equal(decoded.prefix, prefix)
  }
})

test('attributes that an older kernel does not send get their default', () => {
  const nest = attribute(1, Uint8Array.of(10, 1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
  const port = attribute(2, Uint8Array.of(0, 80))
  assert.deepEqual(decodeDestination(encodeGeneric(5, [nested(2, [nest, port])]), web), {
    id: end(4, '10.1.1.2', 80),
    forward: 'masq',
    weight: 0,
    upperThreshold: 0,
    lowerThreshold: 0,
    activeConnections: 0,
    inactiveConnections: 0,
    persistentConnections: 0,
  })
  const bare = decodeService(encodeDestinationsRequest(web))
  assert.deepEqual(bare, { id: web, scheduler: '', ...plain })
})

test("somebody else's service of a protocol that we do not know is passed over", () => {
  const attributes = [
    attribute(1, u16Bytes(2)),
    attribute(2, u16Bytes(1)),
    attribute(3, new Uint8Array(16)),
    attribute(4, u16Bytes(0)),
  ]
  assert.equal(decodeService(encodeGeneric(1, [nested(1, attributes)])), null)
})

test('no cut or changed byte of a captured answer makes the decoders throw', () => {
  const samples = [...captured.values()].map(({ bytes }) => bytes)
  const change = fc.record({ at: fc.nat(), to: fc.nat(255) })
  const damage = fc.tuple(fc.constantFrom(...samples), fc.nat(), fc.array(change, { maxLength: 6 }))
  fc.assert(
    fc.property(damage, ([sample, cut, changes]) => {
      const bytes = Uint8Array.from(sample.subarray(0, changes.length === 0 ? cut % sample.length : sample.length))
      for (const { at, to } of changes) bytes[at % bytes.length] = to
      const messages = decodeMessages(bytes)
      for (const payload of isMalformed(messages) ? [bytes.subarray(16)] : messages.map((one) => one.payload)) {
        decodeService(payload)
        decodeDestination(payload, web)
        decodeInfo(payload)
        decodeServiceId(payload)
        decodeTimeouts(payload)
        decodeDaemon(payload)
        decodeFamilyReply(payload)
      }
    }),
    { numRuns: 2000 },
  )
})

function tcp(of: Family, address: string, port: number): TableServiceId {
  return { kind: 'address', family: of, protocol: 'tcp', address, port }
}

function end(of: Family, address: string, port: number): TableDestinationId {
  return { family: of, address, port }
}

function newService(service: TableServiceId, changes: Partial<TableServiceSettings>) {
  const prefix = service.family === 4 ? 32 : 128
  const usual = { scheduler: 'wlc', persistenceSeconds: 0, prefix, onePacket: false, schedulerFlags: 0, engine: '' }
  return { kind: 'new-service' as const, service, settings: { ...usual, ...changes } }
}

function newDestination(
  service: TableServiceId,
  destination: TableDestinationId,
  changes: Partial<TableDestinationSettings>,
) {
  const usual = { forward: 'masq' as const, weight: weight(1), upperThreshold: 0, lowerThreshold: 0 }
  return { kind: 'new-destination' as const, service, destination, settings: { ...usual, ...changes } }
}

function counters(...numbers: readonly number[]) {
  const names = ['connections', 'packetsIn', 'packetsOut', 'bytesIn', 'bytesOut', 'connectionsPerSecond']
  names.push('packetsInPerSecond', 'packetsOutPerSecond', 'bytesInPerSecond', 'bytesOutPerSecond')
  return Object.fromEntries(names.map((name, index) => [name, numbers[index]]))
}

/** A service whose mask is these 32 bits. */
function nestOf(bits: number): Uint8Array {
  const mask = Uint8Array.of(bits >>> 24, bits >>> 16, bits >>> 8, bits)
  return encodeGeneric(1, [
    nested(1, [attribute(1, u16Bytes(2)), attribute(5, Uint8Array.of(1, 0, 0, 0)), attribute(9, mask)]),
  ])
}
