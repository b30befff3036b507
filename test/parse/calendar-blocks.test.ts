/** `maintenance` and `report` blocks, and the names and dates in them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nextOccurrence } from '../../src/model/calendar.ts'
import type { RecurringWindow } from '../../src/model/maintenance.ts'
import type { ReportSchedule } from '../../src/model/notify-settings.ts'
import { days, hours, wallTime } from '../../src/model/units.ts'
import { parseMon } from '../../src/parse/mon.ts'
import { resolve, unknownNames } from '../../src/parse/resolve.ts'
import { cronFault } from '../../src/parse/text/cron.ts'
import { modelOf, resolveText, world } from './world.ts'

const watches =
  'hostgroup web 10.1.1.2\n\nwatch web\n  service http\n    interval 1m\n    monitor http\n  service ping\n' +
  '    interval 1m\n    monitor ping\n\nvirtual shop\n  address 192.0.2.1:80\n  real 10.1.1.2 check web/http\n\n'

function windowOf(lines: readonly string[], codes: readonly string[] = []): RecurringWindow {
  const [window] = modelOf(`${watches}maintenance backup\n${lines.join('\n')}\n`, codes).windows
  assert.ok(window)
  return window
}

function reportOf(lines: readonly string[]): ReportSchedule {
  const [report] = modelOf(`${watches}report monthly\n${lines.join('\n')}\n`).reports
  assert.ok(report)
  return report
}

test('a maintenance with all of its words', () => {
  const { place, ...window } = windowOf([
    'cover web web/http virtual:shop web',
    'cron "0 2  * * 0"',
    'timezone America/New_York',
    'lasts 2h',
    'reason the weekly backup, and "more"',
  ])
  assert.deepEqual(place, { file: 'mon.cf', line: 15, column: 13 })
  assert.deepEqual(window, {
    name: 'backup',
    subjects: ['web', 'web/http', 'virtual shop'],
    cron: '0 2 * * 0',
    zone: 'America/New_York',
    lasts: hours(2),
    reason: 'the weekly backup, and "more"',
  })
})

test('a maintenance goes by the clocks of this machine, and needs no reason', () => {
  const { zone, reason, subjects, cron } = windowOf(['cover *', 'cron 0 2 * * 0', 'lasts 31d'], ['maintenance-overlap'])
  assert.deepEqual([zone, reason, subjects, cron], ['Europe/Berlin', '', ['*'], '0 2 * * 0'])
})

test('where nobody knows the zone of the machine, it is UTC', () => {
  const { timeZone: _, ...rest } = world
  const file = parseMon({ file: 'mon.cf', text: `${watches}maintenance a\ncover *\ncron "0 2 * * *"\nlasts 1h\n` })
  assert.equal(resolve(file, rest).model?.windows[0]?.zone, 'UTC')
})

const spacings: readonly (readonly [cron: string, lasts: string, overlaps: boolean])[] = [
  ['0 2 * * *', '23h', false],
  ['0 2 * * *', '24h', true],
  ['0 2 * * 0', '6d', false],
  ['0 2 * * 0,1', '24h', true],
  ['*/5 * * * *', '5m', true],
  ['*/5 * * * *', '4m', false],
  ['0 0 1 * *', '27d', false],
  ['0 0 1 * *', '28d', true],
  ['30 1 1-7 * sat', '6d', false],
  ['0 0 29 2 *', '31d', false],
]
for (const [cron, lasts, overlaps] of spacings) {
  test(`"${cron}" for ${lasts} ${overlaps ? 'never ends' : 'ends'}`, () => {
    windowOf(['cover *', `cron "${cron}"`, `lasts ${lasts}`], overlaps ? ['maintenance-overlap'] : [])
  })
}

