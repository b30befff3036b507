import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Journal } from '../../src/edge/journal/journal.ts'
import type { EmbeddedConnection } from '../../src/edge/postgres/embedded.ts'
import { historyStore } from '../../src/edge/postgres/history-store.ts'
import { wallTime } from '../../src/model/units.ts'
import { type History, startHistory } from '../../src/runtime/history.ts'
import { commitOf, count, directoryFor, opened as openedJournal } from '../edge/journal-commits.ts'
import { cuttingProxy, opened, serverOfFile, tell } from '../edge/postgres-server.ts'
import { needs } from '../needs.ts'

const postgres = needs('postgres')
const server = serverOfFile()

const quick = { retryFirst: 5, retryMost: 50 }
let databases = 0
function newDatabase(): Promise<EmbeddedConnection> {
  databases += 1
  return server.database(`history_${databases}`)
}

interface Fed {
  readonly history: History
  readonly told: string[]
  /** Resolves when PostgreSQL has everything that the journal has. */
  caughtUp(): Promise<void>
  /** Resolves when a notice comes that fits. */
  says(pattern: RegExp): Promise<void>
}

function feed(t: TestContext, journal: Journal, connection: EmbeddedConnection, batchCommits = 500): Fed {
  const told: string[] = []
  const listeners = new Set<() => void>()
  const tellAll = () => {
    for (const listener of listeners) listener()
  }
  const watched = {
    ...journal,
    fed(seq: number) {
      journal.fed(seq)
      tellAll()
    },
  }
  const history = startHistory({
    journal: watched,
    store: historyStore(opened(connection)),
    host: 'director-1',
    now: () => wallTime(0),
    notice(text) {
      told.push(text)
      tellAll()
    },
    limits: { ...quick, batchCommits },
  })
  t.after(() => history.stop())
  const when = async (true_: () => boolean) => {
    const keep = setInterval(() => {}, 1000)
    await new Promise<void>((resolve) => {
      const look = () => {
        if (!true_()) return
        listeners.delete(look)
        resolve()
      }
      listeners.add(look)
      look()
    })
    clearInterval(keep)
  }
  return {
    history,
    told,
    caughtUp: () => when(() => history.status().behind === 0),
    says: (pattern) => when(() => told.some((text) => pattern.test(text))),
  }
}

/** The numbers of the entries that are there, in the order in which they happened. */
async function stored(connection: EmbeddedConnection): Promise<number[]> {
  const rows = await tell(connection, 'select id from upalert.entry order by journal, seq, position')
  return rows.map((row) => Number(String(row.id).slice('entry-'.length)))
}

async function append(journal: Journal, from: number, to: number): Promise<void> {
  await Promise.all(count(from, to).map((seq) => journal.append(commitOf(seq))))
}

test('what happens is in PostgreSQL, in order, with its time and cause', postgres, async (t) => {
  const connection = await newDatabase()
  const { journal } = await openedJournal(await directoryFor(t), { feeds: true })
  const { caughtUp } = feed(t, journal, connection)
  await append(journal, 1, 50)
  await caughtUp()
  assert.deepEqual(await stored(connection), count(1, 50))
  const [row] = await tell(connection, `select * from upalert.transition where id = 'entry-7'`)
  assert.deepEqual(
    [row?.at, row?.cause, row?.kind, row?.service, row?.was, row?.became, row?.reason, row?.text],
    [new Date(1007), 'event-7', 'service', 'web/smtp', 'up', 'down', 'check-failed', '7'],
  )
  await append(journal, 51, 60)
  await caughtUp()
  assert.deepEqual(await stored(connection), count(1, 60))
  await journal.close()
})

