import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventBody } from '../../src/model/event.ts'
import type { Model, Service } from '../../src/model/model.ts'
import { host } from '../../src/model/names.ts'
import { seconds } from '../../src/model/units.ts'
import { call, model, result } from '../engine/build.ts'
import { type Answering, rig as anyRig, every as everySo, script } from './checks-rig.ts'

type Checked = Extract<EventBody, { kind: 'checked' }>

function rig(of: Model, answering?: Answering) {
  const one = anyRig(of, answering === undefined ? {} : { answering })
  const posted = (): Checked[] => one.posted.filter((body): body is Checked => body.kind === 'checked')
  return { ...one, posted }
}

const every = (called: string, changes: Partial<Service> = {}): Service =>
  everySo(10, called, { timeout: seconds(5), ...changes })
const never: Answering = () => new Promise(() => {})
const untilAborted: Answering = ({ signal }) =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(result([], [], { exit: 1 }))))

test('a service is checked soon after the start, and then at its interval', async () => {
  const { time, starts } = rig(model([every('g/s')]))
  await time.go(35_000)
  const [first = -1, ...rest] = starts
  assert.ok(first >= 0 && first < 2)
  assert.deepEqual(
    rest.map((start) => Math.round(start - first)),
    [10, 20, 30],
  )
})

test('a check that takes longer than the interval is not started again beside itself', async () => {
  let open = 0
  const slow: Answering = (...asked) => {
    open += 1
    assert.equal(open, 1)
    return untilAborted(...asked).finally(() => {
      open -= 1
    })
  }
  const { time, starts } = rig(model([every('g/s', { timeout: seconds(25) })]), slow)
  await time.go(62_000)
  assert.equal(starts.length, 3, 'missed turns are skipped')
})

test('an hour in which the machine slept brings one check, not three hundred and sixty', async () => {
  const { time, starts } = rig(model([every('g/s')]))
  await time.go(2_000)
  time.lag(3_600_000)
  await time.go(100)
  assert.equal(starts.length, 2)
})

test('setting the wall clock starts nothing', async () => {
  const { time, starts } = rig(model([every('g/s')]))
  await time.go(3_000)
  time.wallOffset += 86_400_000
  await time.go(1_000)
  assert.equal(starts.length, 1)
})

test('a monitor is told to end at its deadline', async () => {
  const { time, posted } = rig(model([every('g/s')]), untilAborted)
  await time.go(8_000)
  assert.equal(posted().length, 1)
  assert.equal(posted()[0]?.took, 5000)
})

test('a monitor that ignores its deadline is left behind, and blames no host', async () => {
  const { time, posted } = rig(model([every('g/s')]), never)
  await time.go(13_000)
  assert.equal(posted()[0]?.result.exit, 1)
  assert.match(posted()[0]?.result.summary ?? '', /did not end within its 5 s/)
  assert.deepEqual(
    posted()[0]?.result.hosts.map(({ kind }) => kind),
    ['unknown', 'unknown'],
  )
})

test('a monitor that throws is a failure that blames no host', async () => {
  const { time, posted } = rig(model([every('g/s')]), () => Promise.reject(new Error('oops')))
  await time.go(3_000)
  assert.match(posted()[0]?.result.summary ?? '', /failed: Error: oops/)
})

test('at most maxprocs programs run at once, and the others follow', async () => {
  const many = model(Array.from({ length: 5 }, (_, i) => every(`g/s${i}`, { monitor: script })))
  const limited = { ...many, settings: { ...many.settings, maxprocs: 2 } }
  const { time, starts, posted, checks } = rig(limited, untilAborted)
  await time.go(3_000)
  assert.equal(starts.length, 2)
  assert.equal(checks.overdue().count, 3)
  await time.go(5_000)
  assert.equal(starts.length, 4)
  await time.go(9_000)
  assert.ok(posted().length >= 5)
})

