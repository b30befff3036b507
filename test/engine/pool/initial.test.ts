/** What a start or a reload begins with ends with the first result after it, also where that says nothing new. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { restoredState } from '../../../src/engine/restore.ts'
import type { Initial, Model } from '../../../src/model/model.ts'
import { at, model, virtual } from '../build.ts'
import { checkOf, Pool, realOf } from './rig.ts'

const DOWN: Initial = { remembered: false, unknown: 'down', waitMost: null }
const UP: Initial = { remembered: false, unknown: 'up', waitMost: null }
const WAIT: Initial = { remembered: false, unknown: 'wait', waitMost: null }

const farm = (initial: Initial, numbers: readonly number[] = [1, 2]): Model =>
  model(
    [1, 2].map((n) => checkOf(n)),
    [virtual(numbers.map((n) => realOf(n, { initial })))],
  )

/** The daemon that begins where another has ended. */
function restarted(before: Pool, of: Model, second: number): Pool {
  const { services, pools, controls, owned, outbox } = before.state
  const pool = new Pool(of)
  pool.state = restoredState(of, { version: 1, services, pools, controls, owned, outbox }, null, at(second))
  pool.post({ kind: 'started', text: '' }, at(second))
  return pool
}

const vectors: readonly { name: string; initial: Initial; said: '+' | '-'; begins: string; becomes: string }[] = [
  {
    name: 'out until it has passed, it is in when it passes again',
    initial: DOWN,
    said: '+',
    begins: '1=-',
    becomes: '1=1',
  },
  { name: 'taken to be up, it is out when it fails again', initial: UP, said: '-', begins: '1=1', becomes: '1=-' },
  { name: 'left as it is, it is in when it passes again', initial: WAIT, said: '+', begins: '1=?', becomes: '1=1' },
  { name: 'left as it is, it is out when it fails again', initial: WAIT, said: '-', begins: '1=?', becomes: '1=-' },
]
for (const { name, initial, said, begins, becomes } of vectors) {
  test(`after a restart: ${name}`, () => {
    const first = new Pool(farm(initial, [1]))
    first.check(1, said, 1)
    assert.equal(first.wanted, becomes)
    const pool = restarted(first, farm(initial, [1]), 60)
    assert.equal(pool.wanted, begins)
    pool.check(1, said, 61)
    assert.equal(pool.wanted, becomes)
  })
}

test('a real server that a reload brings begins as `initial` says, and ends that with the next result of its old check', () => {
  const pool = new Pool(farm(DOWN, [1]))
  for (const n of [1, 2]) pool.check(n, '+', 1)
  pool.post({ kind: 'reloaded', model: farm(DOWN), text: '' }, at(60))
  assert.equal(pool.wanted, '1=1 2=-')
  pool.check(2, '+', 61)
  assert.equal(pool.wanted, '1=1 2=1')
})
