import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { EmbeddedConnection } from '../../src/edge/postgres/embedded.ts'
import { historyStore } from '../../src/edge/postgres/history-store.ts'
import { retentionStore } from '../../src/edge/postgres/retention-store.ts'
import { makeRollupPartition } from '../../src/edge/postgres/rollup-store.ts'
import type { Entry } from '../../src/model/entry.ts'
import { groupName, id, serviceKey, serviceName } from '../../src/model/names.ts'
import { days, hours, type Milliseconds, milliseconds, wallTime } from '../../src/model/units.ts'
import { nightly, type Retention, startRetention } from '../../src/runtime/retention.ts'
import { opened, serverOfFile, tell } from '../edge/postgres-server.ts'
import { needs } from '../needs.ts'

const postgres = needs('postgres')
const server = serverOfFile()

const today = wallTime(Date.parse('2026-11-21T03:07:00Z'))
const ago = (length: number) => wallTime(today - length)
const service = serviceKey(groupName('web'), serviceName('http'))

function retention(connection: EmbeddedConnection, told: string[], keep: [Milliseconds, Milliseconds]): Retention {
  return startRetention({
    store: retentionStore(opened(connection)),
    host: 'director-1',
    now: () => today,
    keep: () => ({ history: keep[0], rollups: keep[1] }),
    notice: (text) => told.push(text),
    limits: { batchEntries: 3, rest: 1 },
  })
}

let ids = 0
type Body = Entry extends infer One ? (One extends Entry ? Omit<One, 'id' | 'at' | 'cause'> : never) : never
function entry(daysAgo: number, body: Body): Entry {
  ids += 1
  return { id: id(`e${ids}`), at: ago(days(daysAgo)), cause: null, ...body } as Entry
}
const became = (daysAgo: number, to: 'up' | 'down' | 'untested', key = service): Entry =>
  entry(daysAgo, { kind: 'service', service: key, from: 'untested', to, reason: 'r', summary: `${to}`, lasted: null })
const said = (daysAgo: number): Entry => entry(daysAgo, { kind: 'daemon', what: 'started', text: 'x' })

async function fed(connection: EmbeddedConnection, entries: readonly Entry[]): Promise<void> {
  const store = historyStore(opened(connection))
  const feeder = { journal: randomUUID(), host: 'director-1' }
  await store.open(feeder)
  const commits = entries.map((one, index) => ({ seq: index + 1, at: one.at, entries: [one] }))
  assert.equal((await store.add(feeder, 0, commits.length, commits)).kind, 'added')
  await store.end()
}

test('what is older than is kept goes, and what still says how things stand stays', postgres, async () => {
  const connection = await server.database('kept')
  const other = serviceKey(groupName('web'), serviceName('smtp'))
  const hash = (digit: string) => digit.repeat(64)
  const configured = (daysAgo: number, digit: string) =>
    entry(daysAgo, { kind: 'configuration', hash: hash(digit), text: 'loaded' })
  const entries = [
    ...[became(50, 'up'), became(49, 'down'), said(48), became(47, 'up'), configured(46, 'a'), configured(45, 'b')],
    ...[
      became(44, 'up', other),
      became(43, 'untested', other),
      entry(42, { kind: 'gap', from: ago(days(43)), text: '' }),
    ],
    entry(41, { kind: 'maintenance', service, began: true, window: 'w', text: '' }),
    ...[said(29), became(28, 'down')],
  ]
  await fed(connection, entries)
  await tell(
    connection,
    `insert into upalert.configuration values
    ('${hash('a')}', now() - interval '1 year', 'h', 'a'), ('${hash('b')}', '2026-01-01', 'h', 'b')`,
  )
  const told: string[] = []
  const keeper = retention(connection, told, [days(30), days(0)])
  await keeper.run()
  await keeper.run()
  await keeper.stop()
  const left = await tell(connection, 'select kind, became, hash from upalert.entry order by seq')
  assert.deepEqual(
    left.map(({ kind, became: to, hash: of }) => [kind, to ?? of]),
    [
      ['service', 'up'],
      ['configuration', hash('b')],
      ['maintenance', 'maintenance'],
      ['daemon', null],
      ['service', 'down'],
    ],
  )
  assert.deepEqual(await tell(connection, 'select text from upalert.configuration'), [{ text: 'b' }])
  assert.equal(told.length, 1)
  assert.match(told[0] ?? '', /^PostgreSQL in .* was relieved of 7 entries older than is kept\.$/)
  const [first] = await tell(
    connection,
    `select began < '2026-10-23' as old, ended is not null as over
    from upalert.maintenance`,
  )
  assert.deepEqual(first, { old: true, over: false })
  const [whole] = await tell(
    connection,
    `select sum(up)::float8 as up, min(day)::text as day from upalert.availability`,
  )
  assert.deepEqual(whole, { up: days(2) / 1000, day: new Date(ago(days(30))).toISOString().slice(0, 10) })
})

