/** A real server that comes into use begins low and doubles; what serves already is not thrown back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { GREATEST_WEIGHT } from '../../../src/engine/limits.ts'
import { cameIntoUse, doubledShare } from '../../../src/engine/pool/doubling.ts'
import { restoredState } from '../../../src/engine/restore.ts'
import type { Real, Virtual } from '../../../src/model/model.ts'
import type { FoundWeights, Saved } from '../../../src/model/state.ts'
import { milliseconds, minutes, seconds, wallTime, weight } from '../../../src/model/units.ts'
import { at, model, virtual } from '../build.ts'
import { checkOf, heavy, Pool, poolOf, realOf, sorryServer } from './rig.ts'

const nanny = { share: 32, every: seconds(20) }
const ramp: Partial<Virtual> = { doubling: nanny }

const vectors: readonly (readonly [whole: number, steps: readonly number[]])[] = [
  [100, [3, 6, 12, 24, 48, 96, 100]],
  [64, [2, 4, 8, 16, 32, 64]],
  [33, [1, 2, 4, 8, 16, 32, 33]],
  [32, [1, 2, 4, 8, 16, 32]],
  [4, [1, 2, 4]],
  [1, [1]],
  [0, [0]],
]
for (const [whole, steps] of vectors) {
  test(`weight ${whole} comes by way of ${steps.join(', ')}`, () => {
    const taken: number[] = []
    let next: number | null = 0
    while (next !== null) {
      const share = doubledShare(weight(whole), wallTime(0), nanny, { ...at(0), wall: wallTime(next) })
      taken.push(share.weight)
      next = share.nextAt
    }
    assert.deepEqual(taken, steps)
  })
}

const wholes = fc.integer({ min: 0, max: GREATEST_WEIGHT }).map(weight)
const rules = fc.record({
  share: fc.integer({ min: 1, max: 1000 }),
  every: fc.integer({ min: 1, max: 3_600_000 }).map(milliseconds),
})

test('the ramp never falls, stays within 1 and the whole, and ends at the whole, whatever the numbers', () => {
  fc.assert(
    fc.property(wholes, rules, fc.array(fc.nat(100_000_000), { maxLength: 20 }), (whole, rule, times) => {
      const of = (time: number) => doubledShare(whole, wallTime(0), rule, { ...at(0), wall: wallTime(time) })
      const shares = [...times].sort((a, b) => a - b).map(of)
      for (const [i, { weight: reached, nextAt }] of shares.entries()) {
        assert(reached >= (shares[i - 1]?.weight ?? Math.min(1, whole)) && reached <= whole)
        assert.equal(nextAt === null, reached === whole, 'it asks for the next step as long as there is one')
      }
      // Thirty-one doublings are enough for the greatest weight of all.
      assert.equal(of(rule.every * 31).weight, whole)
    }),
  )
})

test('what the table has of it puts it on the step that it had reached, never above it', () => {
  fc.assert(
    fc.property(wholes, rules, fc.integer({ min: 1, max: GREATEST_WEIGHT }).map(weight), (whole, rule, found) => {
      const since = cameIntoUse(whole, found, rule, at(0))
      if (since === null) return assert(found >= whole)
      const { weight: reached } = doubledShare(whole, since, rule, at(0))
      const first = doubledShare(whole, at(0).wall, rule, at(0)).weight
      assert(reached <= Math.max(found, first) && (reached * 2 > found || reached >= first))
      assert(found < first || reached * 2 > found)
    }),
  )
})

/** The daemon that begins where another has ended, and finds this in the table; `null`: it cannot look. */
function restarted(before: Pool, second: number, table: Readonly<Record<string, number>> | null): Pool {
  const of = before.state.model
  const { services, pools, controls, owned, outbox } = before.state
  const saved: Saved = { version: 1, services, pools, controls, owned, outbox }
  const pool = new Pool(of)
  pool.state = restoredState(of, JSON.parse(JSON.stringify(saved)), null, at(second))
  if (table !== null) pool.post({ kind: 'table-found', weights: inTable(table) }, at(second))
  pool.post({ kind: 'started', text: '' }, at(second))
  return pool
}

