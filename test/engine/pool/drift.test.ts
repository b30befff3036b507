/** Who hears that somebody else has changed the table, how often, and in which words. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ReconcileReport } from '../../../src/model/event.ts'
import { alertCall, at, model, virtual } from '../build.ts'
import { checkOf, Pool, realOf } from './rig.ts'

const watched = (): Pool => new Pool(model([checkOf(1)], [virtual([realOf(1)], { driftAlerts: [alertCall('drift')] })]))

type Change = ReconcileReport['changes'][number]

const change = (outcome: string, changes: Partial<Change> = {}): Change => ({
  ...{ virtual: 'web', change: 'set 10.1.1.1:80 weight 5 -> 1', outcome, reason: 'drift', text: 'why', cause: null },
  ...changes,
})

/** What those who want to hear of drift are told. */
function told(pool: Pool, changes: readonly Change[], second: number): string[] {
  const report: ReconcileReport = { where: 'kernel', changes, owned: {}, connections: [] }
  const effects = pool.post({ kind: 'reconciled', report }, at(second))
  return effects.flatMap((effect) => (effect.kind === 'deliver' ? [effect.delivery.message.summary] : []))
}

const BEGIN = 'somebody else has made'
const PLACE = 'in the table of virtual server web;'
const vectors: readonly { name: string; changes: readonly Change[]; says: string }[] = [
  { name: 'one that was put back', changes: [change('OK')], says: `${BEGIN} a change ${PLACE} it was undone` },
  {
    name: 'several that were put back',
    changes: [change('OK'), change('OK')],
    says: `${BEGIN} 2 changes ${PLACE} they were undone`,
  },
  {
    name: 'one that is only observed',
    changes: [change('LEFT')],
    says: `${BEGIN} a change ${PLACE} it was left so (drift = observe)`,
  },
  {
    name: 'one that the kernel does not let us undo',
    changes: [change('EPERM')],
    says: `${BEGIN} a change ${PLACE} it could NOT be undone`,
  },
  {
    name: 'several, of which the kernel refuses one',
    changes: [change('OK'), change('EINVAL')],
    says: `${BEGIN} 2 changes ${PLACE} 1 of them could NOT be undone`,
  },
]
for (const { name, changes, says } of vectors) {
  test(`a change by somebody else is told: ${name}`, () => assert.deepEqual(told(watched(), changes, 0), [says]))
}

test('people hear of drift once in ten minutes, however often it happens', () => {
  const pool = watched()
  const heard = Array.from({ length: 260 }, (_, i) => told(pool, [change('OK')], i * 5).length)
  assert.deepEqual(
    heard.flatMap((count, i) => (count > 0 ? [i * 5] : [])),
    [0, 600, 1200],
  )
})

test('what the verdicts and the configuration change is no drift, and nobody hears of it', () => {
  const pool = watched()
  assert.deepEqual(told(pool, [change('OK', { reason: 'wanted' }), change('OK', { reason: 'unwanted' })], 0), [])
  assert.deepEqual(told(pool, [change('OK', { virtual: 'tcp 192.0.2.1:9999' })], 0), [])
})
