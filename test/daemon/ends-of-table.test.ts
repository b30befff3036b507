import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drainMost, leaveTable, prepareTable } from '../../src/daemon/ends-of-table.ts'
import { openMemoryTable } from '../../src/edge/table/memory-table.ts'
import { wantedTable } from '../../src/engine/pool/wanted.ts'
import { restoredState } from '../../src/engine/restore.ts'
import type { EventBody } from '../../src/model/event.ts'
import { host } from '../../src/model/names.ts'
import type { Saved } from '../../src/model/state.ts'
import { endpointText, serviceText, type TableDoor, type TableServiceId } from '../../src/model/table.ts'
import { KEEP_TABLE, type TableSettings } from '../../src/model/table-settings.ts'
import { seconds, uptime, weight } from '../../src/model/units.ts'
import { reconciler } from '../../src/runtime/reconcile.ts'
import { at, checked, model, Run, real, result, service, virtual } from '../engine/build.ts'

const settings = {
  ...{ scheduler: 'wlc', persistenceSeconds: 0, prefix: 32 },
  ...{ onePacket: false, schedulerFlags: 0, engine: '' },
}
const share = { forward: 'masq', weight: weight(1), upperThreshold: 0, lowerThreshold: 0 } as const

/** A table in which a former run and somebody else have left something, and a daemon that remembers nothing of it. */
function left(onStart: 'keep' | 'clear') {
  const of = virtual([real('10.1.1.1')])
  const plain = model([], [of])
  const table = { ...plain.settings.table, onStart }
  const state = restoredState({ ...plain, settings: { ...plain.settings, table } }, null, null, at(0))
  const door = openMemoryTable('for a test')
  const [ours] = of.services
  assert(ours?.kind === 'address')
  const theirs: TableServiceId = { ...ours, port: 9999 }
  for (const service of [ours, theirs]) door.apply({ kind: 'new-service', service, settings })
  for (const address of ['10.1.1.1', '10.9.9.9']) {
    const destination = { family: 4, address, port: 80 } as const
    door.apply({ kind: 'new-destination', service: ours, destination, settings: share })
  }
  const said = prepareTable({ table: door, loop: { state: () => state, post: () => [] } })
  const read = door.read()
  assert(read.kind === 'table')
  const entries = read.services.flatMap(({ destinations }) => destinations.map(({ id }) => endpointText(id)))
  return { said, services: read.services.length, entries }
}

test('on_start = clear removes what the configuration names, though nothing is remembered; what others made stays', () => {
  const { said, services, entries } = left('clear')
  assert.deepEqual([services, entries], [2, ['10.9.9.9:80']])
  assert.deepEqual(said, ['on_start = clear: our part of the IPVS table was removed, and is made anew (1 command)'])
})

test('on_start = keep leaves the table as it is found, and says nothing', () => {
  assert.deepEqual(left('keep'), { said: [], services: 2, entries: ['10.1.1.1:80', '10.9.9.9:80'] })
})

const address = (port: number): TableServiceId => ({
  kind: 'address',
  family: 4,
  protocol: 'tcp',
  address: '192.0.2.1',
  port,
})

/** A daemon whose virtual servers `port N` say these at a stop, with its table as it stands. */
function running(own: readonly (TableSettings['onStop'] | null)[], onStop: TableSettings['onStop'] = 'keep') {
  const virtuals = own.map((its, i) => ({
    ...virtual([real('10.1.1.1')]),
    name: `port ${i + 1}`,
    services: [address(i + 1)],
    onStop: its,
  }))
  const plain = model([], virtuals)
  const of = { ...plain, settings: { ...plain.settings, table: { ...plain.settings.table, onStop } } }
  const door = openMemoryTable('for a test')
  for (const { services } of virtuals) {
    for (const service of services) {
      door.apply({ kind: 'new-service', service, settings })
      const destination = { family: 4, address: '10.1.1.1', port: 80 } as const
      door.apply({ kind: 'new-destination', service, destination, settings: share })
    }
  }
  const owned = Object.fromEntries(
    virtuals.flatMap((one) => one.services.map((id) => [serviceText(id), ['10.1.1.1:80']])),
  )
  const state = { ...restoredState(of, null, null, at(0)), owned }
  return { table: door, loop: { state: () => state } }
}

