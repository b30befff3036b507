/** Guessing passwords gets slow, being honest does not, and nobody makes the table grow without end. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { seconds, uptime } from '../../../src/model/units.ts'
import {
  type Backoff,
  backoff,
  FORGET_EACH,
  FREE_FAILURES,
  LONGEST_WAIT,
  MOST_ADDRESSES,
  networkOf,
} from '../../../src/server/mon/backoff.ts'

const guesser = '192.0.2.1'
const at = (inSeconds: number) => uptime(seconds(inSeconds))

/** In seconds, or null for a refusal. */
function delay(table: Backoff, address: string, inSeconds: number): number | null {
  const turn = table.attempt(address, at(inSeconds))
  return turn.kind === 'wait' ? turn.delay / 1000 : null
}

test('three wrong passwords cost nothing, each further one twice as long, up to eight seconds', () => {
  const table = backoff()
  const found: (number | null)[] = []
  let now = 0
  for (let i = 0; i < 9; i++) {
    const waited = delay(table, guesser, now)
    found.push(waited)
    now += waited ?? 0
  }
  assert.deepEqual(found, [0, 0, 0, 1, 2, 4, 8, 8, 8])
})

test('attempts at once queue up behind each other, and the rest is refused', () => {
  const table = backoff()
  const found = Array.from({ length: 10 }, () => delay(table, guesser, 0))
  assert.deepEqual(found, [0, 0, 0, 1, 3, 7, 15, null, null, null])
})

test('right passwords never wait, however many', () => {
  const table = backoff()
  for (let i = 0; i < 100; i++) {
    assert.equal(delay(table, guesser, 0), 0)
    table.succeeded(guesser)
  }
  assert.equal(table.size, 0)
})

test('a right password in between does not wipe out the failures of others behind the same address', () => {
  const table = backoff()
  for (let i = 0; i < FREE_FAILURES; i++) delay(table, guesser, 0)
  assert.equal(delay(table, guesser, 0), 1)
  table.succeeded(guesser)
  assert.equal(delay(table, guesser, 1), 1)
})

test('failures are forgotten one a minute', () => {
  const table = backoff()
  for (let i = 0; i < FREE_FAILURES; i++) delay(table, guesser, 0)
  assert.equal(delay(table, guesser, FORGET_EACH / 1000), 0)
  assert.equal(delay(table, guesser, FORGET_EACH / 1000), 1)
  assert.equal(delay(table, guesser, 3600), 0)
  assert.equal(delay(table, guesser, 3600), 0)
})

test('one address does not slow down another, but an IPv6 network of 64 bits is one', () => {
  const table = backoff()
  for (let i = 0; i < 8; i++) delay(table, '2001:db8:0:1::1', 0)
  assert.equal(delay(table, '2001:db8:0:1:ffff::2', 0), null)
  assert.equal(delay(table, '2001:db8:0:2::1', 0), 0)
  assert.equal(delay(table, guesser, 0), 0)
  assert.equal(networkOf('::ffff:192.0.2.1'), networkOf('192.0.2.1'))
  assert.equal(networkOf('fe80::1%eth0'), networkOf('fe80::2'))
  assert.notEqual(networkOf('192.0.2.1'), networkOf('192.0.2.2'))
})

test('at most so many addresses are remembered, and the one that is quiet for longest goes first', () => {
  const table = backoff()
  for (let i = 0; i < 8; i++) delay(table, guesser, 0)
  for (let i = 0; i < 3 * MOST_ADDRESSES; i++) {
    delay(table, `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`, 0)
    if (i % 1000 === 0) assert.equal(delay(table, guesser, 0), null)
  }
  assert.equal(table.size, MOST_ADDRESSES)
})

test('whatever happens, nobody waits longer than the limit, and attempts keep their distance', () => {
  const step = fc.record({ pass: fc.nat(30), right: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const table = backoff()
      let now = 0
      let slot = 0
      for (const { pass, right } of steps) {
        now += pass
        const waited = delay(table, guesser, now)
        if (waited === null) continue
        assert.ok(waited >= 0 && waited * 1000 <= LONGEST_WAIT)
        assert.ok(now + waited >= slot)
        slot = now + waited
        if (right) table.succeeded(guesser)
      }
    }),
  )
})
