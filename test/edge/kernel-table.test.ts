/** The kernel's door when the kernel has a bad day. With a real one it is test/peers/uml/door.test.ts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exchangeOn } from '../../src/edge/table/exchange.ts'
import { kernelDoor } from '../../src/edge/table/kernel-table.ts'
import type { TableCommand, TableDoor, TableServiceId } from '../../src/model/table.ts'
import { weight } from '../../src/model/units.ts'
import { NLM_F_DUMP_INTR } from '../../src/wire/ipvs/netlink.ts'
import { plainService as settings } from '../plain-table.ts'
import { type Faults, fakeKernel } from './fake-kernel.ts'

const FAMILY = 0x1c
const share = { forward: 'masq' as const, weight: weight(1), upperThreshold: 0, lowerThreshold: 0 }

test('one change is one netlink message, one acknowledgement', () => {
  const { door, kernel } = opened()
  assert.deepEqual(door.apply(newService(1)), { kind: 'ok' })
  assert.deepEqual(kernel.sent, [1])
})

test('a thousand changes go out in a few datagrams, and every answer finds its command', () => {
  const { door, kernel } = opened()
  const commands = Array.from({ length: 1000 }, (_, n) => (n % 7 === 6 ? newService(n - 1) : newService(n)))
  assert.deepEqual(
    errnos(door, commands),
    commands.map((_, n) => (n % 7 === 6 ? 'EEXIST' : 'ok')),
  )
  assert.deepEqual(kernel.sent, [128, 128, 128, 128, 128, 128, 128, 104])
})

test('a lost acknowledgement is asked for again, of each by itself', () => {
  const { door, kernel } = opened({ answer: (datagram, count) => (count === 1 ? null : datagram) })
  assert.deepEqual(errnos(door, [1, 2, 3, 4, 5].map(newService)), ['ok', 'ok', 'ok', 'ok', 'ok'])
  assert.deepEqual(kernel.sent, [5, 5])
})

test('a refusal that may have been lost is asked for again', () => {
  const { door, kernel } = opened({
    answer: (datagram, count) => (count === 1 ? null : datagram),
    receive: (count) => (count === 1 ? 'ENOBUFS' : null),
  })
  const commands = [newService(1), newDestination(9, 1), newService(2)]
  assert.deepEqual(errnos(door, commands), ['ok', 'ESRCH', 'ok'])
  assert.deepEqual(kernel.sent, [3, 2])
})

test('a change that is refused although its first answer was lost is refused', () => {
  const { door } = opened({ answer: (datagram, count) => (count === 1 ? null : datagram) })
  assert.deepEqual(errnos(door, [newDestination(1, 1)]), ['ESRCH'])
})

test('acknowledgements that never come are given up, and the answer says that the table must be looked at', () => {
  const { door, kernel } = opened({ answer: () => null })
  const answer = door.apply(newService(1))
  assert(answer.kind === 'error')
  assert.match(answer.text, /was lost: the table shows whether it was carried out/)
  assert.equal(kernel.sent.length, 5)
})

test('a full receive buffer is made larger', () => {
  const { door, kernel } = opened({ receive: (count) => (count === 1 ? 'ENOBUFS' : null) })
  assert.deepEqual(errnos(door, [1, 2, 3].map(newService)), ['ok', 'ok', 'ok'])
  assert(kernel.grown.length === 2 && Number(kernel.grown[1]) > Number(kernel.grown[0]))
})

test('a datagram that the kernel finds too large is cut into smaller ones, in the same order', () => {
  const { door, kernel } = opened({ send: (count) => (count < 3 ? 'EMSGSIZE' : null) })
  const commands = Array.from({ length: 20 }, (_, n) => [newService(n), newDestination(n, 1)]).flat()
  assert.deepEqual(
    errnos(door, commands),
    commands.map(() => 'ok'),
  )
  assert.deepEqual(kernel.sent, [8, 8, 8, 8, 8])
})

test('a datagram that was not taken is sent again before any later one', () => {
  const { door } = opened({ send: (count) => (count % 2 === 1 ? 'ENOBUFS' : null) })
  const commands = Array.from({ length: 300 }, (_, n) => (n === 0 ? newService(1) : newDestination(1, n)))
  assert.deepEqual(
    errnos(door, commands),
    commands.map(() => 'ok'),
  )
})

const oddities: { name: string; faults: () => Faults }[] = [
  { name: 'an interrupted call', faults: () => ({ receive: (count) => (count % 3 === 1 ? 'EINTR' : null) }) },
  { name: 'a list that was overrun', faults: () => ({ receive: (count) => (count === 1 ? 'ENOBUFS' : null) }) },
  { name: 'a list that the kernel calls torn', faults: () => ({ answer: tornOnce() }) },
  {
    name: 'an earlier list still under way',
    faults: () => ({ refuseList: (_, count) => (count === 2 ? 'EBUSY' : null) }),
  },
  { name: 'a datagram larger than the buffer', faults: () => ({}) },
  { name: 'a list in many datagrams', faults: () => ({ perDatagram: 3 }) },
]
for (const { name, faults } of oddities) {
  test(`${name} changes nothing about what is read`, () => {
    const { door, kernel } = opened(faults())
    // Six hundred services or real servers are more than 64 KiB.
    const last = name === 'a datagram larger than the buffer' ? 600 : 20
    for (let n = 0; n < last; n += 1) kernel.table.apply(newService(n))
    for (let n = 0; n < last; n += 1) kernel.table.apply(newDestination(1, n))
    assert.deepEqual(read(door), read(kernel.table))
  })
}

test('a service that goes between the list of services and its own is gone from what is read', () => {
  const { door, kernel } = opened({
    refuseList: (what, count) => (what === 'destinations' && count === 3 ? 'ESRCH' : null),
    beforeList: (_, count) => {
      if (count === 2) kernel.table.apply({ kind: 'delete-service', service: service(2) })
    },
  })
  for (const n of [1, 2, 3]) kernel.table.apply(newService(n))
  assert.deepEqual(read(door), read(kernel.table))
  assert.equal(read(door).length, 2)
})

test('a service that comes while the table is read is in it', () => {
  const { door, kernel } = opened({
    beforeList: (what, count) => {
      if (what === 'destinations' && count === 3) kernel.table.apply(newService(9))
    },
  })
  for (const n of [1, 2, 3]) kernel.table.apply(newService(n))
  assert.equal(read(door).length, 4)
})

test('a real server that moves within a long list while it is read is not missed', () => {
  let changes = 0
  const { door, kernel } = opened({
    perDatagram: 4,
    beforeList: (what) => {
      changes += 1
      if (what !== 'destinations' || changes > 6) return
      kernel.table.apply({ kind: 'delete-destination', service: service(1), destination: end(1) })
      kernel.table.apply(newDestination(1, 1))
    },
  })
  kernel.table.apply(newService(1))
  for (let n = 1; n < 12; n += 1) kernel.table.apply(newDestination(1, n))
  assert.deepEqual(read(door), read(kernel.table))
})

test('a table that never stands still is read as it was last, not for ever', () => {
  let next = 100
  const { door, kernel } = opened({
    beforeList: () => {
      next += 1
      kernel.table.apply(newService(next))
    },
  })
  kernel.table.apply(newService(1))
  assert(read(door).length > 0)
  assert(kernel.sent.length < 100)
})

test('a list that the kernel always calls torn is an error that says so', () => {
  const { door, kernel } = opened({ answer: torn })
  kernel.table.apply(newService(1))
  const answer = door.read()
  assert(answer.kind === 'error')
  assert.equal(answer.errno, 'EINTR')
  assert.match(answer.text, /kept changing while it was read; it will be read again/)
})

test('bytes that are no messages are an error that names the place', () => {
  const { door, kernel } = opened({ answer: (datagram) => datagram.subarray(0, 18) })
  kernel.table.apply(newService(1))
  const answer = door.read()
  assert(answer.kind === 'error')
  assert.equal(answer.errno, 'EPROTO')
  assert.match(answer.text, /cannot be read: the message at byte 0 says/)
})

function opened(faults: Faults = {}) {
  const kernel = fakeKernel(faults)
  return { kernel, door: kernelDoor(exchangeOn(kernel.socket), FAMILY) }
}

function errnos(door: TableDoor, commands: readonly TableCommand[]): string[] {
  return door.applyAll(commands).map((answer) => (answer.kind === 'ok' ? 'ok' : answer.errno))
}

function read(door: TableDoor) {
  const table = door.read()
  assert(table.kind === 'table', JSON.stringify(table))
  return table.services
}

/** Sets the flag by which a family that counts its changes says that a list is torn. */
function torn(datagram: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(datagram)
  new DataView(changed.buffer).setUint16(6, NLM_F_DUMP_INTR | 2, new Uint8Array(new Uint16Array([1]).buffer)[0] === 1)
  return changed
}

function tornOnce(): (datagram: Uint8Array, count: number) => Uint8Array {
  return (datagram, count) => (count === 2 ? torn(datagram) : datagram)
}

function service(n: number): TableServiceId {
  return { kind: 'address', family: 4, protocol: 'tcp', address: `10.0.${n >> 8}.${n & 255}`, port: 80 }
}

function end(n: number) {
  return { family: 4 as const, address: `10.1.${n >> 8}.${1 + (n & 127)}`, port: 8000 + n }
}

function newService(n: number): TableCommand {
  return { kind: 'new-service', service: service(n), settings }
}

function newDestination(n: number, of: number): TableCommand {
  return { kind: 'new-destination', service: service(n), destination: end(of), settings: share }
}
