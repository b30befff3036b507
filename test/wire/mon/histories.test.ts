import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { seconds } from '../../../src/model/units.ts'
import { decodeDowntime, downtimeHeader, downtimeLines, encodeDowntime } from '../../../src/wire/mon/downtime.ts'
import { unescaped } from '../../../src/wire/mon/escape.ts'
import {
  type AlertHistoryEntry,
  decodeAlertHistory,
  decodeFailureHistory,
  encodeAlertHistory,
  encodeFailureHistory,
  HISTORY_TYPES,
  keptHistory,
} from '../../../src/wire/mon/history.ts'
import { historyLine } from '../../../src/wire/mon/lists.ts'
import { atSecond } from '../../../src/wire/mon/seconds.ts'
import { needs } from '../../needs.ts'
import { startMon } from '../../peers/mon/daemon.ts'
import { anyText, floodDeadline, floods, name, troubleText } from './texts.ts'

const time = fc.nat(4_000_000_000).map(atSecond)
const oneLine = fc.oneof(anyText(), troubleText).map((text) => text.replace(/[\r\n]/g, ''))
const alert: AlertHistoryEntry = {
  ...{ type: 'alert', group: 'g', service: 's', at: atSecond(1795165559) },
  ...{ path: '/a/rec.alert', args: 'a b', summary: 'sum one' },
}

test('an alert is kept as type, group, service, time, path, arguments and summary', () => {
  assert.equal(encodeAlertHistory(alert), 'alert g s 1795165559 /a/rec.alert (a b) sum one')
  assert.equal(
    historyLine(encodeAlertHistory(alert)),
    'alert\\20g\\20s\\201795165559\\20/a/rec.alert\\20(a\\20b)\\20sum\\20one',
  )
})

test('an alert survives its line', () => {
  const entry = fc.record({
    type: fc.constantFrom(...HISTORY_TYPES),
    ...{ group: name, service: name, at: time, path: name, summary: oneLine },
    args: oneLine.map((text) => text.replaceAll(') ', '')).filter((text) => !text.includes(') ')),
  })
  fc.assert(
    fc.property(
      entry.map((of) => ({ ...of })),
      (of) => {
        // The end of arguments that end in a bracket cannot be told from their own.
        if (!of.args.endsWith(')')) assert.deepEqual(decodeAlertHistory(encodeAlertHistory(of)), of)
      },
    ),
  )
})

test('a failure survives its line', () => {
  fc.assert(
    fc.property(fc.record({ group: name, service: name, at: time, summary: oneLine }), (of) => {
      assert.deepEqual(decodeFailureHistory(encodeFailureHistory(of)), { ...of })
    }),
  )
})

test('a line end in an argument does not make two lines', () => {
  assert.equal(encodeAlertHistory({ ...alert, args: 'a\nb' }), 'alert g s 1795165559 /a/rec.alert (a b) sum one')
})

const others = [
  '',
  '# alert g s 5 p () x',
  'testalert g s 5 p () x',
  'alert g s x p () x',
  'alert g s 5 p x',
  'alert g s 5 p (',
]
for (const line of others) {
  test(`${JSON.stringify(line)} is no alert`, () => assert.equal(decodeAlertHistory(line), null))
}

test('of the history file comments, blank lines, old lines and too many are dropped', () => {
  const lines = ['alert g s 10 p () a', 'alert g s 20 p () b', 'odd', 'alert g s 30 p () c']
  const text = `# comment\n\n  \t\n  # more\n${lines.join('\n')}\n`
  assert.deepEqual(keptHistory(text, { since: null, most: 100 }), lines)
  assert.deepEqual(keptHistory(text, { since: null, most: 2 }), lines.slice(2))
  assert.deepEqual(keptHistory(text, { since: null, most: 0 }), [])
  assert.deepEqual(keptHistory(text, { since: atSecond(20), most: 100 }), [lines[1], lines[3]])
})

const downtime = {
  ...{ timeUp: atSecond(1795165564), group: 'g', service: 's', firstFailure: atSecond(1795165559) },
  ...{ interval: seconds(1), summary: 'sum two' },
}

test('an outage is logged with its times, its length and the interval', () => {
  assert.equal(encodeDowntime(downtime), '1795165564 g s 1795165559 5 1 sum two\n')
  assert.match(encodeDowntime({ ...downtime, timeUp: atSecond(5) }), /^5 g s 1795165559 0 1 /)
})

