import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { PostgresError } from '../../src/edge/postgres/postgres.ts'
import { type RollupStore, rollupStore } from '../../src/edge/postgres/rollup-store.ts'
import { host } from '../../src/model/names.ts'
import type { HostResult } from '../../src/model/result.ts'
import { milliseconds, wallTime } from '../../src/model/units.ts'
import { createRollups } from '../../src/runtime/rollups.ts'
import { opened, serverOfFile, tell } from '../edge/postgres-server.ts'
import { needs } from '../needs.ts'

const postgres = needs('postgres')
const server = serverOfFile()

const noon = Date.parse('2026-11-21T12:00:00Z')
const up = (total: number): HostResult => ({
  ...{ kind: 'up', host: host('10.1.1.2'), text: '' },
  timings: { connect: null, firstByte: null, total: milliseconds(total) },
})
const down: HostResult = { ...up(9000), kind: 'down', code: 'c' }

const failed = (code: string): PostgresError => ({ kind: 'failed', code, refusedData: false, text: `It says ${code}.` })

/** A store of which the test says what it answers; it keeps what it took. */
function fakeStore(answer: () => 'added' | 'unknown' | PostgresError) {
  const taken: Parameters<RollupStore['add']>[0][] = []
  let calls = 0
  const store: RollupStore = {
    where: 'PostgreSQL',
    open: async () => ({ kind: 'open' }),
    async add(batch) {
      calls += 1
      const said = answer()
      if (typeof said !== 'string') return said
      if (said === 'added') taken.push(batch)
      return { kind: said }
    },
    end: async () => {},
  }
  return { store, taken, calls: () => calls }
}

test('a restart within a minute adds to what is there of it', postgres, async () => {
  const connection = await server.database('merged')
  const feeder = { journal: randomUUID(), host: 'director-1' }
  const run = async (results: readonly HostResult[]) => {
    const store = rollupStore(opened(connection), feeder)
    const rollups = createRollups({ store, now: () => wallTime(noon + 30_000), notice: assert.fail })
    rollups.add('web/http', results, wallTime(noon + 20_000))
    await rollups.stop()
  }
  await run([up(10), up(20), up(30), down])
  await run([up(40)])
  await run([down])
  const [row, ...others] = await tell(connection, 'select *, minute::timestamptz as minute from upalert.latency')
  assert.equal(others.length, 0)
  assert.deepEqual(
    [row?.director, row?.service, row?.host, row?.minute, row?.count, row?.failures, row?.p50, row?.p95, row?.max],
    ['director-1', 'web/http', '10.1.1.2', new Date(noon), 6, 2, 25, 32.5, 40],
  )
  const [hour] = await tell(connection, 'select count::int, failures::int, p50, max from upalert.latency_hour')
  assert.deepEqual(hour, { count: 6, failures: 2, p50: 25, max: 40 })
  assert.deepEqual(await tell(connection, 'select alive from upalert.feed'), [{ alive: new Date(noon + 30_000) }])
})

test('a batch whose answer was lost is sent again and counts once', postgres, async () => {
  const connection = await server.database('once')
  const store = rollupStore(opened(connection), { journal: randomUUID(), host: 'director-1' })
  const figures = { failures: 0, unknown: 0, p50: 1, p95: 2, max: 3 }
  const rows = [{ service: 's', host: 'h', count: 7, ...figures }]
  const batch = { id: 'one', minute: wallTime(noon), at: wallTime(noon), rows }
  assert.deepEqual(await store.open(), { kind: 'open' })
  for (const again of [batch, batch, { ...batch, id: 'two' }])
    assert.deepEqual(await store.add(again), { kind: 'added' })
  assert.deepEqual(await tell(connection, 'select count from upalert.rollup'), [{ count: 14 }])
  await tell(connection, 'truncate upalert.feed')
  assert.deepEqual(await store.add({ ...batch, id: 'three' }), { kind: 'unknown' })
  await store.end()
})

test('the table of a day is made when it is needed, by two daemons at once if it so happens', postgres, async () => {
  const connection = await server.database('partitions')
  const batch = { id: 'one', minute: wallTime(noon), at: wallTime(noon), rows: [] as never[] }
  const stores = [1, 2].map((n) => rollupStore(opened(connection), { journal: randomUUID(), host: `director-${n}` }))
  for (const store of stores) await store.open()
  const row = { service: 's', host: 'h', count: 1, failures: 0, unknown: 0, p50: null, p95: null, max: null }
  const days = [0, 1, 40].map((day) => noon + day * 86_400_000)
  for (const minute of days) {
    const answers = stores.map((store) =>
      store.add({ ...batch, id: `${minute}`, minute: wallTime(minute), rows: [row] }),
    )
    assert.deepEqual(await Promise.all(answers), [{ kind: 'added' }, { kind: 'added' }])
  }
  const tables = await tell(
    connection,
    `select relname as name from pg_inherits join pg_class on oid = inhrelid
    where inhparent = 'upalert.rollup'::regclass order by name`,
  )
  assert.deepEqual(
    tables.map(({ name }) => name),
    ['rollup_20261121', 'rollup_20261122', 'rollup_20261231'],
  )
  for (const store of stores) await store.end()
})

