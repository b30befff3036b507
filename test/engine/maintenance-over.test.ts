/** What is told when a time of maintenance ends: whatever still fails, by the same rules as ever, and nothing else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onBeginMaintenance, onEndMaintenance } from '../../src/engine/command/maintenance.ts'
import { maintenanceLater, withoutUnconfigured } from '../../src/engine/maintenance-over.ts'
import { type Decided, scribe } from '../../src/engine/scribe.ts'
import type { AlertCall, Period, Virtual } from '../../src/model/model.ts'
import { id } from '../../src/model/names.ts'
import type { Saved } from '../../src/model/state.ts'
import { hours, minutes, wallTime } from '../../src/model/units.ts'
import { alertCall, at, checked, model, period, Run, result, service } from './build.ts'
import { begin, recurring } from './maintenance-rig.ts'
import { Pool, poolOf, realOf } from './pool/rig.ts'

const write = (second: number) => scribe({ kind: 'time', id: id(`m-${second}`) }, at(second))

/** A service that fails in the tenth second of an hour of maintenance; `told`: calls with their reasons. */
function failing(of: Partial<Period> = {}, subjects: readonly string[] = ['g/s']) {
  const watched = service({ periods: [period(of)] })
  const run = new Run(model([watched]))
  run.post(checked(watched, result(watched.hosts, [])), at(0))
  const begun = onBeginMaintenance(run.state, begin({ name: 'm', subjects, lasts: hours(1) }), 'anna', write(1), at(1))
  assert.equal(begun.kind, 'done')
  if (begun.kind === 'done') run.state = begun.state
  const during = run.post(checked(watched, result(watched.hosts, ['h1'])), at(10))
  return { run, watched, during }
}

const told = ({ effects }: Pick<Decided, 'effects'>) =>
  effects.flatMap((effect) =>
    effect.kind === 'deliver' ? [[effect.delivery.call.text, effect.delivery.message.because]] : [],
  )

test('a failure inside is not told, and is told at the end if it still lasts', () => {
  const { run, during } = failing()
  assert.deepEqual(told({ effects: during }), [])
  const end = maintenanceLater(run.state, write(3601), at(3601))
  assert.deepEqual(told(end), [['A', 'maintenance "m" is over, and it still fails']])
  assert.deepEqual(end.state.services[0]?.announced.length, 1)
})

test('a failure that has ended inside is not told at all', () => {
  const { run, watched } = failing()
  assert.deepEqual(told({ effects: run.post(checked(watched, result(watched.hosts, [])), at(20)) }), [])
  assert.deepEqual(told(maintenanceLater(run.state, write(3601), at(3601))), [])
})

test('what was told before hears of its end inside', () => {
  const watched = service()
  const run = new Run(model([watched]))
  run.post(checked(watched, result(watched.hosts, ['h1'])), at(0))
  const begun = onBeginMaintenance(run.state, begin({ subjects: ['*'] }), 'anna', write(1), at(1))
  if (begun.kind === 'done') run.state = begun.state
  const effects = run.post(checked(watched, result(watched.hosts, [])), at(20))
  assert.deepEqual(
    told({ effects }).map(([call]) => call),
    ['U'],
  )
})

test('an operator who ends it early hears at once what fails', () => {
  const { run } = failing()
  const ended = onEndMaintenance(run.state, { kind: 'end-maintenance', name: 'm' }, write(60), at(60))
  assert.equal(ended.kind, 'done')
  assert.equal(ended.kind === 'done' ? told(ended).length : 0, 1)
})

test('the end keeps to alertafter and periods, and says why nothing is told', () => {
  const { run } = failing({ alertafter: { count: null, time: hours(2), window: null } })
  const end = maintenanceLater(run.state, write(3601), at(3601))
  assert.deepEqual(told(end), [])
  const reasons = end.effects.flatMap((effect) =>
    effect.kind === 'record' && effect.entry.kind === 'quiet' ? [effect.entry.reason] : [],
  )
  assert.deepEqual(reasons, ['alertafter-time'])
})

test('who is still in another one is not told', () => {
  const { run } = failing()
  const other = begin({ name: 'n', subjects: ['g'], lasts: minutes(90) })
  const begun = onBeginMaintenance(run.state, other, 'anna', write(20), at(20))
  if (begun.kind === 'done') run.state = begun.state
  assert.deepEqual(told(maintenanceLater(run.state, write(3601), at(3601))), [])
})

test('a service that a reload takes away leaves its maintenance', () => {
  const { run } = failing()
  const texts = withoutUnconfigured(run.state, model([]), write(20)).flatMap((effect) =>
    effect.kind === 'record' && effect.entry.kind === 'maintenance' ? [effect.entry.text] : [],
  )
  assert.deepEqual(texts, ['maintenance "m" is over for it: the configuration no longer names it'])
  assert.deepEqual(withoutUnconfigured(run.state, run.state.model, write(20)), [])
})

const both = (name: string) => ({ up: [alertCall(`${name}-up`)], down: [alertCall(`${name}-down`)] })

