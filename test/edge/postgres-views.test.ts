/** What PostgreSQL answers for availability and incidents, against the same worked out by hand. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { historyStore, migrate } from '../../src/edge/postgres/history-store.ts'
import type { Postgres } from '../../src/edge/postgres/postgres.ts'
import type { Entry, Verdict } from '../../src/model/entry.ts'
import { groupName, id, type ServiceKey, serviceKey, serviceName } from '../../src/model/names.ts'
import { wallTime } from '../../src/model/units.ts'
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
        const days = await rows(
          `select day::text, observed, up, down, maintenance_down, not_observed from upalert.availability
           where journal = $1 and service = $2 order by day`,
          [journal, service],
        )
        assert.deepEqual(days, daysByHand({ entries, service, zone, until }))
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
