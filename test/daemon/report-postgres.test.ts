/** Reports from PostgreSQL: the same totals as from the journal it was fed from, however far that has come. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { journalId } from '../../src/daemon/report/journal-source.ts'
import { recordOfRow } from '../../src/daemon/report/source.ts'
import { type Embedded, startEmbedded } from '../../src/edge/postgres/embedded.ts'
import { historyStore } from '../../src/edge/postgres/history-store.ts'
import { openPostgres } from '../../src/edge/postgres/postgres.ts'
import { readStored } from '../../src/edge/postgres/report-source.ts'
import type { Commit } from '../../src/model/commit.ts'
import { host, id } from '../../src/model/names.ts'
import { milliseconds, wallTime } from '../../src/model/units.ts'
import { type HistoryRecord, recordOf } from '../../src/report/record.ts'
import { reportOf } from '../../src/report/report.ts'
import { needs } from '../needs.ts'
import { type Body, commits, directoryWith, key, october, withStop, written } from './report-history.ts'
import { isOctober, made, refused, request } from './report-made.ts'

test(
  'PostgreSQL, with what it has not taken yet from the journal, gives the same totals',
  needs('postgres'),
  async (t) => {
    let stop = async () => {}
    t.after(() => stop())
    const { statedir } = await directoryWith(t, 'embedded')
    await written(statedir)
    const server = await embedded(statedir)
    stop = server.stop
    const inJournal = await made('none', statedir)
    for (const fed of [0, 2, 6, commits.length]) {
      await feed(server, statedir, fed)
      for (const database of ['embedded', server.url]) {
        const report = await made(database, statedir)
        isOctober(report)
        assert.deepEqual(report.incidents, inJournal.incidents, `${fed} commits fed`)
        if (fed > 0) assert.deepEqual(report.remarks, [])
      }
    }

    await t.test('the views of PostgreSQL say the same', async () => {
      const postgres = openPostgres(server.connection)
      assert.ok('query' in postgres)
      await postgres.query(`set time zone 'Europe/Berlin'`)
      const answer = await postgres.query(`
      select service, sum(up) / 60 as up, sum(down) / 60 as down, sum(maintenance_down) / 60 as maintenance
      from upalert.availability where day between '2026-10-01' and '2026-10-31' group by service
    `)
      await postgres.end()
      assert.ok(answer.kind === 'rows')
      for (const { service, up, down, maintenance } of answer.rows) {
        const expected = service === 'db/sql' ? october['db/sql'] : october['web/http']
        assert.deepEqual(
          { up, down, maintenance },
          { up: expected.up, down: expected.down, maintenance: expected.maintenance },
        )
      }
    })

    await t.test('the slowest answer is in the report', async () => {
      const postgres = openPostgres(server.connection)
      assert.ok('query' in postgres)
      const made1 = await postgres.query(
        `create table upalert.rollup_x partition of upalert.rollup for values from ('2026-10-01') to ('2026-11-01')`,
      )
      const id = await journalId(join(statedir, 'journal'))
      const added = await postgres.query(
        `insert into upalert.rollup (minute, journal, service, host, count, failures, unknown, max)
       select '2026-10-07 08:15Z'::timestamptz + n * interval '1 minute', $1, 'web/http', 'h', 1, 0, 0, array_position(array[3,9,4,9], n)
       from unnest(array[3,9,4]) n`,
        [id],
      )
      await postgres.end()
      assert.deepEqual([made1.kind, added.kind], ['rows', 'rows'])
      const { services } = await made('embedded', statedir)
      assert.deepEqual(
        services.map(({ worstLatency }) => worstLatency),
        [null, { service: 'web/http', took: 3, at: Date.parse('2026-10-07T08:19Z') }],
      )
    })

    await t.test('another machine reads it by the name of the director', async () => {
      const elsewhere = join(statedir, 'elsewhere')
      isOctober(await made(server.url, elsewhere, { director: 'director1' }))
      assert.match(
        await refused(server.url, elsewhere, { director: 'lb9' }),
        /has the history of director1, and none of lb9/,
      )
      // There is only one, so that it is clear which is meant.
      isOctober(await made(server.url, elsewhere))
    })

    await t.test('a scheduler that is stopped watches nothing', async () => {
      const last = commits.length
      const stop = withStop[last - 1] ?? assert.fail('there is no stop')
      await feed(server, statedir, last + 1, [
        ...commits,
        { ...stop, seq: last + 1, entries: stop.entries.map((entry) => ({ ...entry, id: id('stop') })) },
      ])
      const { remarks } = await made(server.url, join(statedir, 'elsewhere'), { month: '2026-11' })
      assert.deepEqual(remarks, ['Nothing after 2026-11-01 12:00:00+01:00 was observed.'])
    })

    await t.test('a journal that began anew goes on where the one before it ended', async () => {
      const { statedir: fresh } = await directoryWith(t, 'embedded')
      await written(
        fresh,
        commits.slice(-1).map((commit) => ({ ...commit, seq: 1 })),
      )
      const report = await made(server.url, fresh, { director: 'director1' })
      isOctober(report)
    })
  },
)

const HOUR = 3_600_000
const { span } = request()

/** From a week before the month to a week after it; a clock that goes on. */
const stories = fc
  .array(
    fc.record({
      hours: fc.integer({ min: -168, max: 745 + 168 }),
      service: fc.constantFrom('web/http', 'db/sql'),
      what: fc.constantFrom('up', 'down', 'down', 'up', 'untested', 'host', 'on', 'off', 'ack', 'gap'),
      length: fc.integer({ min: 1, max: 400 }),
    }),
    { maxLength: 40 },
  )
  .map((all) => all.sort((a, b) => a.hours - b.hours).map((one) => ({ at: span.from + one.hours * HOUR, ...one })))

