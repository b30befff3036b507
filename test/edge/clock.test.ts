import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clock, elapsed } from '../../src/edge/clock.ts'

test('uptime never goes back, and now() reads both clocks', () => {
  const first = clock.now()
  const second = clock.now()
  assert(second.uptime >= first.uptime)
  assert(elapsed(first.uptime) >= 0)
  assert(first.wall > Date.UTC(2020, 0, 1))
})
