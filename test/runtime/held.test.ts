/** What holds a check back, what is said of it, and what the timers do meanwhile. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DependExpression } from '../../src/model/dependency.ts'
import { noDependencies } from '../../src/model/dependency.ts'
import type { Service } from '../../src/model/model.ts'
import { host, type ServiceKey } from '../../src/model/names.ts'
import { seconds } from '../../src/model/units.ts'
import { call, model, result } from '../engine/build.ts'
import { type Answering, distances, every, inSeconds, type Rig, rig, stateOf, taking } from './checks-rig.ts'

const s = every(10, 'g/s')
const { key } = s

const saidOf = (one: Rig, of: ServiceKey = key): (string | null)[] =>
  one.posted.flatMap((body) => (body.kind === 'held' && body.service === of ? [body.text] : []))

/** A service that is checked only while another is well. */
function after(parent: Service, changes: Partial<Service> = {}): Service {
  const expression: DependExpression = { kind: 'service', service: parent.key }
  const dependencies = { ...noDependencies, monitor: { text: 'p:ping', expression } }
  return every(10, 'g/s', { dependencies, ...changes })
}

test('while the service it depends on fails, a monitor waits, and it starts within a second of its recovery', async () => {
  const parent = every(10, 'p/ping')
  let fails = true
  const one = rig(model([parent, after(parent)]), {
    answering: async ({ environment }) => result([], [], { exit: fails && environment.MON_GROUP === 'p' ? 1 : 0 }),
  })
  // The first turn may come before the first result of the other.
  await one.time.go(5_000)
  const before = one.startsOf.get('g/s')?.length ?? 0
  await one.time.go(30_000)
  assert.equal(one.startsOf.get('g/s')?.length ?? 0, before)
  assert.match(saidOf(one)[0] ?? '', /depends on p:ping/)
  fails = false
  await one.time.go(11_000)
  const recovered = one.startsOf.get('p/ping')?.at(-1) ?? 0
  const started = one.startsOf.get('g/s')?.[before] ?? 0
  assert.ok(started >= recovered && started <= recovered + 1, `${started} after ${recovered}`)
  assert.equal(saidOf(one).at(-1), null)
  assert.equal(stateOf(one.run.state, key).held, null)
})

test('what holds a service is told once, and again only when it is something else', async () => {
  const excluded = every(2, 'g/s', { excludePeriod: inSeconds(0, 29) })
  const one = rig(model([excluded]))
  await one.time.go(25_000)
  assert.deepEqual(saidOf(one), ['its exclude_period "sec {0-29}" lasts'])
  await one.time.go(10_000)
  assert.deepEqual(saidOf(one), ['its exclude_period "sec {0-29}" lasts', null])
  await one.time.go(60_000)
  assert.deepEqual(saidOf(one).length, 4, 'the next minute has its own')
})

test('what was told before a restart of the daemon is taken back when the check starts', async () => {
  const one = rig(model([s]), { stopped: true })
  one.post({ kind: 'held', service: key, text: 'an old reason' })
  one.command({ kind: 'start' })
  await one.time.go(3_000)
  assert.equal(stateOf(one.run.state, key).held, null)
})

test('looking again costs one timer, however many are held', async () => {
  const services = Array.from({ length: 500 }, (_, i) => every(3_600, `g/s${i}`, { excludePeriod: inSeconds(0, 58) }))
  const one = rig(model(services))
  await one.time.go(3_000)
  assert.equal(one.kinds('held').length, 500)
  // One look, and the pulse.
  assert.equal(one.time.pending(seconds(1)), 2)
})

test("mon's -i sets how often is looked again", async () => {
  const one = rig(model([every(2, 'g/s', { excludePeriod: inSeconds(0, 29) })]), { lookAgain: seconds(20) })
  await one.time.go(39_000)
  assert.deepEqual(one.starts, [])
  await one.time.go(1_500)
  assert.equal(one.starts[0], 40)
})

test('the monitor is handed the hosts that are left, and its verdict is about those', async () => {
  const one = rig(model([every(10, 'g/s', { excludeHosts: [host('h2')] })]))
  await one.time.go(3_000)
  assert.deepEqual(one.handed, [['h1']])
})