const inTable = (table: Readonly<Record<string, number>>): FoundWeights =>
  new Map([['tcp 192.0.2.1:80', new Map(Object.entries(table).map(([n, share]) => [`10.1.1.${n}:80`, weight(share)]))]])

/** Weights of 10.1.1.1 at these seconds. */
function weightsAt(pool: Pool, times: readonly number[]): number[] {
  return times.map((second) => {
    pool.post({ kind: 'time' }, at(second))
    return pool.state.pools[0]?.reals[0]?.weight ?? -1
  })
}

const one = (changes: Partial<Real> = {}) => poolOf([heavy(1, 100, changes)], ramp)

test('a real server that passes its first check begins with 3 of 100 and doubles every 20 seconds', () => {
  const pool = one()
  pool.check(1, '+', 0)
  assert.equal(pool.wanted, '1=3')
  assert.equal(pool.state.pools[0]?.reals[0]?.text, 'p/1 is up; weight 3 of 100, which doubles every 20 s')
  assert.equal(pool.state.pools[0]?.wakeAt, at(20).wall)
  assert.deepEqual(weightsAt(pool, [19, 20, 40, 60, 80, 100, 120]), [3, 6, 12, 24, 48, 96, 100])
  assert.equal(pool.state.pools[0]?.wakeAt, null)
  assert.equal(pool.state.pools[0]?.reals[0]?.text, 'p/1 is up')
})

test('it begins anew after a failure, in the middle of its way as well', () => {
  const pool = one()
  pool.check(1, '+', 0)
  assert.deepEqual(weightsAt(pool, [60]), [24])
  pool.check(1, '-', 61)
  pool.check(1, '+', 65)
  assert.equal(pool.wanted, '1=3')
})

for (const what of [
  { kind: 'disable' },
  { kind: 'drain', most: null },
  { kind: 'weight', weight: weight(0) },
] as const) {
  test(`it begins anew when an operator ends "${what.kind}"`, () => {
    const pool = one()
    pool.check(1, '+', 0)
    assert.deepEqual(weightsAt(pool, [120]), [100])
    const target = { virtual: 'web', real: '10.1.1.1:80' }
    const command = { kind: 'override', ...target, what, lasts: null, reason: '', force: true, remarks: [] } as const
    pool.post({ kind: 'command', who: 'ann', command }, at(121))
    assert.equal(pool.state.pools[0]?.reals[0]?.weight, 0)
    pool.post({ kind: 'command', who: 'ann', command: { kind: 'end-override', ...target } }, at(130))
    assert.equal(pool.wanted, '1=3')
  })
}

test('an operator who changes the weight of a server in use gets that weight at once, and the old one back', () => {
  const pool = one()
  pool.check(1, '+', 0)
  weightsAt(pool, [120])
  const target = { virtual: 'web', real: '10.1.1.1:80' }
  const what = { kind: 'weight', weight: weight(50) } as const
  const command = { kind: 'override', ...target, what, lasts: null, reason: '', force: false, remarks: [] } as const
  pool.post({ kind: 'command', who: 'ann', command }, at(121))
  assert.equal(pool.wanted, '1=50')
  pool.post({ kind: 'command', who: 'ann', command: { kind: 'end-override', ...target } }, at(130))
  assert.equal(pool.wanted, '1=100')
})

const starts = [
  { name: 'goes on where it was', table: { 1: 12 }, begins: 12, later: 24 },
  { name: 'goes on by what is remembered if the table cannot be read', table: null, begins: 12, later: 24 },
  { name: 'begins anew if the table has lost it', table: {}, begins: 3, later: 3 },
  { name: 'begins anew if the table has it with weight 0', table: { 1: 0 }, begins: 3, later: 3 },
] as const
for (const { name, table, begins, later } of starts) {
  test(`a restart in the middle of the way: it ${name}`, () => {
    const pool = one()
    pool.check(1, '+', 0)
    weightsAt(pool, [40])
    const next = restarted(pool, 50, table)
    assert.equal(next.state.pools[0]?.reals[0]?.weight, begins)
    assert.deepEqual(weightsAt(next, [60]), [later])
    assert.deepEqual(weightsAt(next, [200]), [100])
  })
}

