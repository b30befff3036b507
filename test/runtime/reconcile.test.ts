import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openMemoryTable } from '../../src/edge/table/memory-table.ts'
import type { ReconcileReport } from '../../src/model/event.ts'
import { PATH_MARKS } from '../../src/model/path-marks.ts'
import type {
  TableCommand,
  TableDestinationSettings,
  TableDoor,
  TableService,
  TableServiceId,
} from '../../src/model/table.ts'
import { endpointText, serviceText } from '../../src/model/table.ts'
import { uptime, weight } from '../../src/model/units.ts'
import type { WantedService } from '../../src/model/wanted.ts'
import { reconciler } from '../../src/runtime/reconcile.ts'
import { wantedTable } from '../engine/pool-arbitraries.ts'
import { plainService as settings } from '../plain-table.ts'

const web: TableServiceId = { kind: 'address', family: 4, protocol: 'tcp', address: '192.0.2.1', port: 80 }
const other: TableServiceId = { ...web, port: 443 }
const share: TableDestinationSettings = { forward: 'masq', weight: weight(1), upperThreshold: 0, lowerThreshold: 0 }
const now = uptime(0)
const OWN = { policy: 'own', marks: PATH_MARKS } as const

test('a first pass writes the table, a second has nothing to do', () => {
  const door = openMemoryTable('for a test')
  const { pass } = reconciler(door)
  const first = pass([pool('10.1.1.2', '10.1.1.3')], {}, now)
  assert.deepEqual(told(first), [
    'OK add tcp 192.0.2.1:80 scheduler wlc',
    'OK add 10.1.1.2:8080 masq weight 1',
    'OK add 10.1.1.3:8080 masq weight 1',
  ])
  assert.deepEqual(first.owned, { 'tcp 192.0.2.1:80': ['10.1.1.2:8080', '10.1.1.3:8080'] })
  assert.deepEqual(pass([pool('10.1.1.2', '10.1.1.3')], first.owned, now).changes, [])
})

test('a real server deleted behind our back is put back, and a service of somebody else is not touched', () => {
  const door = openMemoryTable('for a test')
  const { pass } = reconciler(door)
  door.apply({ kind: 'new-service', service: other, settings })
  door.apply({ kind: 'new-destination', service: other, destination: end('10.9.9.9'), settings: share })
  const { owned } = pass([pool('10.1.1.2')], {}, now)
  door.apply({ kind: 'delete-destination', service: web, destination: end('10.1.1.2') })
  const report = pass([pool('10.1.1.2')], owned, now)
  assert.deepEqual(
    report.changes.map(({ change, reason }) => [change, reason]),
    [['add 10.1.1.2:8080 masq weight 1', 'drift']],
  )
  assert.equal(services(door).find((one) => serviceText(one.id) === serviceText(other))?.destinations.length, 1)
})

test('what the kernel refuses is told once, tried again ever more seldom, and told again when it succeeds', () => {
  const { door, refuse, sent } = watched(openMemoryTable('for a test'))
  const { pass } = reconciler(door)
  refuse.set('new-destination', 'EINVAL')
  const first = pass([pool('10.1.1.2')], {}, now)
  assert.deepEqual(told(first), ['OK add tcp 192.0.2.1:80 scheduler wlc', 'EINVAL add 10.1.1.2:8080 masq weight 1'])
  const times: number[] = []
  for (let second = 1; second <= 3600; second += 1) {
    sent.length = 0
    assert.deepEqual(told(pass([pool('10.1.1.2')], first.owned, uptime(second * 1000))), [])
    if (sent.length > 0) times.push(second)
  }
  assert.deepEqual(times.slice(0, 7), [5, 15, 35, 75, 155, 315, 615])
  refuse.clear()
  const last = pass([pool('10.1.1.2')], first.owned, uptime(7_200_000))
  assert.deepEqual(told(last), ['OK add 10.1.1.2:8080 masq weight 1'])
  assert.deepEqual(
    last.changes.map((one) => one.reason),
    ['wanted'],
  )
})

test('a service that cannot be made is told once, without a line for each of its real servers', () => {
  const { door, refuse } = watched(openMemoryTable('for a test'))
  refuse.set('new-service', 'ENOENT')
  const report = reconciler(door).pass([pool('10.1.1.2', '10.1.1.3')], {}, now)
  assert.deepEqual(told(report), ['ENOENT add tcp 192.0.2.1:80 scheduler wlc'])
})