test('a report with all of its words', () => {
  const { place, calls, ...report } = reportOf([
    'cron "0 7 1 * *"',
    'timezone UTC',
    'span week',
    'service web/http web/ping web/http',
    'format html',
    'alert mail a@b',
    'alert mail c@d',
  ])
  assert.equal(place.line, 15)
  assert.deepEqual(
    calls.map(({ text }) => text),
    ['mail a@b', 'mail c@d'],
  )
  assert.deepEqual(report, {
    ...{ name: 'monthly', cron: '0 7 1 * *', zone: 'UTC', span: 'week' },
    ...{ services: ['web/http', 'web/ping'], format: 'html' },
  })
})

test('a report is of the last month, of all services, as text, unless it says otherwise', () => {
  const { zone, span, services, format } = reportOf(['cron "0 7 1 * *"', 'alert mail a@b'])
  assert.deepEqual([zone, span, services, format], ['Europe/Berlin', 'month', [], 'text'])
})

test('names that a keepalived.conf may define are judged when it is read', () => {
  const block = 'maintenance m\n cover web db virtual:shop virtual:far\n cron "0 2 * * *"\n lasts 1h\n\n'
  const reports = 'report r\n cron "0 2 * * *"\n service web/http db/sql far/tcp\n alert mail a@b\n'
  const text = `keepalived = k.conf\n${watches}${block}${reports}`
  const { model, problems, open } = resolveText(text)
  assert.ok(model)
  assert.deepEqual(problems, [])
  assert.deepEqual(
    open.map(({ word }) => word.text),
    ['db', 'virtual:far', 'db/sql', 'far/tcp'],
  )
  assert.deepEqual(model.windows[0]?.subjects, ['web', 'db', 'virtual shop', 'virtual far'])
  const other = modelOf(
    watches
      .replaceAll('web', 'far')
      .replaceAll('shop', 'far')
      .replace(/service http\n.*\n.*http/, 'service tcp\n    interval 1m\n    monitor tcp -p 80')
      .replace('far/http', 'far/ping'),
  )
  assert.deepEqual(
    unknownNames(open, other).map(({ message }) => message),
    ['nothing is called "db"', 'there is no service "db/sql"'],
  )
})

test('a mistake of a name where no keepalived.conf is loaded is told at once', () => {
  const { open, problems } = resolveText(`${watches}maintenance m\n cover db\n cron "0 2 * * *"\n lasts 1h\n`)
  assert.deepEqual([open, problems.map(({ code }) => code)], [[], ['maintenance-unknown']])
})

test('whatever date the parser lets pass comes', () => {
  const number = (least: number, most: number) => fc.integer({ min: least, max: most })
  const item = (least: number, most: number) =>
    fc.oneof(
      fc.constant('*'),
      number(least, most).map(String),
      fc.tuple(number(least, most), number(least, most)).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
      fc.tuple(number(1, 9), fc.constant('*/')).map(([step, sign]) => sign + step),
    )
  const cron = fc
    .tuple(item(0, 59), item(0, 23), item(1, 31), item(1, 12), item(0, 7))
    .map((fields) => fields.join(' '))
  const after = wallTime(1_790_000_000_000)
  fc.assert(
    fc.property(cron, (expression) => {
      const comes = nextOccurrence(expression, 'Europe/Berlin', after) !== null
      assert.equal(comes, cronFault(expression, { seconds: false }) === null)
    }),
  )
})

test('a file has a hundred reports at most', () => {
  const block = (i: number) => `report r${i}\n cron "0 7 * * *"\n alert mail a@b\n\n`
  assert.equal(modelOf(watches + Array.from({ length: 100 }, (_, i) => block(i)).join('')).reports.length, 100)
  const { problems } = resolveText(watches + Array.from({ length: 102 }, (_, i) => block(i)).join(''))
  assert.deepEqual(
    problems.map(({ code }) => code),
    ['report-many'],
  )
})

test('a maintenance may last for as long as a month has days', () => {
  assert.equal(windowOf(['cover *', 'cron "0 0 1 1 *"', 'lasts 31d']).lasts, days(31))
})
