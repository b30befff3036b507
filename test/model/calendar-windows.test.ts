/** When recurring windows are in force: against a search through all of their dates, and in the order they are asked. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { zonedIso } from '../../src/model/calendar/stamp.ts'
import { nextChange, nextWindow, nextWindows, type Span, windowAt } from '../../src/model/calendar/windows.ts'
import { occurrences } from '../../src/model/calendar.ts'
import type { OneOffWindow, RecurringWindow } from '../../src/model/maintenance.ts'
import { days, hours, type Milliseconds, minutes, type WallTime, wallTime } from '../../src/model/units.ts'

const place = { file: 'mon.cf', line: 1, column: 1 }
const instant = (text: string): WallTime => wallTime(Date.parse(text))

const recurring = (cron: string, lasts: Milliseconds, zone = 'Europe/Berlin', name = 'backup'): RecurringWindow => ({
  name,
  subjects: ['*'],
  cron,
  zone,
  lasts,
  reason: '',
  place,
})

interface Vector {
  readonly name: string
  readonly window: RecurringWindow
  readonly at: string
  readonly span: readonly [string, string] | null
}

const vectors: readonly Vector[] = [
  {
    name: 'two hours from 2 on last two hours, although clocks then show 3 only, in autumn',
    window: recurring('0 2 * * 0', hours(2)),
    at: '2026-10-25T01:59:59.999Z',
    span: ['2026-10-25T02:00:00+02:00', '2026-10-25T03:00:00+01:00'],
  },
  {
    name: 'and are over then',
    window: recurring('0 2 * * 0', hours(2)),
    at: '2026-10-25T02:00:00Z',
    span: null,
  },
  {
    name: 'in spring they begin when the gap ends, and last two hours all the same',
    window: recurring('0 2 * * 0', hours(2)),
    at: '2026-03-29T01:00:00Z',
    span: ['2026-03-29T03:00:00+02:00', '2026-03-29T05:00:00+02:00'],
  },
  {
    name: 'before the gap there is nothing',
    window: recurring('0 2 * * 0', hours(2)),
    at: '2026-03-29T00:59:59.999Z',
    span: null,
  },
  {
    name: 'what begins before midnight is in force after it',
    window: recurring('0 23 * * 6', hours(4)),
    at: '2026-11-22T01:00:00Z',
    span: ['2026-11-21T23:00:00+01:00', '2026-11-22T03:00:00+01:00'],
  },
  {
    name: 'what overlaps is one',
    window: recurring('0 2 * * 6,0', hours(30)),
    at: '2026-11-22T12:00:00Z',
    span: ['2026-11-21T02:00:00+01:00', '2026-11-23T08:00:00+01:00'],
  },
  {
    name: 'what meets is one',
    window: recurring('*/20 2 * * *', minutes(20)),
    at: '2026-11-22T01:30:00Z',
    span: ['2026-11-22T02:00:00+01:00', '2026-11-22T03:00:00+01:00'],
  },
  {
    name: 'days that are 24 h long do not reach over the night with 25',
    window: recurring('0 0 * * *', days(1)),
    at: '2026-10-25T22:30:00Z',
    span: null,
  },
  {
    name: 'each minute of a night is one night',
    window: recurring('* 0-5 * * *', minutes(1)),
    at: '2026-11-22T02:00:00Z',
    span: ['2026-11-22T00:00:00+01:00', '2026-11-22T06:00:00+01:00'],
  },
]

for (const { name, window, at, span } of vectors) {
  test(name, () => {
    const found = windowAt(window, instant(at))
    const shown = found === null ? null : [zonedIso(found.from, window.zone), zonedIso(found.until, window.zone)]
    assert.deepEqual(shown, span)
  })
}

const anyRecurring = fc
  .record({
    cron: fc.constantFrom('0 2 * * *', '30 2 * * 0', '0 */3 * * *', '10,40 * * * *', '15 1,2,3 * * 6,0', '0 0 1-7 * 1'),
    lasts: fc.constantFrom(minutes(1), minutes(30), hours(1), hours(3), hours(30), days(6)),
    zone: fc.constantFrom('Europe/Berlin', 'Australia/Lord_Howe', 'UTC'),
  })
  .map(({ cron, lasts, zone }) => recurring(cron, lasts, zone))