test('without permission the pass ends at the first refusal', () => {
  const { door, refuse, sent } = watched(openMemoryTable('for a test'))
  refuse.set('new-service', 'EPERM')
  const report = reconciler(door).pass([pool('10.1.1.2'), { ...pool('10.1.1.2'), id: other }], {}, now)
  assert.deepEqual(told(report), ['EPERM add tcp 192.0.2.1:80 scheduler wlc'])
  assert.equal(sent.length, 1)
})

test('a table that cannot be read is told once, and once more when it can be read again', () => {
  const memory = openMemoryTable('for a test')
  let broken = true
  const error = { kind: 'error' as const, errno: 'ENOBUFS', text: 'no luck' }
  const { pass } = reconciler({ ...memory, read: () => (broken ? error : memory.read()) })
  const owned = { 'tcp 192.0.2.1:80': ['10.1.1.2:8080'] }
  assert.deepEqual(told(pass([], owned, now)), ['ENOBUFS read the table'])
  assert.deepEqual(pass([], owned, now), { where: 'memory', changes: [], owned, connections: [] })
  broken = false
  assert.deepEqual(told(pass([], owned, now)), ['OK read the table'])
})

test('a change that the kernel accepts but does not show is told once', () => {
  const memory = openMemoryTable('for a test')
  const deaf: TableDoor = {
    ...memory,
    apply: (command) => ('destination' in command ? { kind: 'ok' } : memory.apply(command)),
    applyAll: (commands) => commands.map((command) => deaf.apply(command)),
  }
  const { pass } = reconciler(deaf)
  const first = pass([pool('10.1.1.2')], {}, now)
  assert.deepEqual(told(first), ['OK add tcp 192.0.2.1:80 scheduler wlc', 'UNVERIFIED add 10.1.1.2:8080 masq weight 1'])
  for (const time of [1000, 6000, 60_000])
    assert.deepEqual(pass([pool('10.1.1.2')], first.owned, uptime(time)).changes, [])
})

const races: { name: string; stale: TableService[]; meanwhile: TableCommand[]; wanted: WantedService[] }[] = [
  {
    name: 'somebody made the service and the real server meanwhile',
    stale: [],
    meanwhile: [
      { kind: 'new-service', service: web, settings: { ...settings, scheduler: 'rr' } },
      { kind: 'new-destination', service: web, destination: end('10.1.1.2'), settings: { ...share, forward: 'route' } },
    ],
    wanted: [pool('10.1.1.2')],
  },
  {
    name: 'somebody deleted the whole service meanwhile',
    stale: [{ id: web, ...settings, destinations: [] }],
    meanwhile: [],
    wanted: [pool('10.1.1.2')],
  },
  {
    name: 'somebody deleted the real server meanwhile',
    stale: [{ id: web, ...settings, destinations: [entry('10.1.1.2', 5)] }],
    meanwhile: [{ kind: 'new-service', service: web, settings }],
    wanted: [pool('10.1.1.2')],
  },
  {
    name: 'somebody deleted meanwhile what was to be deleted',
    stale: [{ id: other, ...settings, destinations: [] }],
    meanwhile: [],
    wanted: [],
  },
]
for (const { name, stale, meanwhile, wanted } of races) {
  test(`one pass is enough also when ${name}`, () => {
    const memory = openMemoryTable('for a test')
    for (const command of meanwhile) memory.apply(command)
    let reads = 0
    const door: TableDoor = {
      ...memory,
      read() {
        reads += 1
        return reads === 1 ? { kind: 'table', services: stale } : memory.read()
      },
    }
    const { pass } = reconciler(door)
    const report = pass(wanted, { [serviceText(other)]: [] }, now)
    assert(
      report.changes.every((change) => change.outcome === 'OK'),
      JSON.stringify(report),
    )
    assert.deepEqual(pass(wanted, report.owned, now).changes, [])
  })
}

