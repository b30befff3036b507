import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { milliseconds } from '../../src/model/units.ts'
import { csvReport } from '../../src/report/csv.ts'
import { FORMATS, formatted } from '../../src/report/format.ts'
import { htmlReport } from '../../src/report/html.ts'
import { jsonReport } from '../../src/report/json.ts'
import { type HistoryRecord, longestText } from '../../src/report/record.ts'
import { reportOf } from '../../src/report/report.ts'
import { monthSpan } from '../../src/report/span.ts'
import { textReport } from '../../src/report/text.ts'
import { causeText, lengthText, percent, plain } from '../../src/report/words.ts'
import { acknowledged, at, became, everything, fell, gap, history, later, maintained, span, zone } from './records.ts'

const berlin = zone('Europe/Berlin')
const october = monthSpan(berlin, { year: 2026, month: 10 })
const early = at('2026-09-01T00:00:00Z')

const known = history(
  [
    ...[became(early, 'web/http', 'up'), became(early, 'db/sql', 'up')],
    fell(at('2026-10-05T12:00:00Z'), 'web/http', '10.1.1.2'),
    became(at('2026-10-05T12:00:00Z'), 'web/http', 'down', 'connection refused'),
    acknowledged(at('2026-10-05T12:01:00Z'), 'web/http', 'joe'),
    became(at('2026-10-05T12:04:10Z'), 'web/http', 'up'),
    maintained(at('2026-10-25T00:00:00Z'), 'db/sql', true),
    became(at('2026-10-25T00:30:00Z'), 'db/sql', 'down', 'no answer'),
    became(at('2026-10-25T01:30:00Z'), 'db/sql', 'up'),
    maintained(at('2026-10-25T03:00:00Z'), 'db/sql', false),
    gap(at('2026-10-30T00:00:00Z'), at('2026-10-30T02:00:00Z')),
  ],
  { latencies: [{ service: 'web/http', took: milliseconds(812.4), at: at('2026-10-07T08:15:00Z') }] },
)
const report = reportOf(known, october, everything, ['From PostgreSQL.'])

test('as text, columns stand below each other and incidents say their cause', () => {
  assert.equal(
    textReport(report),
    `upalert report, October 2026: 99.995 % available, 1 incident
2026-10-01 00:00:00+02:00 to 2026-11-01 00:00:00+01:00 (Europe/Berlin), 745 h

service   available         up        down  in maintenance  not observed  incidents        MTTR       MTBF  changes  slowest
db/sql    100.000 %  30 d 22 h         0 s             1 h           2 h     0 (+1)           -          -        2        -
web/http   99.990 %  30 d 22 h  4 min 10 s             0 s           2 h          1  4 min 10 s  30 d 22 h        2   812 ms
all        99.995 %  61 d 20 h  4 min 10 s             1 h           4 h     1 (+1)  4 min 10 s  61 d 20 h        4   812 ms

Incidents
began                          lasted  service   cause
2026-10-05 14:00:00+02:00  4 min 10 s  web/http  connection refused; 1 host: 10.1.1.2 [acknowledged by joe]
2026-10-25 02:30:00+02:00         1 h  db/sql    no answer [in maintenance]

Note: From PostgreSQL.
`,
  )
})

