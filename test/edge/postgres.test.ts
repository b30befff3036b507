import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { migrate } from '../../src/edge/postgres/history-store.ts'
import { openPostgres, postgresLimits } from '../../src/edge/postgres/postgres.ts'
import { schemaVersion } from '../../src/wire/history/schema.ts'
import { needs } from '../needs.ts'
import { opened, serverOfFile, tell } from './postgres-server.ts'

const postgres = needs('postgres')
const server = serverOfFile()

async function closedPort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  listener.close()
  await once(listener, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

test('what is no URL is told at once', () => {
  const answer = openPostgres('postgres://user:pass word@[::1/x')
  assert.ok('kind' in answer)
  assert.match(answer.text, /is not a URL that can be used .* Write postgres:\/\/USER:PASSWORD@HOST:PORT\/DATABASE/)
  assert.doesNotMatch(answer.text, /pass word/)
})

test('a refused connection names the server, and never the password', async () => {
  const port = await closedPort()
  const database = opened(`postgres://somebody:secret@127.0.0.1:${port}/upalert`)
  const answer = await database.query('select 1')
  assert.equal(
    answer.kind === 'failed' ? answer.text : '',
    `PostgreSQL at 127.0.0.1:${port}, database upalert refuses the connection. ` +
      'Is it running, and does it listen on that address and port?',
  )
  await database.end()
})

const troubles = [
  {
    name: 'a database that does not exist',
    database: 'nowhere',
    sql: 'select 1',
    code: '3D000',
    says: /no such database/,
  },
  { name: 'a user that does not exist', user: 'nobody', sql: 'select 1', code: '28000', says: /not let this user in/ },
  {
    name: 'a read-only transaction',
    sql: 'set transaction read only; create table t ()',
    code: '25006',
    says: /is read-only: a standby/,
  },
  {
    name: 'an administrator who closes the connection',
    sql: 'select pg_terminate_backend(pg_backend_pid())',
    code: '57P01',
    says: /is shutting down, or an administrator closed the connection/,
  },
  {
    name: 'a statement that takes too long',
    sql: `set statement_timeout = 1; select pg_sleep(9)`,
    code: '57014',
    says: /took too long for a statement/,
  },
  { name: 'a full disk', sql: raise('53100'), code: '53100', says: /has a full disk. Make room there/ },
  { name: 'anything else', sql: raise('XX001'), code: 'XX001', says: /played \(XX001\)\.$/ },
]

/** What cannot be brought about quickly is played by the server itself, which sends the real message. */
function raise(code: string): string {
  return `do $$ begin raise exception 'played' using errcode = '${code}'; end $$`
}

for (const { name, sql, code, says, ...where } of troubles) {
  test(`${name} is a sentence that says what to do`, postgres, async () => {
    const database = opened({ ...server.connection(), ...where })
    const answer = await database.query(sql)
    assert.equal(answer.kind === 'failed' ? answer.code : 'no failure', code)
    if (answer.kind === 'failed') assert.match(answer.text, says)
    await database.end()
  })
}

test('a wrong password, and none, are sentences', postgres, async () => {
  const connection = await server.database('locked')
  await tell(connection, `create role keyholder login password 'right'`)
  const rules = join(server.dataDir, 'cluster', 'pg_hba.conf')
  await writeFile(rules, `local locked keyholder scram-sha-256\n${await readFile(rules, 'utf8')}`)
  await tell(connection, 'select pg_reload_conf()')
  const url = (login: string) => `postgres://${login}@/locked?host=${encodeURIComponent(connection.host)}`
  for (const [login, says] of [
    ['keyholder:wrong', /, database locked does not accept the password/],
    ['keyholder', /asks for a password and none is given. Put it in the URL, in ~\/\.pgpass, or in PGPASSWORD/],
  ] as const) {
    const database = opened(url(login))
    // The server reads its rules when it gets round to it; until then it lets everybody in.
    let answer = await database.query('select 1')
    while (answer.kind === 'rows') {
      await tell(connection, 'select 1')
      await database.end()
      answer = await opened(url(login)).query('select 1')
    }
    assert.match(answer.text, says)
    assert.doesNotMatch(answer.text, /wrong/)
    await database.end()
  }
  const right = opened(url('keyholder:right'))
  assert.equal((await right.query('select 1')).kind, 'rows')
  await right.end()
})

test('a server with no connection left is a sentence', postgres, async () => {
  await tell(server.connection(), 'create role latecomer login connection limit 0')
  const database = opened({ ...server.connection(), user: 'latecomer' })
  const answer = await database.query('select 1')
  assert.match(answer.kind === 'failed' ? answer.text : '', /has no connection left. Raise its max_connections/)
  await database.end()
})

const impatient = { ...postgresLimits, connect: 100, silence: 100 }

test('a server that accepts and says nothing is given up', async (t) => {
  const mute = createServer(() => {}).listen(0, '127.0.0.1')
  await once(mute, 'listening')
  t.after(() => mute.close())
  const address = mute.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const database = openPostgres(`postgres://u@127.0.0.1:${port}/d`, impatient)
  assert.ok(!('kind' in database))
  const answer = await database.query('select 1')
  assert.match(answer.kind === 'failed' ? answer.text : '', /did not answer in time. Check address and firewall/)
  await database.end()
})

test(
  'a server that falls silent in the middle is given up, and the next query has a new connection',
  postgres,
  async () => {
    const database = openPostgres(server.connection(), impatient)
    assert.ok(!('kind' in database))
    const answer = await database.query('select pg_sleep(60)')
    assert.match(answer.kind === 'failed' ? answer.text : '', /fell silent in the middle of a statement/)
    assert.equal((await database.query('select 1')).kind, 'rows')
    // What is known to take long, as a migration does, is waited for.
    assert.equal((await database.query('select pg_sleep(0.3)', [], 60_000)).kind, 'rows')
    await database.end()
  },
)

test('after any trouble the next query has a new connection', postgres, async () => {
  const database = opened(server.connection())
  await database.query('select pg_terminate_backend(pg_backend_pid())')
  assert.deepEqual(await database.query('select 1 as n'), { kind: 'rows', rows: [{ n: 1 }] })
  await database.end()
})

test('a transaction whose work fails leaves nothing', postgres, async () => {
  const connection = await server.database('rolled_back')
  const database = opened(connection)
  const answer = await database.transaction(async (query) => {
    await query('create table t ()')
    return query('select 1 / 0')
  })
  assert.equal(answer.kind, 'failed')
  assert.deepEqual(await tell(connection, `select to_regclass('t') as t`), [{ t: null }])
  await database.end()
})

test('the tables are made in an empty database, and once only', postgres, async () => {
  const connection = await server.database('empty')
  const databases = [opened(connection), opened(connection), opened(connection)]
  assert.deepEqual(await Promise.all(databases.map(migrate)), [null, null, null])
  assert.equal(await migrate(opened(connection)), null)
  const versions = await tell(connection, 'select version from upalert.version order by version')
  assert.deepEqual(
    versions,
    Array.from({ length: schemaVersion }, (_, index) => ({ version: index + 1 })),
  )
  for (const database of databases) await database.end()
})

test('a history of a newer upalert is left alone', postgres, async () => {
  const connection = await server.database('newer')
  const database = opened(connection)
  assert.equal(await migrate(database), null)
  await tell(connection, 'insert into upalert.version (version) values (99)')
  const refused = await migrate(database)
  assert.match(refused?.text ?? '', /holds a history of version 99, and this upalert knows versions up to \d+/)
  await database.end()
})

test('a user who may not create anything can use tables that are there', postgres, async () => {
  const connection = await server.database('prepared')
  const database = opened(connection)
  const writer = opened({ ...connection, user: 'writer' })
  await tell(connection, 'create role writer login')
  assert.match((await migrate(writer))?.text ?? '', /GRANT CREATE ON DATABASE, or make it owner of schema upalert/)
  assert.equal(await migrate(database), null)
  await tell(connection, 'grant usage on schema upalert to writer; grant all on all tables in schema upalert to writer')
  assert.equal(await migrate(writer), null)
  await database.end()
  await writer.end()
})

test('every query in docs/history.md runs', postgres, async () => {
  const connection = await server.database('documented')
  const database = opened(connection)
  assert.equal(await migrate(database), null)
  const page = await readFile(new URL('../../docs/history.md', import.meta.url), 'utf8')
  const queries = [...page.matchAll(/```sql\n(.*?)```/gs)].map((match) => match[1] ?? '')
  assert.ok(queries.length >= 11)
  for (const query of queries) assert.equal((await database.query(query)).kind, 'rows', query)
  const section = (name: string) => page.split(/^#+ /m).find((text) => text.startsWith(`${name}\n`)) ?? ''
  const views = [...section('What happened').matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1] ?? '')
  assert.ok(views.length >= 11)
  for (const view of views)
    assert.equal((await database.query(`select id, at, cause, text from upalert.${view}`)).kind, 'rows', view)
  for (const [name, heading] of [
    ...views.map((view) => [view, 'What happened']),
    ...['gap', 'maintenance', 'spell', 'watched'].map((view) => [view, 'When']),
    ...['availability', 'incidents', 'latency'].map((view) => [view, view]),
    ...[
      ['latency_hour', 'latency'],
      ['rollup', 'Rollups'],
      ['configuration', 'Tables'],
      ['feed', 'Tables'],
    ],
  ] as [string, string][])
    for (const { column } of await tell(
      connection,
      `select column_name as column from information_schema.columns where table_schema = 'upalert'
       and table_name = '${name}' and column_name not in ('id', 'at', 'cause', 'text', 'seq', 'position', 'counted_from',
         'director', 'journal', 'reason', 'rollups')`,
    ))
      assert.match(section(heading), new RegExp(`\`${column}\``), `${name}.${column} is not documented`)
  await database.end()
})
