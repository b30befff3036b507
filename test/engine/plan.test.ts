import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openMemoryTable } from '../../src/edge/table/memory-table.ts'
import type { PlannedCommand } from '../../src/engine/plan.ts'
import { foreign, ownedAfter, plan } from '../../src/engine/plan.ts'
import type { Owned } from '../../src/model/state.ts'
import type { TableDestination, TableDoor, TableService, TableServiceId } from '../../src/model/table.ts'
import { endpointText, serviceText } from '../../src/model/table.ts'
import { weight } from '../../src/model/units.ts'
import type { WantedDestination, WantedService } from '../../src/model/wanted.ts'
import { plainService as settings } from '../plain-table.ts'
import { actualTable, wantedTable } from './pool-arbitraries.ts'

const web: TableServiceId = { kind: 'address', family: 4, protocol: 'tcp', address: '192.0.2.1', port: 80 }
const up = 'web/http is up on 10.1.1.2'

const vectors: {
  name: string
  wanted: WantedService[]
  actual: TableService[]
  owned?: Owned
  settled?: WantedService[]
  does: string[]
}[] = [
  {
    name: 'an empty table gets the service first, then its real servers',
    wanted: [pool(present('10.1.1.2', 2), present('10.1.1.3', 1))],
    actual: [],
    does: [
      'add tcp 192.0.2.1:80 scheduler wlc (wanted: virtual server web is configured)',
      `add 10.1.1.2:8080 masq weight 2 (wanted: ${up})`,
      `add 10.1.1.3:8080 masq weight 1 (wanted: ${up})`,
    ],
  },
  {
    name: 'a table that is as wanted is left alone',
    wanted: [pool(present('10.1.1.2', 2))],
    actual: [table(entry('10.1.1.2', 2))],
    does: [],
  },
  {
    name: 'the one that takes over comes before the one that goes',
    wanted: [pool(absent('10.1.1.2'), present('10.1.1.3', 1))],
    actual: [table(entry('10.1.1.2', 2))],
    does: [`add 10.1.1.3:8080 masq weight 1 (wanted: ${up})`, 'remove 10.1.1.2:8080 (wanted: it is down)'],
  },
  {
    name: 'weights rise before others fall',
    wanted: [pool(present('10.1.1.2', 0), present('10.1.1.3', 3))],
    actual: [table(entry('10.1.1.2', 2), entry('10.1.1.3', 0))],
    does: [`set 10.1.1.3:8080 weight 0 -> 3 (wanted: ${up})`, `set 10.1.1.2:8080 weight 2 -> 0 (wanted: ${up})`],
  },
  {
    name: 'a real server about which nothing is known stays as it is, there or not',
    wanted: [pool(asFound('10.1.1.2'), asFound('10.1.1.3'))],
    actual: [table(entry('10.1.1.2', 5))],
    does: [],
  },
  {
    name: 'a real server that somebody deleted is put back, and called drift',
    wanted: [pool(present('10.1.1.2', 2))],
    actual: [table()],
    settled: [pool(present('10.1.1.2', 2))],
    does: ['add 10.1.1.2:8080 masq weight 2 (drift: somebody else has deleted it, so it is put back)'],
  },
  {
    name: 'a weight and a scheduler that somebody changed are set back, and called drift',
    wanted: [pool(present('10.1.1.2', 2))],
    actual: [{ ...table(entry('10.1.1.2', 5)), scheduler: 'rr' }],
    settled: [pool(present('10.1.1.2', 2))],
    does: [
      'set tcp 192.0.2.1:80 scheduler rr -> wlc (drift: somebody else has changed it, so it is set back)',
      'set 10.1.1.2:8080 weight 5 -> 2 (drift: somebody else has changed it, so it is set back)',
    ],
  },
  {
    name: 'a weight that the configuration changed is no drift',
    wanted: [pool(present('10.1.1.2', 2))],
    actual: [table(entry('10.1.1.2', 5))],
    settled: [pool(present('10.1.1.2', 5))],
    does: [`set 10.1.1.2:8080 weight 5 -> 2 (wanted: ${up})`],
  },
  {
    name: 'a real server that is down and was added by hand goes again',
    wanted: [pool(absent('10.1.1.2'))],
    actual: [table(entry('10.1.1.2', 1))],
    settled: [pool(absent('10.1.1.2'))],
    does: ['remove 10.1.1.2:8080 (drift: somebody else has added it, so it is removed again: it is down)'],
  },
  {
    name: 'a real server that the configuration no longer names goes, somebody else’s stays',
    wanted: [pool(present('10.1.1.2', 2))],
    actual: [table(entry('10.1.1.2', 2), entry('10.1.1.3', 1), entry('10.1.1.4', 1))],
    owned: { 'tcp 192.0.2.1:80': ['10.1.1.2:8080', '10.1.1.3:8080'] },
    does: ['remove 10.1.1.3:8080 (unwanted: the configuration no longer names it)'],
  },
  {
    name: 'a service that the configuration no longer names goes with all that is in it',
    wanted: [],
    actual: [table(entry('10.1.1.2', 2))],
    owned: { 'tcp 192.0.2.1:80': ['10.1.1.2:8080'] },
    does: ['delete tcp 192.0.2.1:80 (unwanted: the configuration no longer names it)'],
  },
  {
    name: 'a service that the configuration no longer names stays as long as somebody else’s real server is in it',
    wanted: [],
    actual: [table(entry('10.1.1.2', 2), entry('10.1.1.9', 1))],
    owned: { 'tcp 192.0.2.1:80': ['10.1.1.2:8080'] },
    does: ['remove 10.1.1.2:8080 (unwanted: the configuration no longer names it)'],
  },
  {
    name: 'what was never ours is not touched',
    wanted: [],
    actual: [table(entry('10.1.1.2', 2))],
    does: [],
  },
]
for (const { name, wanted, actual, owned = {}, settled = null, does } of vectors) {
  test(name, () => {
    const planned = plan(wanted, actual, owned, settled)
    assert.deepEqual(
      planned.map(({ change, reason, text }) => `${change} (${reason}: ${text})`),
      does,
    )
  })
}

