import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Entry } from '../../src/model/entry.ts'
import { groupName, host, id, serviceKey, serviceName } from '../../src/model/names.ts'
import { milliseconds, wallTime, weight } from '../../src/model/units.ts'
import { rowsJson, storable } from '../../src/wire/history/rows.ts'
import { addEntries } from '../../src/wire/history/schema.ts'

const common = { id: id('e'), at: wallTime(1), cause: null }
const service = serviceKey(groupName('web'), serviceName('http'))
const text = 'words'
const told = {
  kind: 'alert',
  service,
  period: 'p',
  alert: 'failure',
  call: 'm',
  delivery: id('d'),
  summary: text,
} as const
const entries: readonly Entry[] = [
  {
    ...common,
    kind: 'service',
    service,
    from: 'up',
    to: 'down',
    reason: 'r',
    summary: text,
    lasted: milliseconds(5),
  },
  {
    ...common,
    kind: 'host',
    service,
    host: host('10.1.1.2'),
    from: 'up',
    to: 'down',
    reason: 'r',
    text,
    lasted: null,
  },
  { ...common, kind: 'real', virtual: 'v', real: 'r:1', from: 'in', to: 'out', weight: weight(2), reason: 'r', text },
  { ...common, kind: 'pool', virtual: 'v', from: 'serving', to: 'empty', reason: 'r', text },
  { ...common, kind: 'alert', service, period: 'p', alert: 'up', call: 'mail x', delivery: id('d'), summary: text },
  { ...common, ...told, receiver: 'oncall' },
  { ...common, ...told, receiver: 'oncall', held: 'it waits for others' },
  { ...common, kind: 'quiet', service, period: 'p', alert: 'failure', reason: 'alertevery', text },
  { ...common, kind: 'delivery', service, call: 'mail x', delivery: id('d'), outcome: 'sent', attempt: 1, text },
  { ...common, kind: 'ipvs', virtual: 'v', change: 'add', where: 'kernel', outcome: 'OK', reason: 'wanted', text },
  { ...common, kind: 'command', who: 'root', command: 'ack', outcome: 'done', text },
  { ...common, kind: 'daemon', what: 'started', text },
  { ...common, kind: 'batch', call: 'mail x', delivery: id('d'), deliveries: [id('d'), id('e')], text },
  { ...common, kind: 'maintenance', service, began: true, window: 'backup', text },
  { ...common, kind: 'gap', from: wallTime(0), text },
  { ...common, kind: 'configuration', hash: 'f'.repeat(64), text },
]

for (const [number, entry] of entries.entries())
  test(`all that a ${entry.kind} entry (${number}) tells is in columns that the table has`, () => {
    const [row]: Record<string, unknown>[] = JSON.parse(rowsJson([{ seq: 7, at: common.at, entries: [entry] }]))
    assert.equal(Object.keys(row ?? {}).length, Object.keys(entry).length + 2)
    assert.deepEqual([row?.seq, row?.position, row?.text], [7, 0, text])
    for (const column of Object.keys(row ?? {})) assert.match(addEntries, new RegExp(`\\b${column}\\b`))
  })

test('any text becomes one that PostgreSQL can store, and most stay as they are', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (one) => storable(one) === one.replaceAll('\0', '\u{fffd}')))
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (one) => !storable(one).includes('\0')))
  assert.equal(storable('a\ud83d b\ude00 \u{1f600}'), 'a\u{fffd} b\u{fffd} \u{1f600}')
})
