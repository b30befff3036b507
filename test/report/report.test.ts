import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Verdict } from '../../src/model/entry.ts'
import { type WallTime, wallTime } from '../../src/model/units.ts'
import type { History, HistoryRecord } from '../../src/report/record.ts'
import { type Figures, reportOf } from '../../src/report/report.ts'
import { daySpan, monthSpan, type NamedSpan } from '../../src/report/span.ts'
import { byHand, changesByHand } from './by-hand.ts'
import { acknowledged, at, became, everything, fell, gap, history, later, maintained, span, zone } from './records.ts'

const MINUTE = 60_000
const noon = at('2026-10-05T12:00:00Z')
const day = span(at('2026-10-05T00:00:00Z'), at('2026-10-06T00:00:00Z'))
const m = (minutes: number): WallTime => later(noon, minutes * MINUTE)
const early = at('2026-10-01T00:00:00Z')

const only = (records: readonly HistoryRecord[], parts: Partial<History> = {}, within: NamedSpan = day) => {
  const report = reportOf(history(records, parts), within, everything)
  const [service] = report.services
  assert.ok(service !== undefined)
  return { report, service, incidents: report.incidents }
}

const minutesOf = ({ up, down, downInMaintenance, notObserved }: Figures) =>
  [up, down, downInMaintenance, notObserved].map((time) => time / MINUTE)

const cases: readonly {
  name: string
  records: readonly HistoryRecord[]
  parts?: Partial<History>
  is: readonly number[]
}[] = [
  {
    name: 'a service that was up before the day is up all day',
    records: [became(early, 'a/b', 'up')],
    is: [1440, 0, 0, 0],
  },
  {
    name: 'before its first record a service is not observed',
    records: [became(m(0), 'a/b', 'up')],
    is: [720, 0, 0, 720],
  },
  {
    name: 'ten minutes of failure are ten minutes down',
    records: [became(early, 'a/b', 'up'), became(m(0), 'a/b', 'down'), became(m(10), 'a/b', 'up')],
    is: [1430, 10, 0, 0],
  },
  {
    name: 'what of a failure lies in maintenance is set apart',
    records: [
      ...[became(early, 'a/b', 'up'), maintained(m(-5), 'a/b', true), became(m(0), 'a/b', 'down')],
      ...[maintained(m(4), 'a/b', false), became(m(10), 'a/b', 'up')],
    ],
    is: [1430, 6, 4, 0],
  },
  {
    name: 'while the daemon is down nothing is observed, and what was before holds again after it',
    records: [became(early, 'a/b', 'up'), gap(m(0), m(30))],
    is: [1410, 0, 0, 30],
  },
  {
    name: 'a failure that a gap interrupts is down before and after it',
    records: [became(early, 'a/b', 'up'), became(m(0), 'a/b', 'down'), gap(m(5), m(15)), became(m(20), 'a/b', 'up')],
    is: [1420, 10, 0, 10],
  },
  {
    name: 'gaps that overlap count once',
    records: [became(early, 'a/b', 'up'), gap(m(0), m(30)), gap(m(10), m(20)), gap(m(25), m(40))],
    is: [1400, 0, 0, 40],
  },
  {
    name: 'a service that vanishes is not observed until it returns',
    records: [became(early, 'a/b', 'up'), became(m(0), 'a/b', 'untested'), became(m(60), 'a/b', 'up')],
    is: [1380, 0, 0, 60],
  },
  {
    name: 'after the last sign of life nothing is observed',
    records: [became(early, 'a/b', 'up')],
    parts: { horizon: m(0) },
    is: [720, 0, 0, 720],
  },
  {
    name: 'before the history begins nothing is observed, though the next change says what was',
    records: [{ ...became(m(0), 'a/b', 'down', '', 'up'), lasted: day.to as never }, became(m(10), 'a/b', 'up')],
    parts: { reach: m(-60) },
    is: [60 + 710, 10, 0, 660],
  },
  {
    name: 'a service that never changed is what the remembered state says, since the history begins',
    records: [],
    parts: { reach: m(-60), known: [{ service: 'a/b', became: 'up', since: early, inMaintenanceSince: null }] },
    is: [780, 0, 0, 660],
  },
]

