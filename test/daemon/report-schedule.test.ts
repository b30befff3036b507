/** Reports by the calendar: node-cron's own ticks, and what comes of them. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type ReportMail, startReports } from '../../src/daemon/report/schedule.ts'
import type { MadeReport } from '../../src/daemon/report.ts'
import type { EventBody } from '../../src/model/event.ts'
import type { ReportSchedule } from '../../src/model/notify-settings.ts'
import { wallTime } from '../../src/model/units.ts'
import { reportOf } from '../../src/report/report.ts'
import type { NamedSpan } from '../../src/report/span.ts'
import { at, became, everything, history } from '../report/records.ts'

const monthly: ReportSchedule = {
  name: 'monthly',
  cron: '0 7 1 * *',
  zone: 'Europe/Berlin',
  span: 'month',
  services: [],
  format: 'text',
  calls: [],
  place: { file: 'mon.cf', line: 1, column: 1 },
}
/** node-cron takes a field for seconds before the others. */
const everySecond = '* * * * * *'

interface Doors {
  readonly events: EventBody[]
  readonly asked: { readonly span: NamedSpan; readonly services: readonly string[] }[]
  /** Settles when so many reports were posted. */
  posted(count: number): Promise<readonly ReportMail[]>
}

const well = async (span: NamedSpan): Promise<MadeReport> => ({
  kind: 'report',
  report: reportOf(history([became(at('2020-01-01T00:00:00Z'), 'web/http', 'up')]), span, everything),
})

function rig(t: TestContext, now: string, make: (span: NamedSpan) => Promise<MadeReport> = well) {
  const events: EventBody[] = []
  const asked: { span: NamedSpan; services: readonly string[] }[] = []
  let told = (): void => {}
  const reports = () => events.filter((event) => event.kind === 'report')
  const jobs = startReports({
    // What it is by the test; ticks come by the machine's clock, whose dates are earlier or later.
    now: () => at(now),
    make(span, services) {
      asked.push({ span, services })
      return make(span)
    },
    post(event) {
      events.push(event)
      told()
    },
  })
  t.after(() => jobs.stop())
  const doors: Doors = {
    events,
    asked,
    async posted(count) {
      while (reports().length < count)
        await new Promise<void>((resolve) => {
          told = resolve
        })
      return reports()
    },
  }
  return { jobs, ...doors }
}

// Later than the machine's clock, whatever that is in a test: the later one counts.
const far = '2126-11-02T12:00:00Z'

test('at each date the last whole month is counted and mailed', async (t) => {
  const { jobs, posted, asked } = rig(t, far)
  jobs.use([{ ...monthly, cron: everySecond, services: ['web/http'] }])
  const [report] = await posted(1)
  assert.equal(report?.name, 'monthly')
  assert.equal(report?.mail.subject, 'upalert report monthly: October 2126: 100.000 % available, 0 incidents')
  assert.match(report?.mail.text ?? '', /^web\/http +100\.000 %/m)
  assert.equal(report?.mail.html, undefined)
  assert.equal(asked[0]?.span.label, 'October 2126')
  assert.deepEqual(asked[0]?.services, ['web/http'])
})

test('as HTML it has its text beside it', async (t) => {
  const { jobs, posted } = rig(t, far)
  jobs.use([{ ...monthly, cron: everySecond, format: 'html', span: 'week' }])
  const [report] = await posted(1)
  assert.match(report?.mail.html ?? '', /^<!DOCTYPE html>/)
  assert.match(report?.mail.text ?? '', /^upalert report, week \d+ of 2126/)
})

test('a history that cannot be read is said by the mail and by a notice', async (t) => {
  const { jobs, posted, events } = rig(t, far, async () => ({ kind: 'failed', text: 'There is no journal.' }))
  jobs.use([{ ...monthly, cron: everySecond }])
  const [report] = await posted(1)
  assert.equal(report?.mail.subject, 'upalert report monthly: October 2126 COULD NOT BE MADE')
  assert.match(
    report?.mail.text ?? '',
    /^The report "monthly" of October 2126 could not be made\. There is no journal\./,
  )
  assert.deepEqual(events[0], {
    kind: 'notice',
    what: 'trouble',
    text: 'The report "monthly" of October 2126 could not be made. There is no journal.',
  })
})

test('a mistake of ours in one report keeps neither itself nor the next from being told', async (t) => {
  const { jobs, posted } = rig(t, far, async () => {
    throw new Error('boom')
  })
  jobs.use([{ ...monthly, cron: everySecond }])
  const reports = await posted(2)
  for (const { mail } of reports) assert.match(mail.text, /It could not be counted: boom\./)
})

test('what was due while the daemon was down is made at the start, once, for its own time', async (t) => {
  const { jobs, posted, asked } = rig(t, '2126-11-02T12:00:00Z')
  jobs.use([monthly, { ...monthly, name: 'later', cron: '0 7 3 * *' }], at('2126-08-31T00:00:00Z'))
  const reports = await posted(2)
  // Three were missed of the one, the last of which counts; of the other two.
  assert.deepEqual(
    reports.map(({ name, mail }) => [name, /: (\w+ \d+):/.exec(mail.subject)?.[1]]),
    [
      ['monthly', 'October 2126'],
      ['later', 'September 2126'],
    ],
  )
  assert.equal(asked.length, 2)
})

test('what was not due meanwhile is not made', async (t) => {
  const { jobs, asked } = rig(t, '2126-11-02T12:00:00Z')
  jobs.use([monthly], at('2126-11-01T06:00:01Z'))
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(asked, [])
})

test('a reload puts other reports in the place of the former ones, and a stop ends them all', async (t) => {
  const { jobs, posted, events } = rig(t, far)
  jobs.use([{ ...monthly, name: 'old', cron: everySecond }])
  await posted(1)
  jobs.use([{ ...monthly, name: 'new', cron: everySecond }])
  const from = events.length
  const reports = await posted(from + 2)
  // One of the former may have been on its way.
  assert.ok(reports.slice(from + 1).every(({ name }) => name === 'new'))
  jobs.stop()
  const ended = events.length
  jobs.use([], wallTime(0))
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(events.length, ended)
})

test('a calendar that cannot be used is a notice, and the others go on', async (t) => {
  const { jobs, posted, events } = rig(t, far)
  jobs.use([
    { ...monthly, name: 'bad', cron: 'never' },
    { ...monthly, cron: everySecond },
  ])
  await posted(1)
  assert.match(JSON.stringify(events[0]), /The report \\"bad\\" is not mailed: its calendar cannot be used/)
})
