import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'

import { milliseconds, seconds } from '../../../src/model/units.ts'
import { decodeOpstatus, encodeOpstatus, type OpstatusFields } from '../../../src/wire/mon/opstatus.ts'
import { atSecond } from '../../../src/wire/mon/seconds.ts'
import { anyText, floodDeadline, floods, troubleText } from './texts.ts'

const untested: OpstatusFields = {
  group: 'g',
  service: 's',
  opstatus: 7,
  lastOpstatus: 7,
  exitval: null,
  timer: seconds(0),
  lastSuccess: null,
  lastTrap: null,
  lastCheck: null,
  ack: null,
  alertsSent: 0,
  depstatus: null,
  depend: '',
  hostdepend: '',
  monitordepend: '',
  alertdepend: '',
  monitor: '',
  lastSummary: '',
  lastDetail: '',
  lastFailure: null,
  run: null,
  excludePeriod: '',
  excludeHosts: [],
  randskew: null,
  lastAlert: null,
  outage: null,
}

test('a failing service is told in the words of mon, in its order', () => {
  const failing: OpstatusFields = {
    ...untested,
    opstatus: 0,
    lastOpstatus: 0,
    exitval: '1',
    lastCheck: atSecond(1795165563),
    alertsSent: 1,
    monitor: 'scr.monitor',
    lastSummary: 'x',
    lastFailure: atSecond(1795165562),
    run: { interval: seconds(2), monitorDuration: milliseconds(1999), monitorRunning: true },
    lastAlert: atSecond(1795165559),
    outage: { firstFailure: atSecond(1795165559), failureDuration: milliseconds(4000) },
  }
  assert.equal(
    encodeOpstatus(failing),
    'group=g service=s opstatus=0 last_opstatus=0 exitval=1 timer=0 last_success=0 last_trap=0 last_traphost= ' +
      'last_check=1795165563 ack=0 ackcomment= alerts_sent=1 depstatus= depend= hostdepend= monitordepend= alertdepend= ' +
      'monitor=scr.monitor last_summary=x last_detail= last_failure=1795165562 interval=2 monitor_duration=1 ' +
      'monitor_running=1 last_alert=1795165559 first_failure=1795165559 failure_duration=4',
  )
})

test('an untested service for traps is told without what it does not have', () => {
  assert.equal(
    encodeOpstatus(untested),
    'group=g service=s opstatus=7 last_opstatus=7 exitval=undef timer=0 last_success=0 last_trap=0 last_traphost= ' +
      'last_check= ack=0 ackcomment= alerts_sent=0 depstatus= depend= hostdepend= monitordepend= alertdepend= monitor= ' +
      'last_summary= last_detail=',
  )
})

const told: readonly { name: string; fields: Partial<OpstatusFields>; has: Readonly<Record<string, string>> }[] = [
  { name: 'a second that has begun is still to go', fields: { timer: milliseconds(1) }, has: { timer: '1' } },
  { name: 'an overdue monitor is due in 0 s', fields: { timer: milliseconds(-7000) }, has: { timer: '0' } },
  {
    name: 'percent signs do no harm',
    fields: { monitor: 'm %s', lastSummary: '100%' },
    has: { monitor: 'm %s', last_summary: '100%' },
  },
  {
    name: 'before its first end a run has the duration -1',
    fields: { run: { interval: seconds(60), monitorDuration: null, monitorRunning: false } },
    has: { interval: '60', monitor_duration: '-1', monitor_running: '0' },
  },
  {
    name: 'hosts are one text',
    fields: { excludeHosts: ['h1', 'h2'], randskew: seconds(5), excludePeriod: 'wd {Sun}' },
    has: { exclude_hosts: 'h1 h2', randskew: '5', exclude_period: 'wd {Sun}' },
  },
  {
    name: 'an acknowledgement has its time and its text',
    fields: { ack: { at: atSecond(1795165562), comment: "joe: it's \u00e9t\u00e9" }, depstatus: false },
    has: { ack: '1795165562', ackcomment: "joe: it's \u00e9t\u00e9", depstatus: '0' },
  },
]
for (const { name, fields, has } of told) {
  test(name, () => {
    const read = decodeOpstatus(encodeOpstatus({ ...untested, ...fields }))
    for (const [field, value] of Object.entries(has)) assert.equal(read.get(field), value, field)
  })
}

const readings: readonly { line: string; is: Readonly<Record<string, string>>; why: string }[] = [
  { line: 'a=1 b= c=3', is: { a: '1', b: '', c: '3' }, why: 'nothing behind = is an empty value' },
  { line: "a='x y' b=2", is: { a: 'x y', b: '2' }, why: 'a value may be quoted' },
  { line: "a='xy b=2", is: { a: "'xy", b: '2' }, why: 'a quote left open is a character' },
  { line: 'a=b\\20c\\0a', is: { a: 'b c\n' }, why: 'values are unescaped' },
  { line: 'a=1=2 b=3', is: { a: '1=2', b: '3' }, why: 'a value may hold =' },
  { line: 'new=1 group=g', is: { new: '1', group: 'g' }, why: 'unknown names are kept' },
  { line: 'a=1 a=2', is: { a: '2' }, why: 'the last of a name counts' },
  { line: 'nonsense', is: {}, why: 'a line without = has no fields' },
  { line: '=1', is: {}, why: 'a value needs a name' },
  { line: '', is: {}, why: 'an empty line has none' },
]
for (const { line, is, why } of readings) {
  test(`from ${JSON.stringify(line)} a client reads ${JSON.stringify(is)}: ${why}`, () => {
    assert.deepEqual(Object.fromEntries(decodeOpstatus(line)), is)
  })
}

test('whatever the texts are, a client reads them back but for doubled backslashes', () => {
  const text = fc.oneof(anyText(), troubleText)
  fc.assert(
    fc.property(text, text, text, (lastSummary, lastDetail, monitor) => {
      const line = encodeOpstatus({ ...untested, lastSummary, lastDetail, monitor, lastFailure: atSecond(5) })
      assert.match(line, /^[!-~ ]+$/)
      const read = decodeOpstatus(line)
      assert.deepEqual([read.get('group'), read.get('service'), read.get('last_failure')], ['g', 's', '5'])
      if (!/\\/.test(lastSummary + lastDetail + monitor)) {
        const found = [read.get('last_summary'), read.get('last_detail'), read.get('monitor')]
        assert.deepEqual(found, [lastSummary, lastDetail, monitor])
      }
    }),
  )
})

test('any text is an answer', () => {
  fc.assert(fc.property(fc.oneof(anyText(), troubleText), (line) => decodeOpstatus(line).size >= 0))
})

for (const { name, text } of floods) {
  test(`a megabyte of ${name} is read in linear time`, { timeout: floodDeadline }, () => {
    decodeOpstatus(text)
    decodeOpstatus(` group=${text}`)
  })
}
