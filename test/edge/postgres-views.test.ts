/** What PostgreSQL answers for availability and incidents, against the same worked out by hand. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { historyStore, migrate } from '../../src/edge/postgres/history-store.ts'
import type { Postgres } from '../../src/edge/postgres/postgres.ts'
import { zoneNamed } from '../../src/model/calendar/zone.ts'
import type { Entry, Verdict } from '../../src/model/entry.ts'
import { groupName, id, type ServiceKey, serviceKey, serviceName } from '../../src/model/names.ts'
import { days, milliseconds, wallTime } from '../../src/model/units.ts'
import { recordOf } from '../../src/report/record.ts'
import { reportOf } from '../../src/report/report.ts'
import { freeSpan } from '../../src/report/span.ts'
import { needs } from '../needs.ts'
import { daysByHand, incidentsByHand, MINUTE } from './postgres-by-hand.ts'
import { opened, type TestServer, testServer } from './postgres-server.ts'

const postgres = needs('postgres')
let server: TestServer
let database: Postgres

before(async () => {
  if (postgres.skip !== false) return
  server = await testServer()
  database = opened(await server.database('views'))
  assert.equal(await migrate(database), null)
})
after(async () => {
  if (postgres.skip !== false) return
  await database.end()
  await server.remove()
})

const services = ['http', 'smtp'].map((name) => serviceKey(groupName('web'), serviceName(name)))
/** Two days before the night in which Berlin and New York put the clock back, or Berlin forward. */
const starts = ['2026-10-23T20:00Z', '2026-10-30T20:00Z', '2026-03-27T20:00Z'].map((text) => Date.parse(text))
const zones = ['Europe/Berlin', 'America/New_York', 'UTC', 'Asia/Kathmandu']

type Happening =
  | { readonly kind: 'service'; readonly service: ServiceKey; readonly to: Verdict }
  | { readonly kind: 'maintenance'; readonly service: ServiceKey; readonly began: boolean }
  | { readonly kind: 'gap'; readonly minutes: number }

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('service' as const),
      service: fc.constantFrom(...services),
      to: fc.constantFrom<Verdict[]>('up', 'down', 'up', 'down', 'untested'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('maintenance' as const),
      service: fc.constantFrom(...services),
      began: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('gap' as const), minutes: fc.nat(900) }) },
)
const story = fc.record({
  start: fc.constantFrom(...starts),
  zone: fc.constantFrom(...zones),
  happenings: fc.array(fc.tuple(fc.oneof(fc.nat(10), fc.nat(700)), happening), { maxLength: 25, size: 'max' }),
  rest: fc.nat(3000),
})

let ids = 0
function entryOf(at: number, what: Happening): Entry {
  ids += 1
  const common = { id: id(`v${ids}`), at: wallTime(at), cause: null }
  if (what.kind === 'service')
    return { ...common, ...what, from: 'untested', reason: 'r', summary: `summary ${ids}`, lasted: null }
  if (what.kind === 'maintenance') return { ...common, ...what, window: 'w', text: 't' }
  return { ...common, kind: 'gap', from: wallTime(at - what.minutes * MINUTE), text: 't' }
}

/** Feeds these entries as a journal of their own, of a director that was last heard of at `until`. */
async function fed(entries: readonly Entry[], until: number): Promise<string> {
  const journal = randomUUID()
  const store = historyStore(database)
  const commits = entries.map((entry, index) => ({ seq: index + 1, at: entry.at, entries: [entry] }))
  assert.equal((await store.open({ journal, host: 'director' })).kind, 'at')
  assert.equal((await store.add({ journal, host: 'director' }, 0, commits.length, commits)).kind, 'added')
  await rows('update upalert.feed set alive = to_timestamp($2::float8 / 1000) where journal = $1', [journal, until])
  return journal
}

async function rows(
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const answer = await database.query(text, values)
  assert.equal(answer.kind, 'rows', answer.kind === 'failed' ? answer.text : '')
  return answer.kind === 'rows' ? answer.rows : []
}

