/** Dates of calendar expressions, above all where clocks are set. Offsets and gaps are those of the IANA database. */
import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import fc from 'fast-check'
import { createTask } from 'node-cron'
import { zonedIso, zonedText } from '../../src/model/calendar/stamp.ts'
import { isTimeZone } from '../../src/model/calendar/zone.ts'
import { lastOccurrence, nextOccurrence, occurrences } from '../../src/model/calendar.ts'
import { type WallTime, wallTime } from '../../src/model/units.ts'
import { anyCron } from './calendar/any-cron.ts'
import { datesByLooking } from './calendar/by-looking.ts'

const instant = (text: string): WallTime => wallTime(Date.parse(text))

interface Vector {
  readonly name: string
  readonly zone: string
  readonly cron: string
  readonly after: string
  readonly dates: readonly string[]
}

const vectors: readonly Vector[] = [
  {
    name: 'a time that Berlin skips in spring comes when the gap ends',
    zone: 'Europe/Berlin',
    cron: '30 2 * * *',
    after: '2026-03-28T12:00:00Z',
    dates: ['2026-03-29T03:00:00+02:00', '2026-03-30T02:30:00+02:00'],
  },
  {
    name: 'a weekly one at 2 is not lost on the Sunday without it',
    zone: 'Europe/Berlin',
    cron: '0 2 * * 0',
    after: '2026-03-22T12:00:00Z',
    dates: ['2026-03-29T03:00:00+02:00', '2026-04-05T02:00:00+02:00'],
  },
  {
    name: 'several times in one gap come as one',
    zone: 'Europe/Berlin',
    cron: '0,15,30 2,3 * * *',
    after: '2026-03-28T22:00:00Z',
    dates: ['2026-03-29T03:00:00+02:00', '2026-03-29T03:15:00+02:00', '2026-03-29T03:30:00+02:00'],
  },
  {
    name: 'a time that Berlin shows twice in autumn comes the first time only',
    zone: 'Europe/Berlin',
    cron: '30 2 * * *',
    after: '2026-10-24T12:00:00Z',
    dates: ['2026-10-25T02:30:00+02:00', '2026-10-26T02:30:00+01:00'],
  },
  {
    name: 'asked between the two equal times, the second is not taken for a date',
    zone: 'Europe/Berlin',
    cron: '30 2 * * *',
    after: '2026-10-25T00:45:00Z',
    dates: ['2026-10-26T02:30:00+01:00'],
  },
  {
    name: 'every hour means every hour that passes: both of the repeated one',
    zone: 'Europe/Berlin',
    cron: '0 * * * *',
    after: '2026-10-24T23:30:00Z',
    dates: ['2026-10-25T02:00:00+02:00', '2026-10-25T02:00:00+01:00', '2026-10-25T03:00:00+01:00'],
  },
  {
    name: 'every hour means every hour that passes: none for the skipped one',
    zone: 'Europe/Berlin',
    cron: '30 * * * *',
    after: '2026-03-28T23:45:00Z',
    dates: ['2026-03-29T01:30:00+01:00', '2026-03-29T03:30:00+02:00'],
  },
  {
    name: 'every second hour goes by the clock',
    zone: 'Europe/Berlin',
    cron: '0 */2 * * *',
    after: '2026-10-24T21:30:00Z',
    dates: ['2026-10-25T00:00:00+02:00', '2026-10-25T02:00:00+02:00', '2026-10-25T04:00:00+01:00'],
  },
  {
    name: 'New York in spring',
    zone: 'America/New_York',
    cron: '15 2 * * sun',
    after: '2026-03-07T12:00:00Z',
    dates: ['2026-03-08T03:00:00-04:00', '2026-03-15T02:15:00-04:00'],
  },
  {
    name: 'New York in autumn',
    zone: 'America/New_York',
    cron: '15 1 * nov *',
    after: '2026-10-31T12:00:00Z',
    dates: ['2026-11-01T01:15:00-04:00', '2026-11-02T01:15:00-05:00'],
  },
  {
    name: 'Lord Howe Island sets its clocks by half an hour: spring',
    zone: 'Australia/Lord_Howe',
    cron: '15 2 * * *',
    after: '2026-10-03T00:00:00Z',
    dates: ['2026-10-04T02:30:00+11:00', '2026-10-05T02:15:00+11:00'],
  },
  {
    name: 'Lord Howe Island sets its clocks by half an hour: autumn',
    zone: 'Australia/Lord_Howe',
    cron: '45 1 * * *',
    after: '2026-04-04T00:00:00Z',
    dates: ['2026-04-05T01:45:00+11:00', '2026-04-06T01:45:00+10:30'],
  },
  {
    name: 'and every quarter past passes twice there',
    zone: 'Australia/Lord_Howe',
    cron: '45 * * * *',
    after: '2026-04-04T14:00:00Z',
    dates: ['2026-04-05T01:45:00+11:00', '2026-04-05T01:45:00+10:30', '2026-04-05T02:45:00+10:30'],
  },
  {
    name: 'Kolkata never sets its clocks',
    zone: 'Asia/Kolkata',
    cron: '0 0 1 */6 *',
    after: '2026-01-01T00:00:00Z',
    dates: ['2026-07-01T00:00:00+05:30', '2027-01-01T00:00:00+05:30'],
  },
  {
    name: 'Samoa had no 30 December 2011',
    zone: 'Pacific/Apia',
    cron: '0 2 * * *',
    after: '2011-12-29T11:00:00Z',
    dates: ['2011-12-29T02:00:00-10:00', '2011-12-31T00:00:00+14:00', '2011-12-31T02:00:00+14:00'],
  },
  {
    name: 'Samoa had no 30 December 2011, so what was due on it came at the end of the gap',
    zone: 'Pacific/Apia',
    cron: '0 2 30 12 *',
    after: '2011-01-01T00:00:00Z',
    dates: ['2011-12-31T00:00:00+14:00', '2012-12-30T02:00:00+14:00'],
  },
  {
    name: 'São Paulo skipped midnight',
    zone: 'America/Sao_Paulo',
    cron: '0 0 * * *',
    after: '2018-11-03T12:00:00Z',
    dates: ['2018-11-04T01:00:00-02:00', '2018-11-05T00:00:00-02:00'],
  },
  {
    name: 'São Paulo showed the hour before midnight twice',
    zone: 'America/Sao_Paulo',
    cron: '30 23 * * *',
    after: '2018-02-17T12:00:00Z',
    dates: ['2018-02-17T23:30:00-02:00', '2018-02-18T23:30:00-03:00'],
  },
  {
    name: 'a leap day comes every four years, and not in 2100',
    zone: 'UTC',
    cron: '0 2 29 2 *',
    after: '2095-01-01T00:00:00Z',
    dates: ['2096-02-29T02:00:00+00:00', '2104-02-29T02:00:00+00:00'],
  },
  {
    name: 'day and weekday must both hold: the first Sunday of a month',
    zone: 'UTC',
    cron: '0 2 1-7 * 0',
    after: '2026-01-01T00:00:00Z',
    dates: ['2026-01-04T02:00:00+00:00', '2026-02-01T02:00:00+00:00'],
  },
  {
    name: 'a leap day that is a Sunday is worth waiting 40 years for',
    zone: 'UTC',
    cron: '0 2 29 2 7',
    after: '2088-03-01T00:00:00Z',
    dates: ['2128-02-29T02:00:00+00:00'],
  },
  { name: '30 February never comes', zone: 'UTC', cron: '0 2 30 2 *', after: '2026-01-01T00:00:00Z', dates: [] },
  { name: 'nor does one of every hour', zone: 'UTC', cron: '0 * 31 4 *', after: '2026-01-01T00:00:00Z', dates: [] },
  { name: 'seconds are refused', zone: 'UTC', cron: '0 0 2 * * *', after: '2026-01-01T00:00:00Z', dates: [] },
  { name: 'no such zone', zone: 'Europe/Bonn', cron: '0 2 * * *', after: '2026-01-01T00:00:00Z', dates: [] },
]