test('a connection cut at any byte of any answer loses nothing and doubles nothing', postgres, async (t) => {
  const connection = await newDatabase()
  let cuts = 0
  // Logging in takes some 500 bytes of answers, so these fall into log-in, migration, reading the cursor and adding.
  const proxy = await cuttingProxy(connection, () => {
    cuts += 1
    return cuts <= 25 ? 100 + cuts * 37 : null
  })
  t.after(proxy.close)
  const { journal } = await openedJournal(await directoryFor(t), { feeds: true, limits: { recentEntries: 100 } })
  await append(journal, 1, 1000)
  const { caughtUp, told } = feed(t, journal, proxy.connection, 20)
  await caughtUp()
  assert.ok(cuts > 25, `${cuts} connections`)
  assert.deepEqual(await stored(connection), count(1, 1000))
  assert.match(told[0] ?? '', /closed the connection.* The history waits in the journal, and nothing is lost/)
  assert.match(told.at(-1) ?? '', /takes the history again/)
  await journal.close()
})

test(
  'the server stops, thousands of things happen, the daemon restarts, and all of it arrives once',
  postgres,
  async (t) => {
    const connection = await newDatabase()
    const directory = await directoryFor(t)
    const limits = { segmentBytes: 100_000, recentEntries: 500 }
    const first = await openedJournal(directory, { feeds: true, limits })
    const one = feed(t, first.journal, connection)
    await append(first.journal, 1, 100)
    await one.caughtUp()

    await server.stop()
    await append(first.journal, 101, 2000)
    await one.says(/The history waits in the journal/)
    assert.equal(one.told.length, 1, one.told.join('\n'))
    assert.ok(one.history.status().behind >= 1900)
    assert.notEqual(one.history.status().lastError, null)
    await one.history.stop()
    await first.journal.close()

    const second = await openedJournal(directory, { feeds: true, limits })
    assert.equal(second.nextSeq, 2001)
    const two = feed(t, second.journal, connection)
    await append(second.journal, 2001, 4000)
    await two.says(/The history waits in the journal/)
    await server.start()
    await two.caughtUp()
    assert.match(two.told.at(-1) ?? '', /takes the history again/)
    assert.deepEqual(await stored(connection), count(1, 4000))
    assert.deepEqual(two.history.status(), { behind: 0, since: null, lastError: null })
    await second.journal.close()
  },
)

test('a read-only database is told in a sentence, and takes everything when it is writable', postgres, async (t) => {
  const connection = await newDatabase()
  const { journal } = await openedJournal(await directoryFor(t), { feeds: true })
  const { caughtUp, says } = feed(t, journal, connection)
  await append(journal, 1, 5)
  await caughtUp()
  await tell(connection, `alter database ${connection.database} set default_transaction_read_only = on`)
  await tell(
    { ...connection, database: 'postgres' },
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${connection.database}'`,
  )
  await append(journal, 6, 10)
  await says(/is read-only: a standby, or default_transaction_read_only is on|shutting down|closed the connection/)
  await append(journal, 11, 15)
  await tell({ ...connection, database: 'postgres' }, `alter database ${connection.database} reset all`)
  await says(/takes the history again/)
  await caughtUp()
  assert.deepEqual(await stored(connection), count(1, 15))
  await journal.close()
})

test('a database that does not exist yet is waited for', postgres, async (t) => {
  const connection = { ...server.connection(), database: 'later' }
  const { journal } = await openedJournal(await directoryFor(t), { feeds: true })
  const { caughtUp, says } = feed(t, journal, connection)
  await append(journal, 1, 5)
  await says(/database later has no such database. Create it \(createdb\)/)
  await server.database('later')
  await caughtUp()
  assert.deepEqual(await stored(connection), count(1, 5))
  await journal.close()
})

test('two feeders of one journal at once do not double anything', postgres, async (t) => {
  const connection = await newDatabase()
  const { journal } = await openedJournal(await directoryFor(t), { feeds: true })
  await append(journal, 1, 2000)
  const one = feed(t, { ...journal, fed: () => {}, fedThrough: () => 0 }, connection, 50)
  const two = feed(t, { ...journal, fed: () => {}, fedThrough: () => 0 }, connection, 70)
  await Promise.all([one.caughtUp(), two.caughtUp()])
  assert.deepEqual(await stored(connection), count(1, 2000))
  await one.history.stop()
  await two.history.stop()
  await journal.close()
})