const WAIT = { remembered: false, unknown: 'wait', waitMost: null } as const
test('a start that waits for the first check throws nobody back who serves in the table meanwhile', () => {
  for (const [found, begins] of [
    [100, 100],
    [250, 100],
    [12, 12],
    [50, 48],
    [1, 3],
    [0, 3],
  ] as const) {
    const fresh = new Pool(model([checkOf(1)], [virtual([heavy(1, 100, { initial: WAIT })], ramp)]))
    const pool = restarted(fresh, 0, { 1: found })
    assert.equal(pool.wanted, '1=?')
    pool.check(1, '+', 1)
    assert.equal(pool.wanted, `1=${begins}`, `of ${found} in the table`)
  }
})

test('a reload that asks the checks anew, or renames the virtual server, throws nobody back', () => {
  const pool = new Pool(model([checkOf(1), checkOf(2)], [virtual([heavy(1, 100, { initial: WAIT })], ramp)]))
  pool.check(1, '+', 0)
  weightsAt(pool, [120])
  const other = realOf(1).checks.map((check) => ({ ...check, service: checkOf(2).key }))
  const renamed = { ...ramp, name: 'shop' }
  const next = model(
    [checkOf(1), checkOf(2, { hosts: checkOf(1).hosts })],
    [virtual([heavy(1, 100, { initial: WAIT, checks: other })], renamed)],
  )
  pool.post({ kind: 'reloaded', model: next, text: '' }, at(130))
  assert.equal(pool.wanted, '1=?')
  const said = new Pool(next)
  said.state = pool.state
  said.check(2, '+', 131)
  assert.equal(said.wanted, '1=100')
})

test('the clock that is set moves the steps along', () => {
  const pool = one()
  pool.check(1, '+', 0)
  weightsAt(pool, [40])
  pool.post({ kind: 'clock-stepped', by: milliseconds(-minutes(60)) }, at(41 - 3600))
  assert.deepEqual(weightsAt(pool, [59 - 3600, 60 - 3600]), [12, 24])
})

test('the quorum counts the whole weight from the beginning: a pool that has just started serves', () => {
  const pool = poolOf([heavy(1, 100), heavy(2, 100)], { ...ramp, quorum: weight(150) })
  for (const n of [1, 2]) pool.check(n, '+', 0)
  assert.deepEqual([pool.standing, pool.wanted], ['serving', '1=3 2=3'])
})

test('whoever the sorry server hands over to, and a backup server that is called in, begins low as well', () => {
  const sorry = poolOf([heavy(1, 100), heavy(2, 100)], { ...ramp, sorry: sorryServer, quorum: weight(200) })
  for (const n of [1, 2]) sorry.check(n, '+', 0)
  sorry.post({ kind: 'time' }, at(200))
  assert.equal(sorry.wanted, '1=100 2=100 10.9.9.9:80=-')
  sorry.check(2, '-', 201)
  sorry.check(2, '+', 202)
  assert.equal(sorry.wanted, '1=3 2=3 10.9.9.9:80=-')
  const backup = poolOf([heavy(1, 100), heavy(2, 100, { role: 'backup' })], ramp)
  for (const n of [1, 2]) backup.check(n, '+', 0)
  backup.check(1, '-', 200)
  assert.equal(backup.wanted, '1=- 2=3')
})

test('with both, the doubling counts and not the slow start', () => {
  const pool = poolOf([heavy(1, 100)], { ...ramp, slowStart: seconds(10) })
  pool.check(1, '+', 0)
  pool.check(1, '-', 1)
  pool.check(1, '+', 2)
  assert.deepEqual(weightsAt(pool, [2, 12, 22]), [3, 3, 6])
})