/** A pool of one real server that fails in the tenth second of an hour of maintenance of the virtual server. */
function failingPool(changes: Partial<Virtual> = {}) {
  const pool = poolOf([realOf(1, { notices: both('R') })], { notices: both('Q'), ...changes })
  pool.check(1, '+', 0)
  const subjects = ['virtual web']
  pool.post({ kind: 'command', who: 'anna', command: begin({ name: 'm', subjects, lasts: hours(1) }) }, at(1))
  const during = pool.check(1, '-', 10)
  return { pool, during }
}

test('a quorum and a real server that were lost inside and still are, are told at the end, and then their own end is', () => {
  const { pool, during } = failingPool()
  assert.deepEqual(told({ effects: during }), [])
  const because = 'maintenance "m" is over, and it still fails'
  const over = pool.post({ kind: 'time' }, at(3601))
  assert.deepEqual(told({ effects: over }), [
    ['R-down', because],
    ['Q-down', because],
  ])
  const [first] = pool.state.outbox
  assert.equal(first?.message.firstFailure, at(10).wall, 'since when it fails, and not since when it is told')
  assert.deepEqual(told({ effects: pool.post({ kind: 'time' }, at(3700)) }), [], 'once')
  assert.deepEqual(told({ effects: pool.check(1, '+', 3800) }), [
    ['R-up', undefined],
    ['Q-up', undefined],
  ])
})

test('what was lost inside and came back inside, or before the end was looked at, is not told at all', () => {
  for (const second of [20, 3601]) {
    const { pool } = failingPool()
    assert.deepEqual(told({ effects: pool.check(1, '+', second) }), [])
    assert.deepEqual(told({ effects: pool.post({ kind: 'time' }, at(3602)) }), [])
  }
})

test('a quorum that was lost before is told to be back inside', () => {
  const pool = poolOf([realOf(1)], { notices: both('Q') })
  pool.check(1, '+', 0)
  pool.check(1, '-', 1)
  pool.post({ kind: 'command', who: 'anna', command: begin({ name: 'm', subjects: ['virtual web'] }) }, at(2))
  assert.deepEqual(told({ effects: pool.check(1, '+', 3) }), [['Q-up', undefined]])
  assert.deepEqual(told({ effects: pool.check(1, '-', 4) }), [])
})

for (const [how, end] of [
  [
    'an operator',
    (pool: Pool) =>
      pool.post({ kind: 'command', who: 'anna', command: { kind: 'end-maintenance', name: 'm' } }, at(60)),
  ],
  ['a step of the clock', (pool: Pool) => stepped(pool)],
  ['a restart after its time', (pool: Pool) => restarted(pool, 7200)],
] as const) {
  test(`who ended it, ${how}, does not matter`, () => {
    const { pool } = failingPool()
    const effects = end(pool)
    const names = told({ effects }).map(([call]) => call)
    assert.deepEqual(names, ['R-down', 'Q-down'])
  })
}

/** One of the calendar, which goes by the clock; an operator's moves along with it. */
function stepped(pool: Pool) {
  const { controls } = pool.state
  const windows = controls.windows.map((one) => ({ ...one, at: wallTime(one.at - 1000) }))
  pool.state = { ...pool.state, controls: { ...controls, windows } }
  const now = { wall: at(7200).wall, uptime: at(30).uptime }
  return pool.post({ kind: 'clock-stepped', by: hours(2) }, now)
}

function restarted(pool: Pool, second: number) {
  const { services, pools, controls, owned } = pool.state
  const saved: Saved = JSON.parse(JSON.stringify({ version: 1, services, pools, controls, owned, outbox: [] }))
  return pool.post({ kind: 'started', text: '', saved }, at(second))
}

test('a reload that takes its window away tells what was lost inside', () => {
  const daily = recurring({ name: 'm', subjects: ['virtual web'], cron: '0 12 * * *', zone: 'UTC', lasts: hours(1) })
  const { pool: outside } = failingPool()
  const { model: of } = outside.state
  const pool = new Pool({ ...of, windows: [daily] })
  pool.post({ kind: 'time' }, at(0))
  pool.check(1, '+', 1)
  assert.deepEqual(told({ effects: pool.check(1, '-', 10) }), [])
  const effects = pool.post({ kind: 'reloaded', model: of, text: '' }, at(20))
  assert.deepEqual(
    told({ effects }).map(([call]) => call),
    ['R-down', 'Q-down'],
  )
})

test('a restart inside keeps it quiet, and keeps in mind what has still to be told', () => {
  const { pool } = failingPool()
  assert.deepEqual(told({ effects: restarted(pool, 100) }), [])
  assert.deepEqual(told({ effects: pool.post({ kind: 'time' }, at(3601)) }).length, 2)
})

test('scripts follow the pool inside, and are not called again at the end', () => {
  const script = (text: string): AlertCall => ({ ...alertCall(text), module: 'notify' })
  const notices = { up: [script('up.sh')], down: [script('down.sh'), alertCall('mail')] }
  const { pool, during } = failingPool({ notices })
  assert.deepEqual(told({ effects: during }), [['down.sh', undefined]])
  const over = told({ effects: pool.post({ kind: 'time' }, at(3601)) }).map(([call]) => call)
  assert.deepEqual(over, ['R-down', 'mail'])
})
