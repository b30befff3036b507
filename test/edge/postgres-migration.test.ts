/** A history that an older upalert has made: it is brought forward with all that is in it. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { migrate } from '../../src/edge/postgres/history-store.ts'
import { migrations, prepare, schemaVersion } from '../../src/wire/history/schema.ts'
import { needs } from '../needs.ts'
import { opened, serverOfFile, tell } from './postgres-server.ts'

const postgres = needs('postgres')
const server = serverOfFile()

test('the first step is as it was released', () => {
  const text = (migrations[0] ?? '').replaceAll(/\s+/g, ' ').trim()
  assert.equal(
    createHash('sha256').update(text).digest('hex'),
    '0f453a9e87fd3782765d5779bec65e8b0da482507cd775a086a86a86835032f1',
  )
})

test('a history of version 1 keeps its rows, and answers the questions of this version', postgres, async () => {
  const connection = await server.database('old')
  const journal = '6f1f3b1e-0000-4000-8000-000000000001'
  await tell(connection, `${prepare}; ${migrations[0]}; insert into upalert.version (version) values (1)`)
  await tell(
    connection,
    `insert into upalert.feed values ('${journal}', 4, 'director-1', now());
    insert into upalert.entry (id, at, kind, journal, seq, position, service, was, became, reason, text) values
      ('a', '2026-11-02T00:00Z', 'service', '${journal}', 1, 0, 'web/http', 'untested', 'up', 'check-passed', ''),
      ('b', '2026-11-02T01:00Z', 'service', '${journal}', 2, 0, 'web/http', 'up', 'down', 'check-failed', '10.1.1.2'),
      ('c', '2026-11-02T02:00Z', 'service', '${journal}', 4, 0, 'web/http', 'down', 'untested', 'gone', '');
    insert into upalert.entry (id, at, cause, kind, journal, seq, position, service, period, alert, call, delivery, text)
      values ('n', '2026-11-02T01:00Z', 'b', 'alert', '${journal}', 2, 1, 'web/http', 'p', 'failure', 'mail x', 'd', '');
    insert into upalert.entry (id, at, cause, kind, journal, seq, position, service, call, delivery, outcome, attempt, text)
      values ('o', '2026-11-02T01:01Z', 'n', 'delivery', '${journal}', 3, 0, 'web/http', 'mail x', 'd', 'sent', 2, 'ok');
    insert into upalert.alert_message
      values ('m', now(), 'failure', 's', '', '{}', '[]', '', '', 1, 1, null, null)`,
  )
  const database = opened(connection)
  assert.equal(await migrate(database), null)
  assert.equal(await migrate(database), null)
  await database.end()
  const [version] = await tell(connection, 'select max(version) as version from upalert.version')
  assert.deepEqual(version, { version: schemaVersion })
  assert.equal((await tell(connection, 'select from upalert.entry')).length, 5)
  assert.equal((await tell(connection, 'select from upalert.alert_message')).length, 1)
  await tell(connection, `alter database ${connection.database} set timezone to 'UTC'`)
  const [day] = await tell(
    connection,
    `select day::text, up, down, not_observed, availability from upalert.availability`,
  )
  assert.deepEqual(day, { day: '2026-11-02', up: 3600, down: 3600, not_observed: 79200, availability: 50 })
  const [incident] = await tell(
    connection,
    `select cause, extract(epoch from lasted)::int as lasted, notifications from upalert.incidents`,
  )
  assert.deepEqual(incident, { cause: '10.1.1.2', lasted: 3600, notifications: 1 })
  const [told] = await tell(connection, 'select why, receiver, outcome, attempts, answer from upalert.notification')
  assert.deepEqual(told, { why: '10.1.1.2', receiver: null, outcome: 'sent', attempts: 1, answer: 'ok' })
})