test('a user who may not make tables is told what to grant, once, and is seen to be alive', postgres, async () => {
  const connection = await server.database('unprivileged')
  const owner = rollupStore(opened(connection), { journal: randomUUID(), host: 'owner' })
  await owner.open()
  await owner.end()
  await tell(
    connection,
    `create role keeper login; grant usage on schema upalert to keeper;
    grant select, insert, update, delete on all tables in schema upalert to keeper`,
  )
  const told: string[] = []
  const store = rollupStore(opened({ ...connection, user: 'keeper' }), { journal: randomUUID(), host: 'director-1' })
  const setup = { store, now: () => wallTime(noon), notice: (text: string) => told.push(text) }
  const rollups = createRollups(setup)
  rollups.add('web/http', [up(1)], wallTime(noon))
  await rollups.stop()
  assert.match(told.join('\n'), /^.*Rollups of checks need the right to create tables in schema upalert, and to own.*$/)
  const alive = await tell(connection, `select alive from upalert.feed where host = 'director-1'`)
  assert.deepEqual(alive, [{ alive: new Date(noon) }])
  await tell(connection, 'alter table upalert.rollup owner to keeper; grant create on schema upalert to keeper')
  const again = rollupStore(opened({ ...connection, user: 'keeper' }), { journal: randomUUID(), host: 'director-1' })
  const second = createRollups({ ...setup, store: again, notice: assert.fail })
  second.add('web/http', [up(1)], wallTime(noon))
  await second.stop()
  assert.deepEqual(await tell(connection, 'select count from upalert.rollup'), [{ count: 1 }])
})

test('while the database is away the oldest minutes go when there are too many, and that is said once', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: noon })
  let away = true
  const { store, taken } = fakeStore(() => (away ? failed('57P03') : 'added'))
  const told: string[] = []
  const limits = { grace: 0, waitingRows: 3, retryFirst: 1_000, retryMost: 1_000 }
  const rollups = createRollups({ store, now: () => wallTime(Date.now()), notice: (text) => told.push(text), limits })
  const minute = async () => {
    for (let second = 0; second < 60; second += 1) {
      t.mock.timers.tick(1_000)
      await new Promise(setImmediate)
    }
  }
  for (let count = 1; count <= 6; count += 1) {
    rollups.add('web/http', [up(count)], wallTime(Date.now()))
    await minute()
  }
  assert.deepEqual(
    told.map((text) => /so long that the oldest are lost/.test(text)),
    [true],
  )
  assert.equal(rollups.status().lastError, 'It says 57P03.')
  away = false
  await minute()
  assert.deepEqual(
    taken.flatMap(({ rows }) => rows.map(({ max }) => max)),
    [4, 5, 6],
  )
  assert.match(told.at(-1) ?? '', /takes the rollups of checks again\. 3 rows were lost/)
  assert.deepEqual(rollups.status(), { waiting: 0, dropped: 3, lastError: null })
  const before = taken.length
  await minute()
  assert.deepEqual(
    taken.slice(before).map(({ rows }) => rows),
    [[]],
    'a minute without checks says that somebody watches',
  )
  await rollups.stop()
})

test('what the database refuses as such is left out, and what follows is not held up', async () => {
  let refuse = true
  const { store, taken } = fakeStore(() => {
    const answer = refuse ? { ...failed('22003'), refusedData: true } : ('added' as const)
    refuse = false
    return answer
  })
  const told: string[] = []
  const setup = { store, now: () => wallTime(noon), notice: (text: string) => told.push(text) }
  const rollups = createRollups({ ...setup, limits: { batchRows: 1 } })
  rollups.add('web/http', [up(1), { ...up(2), host: host('10.1.1.3') }], wallTime(noon))
  await rollups.stop()
  assert.deepEqual(told, ['It says 22003. 1 rows of rollups are left out.'])
  assert.deepEqual(
    taken.map(({ rows }) => rows[0]?.host),
    ['10.1.1.3'],
  )
})
