import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { wallTime } from '../../src/model/units.ts'
import { daySpan, isoWeekOf, lastWhole, monthSpan, type NamedSpan, weekSpan, weeksIn } from '../../src/report/span.ts'
import { instantOf, isoText, stampText } from '../../src/report/zone.ts'
import { at, zone } from './records.ts'

const hours = ({ from, to }: NamedSpan): number => (to - from) / 3_600_000

const lengths = [
  { zone: 'Europe/Berlin', span: 'month', of: [2026, 3], hours: 743 },
  { zone: 'Europe/Berlin', span: 'month', of: [2026, 10], hours: 745 },
  { zone: 'Europe/Berlin', span: 'month', of: [2026, 2], hours: 672 },
  { zone: 'America/New_York', span: 'month', of: [2026, 3], hours: 743 },
  { zone: 'America/New_York', span: 'month', of: [2026, 11], hours: 721 },
  { zone: 'Australia/Lord_Howe', span: 'month', of: [2026, 4], hours: 720.5 },
  { zone: 'Australia/Lord_Howe', span: 'month', of: [2026, 10], hours: 743.5 },
  { zone: 'UTC', span: 'month', of: [2026, 10], hours: 744 },
  { zone: 'Europe/Berlin', span: 'day', of: [2026, 3, 29], hours: 23 },
  { zone: 'Europe/Berlin', span: 'day', of: [2026, 10, 25], hours: 25 },
  { zone: 'America/Sao_Paulo', span: 'day', of: [2018, 11, 4], hours: 23 },
  { zone: 'Pacific/Apia', span: 'day', of: [2011, 12, 30], hours: 0 },
  { zone: 'Pacific/Apia', span: 'month', of: [2011, 12], hours: 720 },
] as const

for (const { zone: name, span, of, hours: expected } of lengths) {
  test(`the ${span} ${of.join('-')} has ${expected} hours in ${name}`, () => {
    const [year, month, day = 1] = of
    const found = span === 'month' ? monthSpan(zone(name), { year, month }) : daySpan(zone(name), { year, month, day })
    assert.equal(hours(found), expected)
  })
}

test('a day without a midnight begins when the clocks leap over it', () => {
  const { from } = daySpan(zone('America/Sao_Paulo'), { year: 2018, month: 11, day: 4 })
  assert.equal(stampText(zone('America/Sao_Paulo'), from), '2018-11-04 01:00:00-02:00')
})

test('a time that the clocks show twice is the first of the two', () => {
  const berlin = zone('Europe/Berlin')
  const found = instantOf(berlin, { year: 2026, month: 10, day: 25, hours: 2, minutes: 30 })
  assert.equal(stampText(berlin, found), '2026-10-25 02:30:00+02:00')
  assert.equal(isoText(berlin, wallTime(found + 3_600_000)), '2026-10-25T02:30:00.000+01:00')
})

test('weeks are those of ISO 8601', () => {
  const weeks = [
    { date: { year: 2026, month: 1, day: 1 }, is: { year: 2026, week: 1 } },
    { date: { year: 2025, month: 12, day: 29 }, is: { year: 2026, week: 1 } },
    { date: { year: 2027, month: 1, day: 3 }, is: { year: 2026, week: 53 } },
    { date: { year: 2026, month: 11, day: 2 }, is: { year: 2026, week: 45 } },
    { date: { year: 2024, month: 12, day: 30 }, is: { year: 2025, week: 1 } },
  ]
  for (const { date, is } of weeks) assert.deepEqual(isoWeekOf(date), is)
  assert.deepEqual([weeksIn(2026), weeksIn(2025), weeksIn(2020)], [53, 52, 53])
  const berlin = zone('Europe/Berlin')
  const week = weekSpan(berlin, { year: 2026, week: 45 })
  assert.deepEqual(
    [stampText(berlin, week.from), stampText(berlin, week.to)],
    ['2026-11-02 00:00:00+01:00', '2026-11-09 00:00:00+01:00'],
  )
})

test('the last whole span is the one before the one that runs', () => {
  const berlin = zone('Europe/Berlin')
  // Still 31 December in UTC.
  const now = at('2026-12-31T23:30:00Z')
  assert.equal(lastWhole(berlin, 'day', now).label, '31 December 2026')
  assert.equal(lastWhole(berlin, 'month', now).label, 'December 2026')
  assert.equal(lastWhole(berlin, 'week', now).label, 'week 52 of 2026')
  assert.equal(lastWhole(zone('UTC'), 'day', now).label, '30 December 2026')
  assert.equal(lastWhole(zone('UTC'), 'month', now).label, 'November 2026')
})

const zones = fc.constantFrom(
  ...['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC', 'Asia/Kathmandu', 'America/St_Johns'],
  ...['Africa/Casablanca', 'Pacific/Apia', 'Asia/Beirut', 'America/Havana', 'Pacific/Chatham', 'America/Sao_Paulo'],
)

test('each day begins where the one before it ends, and the months are made of days without rest', () => {
  const months = fc.record({ year: fc.integer({ min: 1995, max: 2035 }), month: fc.integer({ min: 1, max: 12 }) })
  fc.assert(
    fc.property(zones, months, (name, { year, month }) => {
      const here = zone(name)
      const whole = monthSpan(here, { year, month })
      const count = new Date(Date.UTC(year, month, 0)).getUTCDate()
      const days = Array.from({ length: count }, (_, i) => daySpan(here, { year, month, day: i + 1 }))
      assert.equal(days[0]?.from, whole.from)
      assert.equal(days.at(-1)?.to, whole.to)
      for (const [i, day] of days.entries()) {
        assert.ok(day.to >= day.from)
        if (i > 0) assert.equal(day.from, days[i - 1]?.to)
      }
    }),
    { numRuns: 60 },
  )
})