test('a calendar service is checked once at the start and then at its dates', async () => {
  const { time, starts, dates } = rig(model([every('g/s', { timing: { kind: 'cron', expression: '0 8 * * *' } })]))
  await time.go(60_000)
  assert.equal(starts.length, 1)
  dates[0]?.()
  await time.go(100)
  assert.equal(starts.length, 2)
})

test('a reload keeps the rhythm of what is unchanged and drops the answer to a question no longer asked', async () => {
  const before = every('g/s')
  const { time, starts, posted, reload } = rig(model([before]), untilAborted)
  await time.go(2_500)
  assert.equal(starts.length, 1)
  const asksOtherwise = model([{ ...before, monitor: { ...call('test.monitor'), options: { port: 81 } } }])
  reload(asksOtherwise)
  await time.go(100)
  assert.equal(posted().length, 0, 'the old question has no answer')
  assert.equal(starts.length, 2, 'the new one is asked at once')
})

test('stopping ends what runs and starts nothing more', async () => {
  const { time, starts, posted, checks } = rig(model([every('g/s')]), untilAborted)
  await time.go(2_500)
  await checks.stop()
  await time.go(60_000)
  assert.equal(starts.length, 1)
  assert.equal(posted().length, 0)
})

test('however many other checks there are, a program gets its turn', async () => {
  const many = Array.from({ length: 2_100 }, (_, i) => every(`many/s${i}`))
  const { time, startsOf } = rig(model([...many, every('one/script', { monitor: script })]), untilAborted)
  await time.go(9_000)
  assert.ok(startsOf.has('one/script'))
})

test('a service that becomes a program at a reload still never runs beside itself', async () => {
  let open = 0
  const one = every('g/s', { timeout: seconds(25) })
  const { time, reload } = rig(model([one]), (...asked) => {
    open += 1
    assert.equal(open, 1)
    return untilAborted(...asked).finally(() => {
      open -= 1
    })
  })
  await time.go(3_000)
  const asProgram = model([{ ...one, monitor: script }])
  reload(asProgram)
  await time.go(60_000)
})

test('a host that a reload adds is checked at once, though the next turn is a day away', async () => {
  const daily = every('g/s', { timing: { kind: 'every', interval: seconds(86_400), randskew: null } })
  const { time, starts, reload } = rig(model([daily]))
  await time.go(10_000)
  assert.equal(starts.length, 1)
  const withMore = model([{ ...daily, hosts: [...daily.hosts, host('h3')] }])
  reload(withMore)
  await time.go(100)
  assert.equal(starts.length, 2)
})

test('a calendar that cannot be understood is told, and harms nothing else', async () => {
  const { time, starts, checks } = rig(model([every('g/s')]))
  const odd = { ...model([every('g/s'), every('g/odd', { timing: { kind: 'cron', expression: 'odd' } })]) }
  checks.use(odd)
  await time.go(3_000)
  assert.ok(starts.length >= 1)
})

test('a failure seen while this process stood still is not counted, but asked again', async () => {
  let healthy = true
  const { time, posted, starts } = rig(model([every('g/s')]), (...asked) =>
    healthy ? untilAborted(...asked) : Promise.resolve(result([], [])),
  )
  await time.go(2_100)
  assert.equal(starts.length, 1)
  time.lag(8_000)
  healthy = false
  await time.go(300)
  assert.ok(
    posted().length > 0 && posted().every(({ result: said }) => said.exit === 0),
    'the answer to the second question',
  )
  assert.ok(starts.length >= 2)
})

test('on a machine that always stands still a failure counts in the end', async () => {
  const { time, posted } = rig(model([every('g/s')]), untilAborted)
  for (let i = 0; i < 8; i += 1) {
    await time.go(2_100)
    time.lag(8_000)
  }
  assert.ok(posted().some(({ result: said }) => said.exit === 1))
})

test('a monitor that throws at once, without a promise, harms nobody else', async () => {
  const { time, posted } = rig(model([every('g/s')]), () => {
    throw new Error('oops')
  })
  await time.go(3_000)
  assert.match(posted()[0]?.result.summary ?? '', /failed: Error: oops/)
})
