import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Ajv } from 'ajv'
import { postgres } from '../../alerts/postgres.ts'
import type { AlertMessage } from '../../src/model/alert.ts'
import { groupName, host, id, serviceKey, serviceName } from '../../src/model/names.ts'
import { minutes, wallTime } from '../../src/model/units.ts'
import { type TestServer, tell, testServer } from '../edge/postgres-server.ts'
import { needs } from '../needs.ts'
import { alertContext } from './context.ts'

const available = needs('postgres')
let server: TestServer

before(async () => {
  if (available.skip === false) server = await testServer()
})
after(async () => {
  if (available.skip === false) await server.remove()
})

const message: AlertMessage = {
  id: id('run-7'),
  kind: 'up',
  key: serviceKey(groupName('web'), serviceName('http')),
  group: groupName('web'),
  service: serviceName('http'),
  description: 'the shop',
  hosts: [host('10.1.1.2'), host('say "{,}"')],
  failing: [{ host: host('10.1.1.2'), text: 'refused' }],
  exit: 1,
  summary: '10.1.1.2',
  detail: 'a\0b',
  output: '',
  at: wallTime(1_700_000_000_123),
  firstFailure: null,
  lastFailure: null,
  lastSuccess: null,
  lasted: minutes(3),
  failures: 4,
  acknowledged: null,
  pools: [],
  environment: {},
}

test('an alert is a row, and an attempt that is repeated does not double it', available, async () => {
  const connection = await server.database('alerts')
  const database = `postgres://upalert@/alerts?host=${encodeURIComponent(connection.host)}`
  for (const says of [/^a row was added in upalert.alert_message/, /^the row was there already/]) {
    const outcome = await postgres.send(message, { database }, alertContext(''))
    assert.equal(outcome.kind, 'sent')
    assert.match(outcome.text, says)
  }
  const rows = await tell(connection, 'select *, lasted::text from upalert.alert_message')
  assert.deepEqual(rows, [
    {
      id: 'run-7',
      at: new Date(1_700_000_000_123),
      alert: 'up',
      service: 'web/http',
      description: 'the shop',
      hosts: ['10.1.1.2', 'say "{,}"'],
      failing: [{ host: '10.1.1.2', text: 'refused' }],
      summary: '10.1.1.2',
      detail: 'a\u{fffd}b',
      exit: 1,
      failures: 4,
      lasted: '00:03:00',
      acknowledged: null,
    },
  ])
})

test('every occasion has its word, and one that was only tried out is a test', available, async () => {
  const connection = await server.database('occasions')
  const database = `postgres://upalert@/occasions?host=${encodeURIComponent(connection.host)}`
  const kinds = ['failure', 'up', 'startup', 'ack', 'disable', 'trap', 'traptimeout', 'test'] as const
  const tried = (['up', 'startup', 'ack'] as const).map((kind) => ({ kind, isTest: true }))
  for (const [i, occasion] of [...kinds.map((kind) => ({ kind })), ...tried].entries()) {
    const outcome = await postgres.send({ ...message, ...occasion, id: id(`run-${i}`) }, { database }, alertContext(''))
    assert.equal(outcome.kind, 'sent', outcome.text)
  }
  const rows = await tell(connection, 'select alert from upalert.alert_message')
  assert.deepEqual(
    rows.map(({ alert }) => alert),
    [...kinds, 'test', 'test', 'test'],
  )
})

test('a database that is away is a failure that is tried again', available, async () => {
  const database = `postgres://upalert@/nowhere?host=${encodeURIComponent(server.connection().host)}`
  const outcome = await postgres.send(message, { database }, alertContext(''))
  assert.equal(outcome.kind === 'failed' && outcome.retry, true)
  assert.match(outcome.text, /has no such database/)
})

test('it stops when it is told to', available, async () => {
  const signal = AbortSignal.abort()
  const context = { ...alertContext(''), signal }
  const outcome = await postgres.send(message, { database: 'postgres://x@127.0.0.1:1/x' }, context)
  assert.equal(outcome.kind, 'failed')
})

const urls = [
  { url: 'postgres://u@h/d', valid: true },
  { url: 'postgresql://u@h:5432/d?sslmode=require', valid: true },
  { url: 'postgres://u@/d?host=/run/postgresql', valid: true },
  { url: 'postgres://h:5432/d', valid: true },
  { url: 'postgres://u:secret@h/d', valid: false },
  { url: 'mysql://u@h/d', valid: false },
]
const validate = new Ajv({ strict: false }).compile(postgres.schema)
for (const { url, valid } of urls)
  test(`${url} is ${valid ? 'a database' : 'refused'}`, () => assert.equal(validate({ database: url }), valid))