for (const { name, records, parts, is } of cases) {
  test(name, () => assert.deepEqual(minutesOf(only(records, parts).service), is))
}

test('availability leaves maintenance and unobserved time out, and is null where nothing is left', () => {
  const records = [became(early, 'a/b', 'up'), became(m(0), 'a/b', 'down'), became(m(144), 'a/b', 'up')]
  assert.equal(only(records).service.availability, 0.9)
  const unseen = reportOf(history([], { horizon: early }), day, { only: ['a/b'], configured: [] })
  assert.equal(unseen.totals.availability, null)
})

test('an incident says what failed, which hosts, and who knows of it', () => {
  const { incidents } = only([
    ...[became(early, 'a/b', 'up'), fell(m(0), 'a/b', '10.1.1.2'), became(m(0), 'a/b', 'down', 'no answer')],
    ...[fell(m(1), 'a/b', '10.1.1.3'), acknowledged(m(2), 'a/b', 'joe'), acknowledged(m(3), 'a/b', 'ann')],
    became(m(10), 'a/b', 'up'),
    ...[fell(m(20), 'c/d', '10.1.1.9'), became(m(30), 'a/b', 'down'), acknowledged(m(31), 'c/d', 'eve')],
  ])
  assert.deepEqual(
    incidents.map(({ summary, hosts, acknowledged: who, ended, goesOn }) => ({ summary, hosts, who, ended, goesOn })),
    [
      { summary: 'no answer', hosts: ['10.1.1.2', '10.1.1.3'], who: 'joe', ended: m(10), goesOn: false },
      { summary: '', hosts: [], who: null, ended: null, goesOn: true },
    ],
  )
})

test('means are of incidents outside maintenance: those repaired, and observed up time by those that began', () => {
  const { service } = only([
    became(early, 'a/b', 'up'),
    ...[became(m(0), 'a/b', 'down'), became(m(10), 'a/b', 'up')],
    ...[became(m(20), 'a/b', 'down'), became(m(40), 'a/b', 'up')],
    ...[maintained(m(50), 'a/b', true), became(m(60), 'a/b', 'down'), became(m(90), 'a/b', 'up')],
  ])
  const { failures, failuresInMaintenance, repairs, mttr, mtbf, changes } = service
  assert.deepEqual(
    { failures, failuresInMaintenance, repairs, mttr, mtbf, changes },
    { failures: 2, failuresInMaintenance: 1, repairs: 2, mttr: 15 * MINUTE, mtbf: (1380 / 2) * MINUTE, changes: 6 },
  )
})

test('an incident that crosses midnight is in both days, whole and clipped, and counted where it began and ended', () => {
  const records = [became(early, 'a/b', 'up'), became(m(715), 'a/b', 'down'), became(m(730), 'a/b', 'up')]
  const first = only(records)
  const second = only(records, {}, span(day.to, later(day.to, 1440 * MINUTE)))
  const told = ({ incidents: [incident], service }: ReturnType<typeof only>) => [
    ...[(incident?.lasted ?? 0) / MINUTE, (incident?.down ?? 0) / MINUTE, incident?.beganBefore, incident?.goesOn],
    ...[service.failures, service.repairs],
  ]
  assert.deepEqual(told(first), [15, 5, false, true, 1, 0])
  assert.deepEqual(told(second), [15, 10, true, false, 0, 1])
})

test('a service that went for good while it was down is not repaired', () => {
  const { service, incidents } = only([became(m(0), 'a/b', 'down'), became(m(10), 'a/b', 'untested')])
  assert.deepEqual([service.failures, service.repairs, service.mttr, incidents[0]?.recovered], [1, 0, null, false])
})

test('an incident in which nobody watched for a while is marked', () => {
  const cut = only([became(m(0), 'a/b', 'down'), gap(m(5), m(15)), became(m(20), 'a/b', 'up')])
  assert.equal(cut.incidents[0]?.cutByGap, true)
  const open = only([became(m(0), 'a/b', 'down')], { horizon: m(30) })
  assert.deepEqual([open.incidents[0]?.cutByGap, open.incidents[0]?.lasted], [false, 30 * MINUTE])
})

