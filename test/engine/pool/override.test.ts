import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sentence } from '../../../src/engine/words.ts'
import type { Effect } from '../../../src/model/effect.ts'
import type { Command } from '../../../src/model/event.ts'
import { hours, minutes, seconds, weight } from '../../../src/model/units.ts'
import { at } from '../build.ts'
import { heavy, type Pool, poolOf, realOf, sorryServer } from './rig.ts'

type Override = Extract<Command, { kind: 'override' }>

const asked = (what: Override['what'], changes: Partial<Override> = {}): Override => ({
  kind: 'override',
  virtual: null,
  real: '10.1.1.1:80',
  what,
  lasts: null,
  reason: 'new kernel',
  force: false,
  remarks: [],
  ...changes,
})
const drain = { kind: 'drain', most: null } as const
const disable = { kind: 'disable' } as const

function order(pool: Pool, command: Command, second = 0): string {
  const effects = pool.post({ kind: 'command', who: 'ann', command }, at(second))
  const entry = effects.flatMap((effect) => (effect.kind === 'record' ? [effect.entry] : []))[0]
  return entry?.kind === 'command' ? `${entry.outcome}: ${entry.text}` : ''
}

function pair(): Pool {
  const pool = poolOf([realOf(1), realOf(2)])
  for (const n of [1, 2]) pool.check(n, '+')
  return pool
}

/** What a pass over the table saw of the connections of 10.1.1.1. */
const seen = (pool: Pool, active: number, second: number): readonly Effect[] =>
  pool.post(
    {
      kind: 'reconciled',
      report: {
        where: 'kernel',
        changes: [],
        owned: {},
        connections: [{ service: 'tcp 192.0.2.1:80', destination: '10.1.1.1:80', active, persistent: 0 }],
      },
    },
    at(second),
  )

test('a drained server gets nobody new, and leaves the table with its last connection', () => {
  const pool = pair()
  assert.equal(order(pool, asked(drain)), 'done: 10.1.1.1:80 is drained by ann: new kernel, until "upalert enable"')
  assert.equal(pool.wanted, '1=0 2=1')
  seen(pool, 3, 5)
  assert.match(pool.state.pools[0]?.reals[0]?.text ?? '', /3 connections left/)
  seen(pool, 0, 10)
  assert.equal(pool.wanted, '1=- 2=1')
  order(pool, { kind: 'end-override', virtual: null, real: '10.1.1.1:80' }, 11)
  assert.equal(pool.wanted, '1=1 2=1')
})

test('a drain with a limit ends at the limit, with what is left', () => {
  const pool = pair()
  order(pool, asked({ kind: 'drain', most: seconds(30) }))
  seen(pool, 3, 5)
  assert.equal(pool.state.pools[0]?.wakeAt, at(30).wall)
  pool.post({ kind: 'time' }, at(30))
  assert.equal(pool.wanted, '1=- 2=1')
  assert.match(pool.state.pools[0]?.reals[0]?.text ?? '', /time was over with 3 connections left/)
})

test('a server that dies while it is drained is out until it answers again, and is drained on then', () => {
  const pool = pair()
  order(pool, asked(drain))
  seen(pool, 3, 5)
  pool.check(1, '-', 6)
  assert.equal(pool.wanted, '1=- 2=1')
  assert.match(
    pool.state.pools[0]?.reals[0]?.text ?? '',
    /drained by ann: new kernel; it is out meanwhile: p\/1 is down/,
  )
  pool.check(1, '+', 7)
  assert.equal(pool.wanted, '1=0 2=1', 'its connections are still there')
  seen(pool, 0, 10)
  assert.equal(pool.wanted, '1=- 2=1')
  const kept = poolOf([realOf(1, { onFail: 'drain' }), realOf(2)])
  for (const n of [1, 2]) kept.check(n, '+')
  order(kept, asked(drain))
  kept.check(1, '-', 6)
  assert.equal(kept.wanted, '1=0 2=1', 'on_fail drain leaves it there')
})

test('a file that names no real server is told as such', () => {
  const pool = pair()
  const said = pool
    .post({ kind: 'maintenance', names: ['10.1.1.1', '10.1.1.11'] }, at(0))
    .flatMap((effect) => (effect.kind === 'record' ? [sentence(effect.entry)] : []))
  assert.equal(
    said[0],
    'maintenance directory: 10.1.1.1 is there, and disables that real server, 10.1.1.11 is there, BUT NO REAL SERVER IS CALLED SO',
  )
})

test('what a decision says names its weight, and remarks are sentences of their own', () => {
  const pool = pair()
  assert.equal(
    order(pool, asked({ kind: 'weight', weight: weight(3) }, { reason: 'one fan' })),
    'done: 10.1.1.1:80 is given weight 3 by ann: one fan, until "upalert enable"',
  )
  assert.equal(
    order(pool, asked(drain, { remarks: ['Clients stay (mended by "sysctl").'] })),
    'done: 10.1.1.1:80 is drained by ann: new kernel, until "upalert enable". BUT: Clients stay (mended by "sysctl").',
  )
})

