/** Starts, stops and what a reload takes away, as keepalived tells them (spec keepalived-checks 13 and 14). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Effect } from '../../../src/model/effect.ts'
import type { Model, Virtual } from '../../../src/model/model.ts'
import { KEEP_TABLE } from '../../../src/model/table-settings.ts'
import { weight } from '../../../src/model/units.ts'
import { at, model, settings, virtual } from '../build.ts'
import { calls, checkOf, heavy, notices, Pool, poolOf, realOf } from './rig.ts'

const kept = { keepalivedName: '[192.0.2.1]:tcp:80' } as const

const mails = (effects: readonly Effect[]): string[] =>
  effects.flatMap((effect) =>
    effect.kind === 'deliver' ? [effect.delivery.message.mail?.text.split('\n')[0] ?? ''] : [],
  )

function farm(numbers: readonly number[], changes: Partial<Virtual> = {}, onStop: 'keep' | 'clear' = 'keep'): Model {
  const reals = numbers.map((n) => realOf(n, { notices: notices('RUP', 'RDOWN') }))
  const used = { ...settings, table: { ...KEEP_TABLE, onStop } }
  const all = numbers.length === 0 ? [] : [virtual(reals, { ...kept, notices: notices('QUP', 'QDOWN'), ...changes })]
  return model(
    numbers.map((n) => checkOf(n)),
    all,
    used,
  )
}

/** All that was told has arrived. */
function delivered(pool: Pool): Pool {
  pool.state = { ...pool.state, outbox: [] }
  return pool
}

function serving(of: Model): Pool {
  const pool = new Pool(of)
  for (const { name } of of.services) pool.check(Number(name), '+')
  return delivered(pool)
}

function restarted(pool: Pool): readonly Effect[] {
  const { services, pools, controls, owned, outbox } = pool.state
  const saved = { version: 1, services, pools, controls, owned, outbox } as const
  return pool.post({ kind: 'started', text: '', saved }, at(60))
}

test('quorum_up runs at every start, since what it announces may be gone after a reboot; notify_up does not', () => {
  const pool = serving(farm([1, 2]))
  const told = restarted(pool)
  assert.deepEqual(calls(told), ['QUP up quorum'])
  assert.deepEqual(mails(told), ['=> Starting with quorum up 1+0=1 <= 2 <='])
  assert.deepEqual(calls(pool.check(1, '+', 61)), [])
})

test('who is named in mon.cf hears of no restart that goes well', () => {
  assert.deepEqual(calls(restarted(serving(farm([1], { keepalivedName: null })))), [])
})

test('a server that a reload takes away is told to be down, and a virtual server to have lost its quorum', () => {
  const pool = serving(farm([1, 2]))
  const fewer = pool.post({ kind: 'reloaded', model: farm([1]), text: '' }, at(10))
  assert.deepEqual(calls(fewer), ['RDOWN failure 10.1.1.2:80'])
  assert.deepEqual(mails(fewer), ['=> Removing <='])
  const none = delivered(pool).post({ kind: 'reloaded', model: farm([]), text: '' }, at(20))
  assert.deepEqual(calls(none), ['RDOWN failure 10.1.1.1:80', 'QDOWN failure quorum'])
})

test('a server that is down already is taken away silently', () => {
  const pool = serving(farm([1, 2]))
  pool.check(2, '-', 5)
  assert.deepEqual(calls(delivered(pool).post({ kind: 'reloaded', model: farm([1]), text: '' }, at(10))), [])
})

test('omega: a stop that clears the table tells of every server and of the quorum; one that keeps it tells nothing', () => {
  const stop = { kind: 'stopping', text: 'stops' } as const
  assert.deepEqual(calls(serving(farm([1], { omega: true })).post(stop, at(10))), [])
  assert.deepEqual(calls(serving(farm([1], {}, 'clear')).post(stop, at(10))), [])
  const pool = serving(farm([1], { omega: true }, 'clear'))
  const told = pool.post(stop, at(10))
  assert.deepEqual(calls(told), ['RDOWN failure 10.1.1.1:80', 'QDOWN failure quorum'])
  assert.deepEqual(mails(told)[0], '=> Shutting down <=')
})

test('what a stop could not tell is not told by the next start', () => {
  const pool = serving(farm([1], { omega: true }, 'clear'))
  pool.post({ kind: 'stopping', text: 'stops' }, at(10))
  assert.equal(pool.state.outbox.length, 2)
  assert.deepEqual(calls(restarted(pool)), ['QUP up quorum'])
})

test("the quorum's mail counts the weights that the quorum counts", () => {
  const heard = { ...kept, notices: notices('QUP', 'QDOWN'), quorum: weight(10) }
  const pool = poolOf([heavy(1, 3)], heard)
  const told = pool.check(1, '+', 0, { kind: 'is', value: 20 })
  assert.deepEqual(mails(told), ['=> Starting with quorum up 10+0=10 <= 20 <='])
  assert.deepEqual(mails(pool.check(1, '-', 1)), ['=> Lost quorum 10+0=10 <= 0 <='])
})
