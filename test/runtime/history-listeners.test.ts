/** Programs that listen for transitions: each once, in order, whatever happens to server and daemon. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import pg from 'pg'
import type { Journal } from '../../src/edge/journal/journal.ts'
import type { EmbeddedConnection } from '../../src/edge/postgres/embedded.ts'
import { historyStore, migrate } from '../../src/edge/postgres/history-store.ts'
import type { Entry } from '../../src/model/entry.ts'
import { groupName, host, id, serviceKey, serviceName } from '../../src/model/names.ts'
import { wallTime, weight } from '../../src/model/units.ts'
import { type History, startHistory } from '../../src/runtime/history.ts'
import { commitOf, count, directoryFor, opened as openedJournal } from '../edge/journal-commits.ts'
import { opened, serverOfFile, tell } from '../edge/postgres-server.ts'
import { needs } from '../needs.ts'

const postgres = needs('postgres')
const server = serverOfFile()

interface Listener {
  readonly heard: string[]
  /** Resolves when as many payloads have come. */
  has(wanted: number): Promise<void>
}

async function listening(t: TestContext, connection: EmbeddedConnection): Promise<Listener> {
  const client = new pg.Client({ ...connection })
  const heard: string[] = []
  let look = () => {}
  client.on('notification', ({ payload }) => {
    heard.push(payload ?? '')
    look()
  })
  await client.connect()
  await client.query('listen upalert_transition')
  t.after(() => client.end())
  return {
    heard,
    has: (wanted) =>
      new Promise((resolve) => {
        look = () => {
          if (heard.length >= wanted) resolve()
        }
        look()
      }),
  }
}

function feed(t: TestContext, journal: Journal, connection: EmbeddedConnection, batchCommits: number): History {
  const history = startHistory({
    journal,
    store: historyStore(opened(connection)),
    host: 'director-1',
    now: () => wallTime(0),
    notice: () => {},
    limits: { retryFirst: 5, retryMost: 50, batchCommits },
  })
  t.after(() => history.stop())
  return history
}

async function migrated(name: string): Promise<EmbeddedConnection> {
  const connection = await server.database(name)
  const database = opened(connection)
  assert.equal(await migrate(database), null)
  await database.end()
  return connection
}

const append = (journal: Journal, from: number, to: number) =>
  Promise.all(count(from, to).map((seq) => journal.append(commitOf(seq))))
const idOf = (payload: string): unknown => JSON.parse(payload).id

test(
  'a listener hears of each transition once and in order, also over a restart of the feeder',
  postgres,
  async (t) => {
    const connection = await migrated('listened')
    const listener = await listening(t, connection)
    const { journal } = await openedJournal(await directoryFor(t), { feeds: true })
    await append(journal, 1, 100)
    const first = feed(t, journal, connection, 7)
    await listener.has(30)
    await first.stop()
    // It begins at the beginning, as one would whose note on disk is old: what is there is not announced again.
    const forgetful = { ...journal, fedThrough: () => 0 }
    const second = feed(t, forgetful, connection, 11)
    await append(journal, 101, 200)
    await listener.has(200)
    await second.stop()
    assert.deepEqual(
      listener.heard.map(idOf),
      count(1, 200).map((seq) => `entry-${seq}`),
    )
    assert.deepEqual(JSON.parse(listener.heard[6] ?? ''), {
      id: 'entry-7',
      at: '1970-01-01T00:00:01.007Z',
      kind: 'service',
      subject: 'web/smtp',
      was: 'up',
      became: 'down',
      text: '7',
    })
    await journal.close()
  },
)

test('transitions of every kind are announced, other entries are not, and no text is too long', postgres, async (t) => {
  const connection = await migrated('kinds')
  const listener = await listening(t, connection)
  const service = serviceKey(groupName('web'), serviceName('http'))
  const long = `\u0001"\\\u{1f600}`.repeat(250_000)
  const common = { at: wallTime(1), cause: null, reason: 'r', text: long }
  const entries: readonly Entry[] = [
    {
      ...common,
      id: id('1'),
      kind: 'host',
      service,
      host: host('h'.repeat(5000)),
      from: 'up',
      to: 'down',
      lasted: null,
    },
    { ...common, id: id('2'), kind: 'daemon', what: 'started' },
    { ...common, id: id('3'), kind: 'real', virtual: 'v', real: 'r:1', from: 'in', to: 'out', weight: weight(1) },
    { ...common, id: id('4'), kind: 'pool', virtual: 'v', from: 'serving', to: 'empty', text: '\u0001'.repeat(9000) },
  ]
  const store = historyStore(opened(connection))
  const feeder = { journal: '6f1f3b1e-0000-4000-8000-000000000001', host: 'director-1' }
  await store.open(feeder)
  assert.deepEqual(await store.add(feeder, 0, 1, [{ seq: 1, at: wallTime(1), entries }]), { kind: 'added' })
  await listener.has(3)
  const heard: { id: string; subject: string; text: string }[] = listener.heard.map((payload) => JSON.parse(payload))
  assert.deepEqual(
    heard.map((one) => one.id),
    ['1', '3', '4'],
  )
  assert.deepEqual(
    heard.map((one) => one.subject),
    [`web/http ${'h'.repeat(191)}`, 'v r:1', 'v'],
  )
  assert.ok(heard.every((one) => [...one.text].length === 1000 && !one.text.includes('\u{fffd}')))
  assert.ok(listener.heard.every((payload) => Buffer.byteLength(payload) < 8000))
  await store.end()
})

test('the server restarts in the middle of transitions, and each is there once and in order', postgres, async (t) => {
  const connection = await migrated('restarted')
  const directory = await directoryFor(t)
  const { journal } = await openedJournal(directory, { feeds: true, limits: { recentEntries: 500 } })
  let history = feed(t, journal, connection, 25)
  for (let round = 0; round < 5; round += 1) {
    const from = round * 600 + 1
    const appending = append(journal, from, from + 599)
    await server.stop()
    await appending
    // The feeder is ended as well, in the middle of its attempts; the next one goes on.
    if (round % 2 === 0) {
      await history.stop()
      history = feed(t, journal, connection, 25)
    }
    await server.start()
  }
  const caughtUp = async () => {
    while (history.status().behind > 0) await tell(connection, 'select pg_sleep(0.01)')
  }
  await caughtUp()
  const rows = await tell(connection, 'select id from upalert.entry order by journal, seq, position')
  assert.deepEqual(
    rows.map((row) => row.id),
    count(1, 3000).map((seq) => `entry-${seq}`),
  )
  await history.stop()
  await journal.close()
})