test('two daemons with journals of their own share a database', postgres, async (t) => {
  const connection = await newDatabase()
  const journals = await Promise.all(
    [1, 2].map(async () => (await openedJournal(await directoryFor(t), { feeds: true })).journal),
  )
  const feeds = journals.map((journal) => feed(t, journal, connection))
  for (const [index, journal] of journals.entries())
    for (let seq = 1; seq <= 20; seq += 1) {
      const commit = commitOf(seq)
      const entries = commit.entries.map((entry) => ({ ...entry, id: `d${index}-${entry.id}` as typeof entry.id }))
      await journal.append({ ...commit, entries })
    }
  await Promise.all(feeds.map((one) => one.caughtUp()))
  const [row] = await tell(
    connection,
    'select count(*)::int, count(distinct journal)::int as journals from upalert.entry',
  )
  assert.deepEqual(row, { count: 40, journals: 2 })
  for (const journal of journals) await journal.close()
})

test('a new, empty database gets all the history that the journal still has', postgres, async (t) => {
  const directory = await directoryFor(t)
  const [first, second] = [await newDatabase(), await newDatabase()]
  const { journal } = await openedJournal(directory, { feeds: true })
  const one = feed(t, journal, first)
  await append(journal, 1, 30)
  await one.caughtUp()
  await one.history.stop()
  const two = feed(t, journal, second)
  await append(journal, 31, 40)
  await two.caughtUp()
  assert.deepEqual(await stored(second), count(1, 40))
  await journal.close()
})

test('an entry that PostgreSQL refuses is named, and does not hold up the others', postgres, async (t) => {
  const connection = await newDatabase()
  const { journal } = await openedJournal(await directoryFor(t), { feeds: true })
  const bad = commitOf(5)
  await append(journal, 1, 4)
  await journal.append({ ...bad, entries: bad.entries.map((entry) => ({ ...entry, at: wallTime(1e300) })) })
  await append(journal, 6, 10)
  const { caughtUp, told } = feed(t, journal, connection)
  await caughtUp()
  assert.deepEqual(await stored(connection), [1, 2, 3, 4, 6, 7, 8, 9, 10])
  assert.match(told.join(), /The history goes on without entry-5, which only `upalert log` shows/)
  await journal.close()
})

test(
  'zero characters and half characters in a monitor’s output are stored as what they are not',
  postgres,
  async (t) => {
    const connection = await newDatabase()
    const { journal } = await openedJournal(await directoryFor(t), { feeds: true })
    const commit = commitOf(1)
    const summary = 'a\0b\ud800c\\u0000 "quoted" \u{1f600}'
    await journal.append({
      ...commit,
      entries: commit.entries.map((entry) => (entry.kind === 'service' ? { ...entry, summary } : entry)),
    })
    const { caughtUp } = feed(t, journal, connection)
    await caughtUp()
    const [row] = await tell(connection, 'select text from upalert.entry')
    assert.equal(row?.text, 'a\u{fffd}b\u{fffd}c\\u0000 "quoted" \u{1f600}')
    await journal.close()
  },
)

test('a stop hands over what is left, and the next start goes on from there', postgres, async (t) => {
  const connection = await newDatabase()
  const directory = await directoryFor(t)
  const first = await openedJournal(directory, { feeds: true })
  const one = feed(t, first.journal, connection, 10)
  await append(first.journal, 1, 300)
  await one.history.stop()
  await first.journal.close()
  assert.deepEqual(await stored(connection), count(1, 300))
  const second = await openedJournal(directory, { feeds: true })
  assert.equal(second.journal.fedThrough(), 300)
  await second.journal.close()
})
