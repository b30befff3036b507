/**
 * `npm run bench:history`: whether PostgreSQL keeps up with a storm of transitions, and rollups with 10,000 checks each second;
 * with the embedded server, the real journal and the real feeder. Exit status 1 if a limit of issue 5 is passed.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { openJournal } from '../src/edge/journal/journal.ts'
import { historyStore } from '../src/edge/postgres/history-store.ts'
import { rollupStore } from '../src/edge/postgres/rollup-store.ts'
import { type Commit, emptyPatch } from '../src/model/commit.ts'
import type { Entry } from '../src/model/entry.ts'
import { groupName, host, id, serviceKey, serviceName } from '../src/model/names.ts'
import type { HostResult } from '../src/model/result.ts'
import { milliseconds, wallTime } from '../src/model/units.ts'
import { startHistory } from '../src/runtime/history.ts'
import { createRollups } from '../src/runtime/rollups.ts'
import { opened, testServer } from '../test/edge/postgres-server.ts'

/** What issue 5 asks for. */
const TRANSITIONS_A_SECOND = 2_000
const CHECKS = 10_000

const STORM_SECONDS = 10
const MINUTES = 3

const server = await testServer()
const statedir = await mkdtemp(join(tmpdir(), 'upalert-bench-'))
const connection = await server.database('bench')
const well = [await storm(), await rollups()]
await server.remove()
await rm(statedir, { recursive: true, force: true })
if (well.includes(false)) process.exitCode = 1

/** Transitions come at twice the wanted rate, each in a commit of its own as from an event of its own, with an alert. */
async function storm(): Promise<boolean> {
  const answer = await openJournal({ statedir, feeds: true, notice: console.log })
  if (answer.kind === 'failed') throw new Error(answer.text)
  const { journal } = answer
  const listener = new pg.Client({ ...connection })
  let heard = 0
  listener.on('notification', () => {
    heard += 1
  })
  await listener.connect()
  await listener.query('listen upalert_transition')
  const history = startHistory({
    journal,
    store: historyStore(opened(connection)),
    host: 'bench',
    now: () => wallTime(Date.now()),
    notice: console.log,
  })
  const begun = performance.now()
  const total = 2 * TRANSITIONS_A_SECOND * STORM_SECONDS
  let most = 0
  for (let seq = 1; seq <= total; ) {
    const due = Math.min(((performance.now() - begun) / 1000) * 2 * TRANSITIONS_A_SECOND, total)
    for (; seq <= due; seq += 1) void journal.append(commitOf(seq))
    most = Math.max(most, history.status().behind)
    await pause(5)
  }
  const sent = performance.now()
  while (history.status().behind > 0) await pause(5)
  while (heard < total) await pause(5)
  const done = performance.now()
  const rate = (total / (done - begun)) * 1000
  console.log(
    `storm: ${total} transitions with an alert each, appended in ${seconds(sent - begun)}; ` +
      `all in PostgreSQL and announced ${seconds(done - sent)} later (${Math.round(rate)} a second; ` +
      `at most ${most} commits behind)`,
  )
  await history.stop()
  await listener.end()
  await journal.close()

  const client = new pg.Client({ ...connection })
  await client.connect()
  await client.query('analyze upalert.entry')
  for (const text of [
    'select * from upalert.availability',
    "select * from upalert.availability where service = 'web/s1'",
    'select * from upalert.incidents order by began desc limit 100',
    "select * from upalert.incidents where service = 'web/s1'",
    "select * from upalert.notification where service = 'web/s1' order by at desc limit 100",
  ]) {
    const from = performance.now()
    const { rowCount } = await client.query(text)
    console.log(`  ${text}: ${rowCount} rows in ${seconds(performance.now() - from)}`)
  }
  await client.end()
  return rate >= TRANSITIONS_A_SECOND
}

function commitOf(seq: number): Commit {
  const at = wallTime(Date.now())
  const service = serviceKey(groupName('web'), serviceName(`s${seq % 1000}`))
  const failed = Math.floor(seq / 1000) % 2 === 0
  const entry: Entry = {
    ...{ id: id(`t${seq}`), at, cause: id(`event-${seq}`), kind: 'service', service },
    ...{ from: failed ? 'up' : 'down', to: failed ? 'down' : 'up', reason: failed ? 'check-failed' : 'check-passed' },
    ...{ summary: `10.1.1.${seq % 250} answered 503 where 200 was expected`, lasted: milliseconds(1000) },
  }
  const alert: Entry = {
    ...{ id: id(`a${seq}`), at, cause: entry.id, kind: 'alert', service, period: 'wd {Sun-Sat}' },
    ...{ alert: failed ? 'failure' : 'up', call: 'mail ops@example.com', delivery: id(`d${seq}`) },
    ...{ summary: entry.summary, receiver: 'oncall' },
  }
  return { seq, at, patch: emptyPatch, entries: [entry, alert] }
}

/** 10,000 hosts, each checked each second, through a few minutes that are played as fast as they can be. */
async function rollups(): Promise<boolean> {
  const store = rollupStore(opened(connection), { journal: '6f1f3b1e-0000-4000-8000-000000000001', host: 'bench' })
  const start = Math.floor(Date.now() / 60_000) * 60_000
  let at = start
  const sums = createRollups({ store, now: () => wallTime(at), notice: console.log })
  const services = Array.from({ length: 100 }, (_, index) => `web/s${index}`)
  const hosts = Array.from({ length: CHECKS / services.length }, (_, index) => host(`10.1.1.${index}`))
  const results = hosts.map((name, index): HostResult => {
    const timings = { connect: milliseconds(1), firstByte: milliseconds(2), total: milliseconds(3 + (index % 17)) }
    return index % 20 === 0
      ? { kind: 'down', host: name, code: 'refused', text: 'refused', timings }
      : { kind: 'up', host: name, text: '', timings }
  })
  global.gc?.()
  const before = process.memoryUsage().heapUsed
  const cpu = process.cpuUsage()
  for (; at < start + MINUTES * 60_000; at += 1_000)
    for (const service of services) sums.add(service, results, wallTime(at))
  const spent = process.cpuUsage(cpu)
  const memory = process.memoryUsage().heapUsed - before
  const added = MINUTES * 60 * CHECKS
  const share = (spent.user + spent.system) / 1000 / (MINUTES * 60_000)
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const begun = performance.now()
  await sums.stop()
  delay.disable()
  const written = performance.now() - begun
  const client = new pg.Client({ ...connection })
  await client.connect()
  const { rows } = await client.query(`select count(*)::int as rows, sum(count)::int as checks,
    pg_size_pretty(sum(pg_total_relation_size(tableoid)) / count(*)) as size from upalert.rollup`)
  await client.end()
  console.log(
    `rollups: ${added} results of ${CHECKS} checks a second in ${(100 * share).toFixed(2)} % of one processor, ` +
      `${Math.round(memory / 1024 / 1024)} MiB for ${MINUTES} minutes at once; ${rows[0].rows} rows (${rows[0].checks} ` +
      `checks, ${rows[0].size}) written in ${seconds(written)}, ${Math.round(rows[0].rows / (written / 1000))} a second; ` +
      `the daemon was held up for ${Math.round(delay.max / 1e6)} ms at most`,
  )
  // Within a minute there must be room for the rows of that minute, many times over.
  return rows[0].checks === added && written / MINUTES < 15_000
}

function seconds(length: number): string {
  return `${(length / 1000).toFixed(2)} s`
}
