/**
 * When monitors start, beside what Debian's mon 1.3.6 does with the same configurations. Our rules: the first check comes
 * soon after the start, then a fixed rate whatever a check takes; turns that were missed are skipped (mon's drifts by a
 * second or two, for ever after an overrun); timers are monotonic (mon's follow the wall clock).
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Model, Settings } from '../../src/model/model.ts'
import { seconds } from '../../src/model/units.ts'
import { model, result } from '../engine/build.ts'
import { distances, every, inSeconds, type Rig, rig, script, taking } from './checks-rig.ts'
import type { FakeTime } from './fake-time.ts'

const withSettings = (of: Model, changes: Partial<Settings>): Model => ({
  ...of,
  settings: { ...of.settings, ...changes },
})

const first = ({ starts }: Rig): number => starts[0] ?? Number.NaN

/** Runs that take so long, one after another; the last length stays. */
function lasting(...lengths: readonly number[]) {
  let count = 0
  let time: FakeTime | undefined
  const answering = () => {
    const length = lengths[Math.min(count, lengths.length - 1)] ?? 0
    count += 1
    return new Promise<ReturnType<typeof result>>((resolve) =>
      time?.after(seconds(length), () => resolve(result([], []))),
    )
  }
  return { answering, on: (rigged: Rig) => (time = rigged.time) }
}

test('S1: every 5 s, the first within two seconds (mon: 5, 11, 16, 21, 26)', async () => {
  const one = rig(model([every(5, 'g/s')]))
  await one.time.go(26_000)
  assert.ok(first(one) >= 0 && first(one) < 2)
  assert.deepEqual(distances(one.starts).slice(0, 4), [5, 5, 5, 5])
})

test('S2: an interval of one second is one second (mon: every third)', async () => {
  const one = rig(model([every(1, 'g/s')]))
  await one.time.go(15_000)
  assert.ok(first(one) < 1)
  assert.equal(one.starts.length, 15)
  assert.ok(distances(one.starts).every((distance) => distance === 1))
})

test('S3: a run that overlaps the next turn makes that turn miss, and no other (mon never finds its rate again)', async () => {
  const lengths = lasting(0, 5, 0)
  const one = rig(model([every(3, 'g/s')]), { answering: lengths.answering })
  lengths.on(one)
  await one.time.go(30_000)
  assert.deepEqual(distances(one.starts).slice(0, 5), [3, 6, 3, 3, 3])
})

test('S4: "test monitor" checks at once, and the next turn comes at its time (mon: one interval later)', async () => {
  const one = rig(model([every(6, 'g/s')]))
  await one.time.go(3_000)
  const service = one.run.state.model.services[0]
  assert.ok(service !== undefined)
  one.command({ kind: 'test-monitor', service: service.key })
  await one.time.go(12_000)
  const begun = first(one)
  assert.deepEqual(one.starts, [begun, 3, begun + 6, begun + 12])
})

test('S5: with randstart 5s, ten services of a minute each start once within five seconds, not all together', async () => {
  const services = Array.from({ length: 10 }, (_, i) => every(60, `g/s${i}`))
  const one = rig(withSettings(model(services), { randstart: seconds(5) }))
  await one.time.go(5_000)
  assert.equal(one.starts.length, 10)
  assert.equal(one.startsOf.size, 10)
  assert.ok(new Set(one.starts.map(Math.floor)).size >= 3)
})

test('S6: with randskew 2s, an interval of 4 s is 2 to 6, the middle too, and no rate is lost (mon: 4, 5, 7 or 8)', async () => {
  const skewed = every(4, 'g/s', { timing: { kind: 'every', interval: seconds(4), randskew: seconds(2) } })
  const one = rig(model([skewed]))
  await one.time.go(4_000_000)
  const apart = distances(one.starts)
  assert.ok(apart.every((distance) => distance >= 2 && distance <= 6))
  assert.ok(apart.some((distance) => distance < 3) && apart.some((distance) => distance > 5))
  assert.ok(apart.some((distance) => Math.abs(distance - 4) < 0.2))
  assert.ok(Math.abs(one.starts.length - 1000) <= 1)
})

test('S7: with maxprocs 2 two programs run at a time, and the others as soon as one has ended (mon: two at 2, two at 6)', async () => {
  const services = Array.from({ length: 4 }, (_, i) => every(2, `g/s${i}`, { monitor: script }))
  let open = 0
  let most = 0
  const one: Rig = rig(withSettings(model(services), { maxprocs: 2, randstart: seconds(1) }), {
    answering: async (...asked) => {
      open += 1
      most = Math.max(most, open)
      const said = await taking(() => one.time, 3)(...asked)
      open -= 1
      return said
    },
  })
  await one.time.go(4_500)
  assert.equal(most, 2)
  assert.deepEqual([...one.startsOf.keys()].sort(), ['g/s0', 'g/s1', 'g/s2', 'g/s3'])
  await one.time.go(20_000)
  assert.equal(most, 2)
})

test('S8: failure_interval counts from the first failure to the next success (mon: 0, 7, 11, 14, 16, 18, 26)', async () => {
  const exits = [0, 1, 1, 1, 1, 0, 0, 0]
  const answering = async () => result([], [], { exit: exits.shift() ?? 0 })
  const one = rig(model([every(6, 'g/s', { failureInterval: seconds(2) })]), { answering })
  await one.time.go(32_000)
  assert.deepEqual(distances(one.starts).slice(0, 7), [6, 2, 2, 2, 2, 6, 6])
})

test('S8: the new interval begins when the result is there, not when the run began', async () => {
  const one: Rig = rig(model([every(20, 'g/s', { failureInterval: seconds(5) })]), {
    answering: (...asked) => taking(() => one.time, 3, result([], [], { exit: 1 }))(...asked),
  })
  await one.time.go(31_000)
  assert.deepEqual(distances(one.starts).slice(0, 4), [8, 5, 5, 5])
})

test('S9: none starts inside exclude_period, and one right after it (mon: the same)', async () => {
  const one = rig(model([every(2, 'g/s', { excludePeriod: inSeconds(0, 29) })]))
  await one.time.go(29_999)
  assert.deepEqual(one.starts, [])
  await one.time.go(10_000)
  assert.equal(first(one), 30)
  assert.ok(one.starts.length >= 5)
})

test('S10: stopped at the start, timers stand still until "start" (mon: first at 6)', async () => {
  const one = rig(model([every(2, 'g/s')]), { stopped: true })
  await one.time.go(3_000)
  assert.deepEqual(one.starts, [])
  one.command({ kind: 'start' })
  await one.time.go(6_000)
  const running = rig(model([every(2, 'g/s')]))
  await running.time.go(6_000)
  assert.deepEqual(
    one.starts,
    running.starts.map((start) => start + 3),
  )
})

test('ten thousand services are no work while none is due', async () => {
  const services = Array.from({ length: 10_000 }, (_, i) => every(3_600, `g/s${i}`))
  let asked = 0
  const one = rig(model(services))
  await one.time.go(3_000)
  assert.equal(one.starts.length, 10_000)
  const state = one.run.state
  Object.defineProperty(one.run, 'state', {
    get() {
      asked += 1
      return state
    },
  })
  await one.time.go(60_000)
  assert.equal(asked, 0)
})
