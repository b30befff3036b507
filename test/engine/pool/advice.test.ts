/** Checks that only advise, and what checks say of weights. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { restoredState } from '../../../src/engine/restore.ts'
import type { Initial, Real, RealCheck } from '../../../src/model/model.ts'
import { LAST_KNOWN } from '../../../src/model/model.ts'
import { host } from '../../../src/model/names.ts'
import type { WeightSaid } from '../../../src/model/result.ts'
import { weight } from '../../../src/model/units.ts'
import { at, model, virtual } from '../build.ts'
import { checkOf, heavy, type Pool, poolOf, sorryServer } from './rig.ts'

const address = host('10.1.1.1')
/** 10.1.1.1 is checked by p/1; p/2 is its agent. */
const services = [checkOf(1), checkOf(2, { hosts: [address] })]
const check: RealCheck = { service: checkOf(1).key, host: address }
const agent: RealCheck = { service: checkOf(2).key, host: address, advice: true }

const advised = (changes: Partial<Real> = {}): Pool =>
  poolOf([heavy(1, 10, { checks: [check, agent], ...changes })], {}, services)
const onlyAdvised = (changes: Partial<Real> = {}): Pool => advised({ checks: [agent], ...changes })
const textOf = (pool: Pool): string => pool.state.pools[0]?.reals[0]?.text ?? ''
const percent = (value: number): WeightSaid => ({ kind: 'percent', value })

const DOWN: Initial = { remembered: true, unknown: 'down', waitMost: null }
const WAIT: Initial = { remembered: false, unknown: 'wait', waitMost: null }

test('nobody waits for advice: the first passing check takes the server in', () => {
  for (const initial of [LAST_KNOWN, DOWN, WAIT]) {
    const pool = advised({ initial })
    pool.check(1, '+', 0)
    assert.deepEqual([pool.wanted, textOf(pool)], ['1=10', 'p/1 is up'])
    pool.check(2, '?', 1)
    assert.equal(pool.wanted, '1=10', 'an agent that is silent from the beginning')
  }
})

test('advice takes a server out and brings it back; its silence keeps what it said', () => {
  const pool = advised()
  pool.check(1, '+', 0)
  pool.check(2, '-', 1)
  assert.deepEqual([pool.wanted, textOf(pool)], ['1=-', 'p/2 is down: refused'])
  pool.check(2, '?', 2)
  assert.equal(pool.wanted, '1=-')
  pool.check(2, '+', 3)
  assert.equal(pool.wanted, '1=10')
  pool.check(2, '?', 4)
  assert.equal(pool.wanted, '1=10')
})

test('drained by its agent it stays in the table with weight 0, through silence, until the agent says something else', () => {
  const pool = advised()
  pool.check(1, '+', 0)
  pool.check(2, '+', 1, { kind: 'is', value: 0 })
  assert.deepEqual([pool.wanted, textOf(pool)], ['1=0', 'p/1 is up; weight 0 of 10, since p/2 says 0'])
  pool.check(2, '?', 2)
  pool.check(1, '+', 3)
  assert.equal(pool.wanted, '1=0')
  pool.check(2, '+', 4, percent(50))
  assert.deepEqual([pool.wanted, textOf(pool)], ['1=5', 'p/1 is up; weight 5 of 10, since p/2 says 50 %'])
  pool.check(2, '+', 5)
  assert.deepEqual([pool.wanted, textOf(pool)], ['1=10', 'p/1 is up'])
})

const percents = [
  { configured: 10, said: 0, becomes: 0 },
  { configured: 10, said: 1, becomes: 1 },
  { configured: 10, said: 11, becomes: 2 },
  { configured: 10, said: 100, becomes: 10 },
  { configured: 10, said: 250, becomes: 25 },
  { configured: 10, said: -5, becomes: 0 },
  { configured: 10, said: Number.NaN, becomes: 10 },
  { configured: 3, said: 0.0001, becomes: 1 },
  { configured: 0, said: 100, becomes: 0 },
  { configured: 2_147_483_647, said: 200, becomes: 2_147_483_647 },
]
for (const { configured, said, becomes } of percents) {
  test(`${said} % of ${configured} is ${becomes}: more than nothing is never rounded down to nothing`, () => {
    const pool = poolOf([heavy(1, configured)])
    pool.check(1, '+', 0, percent(said))
    assert.equal(pool.wanted, `1=${becomes}`)
  })
}