test('0 keeps all, and nothing is said of a night in which nothing was old', postgres, async () => {
  const connection = await server.database('everything')
  await fed(connection, [said(4000), said(1)])
  const told: string[] = []
  for (const keep of [
    [days(0), days(0)],
    [days(5000), days(5000)],
  ] as [Milliseconds, Milliseconds][]) {
    const keeper = retention(connection, told, keep)
    await keeper.run()
    await keeper.stop()
  }
  assert.deepEqual(told, [])
  assert.equal((await tell(connection, 'select from upalert.entry')).length, 2)
})

test('days of rollups that are over go, and the next days get their tables', postgres, async () => {
  const connection = await server.database('rollups')
  await fed(connection, [])
  const database = opened(connection)
  for (const daysAgo of [40, 31, 30, 29]) await makeRollupPartition(database, ago(days(daysAgo)))
  await database.end()
  const told: string[] = []
  const keeper = retention(connection, told, [days(0), days(30)])
  await keeper.run()
  await keeper.stop()
  assert.match(told.join(), /was relieved of 2 days of rollups older than is kept/)
  const tables = await tell(
    connection,
    `select relname as name from pg_inherits join pg_class on oid = inhrelid
    where inhparent = 'upalert.rollup'::regclass order by name`,
  )
  const names = [30, 29, 0, -1, -2].map((daysAgo) => new Date(ago(days(daysAgo))).toISOString().slice(0, 10))
  assert.deepEqual(
    tables.map(({ name }) => name),
    names.map((day) => `rollup_${day.replaceAll('-', '')}`),
  )
})

test('two daemons on one database: one does it, and nobody complains', postgres, async () => {
  const connection = await server.database('two')
  await fed(
    connection,
    Array.from({ length: 50 }, () => said(100)),
  )
  const told: string[] = []
  const keepers = [1, 2].map(() => retention(connection, told, [days(30), days(30)]))
  await Promise.all(keepers.map((keeper) => keeper.run()))
  for (const keeper of keepers) {
    await keeper.run()
    await keeper.stop()
  }
  assert.equal((await tell(connection, 'select from upalert.entry')).length, 0)
  const gone = told.map((text) => Number(/relieved of (\d+) entr/.exec(text)?.[1]))
  assert.equal(
    gone.reduce((sum, one) => sum + one, 0),
    50,
    told.join('\n'),
  )
})

test('a user who may not delete is told, and a database that is away too', postgres, async () => {
  const connection = await server.database('refused')
  await fed(connection, [said(100)])
  await tell(
    connection,
    `create role reader login; grant usage on schema upalert to reader;
    grant select, update on all tables in schema upalert to reader`,
  )
  const told: string[] = []
  const keeper = retention({ ...connection, user: 'reader' }, told, [days(30), days(30)])
  await keeper.run()
  await keeper.stop()
  assert.match(told.join('\n'), /does not give this user the right.*What is old is not all deleted there/)
  assert.equal(told.length, 1, told.join('\n'))
  const nowhere: string[] = []
  const lost = retention({ ...connection, database: 'not_there' }, nowhere, [days(30), milliseconds(hours(1))])
  await lost.run()
  await lost.stop()
  assert.match(nowhere.join('\n'), /^.* has no such database.*the next attempt is tomorrow\.$/)
})

test('directors do it at minutes of their own', () => {
  const minutes = new Set(Array.from({ length: 100 }, (_, index) => nightly(`director-${index}`)))
  assert.ok(minutes.size > 30)
  for (const expression of minutes) assert.match(expression, /^([0-9]|[1-5][0-9]) 3 \* \* \*$/)
})