test('after a clock was set back, what was written down last is what holds', () => {
  const { service } = only([became(early, 'a/b', 'up'), became(m(60), 'a/b', 'up'), became(m(30), 'a/b', 'down')])
  assert.deepEqual(minutesOf(service), [780, 660, 0, 0])
})

test('services of the configuration are shown although nothing is known of them, and others that are gone are not', () => {
  const records = [
    became(early, 'gone/x', 'up'),
    became(later(early, 1), 'gone/x', 'untested'),
    became(early, 'a/b', 'up'),
  ]
  const names = (only: string[], configured: string[]) =>
    reportOf(history(records), day, { only, configured }).services.map(({ service }) => service)
  assert.deepEqual(names([], ['new/y']), ['a/b', 'new/y'])
  assert.deepEqual(names(['new/y', 'gone/x'], []), ['gone/x', 'new/y'])
})

const spans: readonly NamedSpan[] = [
  daySpan(zone('Europe/Berlin'), { year: 2026, month: 3, day: 29 }),
  daySpan(zone('Europe/Berlin'), { year: 2026, month: 10, day: 25 }),
  daySpan(zone('America/New_York'), { year: 2026, month: 11, day: 1 }),
  daySpan(zone('Australia/Lord_Howe'), { year: 2026, month: 4, day: 5 }),
  daySpan(zone('Australia/Lord_Howe'), { year: 2026, month: 10, day: 4 }),
]
/** Steps of 15 minutes: all offsets of the zones above are multiples of it. */
const STEP = 15 * MINUTE
const services = ['a/b', 'c/d']

/** Times from a day before the span to a day after it, many of them equal. */
function recordsAround({ from }: NamedSpan): fc.Arbitrary<HistoryRecord[]> {
  const time = fc.integer({ min: -96, max: 192 }).map((steps) => wallTime(from + steps * STEP))
  const service = fc.constantFrom(...services)
  const verdict = fc.constantFrom<Verdict>('up', 'down', 'down', 'up', 'untested')
  const records = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.tuple(time, service, verdict).map(([when, key, to]) => became(when, key, to)) },
      {
        weight: 2,
        arbitrary: fc.tuple(time, service, fc.boolean()).map(([when, key, on]) => maintained(when, key, on)),
      },
      {
        weight: 1,
        arbitrary: fc.tuple(time, time).map(([a, b]) => gap(wallTime(Math.min(a, b)), wallTime(Math.max(a, b)))),
      },
      { weight: 1, arbitrary: fc.tuple(time, service).map(([when, key]) => fell(when, key, '10.1.1.2')) },
    ),
    { maxLength: 40 },
  )
  // Mostly a clock goes on as things happen; sometimes it is set.
  return fc
    .tuple(records, fc.integer({ min: 0, max: 3 }))
    .map(([all, luck]) => (luck === 0 ? all : asTheyHappened(all)))
}

const asTheyHappened = (records: readonly HistoryRecord[]): HistoryRecord[] =>
  [...records].sort((a, b) => a.at - b.at || a.order - b.order).map((record, order) => ({ ...record, order }))

const histories = fc.constantFrom(...spans).chain((within) =>
  fc.record({
    within: fc.constant(within),
    records: recordsAround(within),
    reach: fc.integer({ min: -200, max: 60 }).map((steps) => wallTime(within.from + steps * STEP)),
    horizon: fc.integer({ min: 40, max: 400 }).map((steps) => wallTime(within.from + steps * STEP)),
  }),
)