test('whatever is wanted next, one pass brings it about and the next has nothing to do', () => {
  fc.assert(
    fc.property(fc.array(wantedTable, { maxLength: 5 }), (tables) => {
      const { pass } = reconciler(openMemoryTable('for a test'))
      let owned = {}
      for (const wanted of tables) {
        const report = pass(wanted, owned, now)
        owned = report.owned
        assert(report.changes.every(({ outcome, reason }) => outcome === 'OK' && reason !== 'drift'))
        assert.deepEqual(pass(wanted, owned, now), { where: 'memory', changes: [], owned, connections: [] })
      }
    }),
  )
})

test('observe tells drift once and leaves it, and still does what the verdicts want', () => {
  const door = openMemoryTable('for a test')
  const { pass } = reconciler(door)
  const observe = (wanted: WantedService[], owned: ReconcileReport['owned'], time = 0) =>
    pass(wanted, owned, uptime(time), { policy: 'observe', marks: PATH_MARKS })
  const { owned } = observe([pool('10.1.1.2', '10.1.1.3')], {})
  door.apply({ kind: 'delete-destination', service: web, destination: end('10.1.1.2') })
  assert.deepEqual(told(observe([pool('10.1.1.2', '10.1.1.3')], owned)), ['LEFT add 10.1.1.2:8080 masq weight 1'])
  assert.deepEqual(told(observe([pool('10.1.1.2', '10.1.1.3')], owned)), [])
  assert.deepEqual(told(observe([pool('10.1.1.2', '10.1.1.4')], owned)), [
    'OK add 10.1.1.4:8080 masq weight 1',
    'OK remove 10.1.1.3:8080',
  ])
  assert.deepEqual(told(observe([pool('10.1.1.2', '10.1.1.4')], owned)), [])
  assert.deepEqual(ends(door), ['10.1.1.4:8080'])
})

test('own removes whatever the configuration does not name', () => {
  const door = openMemoryTable('for a test')
  const { pass } = reconciler(door)
  door.apply({ kind: 'new-service', service: other, settings })
  door.apply({ kind: 'new-service', service: web, settings })
  door.apply({ kind: 'new-destination', service: web, destination: end('10.9.9.9'), settings: share })
  const report = pass([pool('10.1.1.2')], {}, now, OWN)
  assert.deepEqual(told(report), [
    'OK add 10.1.1.2:8080 masq weight 1',
    'OK remove 10.9.9.9:8080',
    'OK delete tcp 192.0.2.1:443',
  ])
  assert.deepEqual(ends(door), ['10.1.1.2:8080'])
})

test('observe tells the same drift of two virtual servers twice', () => {
  const door = openMemoryTable('for a test')
  const { pass } = reconciler(door)
  const both = [pool('10.1.1.2'), { ...pool('10.1.1.2'), name: 'other', id: other }]
  const observe = (owned: ReconcileReport['owned']) => pass(both, owned, now, { policy: 'observe', marks: PATH_MARKS })
  const { owned } = observe({})
  for (const service of [web, other]) {
    door.apply({ kind: 'delete-destination', service, destination: end('10.1.1.2') })
    assert.deepEqual(told(observe(owned)), ['LEFT add 10.1.1.2:8080 masq weight 1'])
  }
})

test('own says that somebody else made what it removes, and that the configuration dropped what it did', () => {
  const door = openMemoryTable('for a test')
  const { pass } = reconciler(door)
  const { owned } = pass([pool('10.1.1.2', '10.1.1.3')], {}, now, OWN)
  door.apply({ kind: 'new-destination', service: web, destination: end('10.9.9.9'), settings: share })
  const report = pass([pool('10.1.1.2')], owned, now, OWN)
  assert.deepEqual(
    report.changes.map(({ change, reason, text }) => [change, reason, text]),
    [
      ['remove 10.1.1.3:8080', 'unwanted', 'the configuration no longer names it'],
      ['remove 10.9.9.9:8080', 'drift', 'somebody else has made it, so it is removed (drift = own)'],
    ],
  )
})

test('own leaves the virtual servers by which checks go down the client’s path', () => {
  const door = openMemoryTable('for a test')
  const { pass } = reconciler(door)
  const path: TableServiceId = { kind: 'mark', family: 4, mark: PATH_MARKS.base + 7 }
  const elsewhere: TableServiceId = { kind: 'mark', family: 4, mark: 7 }
  const plain = { ...settings, scheduler: 'rr' }
  for (const service of [path, elsewhere]) {
    door.apply({ kind: 'new-service', service, settings: plain })
    door.apply({ kind: 'new-destination', service, destination: end('10.1.1.2'), settings: share })
  }
  assert.deepEqual(told(pass([], {}, now, OWN)), ['OK delete fwmark 7'])
  assert.deepEqual(
    services(door).map(({ id }) => id),
    [path],
  )
})

