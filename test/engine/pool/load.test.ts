/** Weights that follow the load, by the formula that Piranha's nanny was observed to follow. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { GREATEST_WEIGHT } from '../../../src/engine/limits.ts'
import { isEmpty, patchOf } from '../../../src/engine/patch.ts'
import { loadStep } from '../../../src/engine/pool/load.ts'
import { statusView } from '../../../src/engine/view.ts'
import { host } from '../../../src/model/names.ts'
import { seconds, weight } from '../../../src/model/units.ts'
import { at, checked, result } from '../build.ts'
import { checkOf, heavy, type Pool, poolOf } from './rig.ts'

const vectors = [
  { name: 'an idle server gains half its weight, less a little', whole: 4, current: 4, load: 0.1, next: 5 },
  { name: 'and again', whole: 4, current: 8, load: 0.1, next: 9 },
  { name: 'no server has more than ten times its weight', whole: 4, current: 39, load: 0, next: 40 },
  { name: 'and stays there', whole: 4, current: 40, load: 0, next: 40 },
  { name: 'a busy server loses', whole: 4, current: 9, load: 2, next: 7 },
  { name: 'but never its own weight', whole: 4, current: 5, load: 100, next: 4 },
  { name: 'a load of exactly 1 changes nothing', whole: 4, current: 9, load: 1, next: 9 },
  { name: 'a negative load changes nothing', whole: 4, current: 9, load: -1, next: 9 },
  { name: 'an unknown load changes nothing', whole: 4, current: 9, load: null, next: 9 },
  { name: 'no number changes nothing', whole: 4, current: 9, load: Number.NaN, next: 9 },
  { name: 'a step below a quarter of the weight is not taken', whole: 100, current: 500, load: 0.9, next: 523 - 23 },
  { name: 'one of a quarter is', whole: 100, current: 500, load: 0.87, next: 525 },
  { name: 'a weight of 1 never moves', whole: 1, current: 1, load: 0.01, next: 1 },
  { name: 'a weight of 2 moves only without any load', whole: 2, current: 2, load: 0.01, next: 2 },
  { name: 'that is with a load of 0', whole: 2, current: 2, load: 0, next: 3 },
  { name: 'a weight of 0 stays 0', whole: 0, current: 0, load: 0, next: 0 },
]
for (const { name, whole, current, load, next } of vectors) {
  test(`${name}: ${current} of ${whole} at load ${load} becomes ${next}`, () => {
    assert.equal(loadStep(weight(whole), weight(current), load), next)
  })
}

test('whatever the load, a weight is whole, stays within one and ten times the configured one, and moves the right way', () => {
  const anyLoad = fc.oneof(fc.double(), fc.double({ min: 0, max: 3, noNaN: true }), fc.constant(null))
  const wholes = fc.integer({ min: 0, max: GREATEST_WEIGHT })
  fc.assert(
    fc.property(wholes, fc.double({ min: 1, max: 10, noNaN: true }), anyLoad, (whole, times, load) => {
      const most = Math.min(GREATEST_WEIGHT, 10 * whole)
      const current = weight(Math.min(most, Math.trunc(whole * times)))
      const next = loadStep(weight(whole), current, load)
      assert(Number.isInteger(next) && next >= whole && next <= most)
      if (next > current) assert(load !== null && load >= 0 && load < 1)
      if (next < current) assert(load !== null && load > 1)
      assert(next === current || Math.abs(next - current) >= whole / 4)
    }),
  )
})

const feedback = { loadFeedback: { every: seconds(20) } }
/** The check tells a load, and whatever is due by then comes: a check that says nothing new moves nothing by itself. */
const loaded = (pool: Pool, load: number, second: number): number => {
  pool.check(1, '+', second, { kind: 'load', value: load })
  pool.post({ kind: 'time' }, at(second))
  return pool.state.pools[0]?.reals[0]?.weight ?? -1
}
const textOf = (pool: Pool): string => pool.state.pools[0]?.reals[0]?.text ?? ''

test('an idle server of weight 4 climbs 5, 6, 7, 8, 9, one step every 20 seconds, and the texts say why', () => {
  const pool = poolOf([heavy(1, 4)], feedback)
  assert.deepEqual(
    [0, 10, 20, 30, 40, 60, 80, 100].map((second) => loaded(pool, 0.1, second)),
    [4, 4, 5, 5, 6, 7, 8, 9],
  )
  assert.equal(textOf(pool), 'p/1 is up; weight 9 of 4, since its load is 0.10')
  const [shown] = statusView(pool.state, at(100)).virtuals[0]?.reals ?? []
  assert.deepEqual([shown?.weight, shown?.configuredWeight], [9, 4])
})