const causes: readonly { name: string; fell: readonly (readonly [string, string])[]; summary: string; is: string }[] = [
  {
    name: 'where a summary names the host that failed, its reason stands beside it',
    fell: [['10.1.1.2', 'refused the connection']],
    summary: '10.1.1.2',
    is: '10.1.1.2 refused the connection',
  },
  {
    name: 'hosts with one reason stand together',
    fell: [
      ['10.1.1.2', 'refused the connection'],
      ['10.1.1.3', 'answered 503'],
      ['10.1.1.4', 'refused the connection'],
    ],
    summary: '10.1.1.2 10.1.1.3 10.1.1.4',
    is: '10.1.1.2, 10.1.1.4 refused the connection; 10.1.1.3 answered 503',
  },
  {
    name: 'of many hosts with one reason some are named beside it, and more of them behind',
    fell: ['1', '2', '3', '4', '5', '6'].map((name) => [`h${name}`, 'timed out'] as const),
    summary: 'h1 h2 h3 h4 h5 h6',
    is: 'h1, h2, h3, h4, h5 and 1 more timed out; 6 hosts: h1, h2, h3, h4, h5, h6',
  },
  {
    name: 'a host without a reason is named behind those that have one',
    fell: [
      ['10.1.1.2', 'answered 503'],
      ['10.1.1.3', ''],
    ],
    summary: '10.1.1.2 10.1.1.3',
    is: '10.1.1.2 answered 503; 2 hosts: 10.1.1.2, 10.1.1.3',
  },
  {
    name: 'a summary that says more is what counts',
    fell: [['10.1.1.2', 'failed web.sh']],
    summary: 'disk full on 10.1.1.2',
    is: 'disk full on 10.1.1.2; 1 host: 10.1.1.2',
  },
  {
    name: 'a program without summary leaves what was said of its hosts',
    fell: [['10.1.1.2', 'exit status 2']],
    summary: '(NO SUMMARY)',
    is: '10.1.1.2 exit status 2',
  },
  { name: 'where nothing is known of the named host, its name is left', fell: [], summary: '10.1.1.2', is: '10.1.1.2' },
  {
    name: 'a list of names that was cut off is a list of names',
    fell: Array.from({ length: 40 }, (_, i) => [`host-${i + 100}`, 'timed out'] as const),
    summary: Array.from({ length: 40 }, (_, i) => `host-${i + 100}`)
      .join(' ')
      .slice(0, longestText),
    is: `host-100, host-101, host-102, host-103, host-104 and 35 more timed out; 40 hosts: ${Array.from({ length: 20 }, (_, i) => `host-${i + 100}`).join(', ')} and 20 more`,
  },
]
for (const { name, fell: hosts, summary, is } of causes) {
  test(name, () => {
    const noon = at('2026-10-05T12:00:00Z')
    const records = [
      became(early, 'a/b', 'up'),
      ...hosts.map(([host, text]) => fell(noon, 'a/b', host, text)),
      became(noon, 'a/b', 'down', summary),
    ]
    const [incident] = reportOf(history(records), october, everything).incidents
    assert.equal(incident === undefined ? '' : causeText(incident), is)
  })
}

test('as CSV, each row has all columns, seconds and offsets', () => {
  const [head = [], ...rows] = parsed(csvReport(report))
  const of = (row: readonly string[]) => Object.fromEntries(head.map((name, i) => [name, row[i]]))
  assert.deepEqual(
    rows.map((row) => row[0]),
    ['service', 'service', 'total', 'incident', 'incident'],
  )
  const [, web, , outage] = rows.map(of)
  assert.equal(web?.down_s, '250')
  assert.equal(web?.up_s, String((745 - 2) * 3600 - 250))
  assert.equal(web?.worst_latency_ms, '812.4')
  assert.equal(outage?.from, '2026-10-05T14:00:00.000+02:00')
  assert.equal(outage?.ended, '2026-10-05T14:04:10.000+02:00')
  assert.equal(outage?.hosts, '10.1.1.2')
})

test('as JSON, the numbers are exact', () => {
  const told = JSON.parse(jsonReport(report))
  assert.deepEqual(told.span, {
    label: 'October 2026',
    timezone: 'Europe/Berlin',
    from: '2026-10-01T00:00:00.000+02:00',
    to: '2026-11-01T00:00:00.000+01:00',
    seconds: 745 * 3600,
  })
  assert.deepEqual(told.services[0], {
    ...{ service: 'db/sql', availability: 1, observed: 743 * 3600, up: 742 * 3600, down: 0, downInMaintenance: 3600 },
    ...{ notObserved: 7200, incidents: 0, incidentsInMaintenance: 1, repairs: 0, mttr: null, mtbf: null, changes: 2 },
    worstLatency: null,
  })
  assert.equal(told.totals.worstLatency.at, '2026-10-07T10:15:00.000+02:00')
  assert.deepEqual(told.incidents[0].hosts, ['10.1.1.2'])
})