test('a wide decision names the narrower ones that count before it', () => {
  const pool = pair()
  order(pool, asked({ kind: 'weight', weight: weight(3) }))
  assert.equal(
    order(pool, asked(disable, { virtual: 'web', real: null, reason: '' })),
    'done: virtual server web is disabled by ann, until "upalert enable". BUT: narrower decisions still count: 10.1.1.1:80 (given weight 3 by ann: new kernel); "upalert enable" ends them.',
  )
  assert.equal(pool.wanted, '1=3 2=-')
  order(pool, asked(disable, { force: true }))
  const again = order(pool, asked(disable, { virtual: 'web', real: null, reason: '', force: true }))
  assert.doesNotMatch(again, /BUT/, 'who is out in both ways is out')
})

test('the end of a decision says what else keeps the server out', () => {
  const pool = pair()
  const enable = { kind: 'end-override', virtual: null, real: '10.1.1.1:80' } as const
  pool.post({ kind: 'maintenance', names: ['10.1.1.1'] }, at(0))
  const file = '10.1.1.1:80 of web (disabled: a file 10.1.1.1 is in the maintenance directory)'
  assert.equal(order(pool, enable), `done: nothing was decided about 10.1.1.1:80. BUT: there is still ${file}.`)
  order(pool, asked(drain))
  assert.match(
    order(pool, enable),
    /^done: its checks decide again: .*BUT: there is still 10\.1\.1\.1:80 of web \(disabled: a file/,
  )
})

test('a drain with a limit says so', () => {
  const pool = pair()
  assert.match(
    order(pool, asked({ kind: 'drain', most: minutes(5) })),
    /new kernel, out after 5 min at the latest, until/,
  )
})

test('a decision for two hours ends by itself after two hours, and the log says so', () => {
  const pool = pair()
  order(pool, asked(disable, { lasts: hours(2) }))
  assert.equal(pool.wanted, '1=- 2=1')
  pool.post({ kind: 'time' }, at(7199))
  assert.equal(pool.wanted, '1=- 2=1')
  const effects = pool.post({ kind: 'time' }, at(7200))
  assert.equal(pool.wanted, '1=1 2=1')
  const said = effects.flatMap((effect) => (effect.kind === 'record' ? [sentence(effect.entry)] : []))
  assert.match(
    said.join('\n'),
    /^upalert: enable 10\.1\.1\.1:80: its time is over.*10\.1\.1\.1:80 \(disabled by ann: new kernel\)/,
  )
})

test('a decision for an hour, read back under a clock that is years behind, lasts for an hour at most', () => {
  const pool = pair()
  order(pool, asked(disable, { lasts: hours(1) }), 1_000_000)
  const { services, pools, controls, owned, outbox } = pool.state
  pool.post({ kind: 'started', text: '', saved: { version: 1, services, pools, controls, owned, outbox } }, at(0))
  assert.equal(pool.wanted, '1=- 2=1')
  pool.post({ kind: 'clock-stepped', by: minutes(1_000_000) }, at(60_000_060))
  pool.post({ kind: 'time' }, at(60_003_601))
  assert.equal(pool.wanted, '1=1 2=1')
})

test('a weight by hand counts instead of the configured one, also for the quorum', () => {
  const pool = poolOf([heavy(1, 1), realOf(2)], { quorum: weight(5) })
  for (const n of [1, 2]) pool.check(n, '+')
  assert.equal(pool.standing, 'below-quorum')
  order(pool, asked({ kind: 'weight', weight: weight(9) }))
  assert.deepEqual([pool.wanted, pool.standing], ['1=9 2=1', 'serving'])
  pool.check(1, '-')
  assert.equal(pool.wanted, '1=- 2=1', 'no weight brings back a server that is down')
})

test('a decision that would leave a pool without any usable server is refused, unless it is forced', () => {
  const pool = pair()
  pool.check(2, '-')
  assert.match(order(pool, asked(disable)), /^refused: web would have no usable server left; add --force/)
  assert.match(order(pool, asked(drain)), /^refused/)
  assert.match(order(pool, asked({ kind: 'weight', weight: weight(0) })), /^refused/)
  assert.equal(pool.wanted, '1=1 2=-')
  assert.match(order(pool, asked(disable, { force: true })), /^done/)
  assert.equal(pool.wanted, '1=- 2=-')
})

test('the last server may be taken out where a sorry server steps in', () => {
  const pool = poolOf([realOf(1)], { sorry: sorryServer })
  pool.check(1, '+')
  assert.match(order(pool, asked(disable)), /^done/)
  assert.equal(pool.wanted, '1=- 10.9.9.9:80=1')
})

test('the narrowest decision counts: here, then everywhere, then the whole virtual server, then the file', () => {
  const pool = pair()
  pool.post({ kind: 'maintenance', names: ['10.1.1.1'] }, at(0))
  assert.equal(pool.wanted, '1=- 2=1')
  order(pool, asked({ kind: 'weight', weight: weight(4) }, { virtual: 'web', real: null }))
  assert.equal(pool.wanted, '1=4 2=4')
  order(pool, asked({ kind: 'weight', weight: weight(3) }))
  assert.equal(pool.wanted, '1=3 2=4')
  order(pool, asked({ kind: 'weight', weight: weight(2) }, { virtual: 'web' }))
  assert.equal(pool.wanted, '1=2 2=4')
  order(pool, { kind: 'end-override', virtual: 'web', real: null })
  assert.equal(pool.wanted, '1=3 2=1', 'ending a virtual server ends what was decided inside it')
  order(pool, { kind: 'end-override', virtual: null, real: '10.1.1.1:80' })
  assert.equal(pool.wanted, '1=- 2=1', 'the file is still there')
  pool.post({ kind: 'maintenance', names: [] }, at(1))
  assert.equal(pool.wanted, '1=1 2=1')
})

test('a file in the maintenance directory may name the address, the address with its port, or the host of the check', () => {
  for (const name of ['10.1.1.1', '10.1.1.1:80']) {
    const pool = pair()
    pool.post({ kind: 'maintenance', names: ['README', name] }, at(0))
    assert.equal(pool.wanted, '1=- 2=1', name)
  }
  const pool = pair()
  pool.post({ kind: 'maintenance', names: ['10.1.1.1:443', '10.1.1'] }, at(0))
  assert.equal(pool.wanted, '1=1 2=1')
})

test('a file may name a host by what its name was looked up to mean, and is told by its own name', () => {
  const pool = pair()
  const said = (effects: readonly Effect[]): string =>
    effects.flatMap((effect) =>
      effect.kind === 'record' && effect.entry.kind === 'daemon' ? [effect.entry.text] : [],
    )[0] ?? ''
  const post = (names: readonly string[], ends?: readonly string[]) =>
    said(
      pool.post(
        { kind: 'maintenance', names, ...(ends === undefined ? {} : { means: [{ name: 'web1', ends }] }) },
        at(0),
      ),
    )
  assert.match(post(['web1'], ['10.1.1.1', '10.1.1.7']), /web1 is there, which is 10\.1\.1\.1, and disables that/)
  assert.equal(pool.wanted, '1=- 2=1')
  assert.match(pool.state.pools[0]?.reals[0]?.text ?? '', /a file web1 is in the maintenance directory/)
  assert.equal(post(['web1']), '', 'nothing new is said of it, so it means what it meant')
  assert.match(post(['README', 'web1']), /README is there, BUT NO REAL SERVER IS CALLED SO$/)
  assert.match(post(['web1'], ['10.1.1.2:80']), /web1 is there, which is 10\.1\.1\.2:80, .*README is gone/)
  assert.equal(pool.wanted, '1=1 2=-')
  assert.match(post(['web1'], ['10.1.1.9']), /web1 is there, BUT NO REAL SERVER IS CALLED SO$/)
  assert.match(post([]), /web1 is gone/)
  assert.equal(pool.wanted, '1=1 2=1')
})

test('decisions survive a restart and a reload, and come back with a server that was not configured meanwhile', () => {
  const pool = pair()
  order(pool, asked(disable))
  const { services, pools, controls, owned, outbox, model } = pool.state
  pool.post({ kind: 'started', text: '', saved: { version: 1, services, pools, controls, owned, outbox } }, at(60))
  assert.equal(pool.wanted, '1=- 2=1')
  pool.post({ kind: 'reloaded', model: { ...model, virtuals: [] }, text: '' }, at(61))
  pool.post({ kind: 'reloaded', model, text: '' }, at(62))
  assert.match(pool.wanted, /^1=- /)
})

test('a decision about what is no longer configured can be ended', () => {
  const pool = pair()
  order(pool, asked(disable, { virtual: 'web' }))
  pool.post({ kind: 'reloaded', model: { ...pool.state.model, virtuals: [] }, text: '' }, at(1))
  assert.match(
    order(pool, { kind: 'end-override', virtual: 'web', real: '10.1.1.1:80' }),
    /^done: its checks decide again/,
  )
  assert.deepEqual(pool.state.controls.overrides, [])
})

test('what does not exist is not decided on', () => {
  const pool = pair()
  assert.match(
    order(pool, asked(disable, { real: '10.1.1.9:80' })),
    /^refused: no real server 10\.1\.1\.9:80 is in any/,
  )
  assert.match(order(pool, asked(disable, { virtual: 'shop' })), /^refused: there is no virtual server shop/)
  assert.match(order(pool, asked(disable, { real: null })), /^refused: name a real server or a virtual server/)
})

test('an ended decision says whose it was, and one that never was is no mistake', () => {
  const pool = pair()
  order(pool, asked(drain, { lasts: minutes(5) }))
  assert.equal(
    order(pool, { kind: 'end-override', virtual: null, real: '10.1.1.1:80' }),
    'done: its checks decide again: 10.1.1.1:80 (drained by ann: new kernel)',
  )
  assert.match(order(pool, { kind: 'end-override', virtual: null, real: '10.1.1.1:80' }), /^done: nothing was decided/)
})
