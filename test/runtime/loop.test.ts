import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stateFor } from '../../src/engine/start.ts'
import type { Entry } from '../../src/model/entry.ts'
import { createLoop } from '../../src/runtime/loop.ts'
import { addPatch, foldOf } from '../../src/wire/history/saved.ts'
import { at, checked, model, result, service } from '../engine/build.ts'
import { settle } from './fake-time.ts'

const watched = service()
const failing = checked(watched, result(watched.hosts, ['h1']))

function rig() {
  const order: string[] = []
  let onDisk = (): void => {}
  const loop = createLoop(stateFor(model([watched]), null), 'run', {
    now: () => at(0),
    remember(patch, entries: readonly Entry[], whole) {
      order.push(
        `remember ${patch.services.length} services, ${entries.length} entries${whole === null ? '' : ', whole'}`,
      )
      return new Promise((resolve) => {
        onDisk = resolve
      })
    },
    reconcile: () => order.push('reconcile'),
    deliver: ({ id }) => order.push(`deliver ${id}`),
    show: () => {},
    timer: (_, what) => void order.push(`timer ${what}`),
    note: () => {},
  })
  return { order, loop, onDisk: () => onDisk() }
}

test('nobody is told before what was decided is on disk', async () => {
  const { order, loop, onDisk } = rig()
  loop.post(failing)
  await settle()
  assert.deepEqual(order, ['remember 1 services, 4 entries'])
  onDisk()
  await settle()
  assert.deepEqual(order.slice(1), ['deliver run-1.4'])
})

test('a check that changes nothing writes nothing', async () => {
  const { order, loop } = rig()
  const passing = checked(watched, result(watched.hosts, []))
  loop.post(passing)
  const before = order.length
  loop.post(passing)
  loop.post(passing)
  assert.equal(order.length, before)
})

test('a start, a reload and a stop write the whole state', () => {
  const { order, loop } = rig()
  loop.post({ kind: 'started', saved: null, text: '' })
  loop.post({ kind: 'stopping', text: '' })
  assert.equal(order.filter((what) => what.endsWith('whole')).length, 2)
  assert.equal(order[0], 'reconcile', 'the table does not wait for a disk')
})

test('what a reload has dropped is gone for whoever reads the patches alone, as after kill -9', async () => {
  const [kept, dropped] = [service({ called: 'g/kept' }), service({ called: 'g/dropped' })]
  const fold = foldOf(null)
  const loop = createLoop(stateFor(model([kept, dropped]), null), 'run', {
    now: () => at(0),
    async remember(patch) {
      addPatch(fold, patch)
    },
    reconcile: () => {},
    deliver: () => {},
    show: () => {},
    timer: () => {},
    note: () => {},
  })
  const failed = (one: typeof kept) => checked(one, result(one.hosts, ['h1']))
  loop.post(failed(kept))
  loop.post(failed(dropped))
  assert.deepEqual([...fold.services.keys()], [kept.key, dropped.key])
  loop.post({ kind: 'reloaded', model: model([kept]), text: '' })
  assert.deepEqual([...fold.services.keys()], [kept.key])
})