test('as HTML, it is one file without scripts and without anything from elsewhere', () => {
  const page = htmlReport(report)
  assert.match(page, /^<!DOCTYPE html>\n<html lang="en">/)
  assert.doesNotMatch(page, /<script|<link|<img|<iframe|javascript:|https?:|url\(|@import| on[a-z]+=/i)
  assert.match(page, /<td data-is="available">99\.990 %<\/td>/)
})

test('an outage is never rounded away', () => {
  assert.deepEqual(
    [percent(1), percent(0.9999999), percent(0), percent(null)],
    ['100.000 %', '99.999 %', '0.000 %', '-'],
  )
  assert.equal(lengthText(milliseconds(3)), '0.1 s')
  assert.equal(lengthText(milliseconds(999)), '1.0 s')
})

test('of many incidents the longest are written out, and the text says that there are more', () => {
  const noon = at('2026-10-05T12:00:00Z')
  const many = Array.from({ length: 120 }, (_, i) => [
    became(later(noon, i * 600_000), 'a/b', 'down'),
    became(later(noon, i * 600_000 + 1000 * (i + 1)), 'a/b', 'up'),
  ])
  const told = textReport(reportOf(history(many.flat()), october, everything))
  assert.match(told, /The 50 longest of 120 incidents/)
  assert.equal(told.split('\n').filter((line) => /^2026-.* a\/b /.test(line)).length, 50)
  assert.doesNotMatch(told, / 1 s {2}a\/b/)
})

/** What monitors may say: everything. */
const hostile = fc.oneof(
  fc.constantFrom(
    ...[
      '=cmd|calc!A1',
      '+1',
      '-1',
      '@SUM(A1)',
      '\t=1+1',
      ' =1',
      '\uff1d1',
      '"; drop',
      'a\r\nb,c',
      '<script>alert(1)</script>',
    ],
    ...[
      '\u001b[2J\u001b[31m',
      '\u202egnp.exe',
      '\ud800',
      'Z\u0335\u0336\u0337\u0338\u0339',
      '&lt;',
      `' onclick='x`,
      '\u0000',
      '\u009b31m',
    ],
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
)

const withHostile = fc.tuple(hostile, hostile, hostile).map(([summary, host, who]) => {
  const noon = at('2026-10-05T12:00:00Z')
  const records: HistoryRecord[] = [
    ...[became(early, 'a/b', 'up'), fell(noon, 'a/b', host || 'h', who), became(noon, 'a/b', 'down', summary)],
    ...[acknowledged(later(noon, 1), 'a/b', who), became(later(noon, 60_000), 'a/b', 'up')],
    became(noon, `${who}/x`, 'up'),
  ]
  return reportOf(history(records), october, everything, [summary])
})

test('whatever a monitor said, a text is lines without signs that move a cursor or turn a line', () => {
  fc.assert(
    fc.property(withHostile, (told) => {
      for (const line of textReport(told).split('\n')) assert.doesNotMatch(line, /\p{C}/u)
    }),
  )
})

test('whatever a monitor said, CSV has its columns, and no field is a formula', () => {
  fc.assert(
    fc.property(withHostile, (told) => {
      const [head = [], ...rows] = parsed(csvReport(told))
      for (const row of rows) {
        assert.equal(row.length, head.length)
        for (const cell of row) assert.doesNotMatch(cell, /^[\s\p{C}]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\r\n]/u)
      }
    }),
  )
})

test('whatever a monitor said, HTML has our elements only', () => {
  const ours =
    /<\/?(?:html|head|meta|title|style|body|h1|h2|p|table|thead|tbody|tfoot|tr|th|td|ul|li|!DOCTYPE)\b[^<>]*>/g
  fc.assert(
    fc.property(withHostile, (told) => {
      const page = htmlReport(told)
      assert.doesNotMatch(page.replace(ours, ''), /[<]|&(?!#\d+;)/)
      assert.doesNotMatch(page.replaceAll('\n', ''), /\p{C}/u)
    }),
  )
})

test('whatever a monitor said, JSON is JSON and moves no cursor', () => {
  fc.assert(
    fc.property(withHostile, (told) => {
      const text = jsonReport(told)
      assert.doesNotMatch(
        text.replaceAll('\n', ''),
        /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]|\p{Surrogate}/u,
      )
      assert.equal(JSON.parse(text).incidents.length, 1)
    }),
  )
})

test('a summary of a megabyte costs a line in each format', () => {
  const noon = at('2026-10-05T12:00:00Z')
  const told = reportOf(history([became(noon, 'a/b', 'down', 'x'.repeat(1 << 20))]), october, everything)
  for (const format of ['text', 'csv', 'html'] as const) assert.ok(formatted(told, format).length < 10_000, format)
})

test('an empty history makes a report in each format', () => {
  const told = reportOf(history([], { reach: null }), span(early, later(early, 1000)), everything)
  for (const format of FORMATS) assert.match(formatted(told, format), /nothing of this time was observed|total/)
})

test('what is cut is cut between characters', () => {
  assert.equal(plain(`${'a'.repeat(8)}\u{1f600}\u{1f600}`, 10), `${'a'.repeat(8)}…`)
})

/** RFC 4180 read back. */
function parsed(text: string): string[][] {
  assert.ok(text.endsWith('\r\n'))
  return text
    .slice(0, -2)
    .split(/\r\n(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g)].map(([, quoted, bare]) =>
        (quoted ?? bare ?? '').replaceAll('""', '"'),
      ),
    )
}