test('the log begins with what mon begins it with, and lists without it', () => {
  const header = downtimeHeader(atSecond(1795268012))
  assert.equal(
    header,
    '#\n# downtime log start 1795268012\n# time back up, group, service, first failure, downtime, interval, summary\n#\n',
  )
  assert.deepEqual(downtimeLines(`${header}${encodeDowntime(downtime)}\n \t\n`), [encodeDowntime(downtime).trimEnd()])
})

test('an outage survives its line', () => {
  const entry = fc.record({ group: name, service: name, firstFailure: time, summary: oneLine })
  fc.assert(
    fc.property(entry, fc.nat(1_000_000).map(seconds), fc.nat(100_000).map(seconds), (of, length, interval) => {
      const all = { ...of, interval, timeUp: atSecond(of.firstFailure / 1000 + length / 1000) }
      assert.deepEqual(decodeDowntime(encodeDowntime(all).slice(0, -1)), { ...all, downtime: length })
    }),
  )
})

test('any text is an answer', () => {
  fc.assert(
    fc.property(fc.oneof(anyText(), troubleText), (text) => {
      decodeAlertHistory(text)
      decodeFailureHistory(text)
      decodeDowntime(text)
      downtimeLines(text)
      keptHistory(text, { since: null, most: 3 })
    }),
  )
})

for (const { name, text } of floods) {
  test(`a megabyte of ${name} is read in linear time`, { timeout: floodDeadline }, () => {
    for (const line of [text, `alert g s 5 p (${text}`, `5 g s 5 5 5 ${text}`, `g s 5 ${text}`]) {
      decodeAlertHistory(line)
      decodeFailureHistory(line)
      decodeDowntime(line)
      downtimeLines(line)
      keptHistory(line, { since: atSecond(5), most: 3 })
    }
  })
}

test('the histories and the log of the real mon are read, and written the same', {
  ...needs('mon'),
  timeout: 60_000,
}, async (t) => {
  const config = `
historicfile = hist
dtlogging = yes
hostgroup g h1

watch g
  service s
    interval 1h
    monitor scr.monitor
    period
      alert rec.alert a 'b c'
      upalert rec.alert
`
  const files = {
    'mon.d/scr.monitor': "#!/bin/sh\nprintf 'su=m %%s \\303\\251\\n'\ntest -e ok || exit 3\n",
    'alert.d/rec.alert': '#!/bin/sh\ncat >/dev/null\n',
    'log/hist': '# kept\nalert g s 5 /old (x) from before\n',
  }
  const mon = await startMon(t, { config, files })
  await mon.command('test monitor g s')
  let failures: readonly string[] = []
  while (failures.length === 0) failures = (await mon.command('list failurehist')).lines
  const failure = decodeFailureHistory(unescaped(failures[0] ?? ''))
  assert.ok(failure !== null)
  assert.deepEqual([failure.group, failure.service, failure.summary], ['g', 's', 'su=m %s \u00e9'])
  assert.equal(historyLine(encodeFailureHistory(failure)), failures[0])

  const { lines } = await mon.command('list alerthist')
  assert.deepEqual(
    lines.map((line) => historyLine(encodeAlertHistory(alertOf(unescaped(line))))),
    lines,
  )
  const [old, first] = lines.map((line) => alertOf(unescaped(line)))
  assert.deepEqual(old, { ...alert, at: atSecond(5), path: '/old', args: 'x', summary: 'from before' })
  const path = join(mon.directory, 'alert.d', 'rec.alert')
  assert.deepEqual(first, { ...alert, at: failure.at, path, args: "a 'b c'", summary: failure.summary })
  const file = readFileSync(join(mon.directory, 'log', 'hist'), 'utf8')
  const kept = keptHistory(file, { since: null, most: 9 })
  assert.deepEqual([kept.length, kept.map((line) => encodeAlertHistory(alertOf(line)))], [2, kept])

  writeFileSync(join(mon.directory, 'ok'), '')
  await mon.command('test monitor g s')
  let outages: readonly string[] = []
  while (outages.length === 0) outages = (await mon.command('list dtlog')).lines
  const log = readFileSync(join(mon.directory, 'log', 'downtime.log'), 'utf8')
  const outage = decodeDowntime(downtimeLines(log)[0] ?? '')
  assert.ok(outage !== null)
  assert.deepEqual([outage.summary, outage.firstFailure, outage.interval], [failure.summary, failure.at, seconds(3600)])
  const start = atSecond(Number(/start ([0-9]+)/.exec(log)?.[1]))
  assert.equal(log, downtimeHeader(start) + encodeDowntime(outage))
})

function alertOf(line: string): AlertHistoryEntry {
  const entry = decodeAlertHistory(line)
  assert.ok(entry !== null, line)
  return entry
}