type Step = typeof stories extends fc.Arbitrary<(infer S)[]> ? S : never

function bodyOf({ at, service, what, length }: Step): Body {
  const about = { service: key(service) }
  switch (what) {
    case 'gap':
      return { kind: 'gap', from: wallTime(at - length * HOUR), text: 'gap' }
    case 'ack':
      return { kind: 'command', who: 'joe', command: `ack ${service}`, outcome: 'done', text: '' }
    case 'on':
    case 'off':
      return { kind: 'maintenance', ...about, began: what === 'on', window: 'w', text: '' }
    case 'host':
      return { kind: 'host', ...about, host: host('h'), from: 'up', to: 'down', reason: '', text: '', lasted: null }
    case 'up':
    case 'down':
    case 'untested': {
      const lasted = milliseconds(length * HOUR)
      return { kind: 'service', ...about, from: 'up', to: what, reason: '', summary: `since ${at}`, lasted }
    }
  }
}

test(
  'for any history, what PostgreSQL is asked for gives the report that all of it would give',
  needs('postgres'),
  async (t) => {
    let stop = async () => {}
    t.after(() => stop())
    const { statedir } = await directoryWith(t, 'embedded')
    const server = await embedded(statedir)
    stop = server.stop
    const postgres = openPostgres(server.connection)
    assert.ok('query' in postgres)
    const store = historyStore(postgres)
    const only = fc.constantFrom<string[]>([], ['web/http'], ['db/sql', 'web/http'])
    await fc.assert(
      fc.asyncProperty(stories, only, async (story, services) => {
        const journal = randomUUID()
        const entries = story.map((step, i) => ({
          ...{ ...bodyOf(step), id: id(`${journal}.${i}`), at: wallTime(step.at), cause: null },
        }))
        const feeder = { journal, host: journal }
        await store.open(feeder)
        if (entries.length === 0) return
        const at = wallTime(0)
        await store.add(feeder, 0, 1, [{ seq: 1, at, entries }])
        const question = { journal, director: null, hostname: '', ...span, services, longestText: 300, most: 1000 }
        const stored = await readStored(postgres, question)
        assert.ok(stored.kind === 'stored')
        const reach = entries[0]?.at ?? null
        assert.equal(stored.reach, reach)
        const whole = { reach, horizon: wallTime(span.to + 400 * HOUR), known: [], latencies: null }
        const report = (records: readonly HistoryRecord[]) =>
          reportOf({ ...whole, records }, span, { only: services, configured: [] })
        const all = entries.flatMap((entry, i) => recordOf(entry, i) ?? [])
        const asked = report(stored.rows.flatMap(recordOfRow))
        const expected = report(all)
        assert.deepEqual(asked.services, expected.services)
        assert.deepEqual(asked.incidents, expected.incidents)
      }),
      { numRuns: 40 },
    )
    await store.end()
  },
)

async function embedded(statedir: string): Promise<Extract<Embedded, { kind: 'ready' }>> {
  const server = await startEmbedded({ dataDir: join(statedir, 'postgres'), log: () => {} })
  return server.kind === 'ready' ? server : assert.fail(server.text)
}

/** Hands over the first so many commits, as the feed does. */
async function feed(
  server: Extract<Embedded, { kind: 'ready' }>,
  statedir: string,
  count: number,
  all: readonly Commit[] = commits,
): Promise<void> {
  const postgres = openPostgres(server.connection)
  assert.ok('query' in postgres)
  const store = historyStore(postgres)
  const journal = (await journalId(join(statedir, 'journal'))) ?? assert.fail('there is no journal')
  const feeder = { journal, host: 'director1' }
  const cursor = await store.open(feeder)
  assert.ok(cursor.kind === 'at')
  if (count > cursor.seq) {
    const added = await store.add(feeder, cursor.seq, count, all.slice(cursor.seq, count))
    assert.equal(added.kind, 'added')
  }
  await store.end()
}