for (const { name, zone, cron, after, dates } of vectors) {
  test(`${name}: ${cron} in ${zone}`, () => {
    const found = occurrences(cron, zone, instant(after), Math.max(1, dates.length))
    assert.deepEqual(
      found.map((at) => zonedIso(at, zone)),
      dates,
    )
  })
}

test('the date itself is not after itself, and is the last one at itself', () => {
  const date = instant('2026-11-22T01:00:00Z')
  const [cron, zone] = ['0 2 * * 0', 'Europe/Berlin']
  assert.equal(nextOccurrence(cron, zone, wallTime(date - 1)), date)
  assert.equal(nextOccurrence(cron, zone, date), instant('2026-11-29T01:00:00Z'))
  assert.equal(lastOccurrence(cron, zone, date, date), date)
  assert.equal(lastOccurrence(cron, zone, wallTime(date - 1), instant('2026-11-16T00:00:00Z')), null)
})

test('an instant in the middle of a minute is no date', () => {
  const at = instant('2026-11-22T01:00:30Z')
  assert.equal(nextOccurrence('* * * * *', 'UTC', at), instant('2026-11-22T01:01:00Z'))
  assert.equal(lastOccurrence('* * * * *', 'UTC', at, wallTime(0)), instant('2026-11-22T01:00:00Z'))
})