/** All of them from nine days before: their dates one by one, put together where they meet. */
function spansByAll({ cron, zone, lasts }: RecurringWindow, at: WallTime, ended: WallTime | null): readonly Span[] {
  const spans: Span[] = []
  for (const from of occurrences(cron, zone, wallTime(at - days(9)), 1000)) {
    const last = spans.at(-1)
    if (ended !== null && from <= ended) continue
    if (last !== undefined && from <= last.until) spans[spans.length - 1] = { ...last, until: wallTime(from + lasts) }
    else spans.push({ from, until: wallTime(from + lasts) })
  }
  return spans
}

test('what is in force, and what changes next, is what a search through all dates finds', () => {
  const anyAsk = fc.record({ after: fc.integer({ min: 0, max: days(6) }), ended: fc.boolean() })
  fc.assert(
    fc.property(anyRecurring, fc.array(anyAsk, { minLength: 1, maxLength: 8 }), (window, asks) => {
      for (const { after, ended } of asks) {
        const at = wallTime(Date.parse('2026-10-22T00:00:00Z') + after)
        const cut = ended ? wallTime(at - hours(1)) : null
        const spans = spansByAll(window, at, cut)
        const expected = spans.find(({ from, until }) => from <= at && at < until) ?? null
        const found = windowAt(window, at, cut)
        assert.equal(found === null, expected === null)
        const next = spans.find(({ from }) => from > at)?.from ?? null
        // Those that go on and on are cut somewhere, further ahead and back than this search goes.
        if (found !== null && expected !== null && found.until - found.from < days(3)) assert.deepEqual(found, expected)
        if (found === null) assert.equal(nextChange(window, at, cut), next)
        else assert.equal(nextChange(window, at, cut), found.until)
      }
    }),
    { numRuns: 200 },
  )
})

test('the calendar has what a list of each window alone would have, however many there are', () => {
  fc.assert(
    fc.property(
      fc.array(anyRecurring, { maxLength: 15 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 0, max: days(9) }),
      (windows, count, after) => {
        const at = wallTime(Date.parse('2026-10-20T00:00:00Z') + after)
        const named = windows.map((one, i) => ({ ...one, name: `w${String(i).padStart(2, '0')}` }))
        const alone = named.flatMap((one) => nextWindows([one], [], at, count))
        const sorted = alone.sort((a, b) => a.from - b.from || (a.name < b.name ? -1 : 1)).slice(0, count)
        assert.deepEqual(nextWindows(named, [], at, count), sorted)
        assert.ok(sorted.every(({ from, until }) => from > at && until > from))
      },
    ),
    { numRuns: 100 },
  )
})

test("operators' own stand among those of the configuration, and those that are in force do not", () => {
  const own = (name: string, from: string): OneOffWindow => ({
    name,
    subjects: ['web'],
    at: instant('2026-11-20T00:00:00Z'),
    from: instant(from),
    until: wallTime(instant(from) + hours(1)),
    who: 'anna',
    reason: '',
  })
  const oneOffs = [own('now', '2026-11-20T12:00:00Z'), own('then', '2026-11-25T00:00:00Z')]
  const next = nextWindows([recurring('0 2 * * 0', hours(2))], oneOffs, instant('2026-11-20T12:30:00Z'), 3)
  assert.deepEqual(
    next.map(({ name, recurring: again, who }) => [name, again, who]),
    [
      ['backup', true, ''],
      ['then', false, 'anna'],
      ['backup', true, ''],
    ],
  )
})

test('a window that never comes, or lasts no time, is never in force', () => {
  const never = recurring('0 2 30 2 *', hours(2))
  const at = instant('2026-11-20T12:30:00Z')
  assert.deepEqual([windowAt(never, at), nextChange(never, at), nextWindow(never, at)], [null, null, null])
  assert.equal(windowAt(recurring('* * * * *', minutes(0)), at), null)
  assert.deepEqual(nextWindows([never], [], at, 10), [])
})
