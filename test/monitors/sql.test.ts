/** A real MariaDB and a real PostgreSQL; and what a server that only claims to be one may do to us. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { mysql } from '../../monitors/mysql.ts'
import { pgsql } from '../../monitors/pgsql.ts'
import type { SqlOptions } from '../../src/edge/sql/sql-monitor.ts'
import { host } from '../../src/model/names.ts'
import { needs } from '../needs.ts'
import { mariadb, SQL } from './mariadb.ts'
import { type Behaviour, certPath, context, peer } from './peers.ts'
import { mysqlGreeting, mysqlIn, mysqlPacket, pgIn, pgMessage, pouring, replying } from './sql-servers.ts'
import { endOf, folder } from './started.ts'
import { flooding, silent } from './talk-table.ts'
import { PG, tcpPostgres } from './tcp-postgres.ts'

const modules = { mysql, pgsql }
type Name = keyof typeof modules

async function ask(name: Name, options: SqlOptions, at = '127.0.0.1') {
  const [result] = (await modules[name].check([host(at)], { timeout: 10, ...options }, context)).hosts
  assert(result !== undefined)
  return result
}
const codeOf = (result: Awaited<ReturnType<typeof ask>>) => (result.kind === 'up' ? null : result.code)

const MARIADB = needs('mariadb')
const POSTGRES = needs('postgres')
let mariadbPort = 0
let postgresPort = 0
const ends: (() => Promise<void> | void)[] = []
before(async () => {
  const keep = (end: () => Promise<void> | void): unknown => ends.push(end)
  if (MARIADB.skip === false) mariadbPort = await mariadb(keep)
  if (POSTGRES.skip === false) postgresPort = await tcpPostgres(keep)
})
after(async () => {
  for (const end of ends.reverse()) await end()
})

type Row = readonly [name: string, options: Partial<SqlOptions>, code: string | null, text: RegExp]
const row: Row = ['a row', { request: 'select 1' }, null, /^answered with a row$/]

const ofMariadb: readonly Row[] = [
  row,
  ['rows of a table', { request: 'select * from pool' }, null, /^answered with 2 rows$/],
  [
    'a table without the row',
    { request: 'select * from pool where enabled = 7' },
    'no-rows',
    /^let us in, but has no row/,
  ],
  ['a change', { request: "update pool set enabled = enabled + 1 where host = 'a'" }, null, /^answered with a row$/],
  ['a change of nothing', { request: "update pool set enabled = 2 where host = 'z'" }, 'no-rows', /no row/],
  [
    'no statement',
    { request: 'selec 1' },
    'request-refused',
    /^answered the request with "You have an error in your SQL/,
  ],
  ['two statements at once', { request: 'select 1; select 2' }, 'request-refused', /You have an error/],
  ['a table that is not there', { request: 'select * from nobody' }, 'request-refused', /doesn't exist/],
  ['more rows than anybody needs', { request: LARGE('x') }, null, /^answered with \d+ rows$/],
  [
    'a file of ours',
    { request: "load data local infile '/etc/passwd' into table pool" },
    'request-refused',
    /local infile/,
  ],
  [
    'a wrong password',
    { password: 'wrong', request: 'select 1' },
    'login-refused',
    /^did not let us in: "Access denied/,
  ],
  ['no such database', { database: 'nobody', request: 'select 1' }, 'login-refused', /database 'nobody'/],
  ['TLS', { tls: true, request: 'select 1' }, null, /^answered/],
  [
    'TLS and a good certificate',
    { tls: true, verify: true, ca: certPath('root.pem'), request: 'select 1' },
    null,
    /^answ/,
  ],
  [
    'TLS and a certificate of nobody',
    { tls: true, verify: true, request: 'select 1' },
    'handshake-failed',
    /^TLS came to nothing: "unable to verify/,
  ],
  [
    'TLS and a certificate for somebody else',
    { tls: true, verify: true, ca: certPath('root.pem'), servername: 'b.example', request: 'select 1' },
    'handshake-failed',
    /does not match/,
  ],
  [
    'a file of authorities that is none',
    { tls: true, verify: true, ca: '/dev/null', request: 'select 1' },
    'ca-unreadable',
    /could not be/,
  ],
  [
    'too slow a statement',
    { request: 'select sleep(30)', timeout: 0.5 },
    'timed-out',
    /^did not answer the request within 500 ms$/,
  ],
]

function LARGE(letter: string): string {
  const columns = 'information_schema.columns'
  return `select repeat('${letter}', 1000) from (select 1 from ${columns} a, ${columns} b limit 100000) c`
}

for (const [name, options, code, text] of ofMariadb) {
  test(`MariaDB is asked for ${name}`, MARIADB, async () => {
    const result = await ask('mysql', { port: mariadbPort, ...SQL, request: '', ...options })
    assert.equal(codeOf(result), code, result.text)
    assert.match(result.text, text)
    assert(!result.text.includes(SQL.password))
  })
}

test('MariaDB is up over IPv6', MARIADB, async () => {
  const result = await ask('mysql', { port: mariadbPort, ...SQL, request: 'select 1' }, '::1')
  assert.equal(result.kind, 'up', result.text)
})

const ofPostgres: readonly Row[] = [
  row,
  ['rows', { request: 'select * from generate_series(1, 3)' }, null, /^answered with 3 rows$/],
  ['no row', { request: 'select 1 where false' }, 'no-rows', /^let us in, but has no row for the request$/],
  ['a change of nothing', { request: 'create temporary table a (b int)' }, 'no-rows', /no row/],
  ['no statement', { request: 'selec 1' }, 'request-refused', /^answered the request with "syntax error at or near/],
  ['an empty statement', { request: '-- nothing' }, 'no-rows', /no row/],
  [
    'an error behind a row',
    { request: 'select 1/(2-a) from generate_series(1, 3) a' },
    'request-refused',
    /division by zero/,
  ],
  [
    'more rows than anybody needs',
    { request: "select repeat('x', 1000) from generate_series(1, 100000)" },
    null,
    /^answered with \d+ rows$/,
  ],
  [
    'a wrong password',
    { password: 'wrong', request: 'select 1' },
    'login-refused',
    /^did not let us in: "password auth/,
  ],
  ['no password', { password: '', request: 'select 1' }, 'login-failed', /could not be logged in to/],
  [
    'no such user',
    { login: 'nobody', password: 'x', request: 'select 1' },
    'login-refused',
    /password authentication failed/,
  ],
  [
    'no such database',
    { database: 'nobody', request: 'select 1' },
    'no-database',
    /"database "nobody" does not exist"/,
  ],
  ['TLS', { tls: true, request: 'select 1' }, null, /^answered/],
  [
    'TLS and a good certificate',
    { tls: true, verify: true, ca: certPath('root.pem'), request: 'select 1' },
    null,
    /^answ/,
  ],
  [
    'TLS and a certificate of nobody',
    { tls: true, verify: true, request: 'select 1' },
    'unknown-issuer',
    /certificate/,
  ],
  [
    'TLS where it is needed',
    { login: 'secure', password: 'xyzzy', database: 'postgres', tls: true, request: 'select 1' },
    null,
    /^answered/,
  ],
  [
    'nothing without TLS where it is needed',
    { login: 'secure', password: 'xyzzy', request: 'select 1' },
    'login-refused',
    /pg_hba.conf rejects/,
  ],
  [
    'too slow a statement',
    { request: 'select pg_sleep(30)', timeout: 0.5 },
    'timed-out',
    /^did not answer the request/,
  ],
]
for (const [name, options, code, text] of ofPostgres) {
  test(`PostgreSQL is asked for ${name}`, POSTGRES, async () => {
    const result = await ask('pgsql', { port: postgresPort, ...PG, request: '', ...options })
    assert.equal(codeOf(result), code, result.text)
    assert.match(result.text, text)
    assert(!result.text.includes(PG.password))
  })
}

test('PostgreSQL is up over IPv6', POSTGRES, async () => {
  const result = await ask('pgsql', { port: postgresPort, ...PG, request: 'select 1' }, '::1')
  assert.equal(result.kind, 'up', result.text)
})

test('a password for PostgreSQL may stand in a file, and no other file or variable is asked', POSTGRES, async (t) => {
  const { password, ...rest } = PG
  const file = join(folder(endOf(t), 'password'), 'password')
  writeFileSync(file, `${password}\n`)
  const login = { port: postgresPort, ...rest, request: 'select 1' }
  assert.equal((await ask('pgsql', { ...login, passwordFile: file })).kind, 'up')
  process.env.PGPASSWORD = password
  t.after(() => delete process.env.PGPASSWORD)
  assert.equal(codeOf(await ask('pgsql', login)), 'login-failed')
})

const NONE = Buffer.alloc(0)
const sql = { login: 'anna', password: 'xyzzy', database: 'shop', request: 'select 1' }
const refusal = mysqlPacket(2, 0xff, Buffer.from([0x15, 4]), '#28000no xyzzy for you\x07')
const pgRefusal = pgMessage('E', 'SFATAL\0C28P01\0Mno xyzzy for you\x07\0\0')

const badly: readonly (readonly [module: Name, name: string, server: Behaviour, code: string, text: RegExp])[] = [
  ['mysql', 'says nothing', silent, 'timed-out', /^did not let us in within/],
  ['mysql', 'closes', (socket) => socket.end(), 'closed-early', /^closed the connection before it let us in$/],
  ['mysql', 'floods', flooding, 'too-much', /more than anybody needs|something other/],
  ['mysql', 'speaks of mail', replying(Buffer.from('220 mail ready\r\n')), 'timed-out', /within/],
  [
    'mysql',
    'announces a large packet',
    pouring(Buffer.from([255, 255, 255, 0]), Buffer.alloc(65536), 0),
    'timed-out',
    /within/,
  ],
  [
    'mysql',
    'refuses, and repeats the password',
    replying(mysqlGreeting, refusal),
    'login-refused',
    /^did not let us in: "no \*\*\* for you\?"$/,
  ],
  ['mysql', 'closes behind its greeting', (socket) => socket.end(mysqlGreeting), 'closed-early', /before it let us in/],
  ['mysql', 'sends half a greeting', replying(mysqlGreeting.subarray(0, 20)), 'timed-out', /within/],
  [
    'mysql',
    'numbers its packets wrongly',
    replying(mysqlPacket(7, mysqlGreeting.subarray(4))),
    'not-mysql',
    /than MySQL/,
  ],
  ['mysql', 'greets with nothing', replying(mysqlPacket(0, 10)), 'not-mysql', /^sent something other than MySQL$/],
  [
    'mysql',
    'lets us in and says no more',
    replying(mysqlGreeting, mysqlIn),
    'timed-out',
    /^did not answer the request/,
  ],
  [
    'mysql',
    'wants a file',
    replying(mysqlGreeting, mysqlIn, mysqlPacket(1, 0xfb, '/etc/passwd')),
    'timed-out',
    /within/,
  ],
  [
    'mysql',
    'wants a password in the open',
    replying(mysqlGreeting, mysqlPacket(2, 0xfe, 'mysql_clear_password\0')),
    'login-refused',
    /^did not let us in/,
  ],
  [
    'mysql',
    'answers with nonsense',
    replying(mysqlGreeting, mysqlIn, mysqlPacket(1, 1), mysqlPacket(2, 3)),
    'timed-out',
    /within/,
  ],
  ['pgsql', 'says nothing', silent, 'timed-out', /^did not let us in within/],
  ['pgsql', 'closes', (socket) => socket.end(), 'closed-early', /^closed the connection before it let us in$/],
  ['pgsql', 'floods', flooding, 'too-much', /more than anybody needs/],
  ['pgsql', 'speaks of mail', replying(Buffer.from('220 mail ready\r\n')), 'timed-out', /within/],
  [
    'pgsql',
    'announces a large message',
    pouring(Buffer.from('R\x7f\xff\xff\xff', 'latin1'), Buffer.alloc(65536)),
    'too-much',
    /anybody needs/,
  ],
  [
    'pgsql',
    'refuses, and repeats the password',
    replying(NONE, pgRefusal),
    'login-refused',
    /^did not let us in: "no \*\*\* for you\?"$/,
  ],
  ['pgsql', 'lets us in and says no more', replying(NONE, pgIn), 'timed-out', /^did not answer the request/],
  [
    'pgsql',
    'sends a message that is too short',
    replying(NONE, pgMessage('R', '')),
    'not-postgres',
    /^sent something other than PostgreSQL$/,
  ],
  [
    'pgsql',
    'sends a row without columns',
    replying(NONE, pgIn, pgMessage('D', Buffer.from([0, 9]))),
    'not-postgres',
    /other than PostgreSQL/,
  ],
  [
    'pgsql',
    'closes instead of answering',
    (socket) => socket.once('data', () => socket.end(pgIn)),
    'closed-early',
    /^closed the connection before/,
  ],
]
for (const [name, what, behaviour, code, text] of badly) {
  test(`${name}: a server that ${what} is down`, async (t) => {
    const port = await peer(t, behaviour)
    const result = await ask(name, { port, ...sql, timeout: code === 'timed-out' ? 0.3 : 10 })
    assert.equal(codeOf(result), code, result.text)
    assert.match(result.text, text)
    assert.doesNotMatch(result.text, /xyzzy/)
  })
}

const starts = {
  mysql: [NONE, mysqlGreeting, mysqlGreeting.subarray(0, 12)],
  pgsql: [NONE, pgIn, Buffer.from('R\0\0\0\x0c', 'latin1')],
} as const
for (const name of ['mysql', 'pgsql'] as const) {
  test(`${name}: whatever bytes a server sends, and when, there is a verdict and no throw`, async () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .tuple(fc.integer({ min: 0, max: 4 }), fc.uint8Array({ maxLength: 30 }))
        .map(([number, body]) => mysqlPacket(number, body)),
      fc
        .tuple(fc.constantFrom(...'RZTDCEKSNIA3n2tsWGHdc'), fc.uint8Array({ maxLength: 30 }))
        .map(([letter, body]) => pgMessage(letter, body)),
      fc.constantFrom(mysqlIn, refusal, pgIn, pgRefusal),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...starts[name]),
        fc.array(piece, { maxLength: 6 }),
        fc.boolean(),
        async (front, pieces, tls) => {
          const closing: (() => void)[] = []
          const port = await peer({ after: (end) => void closing.push(end) }, (socket) => {
            replying(Buffer.from(front), ...pieces.map((bytes) => Buffer.from(bytes)))(socket)
            socket.on('data', () => setImmediate(() => socket.end()))
          })
          const result = await ask(name, { port, ...sql, tls, timeout: 0.1 })
          for (const end of closing) end()
          assert.doesNotMatch(result.text, /[\x00-\x1f\x7f]|xyzzy/)
          assert.notEqual(result.kind, 'unknown', result.text)
        },
      ),
      { numRuns: 50 },
    )
  })
}
