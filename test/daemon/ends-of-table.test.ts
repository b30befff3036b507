import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prepareTable } from '../../src/daemon/ends-of-table.ts'
import { openMemoryTable } from '../../src/edge/table/memory-table.ts'
import { restoredState } from '../../src/engine/restore.ts'
import { endpointText, type TableServiceId } from '../../src/model/table.ts'
import { weight } from '../../src/model/units.ts'
import { at, model, real, virtual } from '../engine/build.ts'

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