const remaining = (table: TableDoor): string[] => {
  const read = table.read()
  assert(read.kind === 'table')
  return read.services.map(({ id }) => serviceText(id))
}

test('at a stop each virtual server stays or goes as it says, else as the globals say', async () => {
  const some = running(['clear', null, 'drain', 'keep'])
  await leaveTable(some)
  assert.deepEqual(remaining(some.table), ['tcp 192.0.2.1:2', 'tcp 192.0.2.1:4'])
  const rest = running([null, 'keep', 'drain'], 'clear')
  await leaveTable(rest)
  assert.deepEqual(remaining(rest.table), ['tcp 192.0.2.1:2'])
})

test('a stop waits for connections only where something is drained', () => {
  assert.equal(drainMost(running([null, 'clear'])), 0)
  assert.equal(drainMost(running([null, 'drain'])), KEEP_TABLE.drainMost)
  assert.equal(drainMost(running([null], 'drain')), KEEP_TABLE.drainMost)
})

test('a start tells what it finds in the table where weights count on it, and nobody else', () => {
  for (const [doubling, events] of [
    [null, []],
    [
      { share: 32, every: seconds(20) },
      [['table-found', new Map([['tcp 192.0.2.1:1', new Map([['10.1.1.1:80', 1]])]])]],
    ],
  ] as const) {
    const { table, loop } = running([null])
    const state = loop.state()
    const of = { ...state.model, virtuals: state.model.virtuals.map((one) => ({ ...one, doubling })) }
    const told: EventBody[] = []
    const post = (event: EventBody) => {
      told.push(event)
      return []
    }
    prepareTable({ table, loop: { state: () => ({ ...state, model: of }), post } })
    assert.deepEqual(
      told.map((event) => (event.kind === 'table-found' ? [event.kind, event.weights] : [])),
      events,
    )
  }
})

test('a daemon that ends in the middle of a ramp and starts again finds its table as it wants it, and goes on from there', () => {
  const web = address(1)
  const check = service({ hosts: [host('10.1.1.1')] })
  const shop = { ...virtual([real('10.1.1.1', { weight: weight(100) })]), services: [web] }
  const of = model([check], [{ ...shop, doubling: { share: 32, every: seconds(20) } }])
  const table = openMemoryTable('for a test')
  /** One run: its first pass says what it changed. */
  const started = (saved: Saved | null, second: number) => {
    const run = new Run(of)
    run.state = restoredState(of, saved, null, at(second))
    const post = (event: EventBody) => {
      run.post(event, at(second))
      return []
    }
    prepareTable({ table, loop: { state: () => run.state, post } })
    run.post({ kind: 'started', text: '' }, at(second))
    const inLine = reconciler(table)
    const pass = (): string[] => {
      const report = inLine.pass(wantedTable(of, run.state.pools), run.state.owned, uptime(0))
      run.post({ kind: 'reconciled', report }, at(second))
      return report.changes.map(({ change }) => change)
    }
    return { run, pass }
  }
  const first = started(null, 0)
  first.run.post(checked(check, result(check.hosts, [])), at(0))
  first.pass()
  first.run.post({ kind: 'time' }, at(45))
  assert.deepEqual(first.pass(), ['set 10.1.1.1:80 weight 3 -> 12'])
  const { services, pools, controls, owned, outbox } = first.run.state
  const second = started({ version: 1, services, pools, controls, owned, outbox }, 50)
  assert.deepEqual(second.pass(), [])
  second.run.post({ kind: 'time' }, at(60))
  assert.deepEqual(second.pass(), ['set 10.1.1.1:80 weight 12 -> 24'])
  table.apply({ kind: 'delete-service', service: web })
  const { services: later, pools: kept, ...rest } = second.run.state
  const saved = { version: 1, services: later, pools: kept, controls: rest.controls, owned, outbox } as const
  const third = started(saved, 70)
  assert.deepEqual(third.pass().at(-1), 'add 10.1.1.1:80 masq weight 3', 'as after a reboot')
})
