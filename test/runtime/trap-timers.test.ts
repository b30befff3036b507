/** Services that hear of their hosts by traps: what happens when none comes, and when what one said is over. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Trap } from '../../src/model/event.ts'
import type { Service } from '../../src/model/model.ts'
import type { ServiceState } from '../../src/model/state.ts'
import { milliseconds, seconds, wallTime } from '../../src/model/units.ts'
import { createSchedulerClock } from '../../src/runtime/checks/scheduler-clock.ts'
import { createTrapTimers } from '../../src/runtime/trap-timers.ts'
import { model, Run, service } from '../engine/build.ts'
import { inSeconds, type Rig, rig, stateOf } from './checks-rig.ts'
import { FakeTime } from './fake-time.ts'

const listening = (changes: Partial<Service>): Service => service({ timing: null, monitor: null, ...changes })
const heartbeat = listening({ traptimeout: seconds(10) })
const passing = listening({ trapduration: seconds(10) })
const { key } = heartbeat

const trap = (status: string): Trap => ({
  ...{ status, summary: 'said', detail: '', output: 'said\n', hosts: [], intended: null, from: '192.0.2.1' },
})
const trapped = (one: Rig, status = '0'): void => one.post({ kind: 'trapped', service: key, trap: trap(status) })

/** When each event of a kind came, in whole seconds: goes on by so many seconds, one at a time. */
async function times(one: Rig, kind: 'trap-timeout' | 'trap-expired', lasts: number): Promise<number[]> {
  const found: number[] = []
  for (let i = 0; i < lasts; i += 1) {
    const before = one.kinds(kind).length
    await one.time.go(1_000)
    if (one.kinds(kind).length > before) found.push(one.time.now().uptime / 1000)
  }
  return found
}

test('without a trap the service fails after traptimeout, and again each time it is over', async () => {
  assert.deepEqual(await times(rig(model([heartbeat])), 'trap-timeout', 35), [10, 20, 30])
})

test('each accepted trap begins traptimeout anew, success or not', async () => {
  const one = rig(model([heartbeat]))
  assert.deepEqual(await times(one, 'trap-timeout', 7), [])
  trapped(one)
  assert.deepEqual(await times(one, 'trap-timeout', 8), [])
  trapped(one, '1')
  assert.deepEqual(await times(one, 'trap-timeout', 20), [25, 35])
})

test('"clear timers" begins traptimeout anew', async () => {
  const one = rig(model([heartbeat]))
  await one.time.go(7_000)
  one.command({ kind: 'clear-timers', service: key })
  assert.deepEqual(await times(one, 'trap-timeout', 12), [17])
})

test('a reset begins traptimeout anew', async () => {
  const one = rig(model([heartbeat]))
  await one.time.go(7_000)
  one.checks.restart()
  assert.deepEqual(await times(one, 'trap-timeout', 12), [17])
})

test('a reload keeps what is left of traptimeout, and a new length begins anew', async () => {
  const one = rig(model([heartbeat]))
  await one.time.go(7_000)
  one.reload(model([{ ...heartbeat, description: 'new' }]))
  assert.deepEqual(await times(one, 'trap-timeout', 5), [10])
  one.reload(model([{ ...heartbeat, traptimeout: seconds(4) }]))
  assert.deepEqual(await times(one, 'trap-timeout', 5), [16])
  one.reload(model([{ ...heartbeat, traptimeout: null }]))
  assert.deepEqual(await times(one, 'trap-timeout', 60), [])
})

test('while the scheduler is stopped no trap is waited for', async () => {
  const one = rig(model([heartbeat]))
  await one.time.go(7_000)
  one.command({ kind: 'stop' })
  assert.deepEqual(await times(one, 'trap-timeout', 100), [])
  one.command({ kind: 'start' })
  assert.deepEqual(await times(one, 'trap-timeout', 5), [110])
})

test('a trap that comes while the scheduler is stopped begins its timers when it runs again', async () => {
  const one = rig(model([listening({ trapduration: seconds(10), traptimeout: seconds(15) })]))
  one.command({ kind: 'stop' })
  trapped(one, '1')
  await one.time.go(60_000)
  one.command({ kind: 'start' })
  assert.deepEqual(await times(one, 'trap-expired', 12), [70])
  assert.equal(one.kinds('trap-timeout').length, 0)
})

test('the global exclude_period freezes trap timers too', async () => {
  const of = model([heartbeat])
  const one = rig({ ...of, settings: { ...of.settings, excludePeriod: inSeconds(5, 34) } })
  assert.deepEqual(await times(one, 'trap-timeout', 45), [40])
})

