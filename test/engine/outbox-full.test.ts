/** A full outbox: what was announced comes to its end all the same, nobody's turn is used up, and its limit holds. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  endsLimit,
  escalationRetry,
  outboxLimit,
  serviceEndsLimit,
  serviceOutboxLimit,
} from '../../src/engine/limits.ts'
import type { Decided } from '../../src/engine/scribe.ts'
import { sentence } from '../../src/engine/words.ts'
import type { AlertCall, Service } from '../../src/model/model.ts'
import { groupName, host, id, serviceKey, serviceName } from '../../src/model/names.ts'
import type { Receiver } from '../../src/model/receiver.ts'
import type { Delivery } from '../../src/model/state.ts'
import { milliseconds, minutes } from '../../src/model/units.ts'
import { alertCall, at, checked, model, period, place, Run, real, result, service, virtual } from './build.ts'

const channel = (text: string): AlertCall => ({ ...alertCall(text), receiver: 'oncall' })
const oncall = (...second: readonly AlertCall[]): Receiver => ({
  name: 'oncall',
  channels: [channel('mail')],
  second: second.length === 0 ? null : { calls: second, after: minutes(5) },
  groupWait: milliseconds(0),
  groupBy: 'receiver',
  digest: null,
  rate: null,
  place,
})

const fails = (of: Service) => checked(of, result(of.hosts, of.hosts))
const passes = (of: Service) => checked(of, result(of.hosts, []))
const texts = (run: Run): string[] => run.state.outbox.map(({ call, message }) => `${call.text} ${message.kind}`)
const said = (effects: Decided['effects']): string[] =>
  effects.flatMap((effect) => (effect.kind === 'record' ? [sentence(effect.entry)] : []))

/** All that waits gets through. */
function drain(run: Run, second: number): void {
  const outcome = { kind: 'sent', text: '' } as const
  for (const { id: delivery } of run.state.outbox) run.post({ kind: 'attempted', delivery, outcome }, at(second))
}

/** So many about something else wait besides. */
function crowd(run: Run, count: number): void {
  const [one] = run.state.outbox
  assert(one !== undefined)
  const strange = { ...one, call: alertCall('elsewhere') }
  const others = Array.from({ length: count }, (_, i): Delivery => {
    const key = serviceKey(groupName('other'), serviceName(`s${i}`))
    return { ...strange, id: id(`o-${i}`), message: { ...one.message, key } }
  })
  run.state = { ...run.state, outbox: [...run.state.outbox, ...others] }
}

const leave = (run: Run): void => {
  run.state = { ...run.state, outbox: run.state.outbox.filter(({ call }) => call.text !== 'elsewhere') }
}

test('the end of a failure is told although the notifications of its service have filled their part of the outbox', () => {
  const of = service()
  const run = new Run(model([of]))
  const full: string[] = []
  for (let i = 0; i < serviceOutboxLimit + 100; i += 1)
    full.push(...said(run.post(fails(of), at(i))).filter((text) => text.includes('wait for delivery already')))
  assert.equal(run.state.outbox.length, serviceOutboxLimit)
  assert.equal(full.length, 1, 'that it is full is said once')
  run.post(passes(of), at(700))
  assert.equal(texts(run).at(-1), 'U up')
  drain(run, 800)
  for (let i = 0; i < 5; i += 1) run.post(passes(of), at(900 + i))
  assert.deepEqual(texts(run), [])
})

test('an end that finds no room even so stays owed, and is told at a later success', () => {
  const of = service({ periods: [period({ alerts: [channel('mail')], upalerts: [] })] })
  const run = new Run(model([of]))
  run.post(fails(of), at(0))
  crowd(run, endsLimit - 1)
  assert.match(said(run.post(passes(of), at(1))).join('\n'), /wait for delivery already/)
  assert.equal(run.state.outbox.length, endsLimit)
  leave(run)
  run.post(passes(of), at(2))
  assert.deepEqual(texts(run), ['mail failure', 'mail up'])
  run.post(passes(of), at(3))
  assert.equal(run.state.outbox.length, 2)
})

test('whoever is told by another channel at each end fills no more than twice its part', () => {
  const of = service({ periods: [period({ alerts: [alertCall('A')], upalerts: [alertCall('U')] })] })
  const run = new Run(model([of]))
  for (let i = 0; i < serviceEndsLimit + 50; i += 1) {
    run.post(fails(of), at(2 * i))
    const begun = run.state.outbox.find(({ call }) => call.text === 'A')
    if (begun !== undefined)
      run.post({ kind: 'attempted', delivery: begun.id, outcome: { kind: 'sent', text: '' } }, at(2 * i))
    run.post(passes(of), at(2 * i + 1))
  }
  assert.equal(run.state.outbox.length, serviceOutboxLimit)
})