test('after a plan was carried out there is nothing left to plan, with what is ours before or after', () => {
  fc.assert(
    fc.property(wantedTable, actualTable, owns(), (wanted, actual, owned) => {
      const after = carriedOut(actual, plan(wanted, actual, owned, null))
      assert.deepEqual(plan(wanted, after, owned, null), [])
      assert.deepEqual(plan(wanted, after, ownedAfter(wanted, after, owned), null), [])
    }),
  )
})

test('what is foreign is mentioned in no command and is the same afterwards', () => {
  fc.assert(
    fc.property(wantedTable, actualTable, owns(), (wanted, actual, owned) => {
      const planned = plan(wanted, actual, owned, null)
      const after = carriedOut(actual, planned)
      for (const { service, destination } of foreign(wanted, actual, owned)) {
        for (const { command } of planned) {
          if (destination === null) assert.notEqual(serviceText(command.service), service)
          else if ('destination' in command && serviceText(command.service) === service) {
            assert.notEqual(endpointText(command.destination), destination)
          }
        }
        assert.deepEqual(find(after, service, destination), find(actual, service, destination))
      }
    }),
  )
})

test('a pool that can serve before and after can serve after every single command', () => {
  fc.assert(
    fc.property(wantedTable, actualTable, owns(), (wanted, actual, owned) => {
      const planned = plan(wanted, actual, owned, null)
      const steps = planned.map((_, count) => serving(carriedOut(actual, planned.slice(0, count + 1))))
      const [before, after] = [serving(actual), serving(carriedOut(actual, planned))]
      for (const service of before) {
        if (!after.has(service)) continue
        for (const step of steps) assert(step.has(service), `${service} is empty in between`)
      }
    }),
  )
})

test('what was wanted just so and is different now is drift, and nothing else is', () => {
  fc.assert(
    fc.property(wantedTable, actualTable, wantedTable, (wanted, actual, other) => {
      const same = plan(wanted, actual, {}, wanted)
      assert(same.every((step) => step.reason === 'drift'))
      assert(plan(wanted, actual, {}, null).every((step) => step.reason !== 'drift'))
      assert.deepEqual(
        plan(wanted, actual, {}, other).map((step) => step.command),
        same.map((step) => step.command),
      )
    }),
  )
})

/** Any part of all names, plain or with destinations. */
function owns(): fc.Arbitrary<Owned> {
  return actualTable.map((services) =>
    Object.fromEntries(
      services.map((service) => [serviceText(service.id), service.destinations.map((one) => endpointText(one.id))]),
    ),
  )
}

function carriedOut(actual: readonly TableService[], planned: readonly PlannedCommand[]): readonly TableService[] {
  const door = filled(actual)
  for (const { command, change } of planned) assert.deepEqual(door.apply(command), { kind: 'ok' }, change)
  const table = door.read()
  assert(table.kind === 'table')
  return table.services
}

function filled(services: readonly TableService[]): TableDoor {
  const door = openMemoryTable('for a test')
  for (const { id: service, destinations, ...settings } of services) {
    door.apply({ kind: 'new-service', service, settings })
    for (const { id: destination, ...rest } of destinations) {
      const { forward, weight, upperThreshold, lowerThreshold } = rest
      const settings = { forward, weight, upperThreshold, lowerThreshold }
      door.apply({ kind: 'new-destination', service, destination, settings })
    }
  }
  return door
}

function serving(services: readonly TableService[]): ReadonlySet<string> {
  const able = services.filter((service) => service.destinations.some((one) => one.weight > 0))
  return new Set(able.map((service) => serviceText(service.id)))
}

function find(services: readonly TableService[], service: string, destination: string | null): unknown {
  const found = services.find((one) => serviceText(one.id) === service)
  if (destination === null || found === undefined) return found
  return found.destinations.find((one) => endpointText(one.id) === destination)
}

function pool(...destinations: readonly WantedDestination[]): WantedService {
  return { name: 'web', id: web, settings, destinations, cause: null }
}

function end(address: string) {
  return { family: 4 as const, address, port: 8080 }
}

function present(address: string, share: number): WantedDestination {
  const settings = { forward: 'masq' as const, weight: weight(share), upperThreshold: 0, lowerThreshold: 0 }
  return { kind: 'present', id: end(address), settings, text: up, cause: null }
}

function absent(address: string): WantedDestination {
  return { kind: 'absent', id: end(address), text: 'it is down', cause: null }
}

function asFound(address: string): WantedDestination {
  return { kind: 'as-found', id: end(address) }
}

function table(...destinations: readonly TableDestination[]): TableService {
  return { id: web, ...settings, destinations }
}

function entry(address: string, share: number): TableDestination {
  const idle = { activeConnections: 0, inactiveConnections: 0, persistentConnections: 0 }
  return { id: end(address), forward: 'masq', weight: weight(share), upperThreshold: 0, lowerThreshold: 0, ...idle }
}
