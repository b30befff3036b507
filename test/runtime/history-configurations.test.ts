import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keepConfiguration, keptConfiguration } from '../../src/edge/configurations/configurations.ts'
import { historyStore } from '../../src/edge/postgres/history-store.ts'
import type { Entry } from '../../src/model/entry.ts'
import { id } from '../../src/model/names.ts'
import { wallTime } from '../../src/model/units.ts'
import { startHistory } from '../../src/runtime/history.ts'
import { commitOf, directoryFor, opened as openedJournal } from '../edge/journal-commits.ts'
import { opened, serverOfFile, tell } from '../edge/postgres-server.ts'
import { needs } from '../needs.ts'

const postgres = needs('postgres')
const server = serverOfFile()

test('PostgreSQL gets each configuration that was in force once, without its passwords', postgres, async (t) => {
  const connection = await server.database('configured')
  const statedir = await directoryFor(t)
  const [first, second, lost] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string]
  assert.equal(keepConfiguration(statedir, first, 'database = postgres://u:geheim@h/d\0'), null)
  assert.equal(keepConfiguration(statedir, second, 'watch web'), null)
  const { journal } = await openedJournal(statedir, { feeds: true })
  const entry = (hash: string, at: number): Entry => ({
    ...{ id: id(`c${at}`), at: wallTime(at), cause: null, kind: 'configuration', hash, text: 'loaded' },
  })
  for (const [index, hash] of [first, second, lost, first].entries())
    await journal.append({ ...commitOf(index + 1), entries: [entry(hash, 1000 * (index + 1))] })
  const setup = { journal, host: 'director-1', now: () => wallTime(0), notice: assert.fail }
  const history = startHistory({
    ...setup,
    store: historyStore(opened(connection)),
    configuration: (hash) => keptConfiguration(statedir, hash),
  })
  await history.stop()
  assert.deepEqual(await tell(connection, 'select * from upalert.configuration order by hash'), [
    { hash: first, first_seen: new Date(1000), host: 'director-1', text: 'database = postgres://u:***@h/d\u{fffd}' },
    { hash: second, first_seen: new Date(2000), host: 'director-1', text: 'watch web' },
  ])
  const inForce = await tell(connection, 'select hash, configuration from upalert.configuration_in_force order by at')
  assert.deepEqual(
    inForce.map(({ hash, configuration }) => [hash, configuration === null]),
    [
      [first, false],
      [second, false],
      [lost, true],
      [first, false],
    ],
  )
  await journal.close()
})