test('one that only an agent speaks of is as one without a check, until the agent says otherwise', () => {
  const pool = onlyAdvised({ initial: WAIT })
  pool.post({ kind: 'started', text: '' }, at(0))
  assert.deepEqual([pool.wanted, textOf(pool)], ['1=10', 'p/2 only advises, so it is taken to be up'])
  assert.equal(pool.state.pools[0]?.reals[0]?.reason, 'unchecked')
  pool.check(2, '?', 1)
  assert.equal(pool.wanted, '1=10')
  pool.check(2, '+', 2, percent(30))
  assert.deepEqual(
    [pool.wanted, textOf(pool)],
    ['1=3', 'p/2 only advises, so it is taken to be up; weight 3 of 10, since p/2 says 30 %'],
  )
  pool.check(2, '-', 3)
  assert.equal(pool.wanted, '1=-')
})

test('what an agent said counts for the quorum: a pool whose servers are all drained calls in the sorry server', () => {
  const pool = poolOf([heavy(1, 10, { checks: [check, agent] })], { sorry: sorryServer }, services)
  pool.check(1, '+', 0)
  pool.check(2, '+', 1, { kind: 'is', value: 0 })
  assert.deepEqual([pool.standing, pool.wanted], ['sorry', '1=- 10.9.9.9:80=1'])
})

test('advice outlives a restart, also where checks begin as if nothing were known', () => {
  const pool = advised({ initial: WAIT })
  pool.check(1, '+', 0)
  pool.check(2, '+', 1, { kind: 'is', value: 0 })
  const { services: kept, pools, controls, owned, outbox } = pool.state
  const next = advised({ initial: WAIT })
  const saved = { version: 1, services: kept, pools, controls, owned, outbox } as const
  next.state = restoredState(pool.state.model, saved, null, at(60))
  next.post({ kind: 'started', text: '' }, at(60))
  assert.equal(next.wanted, '1=?')
  next.check(1, '+', 61)
  assert.equal(next.wanted, '1=0')
})

test('a reload that only adds or takes away advice keeps nobody waiting', () => {
  const pool = poolOf([heavy(1, 10, { checks: [check], initial: WAIT })], {}, services)
  pool.check(1, '+', 0)
  const of = (checks: readonly RealCheck[]) => model(services, [virtual([heavy(1, 10, { checks, initial: WAIT })])])
  pool.post({ kind: 'reloaded', model: of([check, agent]), text: '' }, at(10))
  assert.equal(pool.wanted, '1=10')
  pool.check(2, '+', 11, percent(50))
  assert.equal(pool.wanted, '1=5')
  pool.post({ kind: 'reloaded', model: of([check]), text: '' }, at(12))
  assert.equal(pool.wanted, '1=10')
})

test('several checks may speak of the weight, and the texts name each that does', () => {
  const pool = advised()
  pool.check(1, '+', 0, { kind: 'plus', value: 4 })
  pool.check(2, '+', 1, percent(50))
  assert.deepEqual(
    [pool.wanted, textOf(pool)],
    ['1=9', 'p/1 is up; weight 9 of 10, since p/1 adds 4 and p/2 says 50 %'],
  )
  pool.check(1, '+', 2, { kind: 'plus', value: -20 })
  assert.match(textOf(pool), /^p\/1 is up; weight 0 of 10, since p\/1 takes 20 from it and p\/2 says 50 %$/)
})

test('an operator decides about the weight whatever advice says', () => {
  const pool = advised()
  pool.check(1, '+', 0)
  pool.check(2, '+', 1, percent(50))
  const what = { kind: 'weight', weight: weight(7) } as const
  const target = { virtual: 'web', real: '10.1.1.1:80' }
  const command = {
    kind: 'override',
    ...target,
    what,
    lasts: null,
    reason: 'a test',
    force: false,
    remarks: [],
  } as const
  pool.post({ kind: 'command', who: 'ann', command }, at(2))
  assert.deepEqual([pool.wanted, textOf(pool)], ['1=7', 'p/1 is up; given weight 7 by ann: a test'])
})