test('what a pool tells in the end finds room as well', () => {
  const watched = service({ hosts: [host('h1')], periods: [period({ alerts: [], upalerts: [] })] })
  const notices = { up: [alertCall('X')], down: [alertCall('X')] }
  const run = new Run(model([watched], [virtual([real('h1')], { notices })]))
  run.post(passes(watched), at(0))
  run.post(fails(watched), at(1))
  crowd(run, outboxLimit)
  run.post(passes(watched), at(2))
  leave(run)
  assert.deepEqual(texts(run), ['X failure', 'X up'])
})

test('an escalation that finds no room is not used up: it comes later, before the next one', () => {
  const escalations = [
    { after: minutes(15), calls: [alertCall('boss'), alertCall('deputy')] },
    { after: minutes(16), calls: [alertCall('owner')] },
  ]
  const of = service({ periods: [period({ alerts: [channel('mail')], upalerts: [], escalations })] })
  const run = new Run(model([of]))
  run.post(fails(of), at(0))
  crowd(run, outboxLimit - 2)
  const full = run.post({ kind: 'time' }, at(16 * 60))
  assert.equal(
    run.state.outbox.length,
    outboxLimit - 1,
    'one place is left, and neither half a step nor the next one has it',
  )
  assert.match(said(full).join('\n'), /wait for delivery already/)
  const wakes = full.flatMap((effect) => (effect.kind === 'wake' ? [effect.at] : []))
  assert.deepEqual(wakes, [at(15 * 60).wall + escalationRetry], 'it is not asked for all the time')
  leave(run)
  run.post({ kind: 'time' }, at(19 * 60))
  assert.deepEqual(texts(run), ['mail failure'])
  run.post({ kind: 'time' }, at(20 * 60))
  assert.deepEqual(texts(run), ['mail failure', 'boss failure', 'deputy failure'])
  run.post({ kind: 'time' }, at(21 * 60))
  assert.deepEqual(texts(run).slice(3), ['owner failure'])
  run.post({ kind: 'time' }, at(60 * 60))
  assert.equal(run.state.outbox.length, 4)
})

/** A service of `oncall`, whose second channels are these. */
function withSecond(...second: readonly AlertCall[]): { run: Run; of: Service } {
  const of = service({ periods: [period({ alerts: [channel('mail')], upalerts: [] })] })
  return { of, run: new Run({ ...model([of]), receivers: new Map([['oncall', oncall(...second)]]) }) }
}

test('in an outbox with room the first channel goes on being tried', () => {
  const { run, of } = withSecond(channel('phone'))
  run.post(fails(of), at(0))
  run.post({ kind: 'time' }, at(300))
  assert.deepEqual(texts(run), ['mail failure', 'phone failure'])
})

test('in a crowded outbox the message of the second channel takes the place of the first one’s', () => {
  const { run, of } = withSecond(channel('phone'), channel('fax'))
  run.post(fails(of), at(0))
  crowd(run, outboxLimit - 1)
  const effects = run.post({ kind: 'time' }, at(300))
  assert.equal(run.state.outbox.length, outboxLimit)
  assert.match(said(effects).join('\n'), /oncall by mail is not tried with it any more, since 5000 notifications wait/)
  assert.match(said(effects).join('\n'), /the outbox is full, so that fax does not take it over/)
  leave(run)
  assert.deepEqual(texts(run), ['phone failure'])
  run.post(passes(of), at(400))
  assert.deepEqual(texts(run), ['phone failure', 'mail up', 'phone up'])
})

test('an end is never taken from the channel that told the failure', () => {
  const { run, of } = withSecond(channel('phone'))
  run.post(fails(of), at(0))
  drain(run, 1)
  run.post(passes(of), at(2))
  const [end] = run.state.outbox
  assert(end !== undefined)
  crowd(run, outboxLimit)
  run.post({ kind: 'time' }, at(400))
  leave(run)
  assert.deepEqual(texts(run), ['mail up', 'phone up'])
})

test('what was given up is handed over into its own place', () => {
  const { run, of } = withSecond(channel('phone'), channel('fax'))
  run.post(fails(of), at(0))
  crowd(run, outboxLimit - 1)
  const [first] = run.state.outbox
  assert(first !== undefined)
  run.post({ kind: 'attempted', delivery: first.id, outcome: { kind: 'failed', retry: false, text: 'no' } }, at(1))
  assert.equal(run.state.outbox.length, outboxLimit)
  leave(run)
  assert.deepEqual(texts(run), ['phone failure'])
})