test('what a trap said is over after trapduration, and each trap begins it anew', async () => {
  const one = rig(model([passing]))
  trapped(one, '1')
  await one.time.go(6_000)
  trapped(one, '1')
  assert.deepEqual(await times(one, 'trap-expired', 30), [16])
  assert.equal(stateOf(one.run.state, key).status.kind, 'up')
})

const tenMinutes = listening({ trapduration: seconds(600) })

/** Two of ten minutes have passed, and then an hour in which the scheduler is stopped. */
async function stoppedAfterTwo(): Promise<Rig> {
  const one = rig(model([tenMinutes]))
  trapped(one, '1')
  await one.time.go(120_000)
  one.command({ kind: 'stop' })
  await one.time.go(3_600_000)
  return one
}

const resets = [
  { name: 'a reset', reset: (one: Rig) => one.checks.restart(), at: 120 + 3_600 + 480 },
  {
    name: 'a reload that makes it longer',
    reset: (one: Rig) => one.reload(model([{ ...tenMinutes, trapduration: seconds(900) }])),
    at: 120 + 3_600 + 780,
  },
]
for (const { name, reset, at } of resets) {
  test(`${name} counts towards trapduration no time in which the scheduler was stopped`, async () => {
    const one = await stoppedAfterTwo()
    reset(one)
    one.command({ kind: 'start' })
    assert.deepEqual(await times(one, 'trap-expired', 1_000), [at])
  })
}

test('"clear timers" begins trapduration anew, also for a reset that comes later', async () => {
  const one = rig(model([passing]))
  trapped(one, '1')
  await one.time.go(6_000)
  one.command({ kind: 'clear-timers', service: key })
  await one.time.go(6_000)
  one.checks.restart()
  assert.deepEqual(await times(one, 'trap-expired', 20), [16])
})

test('setting the clock between two resets changes nothing about trapduration', async () => {
  const one = rig(model([passing]))
  trapped(one, '1')
  one.checks.restart()
  await one.time.go(6_000)
  one.time.wallOffset += 3_600_000
  one.checks.restart()
  assert.deepEqual(await times(one, 'trap-expired', 20), [10])
})

test('without a trap nothing is over, not even by "clear timers"', async () => {
  const one = rig(model([passing]))
  one.command({ kind: 'clear-timers', service: key })
  assert.deepEqual(await times(one, 'trap-expired', 30), [])
})

test('a process that stood still gives a trap that waits for it the time to be read', async () => {
  const one = rig(model([heartbeat]))
  await one.time.go(7_000)
  one.time.lag(8_000)
  await one.time.go(1_000)
  assert.equal(one.kinds('trap-timeout').length, 0)
  trapped(one)
  assert.deepEqual(await times(one, 'trap-timeout', 12), [26])
})

test('a process that stood still tells of silence all the same, only later', async () => {
  const one = rig(model([heartbeat]))
  await one.time.go(7_000)
  one.time.lag(8_000)
  assert.deepEqual(await times(one, 'trap-timeout', 8), [20])
})

/** After a restart of the daemon: the state is what was saved. */
function restarted(state: Partial<ServiceState>) {
  const time = new FakeTime()
  const run = new Run(model([passing]))
  run.state = { ...run.state, services: run.state.services.map((one) => ({ ...one, ...state })) }
  const expired: number[] = []
  const clock = createSchedulerClock(time)
  const timers = createTrapTimers({
    clock,
    now: time.now,
    state: () => run.state,
    post: (body) => {
      if (body.kind === 'trap-expired') expired.push(time.now().uptime / 1000)
    },
  })
  timers.use(run.state.model)
  return { time, expired }
}

const ago = (second: number) => wallTime(new FakeTime().now().wall - second * 1000)
const down = (at: number): Partial<ServiceState> => ({
  status: { kind: 'down', since: ago(60) },
  lastTrap: ago(at),
})

const restarts = [
  { name: 'what is left of trapduration is left after a restart', state: { ...down(4), lastFailure: ago(4) }, at: [6] },
  { name: 'a trap whose time ended meanwhile is over at once', state: { ...down(40), lastFailure: ago(40) }, at: [0] },
  {
    name: 'a failure later than an old trap is not over',
    state: { ...down(40), lastFailure: ago(20) },
    at: [],
  },
  { name: 'an old trap of a service that is well is forgotten', state: { lastTrap: ago(40) }, at: [] },
  {
    name: 'a trap from the future, by a clock that was set back, lasts no longer than others',
    state: down(-600),
    at: [10],
  },
]
for (const { name, state, at } of restarts) {
  test(`restart: ${name}`, async () => {
    const { time, expired } = restarted(state)
    await time.go(milliseconds(120_000))
    assert.deepEqual(expired, at)
  })
}