test('without any host left the turn is left out, told once, and the next comes at its time', async () => {
  const one = rig(model([every(10, 'g/s', { excludeHosts: [host('h1')] })]))
  one.command({ kind: 'disable-hosts', hosts: [host('h2')], reason: '' })
  await one.time.go(25_000)
  assert.deepEqual(one.starts, [])
  assert.equal(saidOf(one).length, 1)
  assert.match(saidOf(one)[0] ?? '', /no host of g is left/)
  one.command({ kind: 'enable-hosts', hosts: [host('h2')] })
  await one.time.go(10_000)
  assert.equal(one.starts.length, 1)
  assert.deepEqual(saidOf(one).at(-1), null)
})

for (const { name, changes } of [
  { name: 'allow_empty_group', changes: { allowEmptyGroup: true } },
  { name: ';; behind its words', changes: { monitor: { ...call('m'), withHosts: false } } },
]) {
  test(`without any host left a monitor with ${name} runs all the same`, async () => {
    const one = rig(model([every(10, 'g/s', { ...changes, excludeHosts: [host('h1'), host('h2')] })]))
    await one.time.go(3_000)
    assert.deepEqual(one.handed, [[]])
  })
}

test('a service without interval, and one without monitor, is never checked', async () => {
  const one = rig(
    model([
      every(1, 'g/s', { timing: null }),
      every(1, 'g/t', { monitor: null }),
      every(1, 'g/u', { monitor: null, monitorMissing: 'nosuch.monitor -x' }),
    ]),
  )
  await one.time.go(60_000)
  assert.deepEqual(one.starts, [])
  assert.deepEqual(one.checks.report(key), { timer: null, running: false, pid: null })
  one.command({ kind: 'test-monitor', service: key })
  await one.time.go(60_000)
  assert.deepEqual(one.starts, [])
})

test('while the scheduler is stopped timers stand still, and go on where they stood', async () => {
  const one = rig(model([s]))
  await one.time.go(5_000)
  const begun = one.starts[0] ?? 0
  one.command({ kind: 'stop' })
  const left = one.checks.report(key).timer
  await one.time.go(100_000)
  assert.equal(one.starts.length, 1)
  assert.equal(one.checks.report(key).timer, left)
  one.command({ kind: 'start' })
  await one.time.go(20_000)
  assert.deepEqual(one.starts, [begun, begun + 110, begun + 120])
})

test('a monitor under way when the scheduler is stopped ends, and its result counts', async () => {
  const one: Rig = rig(model([s]), { answering: (...asked) => taking(() => one.time, 4)(...asked) })
  await one.time.go(3_000)
  one.command({ kind: 'stop' })
  await one.time.go(5_000)
  assert.equal(one.kinds('checked').length, 1)
})

test('"test monitor" while the scheduler is stopped waits for "start", and says why', async () => {
  const one = rig(model([s]))
  await one.time.go(3_000)
  one.command({ kind: 'stop' })
  one.command({ kind: 'test-monitor', service: key })
  await one.time.go(30_000)
  assert.equal(one.starts.length, 1)
  assert.deepEqual(saidOf(one), ['the scheduler is stopped'])
  one.command({ kind: 'start' })
  assert.equal(one.starts.at(-1), 33)
})

test('"test monitor" while it runs checks once more right after', async () => {
  const one: Rig = rig(model([s]), { answering: (...asked) => taking(() => one.time, 4)(...asked) })
  await one.time.go(3_000)
  one.command({ kind: 'test-monitor', service: key })
  one.command({ kind: 'test-monitor', service: key })
  await one.time.go(8_500)
  assert.deepEqual(distances(one.starts), [4, 6])
})

test('the global exclude_period freezes every timer as "stop" does', async () => {
  const services = [every(10, 'g/s'), every(7, 'g/t')]
  const plain = model(services)
  const frozen = { ...plain, settings: { ...plain.settings, excludePeriod: inSeconds(20, 49) } }
  const one = rig(frozen)
  const other = rig(plain)
  await one.time.go(60_000)
  await other.time.go(60_000)
  for (const name of ['g/s', 'g/t']) {
    const expected = (other.startsOf.get(name) ?? []).map((start) => (start < 20 ? start : start + 30))
    assert.deepEqual(
      one.startsOf.get(name),
      expected.filter((start) => start <= 60),
    )
  }
})

test('"clear timers" makes the next turn come one interval from now', async () => {
  const one = rig(model([s]))
  await one.time.go(5_000)
  one.command({ kind: 'clear-timers', service: key })
  assert.equal(one.checks.report(key).timer, 10)
  await one.time.go(25_000)
  assert.deepEqual(one.starts.slice(1), [15, 25])
})