test('the totals are those that a walk through the span step by step finds, and add up to its length', () => {
  fc.assert(
    fc.property(histories, ({ within, records, reach, horizon }) => {
      // What the first change of maintenance says of the time before it is a thing of its own (remembered.ts).
      const sound = withBeginnings(records)
      const told = history(sound, { reach, horizon })
      const report = reportOf(told, within, { only: services, configured: [] })
      for (const { service, up, down, downInMaintenance, notObserved, ...rest } of report.services) {
        const expected = byHand(told, service, within, STEP)
        assert.deepEqual({ up, down, downInMaintenance, notObserved }, { ...expected })
        assert.equal(up + down + downInMaintenance + notObserved, within.to - within.from)
        const counted = changesByHand(sound, service, within)
        assert.equal(rest.changes, counted.changes)
        assert.equal(rest.failures + rest.failuresInMaintenance, counted.began)
        const incidents = report.incidents.filter((one) => one.service === service)
        const sumOf = (value: (one: (typeof incidents)[number]) => number) =>
          incidents.reduce((all, one) => all + value(one), 0)
        assert.equal(
          sumOf((one) => one.down),
          down,
        )
        assert.equal(
          sumOf((one) => one.downInMaintenance),
          downInMaintenance,
        )
        const recovered = incidents.filter((one) => one.recovered && one.ended !== null && one.ended < within.to)
        assert.equal(recovered.length, counted.recovered)
        assert.equal(
          recovered.reduce((all, one) => all + one.lasted, 0),
          counted.outage,
        )
        assert.ok(rest.repairs <= counted.recovered)
      }
    }),
  )
})

test('the order in which records are handed over changes nothing', () => {
  fc.assert(
    fc.property(
      histories.chain((one) =>
        fc.tuple(fc.constant(one), fc.shuffledSubarray([...one.records], { minLength: one.records.length })),
      ),
      ([one, shuffled]) => {
        const { within, records, reach, horizon } = one
        const whole = (of: readonly HistoryRecord[]) => reportOf(history(of, { reach, horizon }), within, everything)
        assert.deepEqual(whole(shuffled), whole(records))
      },
    ),
  )
})

test('two months side by side add up to the report of both', () => {
  const zones = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe')
  const parts = fc.tuple(zones, fc.integer({ min: 1, max: 11 })).chain(([name, month]) => {
    const first = monthSpan(zone(name), { year: 2026, month })
    const second = monthSpan(zone(name), { year: 2026, month: month + 1 })
    const hour = fc.integer({ min: -48, max: 24 * 64 }).map((hours) => later(first.from, hours * 60 * MINUTE))
    const record = fc
      .tuple(hour, fc.constantFrom<Verdict>('up', 'down', 'untested'))
      .map(([when, to]) => became(when, 'a/b', to))
    const window = fc.tuple(hour, fc.boolean()).map(([when, on]) => maintained(when, 'a/b', on))
    const pause = fc
      .tuple(hour, fc.integer({ min: 1, max: 90 }))
      .map(([when, length]) => gap(when, later(when, length * 60 * MINUTE)))
    const records = fc.array(fc.oneof({ weight: 5, arbitrary: record }, window, pause), { maxLength: 30 })
    return fc.record({ first: fc.constant(first), second: fc.constant(second), records })
  })
  fc.assert(
    fc.property(parts, ({ first, second, records }) => {
      const of = (within: NamedSpan) =>
        reportOf(history(asTheyHappened(records)), within, { only: ['a/b'], configured: [] }).totals
      const both = of(span(first.from, second.to))
      const [one, two] = [of(first), of(second)]
      for (const name of additive) assert.equal(one[name] + two[name], both[name], name)
    }),
  )
})

const additive = [
  ...(['up', 'down', 'downInMaintenance', 'notObserved', 'observed', 'changes'] as const),
  ...(['failures', 'failuresInMaintenance', 'repairs', 'repairTime'] as const),
]

/** A maintenance that ends without having begun has begun with the history (remembered.ts); here there is none. */
function withBeginnings(records: readonly HistoryRecord[]): readonly HistoryRecord[] {
  const begunBefore = (end: HistoryRecord & { readonly service: string }): boolean =>
    records.some(
      (one) => one.kind === 'maintenance' && one.service === end.service && one.began && one.order < end.order,
    )
  return records.filter((one) => one.kind !== 'maintenance' || one.began || begunBefore(one))
}
