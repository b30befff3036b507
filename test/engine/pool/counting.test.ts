/** Pools whose quorum counts servers: what weighs nothing, since its connections shall end in peace, is up all the same. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Virtual } from '../../../src/model/model.ts'
import { weight } from '../../../src/model/units.ts'
import { at } from '../build.ts'
import { heavy, type Pool, poolOf, sorryServer } from './rig.ts'

const servers = { quorumCounts: 'servers', sorry: sorryServer } as const

test('a pool of servers of weight 0 that are up keeps them, and the sorry server stays away', () => {
  const pool = poolOf([heavy(1, 0), heavy(2, 0)], servers)
  pool.check(1, '+')
  pool.check(2, '-')
  assert.equal(pool.wanted, '1=0 2=- 10.9.9.9:80=-')
  assert.equal(pool.standing, 'serving')
  pool.check(1, '-', 4)
  assert.equal(pool.wanted, '1=- 2=- 10.9.9.9:80=1')
})

test('where weights are counted, as everywhere else, the same pool goes to its sorry server', () => {
  const pool = poolOf([heavy(1, 0), heavy(2, 0)], { sorry: sorryServer })
  pool.check(1, '+')
  pool.check(2, '+')
  assert.equal(pool.wanted, '1=- 2=- 10.9.9.9:80=1')
})

test('a weight of 0 by hand leaves a server up, too', () => {
  const pool = poolOf([heavy(1, 5)], servers)
  pool.check(1, '+')
  const what = { kind: 'weight', weight: weight(0) } as const
  const about = { virtual: 'web', real: '10.1.1.1:80', lasts: null, reason: '', force: true, remarks: [] } as const
  pool.post({ kind: 'command', who: 'ann', command: { kind: 'override', what, ...about } }, at(1))
  assert.equal(pool.wanted, '1=0 10.9.9.9:80=-')
})

test('who waits for connections to end keeps its row of weight 0 while the sorry server serves', () => {
  const pool = poolOf([heavy(1, 0), heavy(2, 3)], { ...servers, quorum: weight(2) })
  pool.check(1, '+')
  pool.check(2, '+')
  assert.equal(pool.wanted, '1=0 2=3 10.9.9.9:80=-')
  pool.check(2, '-', 4)
  assert.equal(pool.wanted, '1=0 2=- 10.9.9.9:80=1')
  pool.check(2, '-', 8)
  assert.equal(pool.wanted, '1=0 2=- 10.9.9.9:80=1', 'it stays so')
  assert.match(
    pool.state.pools[0]?.reals[0]?.text ?? '',
    /too few servers are up for its quorum of 2.*its connections may end/,
  )
  pool.check(1, '-', 12)
  assert.equal(pool.wanted, '1=- 2=- 10.9.9.9:80=1')
  pool.check(1, '+', 16)
  assert.equal(pool.wanted, '1=- 2=- 10.9.9.9:80=1', 'it was not there')
})

test('backup servers join by the number of the others', () => {
  const reals = [heavy(1, 0), heavy(2, 7, { role: 'backup' })]
  const pool = poolOf(reals, servers)
  pool.check(1, '+')
  pool.check(2, '+')
  assert.equal(pool.wanted, '1=0 2=0 10.9.9.9:80=-', 'it stands by')
  pool.check(1, '-', 4)
  assert.equal(pool.wanted, '1=- 2=7 10.9.9.9:80=-')
})

test('with all weights above 0 and a quorum of 1 both ways of counting agree at every step', () => {
  const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 })
  const steps = fc.array(fc.tuple(fc.nat(3), fc.constantFrom('+', '-', '?')), { maxLength: 20 })
  fc.assert(
    fc.property(weights, steps, fc.boolean(), (shares, history, hasSorry) => {
      const made = (changes: Partial<Virtual>): Pool =>
        poolOf(
          shares.map((share, i) => heavy(i + 1, share)),
          { sorry: hasSorry ? sorryServer : null, ...changes },
        )
      const both = [made({}), made({ quorumCounts: 'servers' })] as const
      for (const [second, [which, said]] of history.entries()) {
        if (which >= shares.length) continue
        for (const pool of both) pool.check(which + 1, said, second)
        assert.equal(both[1].standing, both[0].standing)
        assert.equal(both[1].wanted, both[0].wanted)
      }
    }),
  )
})