test('availability and incidents are what one works out by hand', postgres, async () => {
  await fc.assert(
    fc.asyncProperty(story, async ({ start, zone, happenings, rest }) => {
      let at = start
      const entries = happenings.map(([minutes, what]) => {
        at += minutes * MINUTE
        return entryOf(at, what)
      })
      const until = at + rest * MINUTE
      const journal = await fed(entries, until)
      await rows(`set timezone to '${zone}'`)
      for (const service of services) {
        const known = await rows(
          `select day::text, observed, up, down, maintenance_down, not_observed from upalert.availability
           where journal = $1 and service = $2 order by day`,
          [journal, service],
        )
        assert.deepEqual(known, daysByHand({ entries, service, zone, until }))
        const seconds = (column: string) => `extract(epoch from ${column})::float8 as ${column}`
        const incidents = await rows(
          `select (extract(epoch from began) * 1000)::float8 as began, (extract(epoch from ended) * 1000)::float8 as ended,
             ${['lasted', 'counted', 'in_maintenance', 'not_observed'].map(seconds).join(', ')}
           from upalert.incidents where journal = $1 and service = $2 order by began, id`,
          [journal, service],
        )
        assert.deepEqual(incidents, incidentsByHand({ entries, service, zone, until }))
      }
    }),
    { numRuns: 40 },
  )
})

const berlin = zoneNamed('Europe/Berlin') ?? assert.fail('no time zones')

/** Clocks that were set back, and services of which the first entry says what they were before. */
const strange = fc.record({
  start: fc.constantFrom(...starts),
  happenings: fc.array(
    fc.tuple(
      fc.integer({ min: -300, max: 600 }),
      happening,
      fc.constantFrom<Verdict[]>('untested', 'up', 'down'),
      fc.nat(900),
    ),
    { minLength: 1, maxLength: 25, size: 'max' },
  ),
  // One after the beginning of the history, that there is a history.
  rest: fc.integer({ min: 1, max: 3000 }),
})

test('the views say what a report says', postgres, async () => {
  await rows("set timezone to 'Europe/Berlin'")
  await fc.assert(
    fc.asyncProperty(strange, async ({ start, happenings, rest }) => {
      let at = start
      let until = start
      const entries = happenings.map(([minutes, what, from, held]) => {
        at += minutes * MINUTE
        until = Math.max(until, at)
        const entry = entryOf(at, what)
        if (entry.kind !== 'service' || entry.to === from) return entry
        return { ...entry, from, lasted: milliseconds(held * MINUTE) }
      })
      until += rest * MINUTE
      const journal = await fed(entries, until)
      const history = {
        ...{ records: entries.flatMap((entry, order) => recordOf(entry, order) ?? []), known: [], latencies: null },
        ...{ reach: entries[0]?.at ?? null, horizon: wallTime(until) },
      }
      const whole = freeSpan(berlin, { from: wallTime(start - days(40)), to: wallTime(until + days(40)) })
      const report = reportOf(history, whole, { only: services, configured: [] })
      for (const { service, up, down, downInMaintenance } of report.services) {
        const [sums] = await rows(
          `select coalesce(sum(up), 0) as up, coalesce(sum(down), 0) as down,
             coalesce(sum(maintenance_down), 0) as maintenance_down
           from upalert.availability where journal = $1 and service = $2`,
          [journal, service],
        )
        assert.deepEqual(sums, { up: up / 1000, down: down / 1000, maintenance_down: downInMaintenance / 1000 })
        const incidents = await rows(
          `select (extract(epoch from began) * 1000)::float8 as began, (extract(epoch from ended) * 1000)::float8 as ended,
             extract(epoch from lasted)::float8 as lasted, extract(epoch from counted)::float8 as counted,
             extract(epoch from in_maintenance)::float8 as in_maintenance,
             extract(epoch from not_observed)::float8 as not_observed, cause
           from upalert.incidents where journal = $1 and service = $2 order by began, ended, id`,
          [journal, service],
        )
        const reported = report.incidents.filter((one) => one.service === service)
        assert.deepEqual(
          incidents,
          reported.map((one) => ({
            ...{ began: one.began, ended: one.ended, lasted: one.lasted / 1000, counted: one.down / 1000 },
            ...{
              in_maintenance: one.downInMaintenance / 1000,
              not_observed: one.notObserved / 1000,
              cause: one.summary,
            },
          })),
        )
      }
    }),
    { numRuns: 40 },
  )
})
