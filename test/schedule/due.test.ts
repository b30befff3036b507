import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { milliseconds, minutes, seconds, uptime } from '../../src/model/units.ts'
import { dueAt, nextTurn, type Rate } from '../../src/schedule/due.ts'
import { firstDelay, skewOf } from '../../src/schedule/spread.ts'

const rate: Rate = { key: 'web/http', interval: seconds(10), randskew: null, seed: 7 }
const start = { start: uptime(1000), number: 0 }

test('turns come at a fixed rate, however long each check takes', () => {
  const second = nextTurn(start, rate, uptime(1000))
  assert.equal(dueAt(second, rate), 11_000)
  assert.equal(dueAt(nextTurn(second, rate, uptime(18_500)), rate), 21_000)
})

test('turns that were missed are skipped and not made up for', () => {
  const after = nextTurn(start, rate, uptime(1000 + 3_600_000))
  assert.equal(dueAt(after, rate), 1000 + 3_610_000)
})

const rates = fc.record({
  key: fc.string(),
  interval: fc.integer({ min: 1, max: 86_400_000 }).map(milliseconds),
  randskew: fc.option(fc.integer({ min: 1, max: 86_400_000 }).map(milliseconds)),
  seed: fc.integer(),
})

test('the next turn is always in the future, give or take the skew, and turns keep their order', () => {
  fc.assert(
    fc.property(rates, fc.integer({ min: 0, max: 1e12 }), fc.integer({ min: 0, max: 1e12 }), (any, begin, now) => {
      const turn = nextTurn({ start: uptime(begin), number: 0 }, any, uptime(now))
      const following = nextTurn(turn, any, uptime(now))
      assert.ok(dueAt(turn, { ...any, randskew: null }) > now)
      assert.ok(dueAt(following, any) >= dueAt(turn, any))
    }),
  )
})

test('randskew moves a turn both ways, by no more than it says', () => {
  const skews = Array.from({ length: 200 }, (_, turn) => skewOf('g/s', turn, 1, seconds(2)))
  assert.ok(skews.every((skew) => Math.abs(skew) <= 2000))
  assert.ok(skews.some((skew) => skew < -500) && skews.some((skew) => skew > 500))
})

test('first checks are spread over randstart, or over two seconds where it is not set', () => {
  const delays = Array.from({ length: 1000 }, (_, i) => firstDelay(`g/s${i}`, 1, null, minutes(5)))
  assert.ok(delays.every((delay) => delay >= 0 && delay < 2000))
  const perTenth = Array.from({ length: 10 }, (_, i) => delays.filter((delay) => Math.floor(delay / 200) === i).length)
  assert.ok(
    perTenth.every((count) => count > 50),
    `uneven: ${perTenth}`,
  )
  assert.ok(
    Array.from({ length: 100 }, (_, i) => firstDelay(`g/s${i}`, 1, seconds(60), seconds(1))).some(
      (delay) => delay > 30_000,
    ),
  )
})