const zones = [
  ['Europe/Berlin', '2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z'],
  ['America/New_York', '2026-03-08T07:00:00Z', '2026-11-01T06:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z', '2026-10-03T15:30:00Z'],
  ['America/Sao_Paulo', '2018-11-04T03:00:00Z', '2018-02-18T02:00:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00:00Z', '2012-03-31T14:00:00Z'],
  ['Africa/Casablanca', '2026-02-15T02:00:00Z', '2026-03-22T02:00:00Z'],
  ['Asia/Kolkata', '2026-03-29T01:00:00Z', '2026-06-01T00:00:00Z'],
  ['UTC', '2026-03-29T01:00:00Z', '2000-02-28T00:00:00Z'],
] as const

const HOUR = 3_600_000

/** About when clocks are set. */
const anyPlace = fc
  .tuple(fc.constantFrom(...zones), fc.boolean(), fc.integer({ min: -18 * HOUR, max: 4 * HOUR }))
  .map(([[zone, spring, autumn], isSpring, off]) => ({
    zone,
    after: wallTime(Date.parse(isSpring ? spring : autumn) + off),
  }))

test('its dates are those that somebody finds who looks at the clock each minute', () => {
  fc.assert(
    fc.property(anyCron, anyPlace, (cron, { zone, after }) => {
      // Every minute of it is less than a list may have.
      const until = after + 16 * HOUR
      const seen = datesByLooking(cron, zone, after, until)
      const found = occurrences(cron, zone, after, seen.length + 1).filter((at) => at <= until)
      assert.deepEqual(
        found.map((at) => zonedIso(at, zone)),
        seen.map((at) => zonedIso(wallTime(at), zone)),
      )
    }),
    { numRuns: 200 },
  )
})

test('dates follow each other, and the last before each is the one before', () => {
  fc.assert(
    fc.property(anyCron, anyPlace, (cron, { zone, after }) => {
      const dates = occurrences(cron, zone, after, 20)
      for (const [i, date] of dates.entries()) {
        const before = dates[i - 1] ?? after
        assert.ok(date > before, `${zonedIso(date, zone)} is not after ${zonedIso(before, zone)}`)
        assert.equal(lastOccurrence(cron, zone, date, wallTime(before + 1)), date)
        assert.equal(lastOccurrence(cron, zone, wallTime(date - 1), wallTime(before + 1)), null)
      }
    }),
    { numRuns: 300 },
  )
})

test('where no clock is set, node-cron finds the same dates', () => {
  fc.assert(
    fc.property(
      anyCron,
      fc.constantFrom('UTC', 'Asia/Kolkata', 'America/Bogota'),
      fc.integer({ min: 0, max: 20 * 365 * 24 * HOUR }),
      (cron, zone, off) => {
        const now = Date.UTC(2020, 0, 1) + off
        mock.timers.enable({ apis: ['Date'], now })
        try {
          const task = createTask(cron, () => {}, { timezone: zone })
          const theirs = task.getNextRuns(5).map((date) => date.getTime())
          void task.destroy()
          assert.deepEqual(occurrences(cron, zone, wallTime(now), 5), theirs)
        } finally {
          mock.timers.reset()
        }
      },
    ),
    { numRuns: 200 },
  )
})

test('a zone is a name of the database, in any letters, and no offset', () => {
  assert.deepEqual(
    ['Europe/Berlin', 'utc', 'EST5EDT', '+02:00', 'Mars/Olympus', '', 'a\nb', '\ud800'].map(isTimeZone),
    [true, true, true, false, false, false, false, false],
  )
})

test('an instant is shown with its offset, and with seconds if it has any', () => {
  const at = instant('2026-10-25T00:30:00Z')
  assert.equal(zonedText(at, 'Europe/Berlin'), '2026-10-25 02:30 Europe/Berlin (UTC+02:00)')
  assert.equal(zonedText(wallTime(at + HOUR + 5_250), 'Europe/Berlin'), '2026-10-25 02:30:05 Europe/Berlin (UTC+01:00)')
  assert.equal(zonedText(at, 'America/St_Johns'), '2026-10-24 22:00 America/St_Johns (UTC-02:30)')
})