test('"clear timers" on a service that is held lets it go until its next turn', async () => {
  const one = rig(model([every(100, 'g/s', { excludePeriod: inSeconds(0, 29) })]))
  await one.time.go(10_000)
  one.command({ kind: 'clear-timers', service: key })
  assert.equal(stateOf(one.run.state, key).held, null)
  await one.time.go(105_000)
  assert.deepEqual(
    one.starts,
    [110].filter((start) => start % 60 > 29),
  )
})

test('after a reset all begin anew, and what ran has no result', async () => {
  const one: Rig = rig(model([every(100, 'g/s'), every(100, 'g/t')]), {
    answering: ({ signal }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve(result([], [], { exit: 1 })))
        one.time.after(seconds(20), () => resolve(result([], [])))
      }),
  })
  await one.time.go(5_000)
  assert.equal(one.starts.length, 2)
  one.checks.restart()
  await one.time.go(2_500)
  assert.equal(one.kinds('checked').length, 0)
  assert.equal(one.starts.length, 4)
  await one.time.go(20_000)
  assert.equal(one.kinds('checked').length, 2)
})

test('a service whose old run still ends when its first turn after a reset comes is checked right after it', async () => {
  const one: Rig = rig(model([every(100, 'g/s')]), {
    answering: ({ signal }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => one.time.after(seconds(4), () => resolve(result([], []))))
      }),
  })
  await one.time.go(5_000)
  one.checks.restart()
  await one.time.go(4_100)
  assert.equal(one.starts.length, 2)
  assert.equal(one.starts[1], 9)
})

test('the report tells the seconds to the next start, who runs, and its process', async () => {
  const one: Rig = rig(model([s]), {
    answering: (context, hosts) => {
      context.started?.(4711)
      return taking(() => one.time, 4)(context, hosts)
    },
  })
  const soon = one.checks.report(key)
  assert.ok(soon.timer !== null && soon.timer <= 2 && !soon.running)
  await one.time.go(3_000)
  assert.deepEqual(one.checks.report(key), { timer: 0, running: true, pid: 4711 })
  assert.deepEqual(one.checks.pids(), [{ service: key, pid: 4711 }])
  await one.time.go(4_000)
  const later = one.checks.report(key)
  assert.equal(later.timer, Math.ceil((one.starts[0] ?? 0) + 10 - 7))
  assert.deepEqual([later.running, later.pid, one.checks.pids()], [false, null, []])
})

test('another interval by a reload, or by a success trap, counts at once', async () => {
  const answering = async () => result([], [], { exit: 1 })
  const failing = every(100, 'g/s', { failureInterval: seconds(4) })
  const one = rig(model([failing]), { answering })
  await one.time.go(10_000)
  assert.deepEqual(distances(one.starts).slice(0, 2), [4, 4])
  const trap = { status: '0', summary: 'ok', detail: '', output: 'ok', hosts: [], intended: null, from: '' }
  one.post({ kind: 'trapped', service: key, trap })
  assert.equal(one.checks.report(key).timer, 100)
  one.reload(model([every(30, 'g/s', { failureInterval: seconds(4) })]))
  await one.time.go(2_500)
  assert.ok(one.starts.some((start) => start > 10))
})

test('a date of the calendar that passes while the scheduler is stopped is made up for once, at "start"', async () => {
  const one = rig(model([every(1, 'g/s', { timing: { kind: 'cron', expression: '0 8 * * *' } })]))
  await one.time.go(5_000)
  assert.equal(one.checks.report(key).timer, null, 'only the calendar knows')
  one.command({ kind: 'stop' })
  for (const date of one.dates) date()
  for (const date of one.dates) date()
  await one.time.go(60_000)
  assert.equal(one.starts.length, 1)
  one.command({ kind: 'start' })
  await one.time.go(60_000)
  assert.equal(one.starts.length, 2)
})

test('two reloads while an old run still ends lose no question', async () => {
  const slow: Answering = ({ signal }) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => one.time.after(seconds(4), () => resolve(result([], []))))
    })
  const daily = every(86_400, 'g/s')
  const one: Rig = rig(model([daily]), { answering: slow })
  await one.time.go(3_000)
  one.reload(model([{ ...daily, hosts: [host('h9')] }]))
  one.reload(model([{ ...daily, hosts: [host('h9')], description: 'new' }]))
  await one.time.go(5_000)
  assert.deepEqual(one.handed, [['h1', 'h2'], ['h9']])
})