test('what somebody changes back each time is told to be somebody', () => {
  const door = openMemoryTable('for a test')
  const { pass } = reconciler(door)
  const { owned } = pass([pool('10.1.1.2')], {}, now)
  const texts = [5, 10, 15, 20].map((second) => {
    door.apply({ kind: 'delete-destination', service: web, destination: end('10.1.1.2') })
    return pass([pool('10.1.1.2')], owned, uptime(second * 1000)).changes[0]?.text ?? ''
  })
  assert.deepEqual(
    texts.map((text) => /put back (\d) times in a row: another upalert, keepalived or a script/.exec(text)?.[1] ?? ''),
    ['', '', '3', '4'],
  )
})

test('what the kernel refuses again and again is not counted as put back', () => {
  const { door, refuse } = watched(openMemoryTable('for a test'))
  const { pass } = reconciler(door)
  const { owned } = pass([pool('10.1.1.2')], {}, now)
  door.apply({ kind: 'delete-destination', service: web, destination: end('10.1.1.2') })
  refuse.set('new-destination', 'EINVAL')
  for (const second of [5, 10, 15, 20]) pass([pool('10.1.1.2')], owned, uptime(second * 1000))
  refuse.clear()
  const texts = pass([pool('10.1.1.2')], owned, uptime(60_000)).changes.map(({ text }) => text)
  assert.deepEqual(texts, ['it is up'])
})

test('connections are reported of those that are drained, and of nobody else', () => {
  const memory = openMemoryTable('for a test')
  const door: TableDoor = { ...memory, read: () => busy(memory.read()) }
  const [web2] = [pool('10.1.1.2', '10.1.1.3')]
  const destinations = web2.destinations.map((one, i) => (i === 0 ? { ...one, draining: true as const } : one))
  const report = reconciler(door).pass([{ ...web2, destinations }], {}, now)
  assert.deepEqual(report.connections, [
    { service: 'tcp 192.0.2.1:80', destination: '10.1.1.2:8080', active: 7, persistent: 1 },
  ])
})

function busy(table: ReturnType<TableDoor['read']>): ReturnType<TableDoor['read']> {
  if (table.kind === 'error') return table
  const counts = { activeConnections: 7, inactiveConnections: 3, persistentConnections: 1 }
  const withCounts = (one: TableService): TableService => ({
    ...one,
    destinations: one.destinations.map((destination) => ({ ...destination, ...counts })),
  })
  return { kind: 'table', services: table.services.map(withCounts) }
}

const ends = (door: TableDoor): string[] =>
  services(door).flatMap(({ destinations }) => destinations.map((one) => endpointText(one.id)))

function told(report: ReconcileReport): string[] {
  return report.changes.map(({ outcome, change }) => `${outcome} ${change}`)
}

/** A door that refuses what it is told to refuse, and remembers what was sent. */
function watched(door: TableDoor) {
  const refuse = new Map<string, string>()
  const sent: TableCommand[] = []
  const apply = (command: TableCommand) => {
    sent.push(command)
    const errno = refuse.get(command.kind)
    return errno === undefined ? door.apply(command) : { kind: 'error' as const, errno, text: 'refused for a test' }
  }
  return { door: { ...door, apply, applyAll: (all: readonly TableCommand[]) => all.map(apply) }, refuse, sent }
}

function services(door: TableDoor): readonly TableService[] {
  const table = door.read()
  assert(table.kind === 'table')
  return table.services
}

function pool(...addresses: readonly string[]): WantedService {
  const destinations = addresses.map((address) => ({
    kind: 'present' as const,
    id: end(address),
    settings: share,
    text: 'it is up',
    cause: null,
  }))
  return { name: 'web', id: web, settings, destinations, cause: null }
}

function end(address: string) {
  return { family: 4 as const, address, port: 8080 }
}

function entry(address: string, of: number) {
  const idle = { activeConnections: 0, inactiveConnections: 0, persistentConnections: 0 }
  return { id: end(address), ...share, weight: weight(of), ...idle }
}