test('a step comes by itself when it is due, and a load that changes nothing asks for none', () => {
  const pool = poolOf([heavy(1, 4)], feedback)
  loaded(pool, 0.1, 0)
  assert.equal(pool.state.pools[0]?.wakeAt, at(20).wall)
  pool.post({ kind: 'time' }, at(20))
  assert.equal(pool.wanted, '1=5')
  loaded(pool, 1, 21)
  assert.equal(pool.state.pools[0]?.wakeAt, null)
})

test('what goes for nothing writes nothing: neither another load, nor when to look again', () => {
  const pool = poolOf([heavy(1, 4)], feedback)
  loaded(pool, 1, 0)
  const before = pool.state.pools[0]
  for (const [i, load] of [1.01, 0.99, 0.5, 1, 0.1].entries()) {
    const { state } = pool
    loaded(pool, load, i + 1)
    assert(isEmpty(patchOf(state, pool.state)), `a load of ${load}`)
  }
  assert.equal(pool.state.pools[0]?.reals, before?.reals)
})

test('weights begin to follow the load when the ramp is over', () => {
  const pool = poolOf([heavy(1, 4)], { ...feedback, doubling: { share: 32, every: seconds(20) } })
  const times = [0, 20, 40, 60, 80]
  assert.deepEqual(
    times.map((second) => loaded(pool, 0, second)),
    [1, 2, 4, 6, 8],
  )
})

test('an unknown load leaves the weight as it is, a load that is known again goes on', () => {
  const pool = poolOf([heavy(1, 4)], feedback)
  for (const second of [0, 20, 40]) loaded(pool, 0.1, second)
  pool.check(1, '?', 41)
  for (const second of [60, 80, 100]) pool.post({ kind: 'time' }, at(second))
  assert.equal(pool.wanted, '1=6')
  assert.equal(loaded(pool, 0.1, 110), 7)
})

test('it never moves while an operator has drained it, disabled it or given it a weight', () => {
  for (const [what, shown] of [
    [{ kind: 'drain', most: null }, '1=0 2=1'],
    [{ kind: 'disable' }, '1=- 2=1'],
    [{ kind: 'weight', weight: weight(3) }, '1=3 2=1'],
  ] as const) {
    const pool = poolOf([heavy(1, 4), heavy(2, 1)], feedback)
    pool.check(2, '+', 0)
    for (const second of [0, 20, 40]) loaded(pool, 0.1, second)
    const target = { virtual: 'web', real: '10.1.1.1:80' }
    const command = { kind: 'override', ...target, what, lasts: null, reason: '', force: false, remarks: [] } as const
    pool.post({ kind: 'command', who: 'ann', command }, at(41))
    for (const second of [60, 80, 100]) loaded(pool, 0.1, second)
    assert.equal(pool.wanted, shown)
    pool.post({ kind: 'command', who: 'ann', command: { kind: 'end-override', ...target } }, at(110))
    assert.equal(pool.wanted, '1=4 2=1', 'and begins with its own weight again')
  }
})

test('a load told by a check that only advises moves the weight, and the silence of that check does not', () => {
  const adviser = checkOf(2, { hosts: [host('10.1.1.1')] })
  const checks = [
    { service: checkOf(1).key, host: host('10.1.1.1') },
    { service: adviser.key, host: host('10.1.1.1'), advice: true as const },
  ]
  const pool = poolOf([heavy(1, 4, { checks })], feedback, [checkOf(1), adviser])
  pool.check(1, '+', 0)
  assert.equal(pool.wanted, '1=4')
  pool.check(2, '+', 1, { kind: 'load', value: 0.1 })
  pool.post({ kind: 'time' }, at(20))
  assert.equal(pool.wanted, '1=5')
  pool.check(2, '?', 21)
  pool.post(checked(adviser, { ...result(adviser.hosts, []), exit: 1, hosts: [] }), at(30))
  for (const second of [40, 60]) pool.post({ kind: 'time' }, at(second))
  assert.equal(pool.wanted, '1=5')
})
