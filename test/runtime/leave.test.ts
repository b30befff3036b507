import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMemoryTable } from '../../src/edge/table/memory-table.ts'
import type { TableDoor, TableService, TableServiceId } from '../../src/model/table.ts'
import { endpointText, serviceText } from '../../src/model/table.ts'
import { seconds, weight } from '../../src/model/units.ts'
import { clearTable, drainTable } from '../../src/runtime/leave.ts'
import { FakeTime } from './fake-time.ts'

const web: TableServiceId = { kind: 'address', family: 4, protocol: 'tcp', address: '192.0.2.1', port: 80 }
const dns: TableServiceId = { ...web, protocol: 'udp', port: 53 }
const theirs: TableServiceId = { ...web, port: 9999 }
const settings = {
  ...{ scheduler: 'wlc', persistenceSeconds: 0, prefix: 32 },
  ...{ onePacket: false, schedulerFlags: 0, engine: '' },
}
const OWNED = { 'tcp 192.0.2.1:80': ['10.1.1.2:80', '10.1.1.3:80'], 'udp 192.0.2.1:53': ['10.1.1.2:80'] }

/** A table with ours and theirs; `busy` has the connections of an end, by service and end. */
function table(busy: ReadonlyMap<string, Partial<TableService['destinations'][number]>> = new Map()) {
  const memory = openMemoryTable('for a test')
  for (const [service, ends] of [
    [web, ['10.1.1.2', '10.1.1.3']],
    [dns, ['10.1.1.2']],
    [theirs, ['10.9.9.9']],
  ] as const) {
    memory.apply({ kind: 'new-service', service, settings })
    for (const address of ends) memory.apply(entry(service, address))
  }
  const door: TableDoor = {
    ...memory,
    read() {
      const read = memory.read()
      if (read.kind === 'error') return read
      const counted = (service: TableService): TableService => ({
        ...service,
        destinations: service.destinations.map((one) => ({
          ...one,
          ...busy.get(`${serviceText(service.id)} ${endpointText(one.id)}`),
        })),
      })
      return { kind: 'table', services: read.services.map(counted) }
    },
  }
  return door
}

function entry(service: TableServiceId, address: string) {
  const share = { forward: 'masq', weight: weight(2), upperThreshold: 0, lowerThreshold: 0 } as const
  return { kind: 'new-destination', service, destination: { family: 4, address, port: 80 }, settings: share } as const
}

/** `tcp 192.0.2.1:80 10.1.1.2:80=2`, and a service without entries alone. */
function lines(door: TableDoor): string[] {
  const read = door.read()
  assert(read.kind === 'table')
  return read.services.flatMap(({ id, destinations }) =>
    destinations.length === 0
      ? [serviceText(id)]
      : destinations.map((one) => `${serviceText(id)} ${endpointText(one.id)}=${one.weight}`),
  )
}

const THEIRS = 'tcp 192.0.2.1:9999 10.9.9.9:80=2'

function doors(time: FakeTime) {
  return {
    now: time.now,
    sleep: (ms: Parameters<FakeTime['after']>[0]) => new Promise<void>((done) => void time.after(ms, done)),
  }
}

test('ours goes, and what somebody else made stays, also inside ours', () => {
  const door = table()
  assert.deepEqual(clearTable(door, OWNED), { removed: 2, trouble: '' })
  assert.deepEqual(lines(door), [THEIRS])
  const shared = table()
  shared.apply(entry(web, '10.1.1.99'))
  clearTable(shared, OWNED)
  assert.deepEqual(lines(shared), ['tcp 192.0.2.1:80 10.1.1.99:80=2', THEIRS])
})

test('a table that cannot be read or changed is told, and nothing is thrown', () => {
  const error = { kind: 'error', errno: 'EPERM', text: 'it needs CAP_NET_ADMIN' } as const
  assert.deepEqual(clearTable({ ...table(), read: () => error }, OWNED), { removed: 0, trouble: error.text })
  const refusing = table()
  const door: TableDoor = { ...refusing, applyAll: (commands) => commands.map(() => error) }
  assert.deepEqual(clearTable(door, OWNED), { removed: 0, trouble: error.text })
})

test('a drain gives weight 0 at once, waits for the last connection, and leaves early', async () => {
  const time = new FakeTime()
  const busy = new Map([['tcp 192.0.2.1:80 10.1.1.3:80', { activeConnections: 1 }]])
  const door = table(busy)
  const drained = drainTable(door, OWNED, seconds(30), doors(time))
  assert.deepEqual(lines(door), [
    ...['tcp 192.0.2.1:80 10.1.1.2:80=0', 'tcp 192.0.2.1:80 10.1.1.3:80=0'],
    ...['udp 192.0.2.1:53 10.1.1.2:80=0', THEIRS],
  ])
  await time.go(5_000)
  assert.equal(lines(door).length, 4, 'it waits')
  busy.clear()
  await time.go(500)
  assert.deepEqual(await drained, { removed: 2, trouble: '', cut: 0 })
  assert.deepEqual(lines(door), [THEIRS])
})

test('a drain ends at its limit, and says how many connections it cut; theirs do not count', async () => {
  const time = new FakeTime()
  const busy = new Map([
    ['tcp 192.0.2.1:80 10.1.1.3:80', { activeConnections: 2, inactiveConnections: 9 }],
    ['udp 192.0.2.1:53 10.1.1.2:80', { inactiveConnections: 3 }],
    ['tcp 192.0.2.1:9999 10.9.9.9:80', { activeConnections: 100 }],
  ])
  const door = table(busy)
  const drained = drainTable(door, OWNED, seconds(30), doors(time))
  await time.go(29_999)
  assert.equal(lines(door).length, 4)
  await time.go(501)
  assert.deepEqual(await drained, { removed: 2, trouble: '', cut: 5 })
  assert.deepEqual(lines(door), [THEIRS])
})

test('without connections, or without time, a drain does not wait', async () => {
  const time = new FakeTime()
  assert.equal((await drainTable(table(), OWNED, seconds(30), doors(time))).cut, 0)
  const busy = new Map([['tcp 192.0.2.1:80 10.1.1.3:80', { activeConnections: 2 }]])
  assert.equal((await drainTable(table(busy), OWNED, seconds(0), doors(time))).cut, 2)
})
