/** What is said again to those who forget: whatever the state says lasts, in the words of the first message. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endOf, lasts, repeated } from '../../src/engine/repeated.ts'
import { isFailing } from '../../src/model/alert.ts'
import type { AlertCall, Service } from '../../src/model/model.ts'
import { minutes } from '../../src/model/units.ts'
import { alertCall, at, checked, model, period, Run, result, service, virtual } from './build.ts'
import { begin } from './maintenance-rig.ts'
import { checkOf, poolOf, realOf } from './pool/rig.ts'

const kept = (text: string, receiver?: string): AlertCall => ({
  ...alertCall(text),
  keepAlive: true,
  ...(receiver === undefined ? {} : { receiver }),
})

const withCalls = (alerts: readonly AlertCall[], changes: Partial<Service> = {}): Service =>
  service({ periods: [period({ alerts, upalerts: [] })], ...changes })

const fails = (run: Run, of: Service, second: number) =>
  run.post(checked(of, result(of.hosts, of.hosts, { summary: 'h1 h2' })), at(second))
const passes = (run: Run, of: Service, second: number) => run.post(checked(of, result(of.hosts, [])), at(second))
const named = (run: Run, second: number): string[] =>
  repeated(run.state, at(second)).map(({ call, message }) => `${call.text} ${message.key} ${message.kind}`)

test('of those who were told, only who forgets hears it again, with the outage and the times of its beginning', () => {
  const of = withCalls([kept('am', 'oncall'), { ...alertCall('mail'), receiver: 'oncall' }])
  const run = new Run(model([of]))
  assert.deepEqual(named(run, 0), [])
  fails(run, of, 1)
  const first = run.state.outbox.find(({ call }) => call.text === 'am')?.message
  fails(run, of, 5)
  const [again, ...others] = repeated(run.state, at(60))
  assert.deepEqual(others, [])
  assert.equal(again?.call.text, 'am')
  assert.ok(again !== undefined && isFailing(again.message.kind))
  assert.equal(again.message.outage, first?.outage)
  assert.equal(again.message.firstFailure, first?.firstFailure)
  assert.deepEqual(again.message.failing, first?.failing)
  assert.equal(again.message.summary, first?.summary)
})

test('a plain line that tells Alertmanager is kept up to date, and told the end, like a receiver', () => {
  const of = withCalls([kept('am'), alertCall('mail')])
  const run = new Run(model([of]))
  fails(run, of, 1)
  assert.deepEqual(named(run, 60), ['am g/s failure'])
  passes(run, of, 61)
  assert.deepEqual(named(run, 62), [])
  const ends = run.state.outbox.filter(({ message }) => message.kind === 'up').map(({ call }) => call.text)
  assert.deepEqual(ends, ['am'], 'who is told by plain words needs an upalert line, as in mon')
})

test('an upalert line with the same words does not tell the end twice', () => {
  const of = service({ periods: [period({ alerts: [kept('am')], upalerts: [kept('am')] })] })
  const run = new Run(model([of]))
  fails(run, of, 1)
  passes(run, of, 2)
  assert.deepEqual(
    run.state.outbox.map(({ message }) => message.kind),
    ['failure', 'up'],
  )
})

test('acknowledged, disabled and in maintenance it fails all the same, and is said again', () => {
  const of = withCalls([kept('am', 'oncall')])
  const run = new Run(model([of]))
  fails(run, of, 1)
  run.post({ kind: 'command', who: 'ann', command: { kind: 'ack', service: of.key, comment: 'on it' } }, at(2))
  assert.equal(repeated(run.state, at(3))[0]?.message.acknowledged, 'on it')
  run.post({ kind: 'command', who: 'ann', command: { kind: 'disable', service: of.key, reason: '' } }, at(4))
  assert.deepEqual(named(run, 60), ['am g/s failure'])
})

test('what was never told is not said again', () => {
  const of = withCalls([kept('am', 'oncall')], { periods: [] })
  const run = new Run(model([of]))
  fails(run, of, 1)
  assert.deepEqual(named(run, 60), [])
})

test('real servers and quorums that are away are said again, and lasts until they are back', () => {
  const am = { up: [kept('am')], down: [kept('am'), alertCall('mail')] }
  const pool = poolOf([realOf(1, { notices: am }), realOf(2)], { notices: am })
  for (const n of [1, 2]) pool.check(n, '+', 0)
  pool.check(1, '-', 1)
  assert.deepEqual(named(pool, 60), ['am virtual web/10.1.1.1:80 failure'])
  pool.check(2, '-', 2)
  assert.deepEqual(named(pool, 60), ['am virtual web/quorum failure', 'am virtual web/10.1.1.1:80 failure'])
  const both = repeated(pool.state, at(60))
  assert.ok(both.every((one) => lasts(pool.state, one)))
  pool.check(1, '+', 70)
  assert.deepEqual(named(pool, 80), [])
  assert.ok(both.every((one) => !lasts(pool.state, one)))
})

test('it lasts until its end, a reload that takes it away, or one that has somebody else told', () => {
  const of = withCalls([kept('am', 'oncall')])
  const run = new Run(model([of, checkOf(1)], [virtual([realOf(1)])]))
  fails(run, of, 1)
  const [one] = repeated(run.state, at(2))
  assert.ok(one !== undefined && lasts(run.state, one))
  assert.ok(!lasts(run.state, { ...one, call: kept('other', 'oncall') }))
  run.post({ kind: 'reloaded', model: model([checkOf(1)]), text: '' }, at(3))
  assert.ok(!lasts(run.state, one))
  assert.ok(!lasts(run.state, { ...one, of: { kind: 'pool', virtual: 'gone', real: '10.1.1.1:80' } }))
})

test('its end names nothing that fails, and says how long it lasted', () => {
  const of = withCalls([kept('am', 'oncall')])
  const run = new Run(model([of]))
  fails(run, of, 0)
  const [one] = repeated(run.state, at(60))
  assert.ok(one !== undefined)
  const end = endOf(one.message, at(120))
  assert.deepEqual([end.kind, end.failing, end.exit, end.lasted, end.at], ['up', [], 0, minutes(2), at(120).wall])
  assert.equal(end.key, one.message.key)
  assert.equal(end.outage, one.message.outage)
})

test('what maintenance keeps from people is not said again before they are told, nor to those who were not', () => {
  const am = { up: [kept('am')], down: [kept('am')] }
  const pool = poolOf([realOf(1, { notices: am })], { notices: am })
  pool.check(1, '+', 0)
  const command = begin({ name: 'm', subjects: ['virtual web'], lasts: minutes(10) })
  pool.post({ kind: 'command', who: 'anna', command }, at(1))
  pool.check(1, '-', 2)
  assert.deepEqual(named(pool, 60), [])
  pool.post({ kind: 'time' }, at(601))
  assert.deepEqual(named(pool, 660), ['am virtual web/quorum failure', 'am virtual web/10.1.1.1:80 failure'])
  const [one] = repeated(pool.state, at(660))
  assert.ok(one !== undefined && lasts(pool.state, one))
  assert.ok(!lasts(pool.state, { ...one, call: kept('other') }))
})
