/** What waits in the outbox says for what it waits. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitingOf } from '../../src/engine/waiting.ts'
import type { AlertCall } from '../../src/model/model.ts'
import type { Delivery } from '../../src/model/state.ts'
import { wallTime } from '../../src/model/units.ts'
import { alertCall, at, checked, model, period, Run, result, service } from './build.ts'

/** What is decided when a and b of one watch fail, to this channel. */
function decided(call: AlertCall): readonly Delivery[] {
  const services = ['a', 'b'].map((name) =>
    service({ called: `web/${name}`, periods: [period({ alerts: [call], upalerts: [call] })] }),
  )
  const run = new Run(model(services))
  for (const [i, fails] of [true, true, false].entries()) {
    const of = services[i % 2]
    assert(of !== undefined)
    run.post(checked(of, result(of.hosts, fails ? of.hosts : [])), at(i))
  }
  return run.state.outbox
}

const waits = (outbox: readonly Delivery[], now = at(9).wall): string[] =>
  waitingOf({ outbox }, now).map(
    ({ about, kind, standing, next, why }) => `${about} ${kind} ${standing} ${(next - at(0).wall) / 1000} ${why}`,
  )

for (const call of [alertCall('mail'), { ...alertCall('mail'), receiver: 'oncall', combines: true as const }]) {
  test(`the order of each service is kept, ${call.receiver === undefined ? 'by a line' : 'by a channel that combines'}`, () => {
    const [first, ...others] = decided(call)
    assert(first !== undefined)
    const refused = { ...first, attempts: 2, notBefore: wallTime(at(12).wall), lastText: '451 not now' }
    assert.deepEqual(waits([refused, ...others]), [
      'web/a failure later 12 451 not now',
      'web/b failure now 1 ',
      `web/a up behind 12 it goes after ${first.id}: this channel is told in order`,
    ])
  })
}

test('a message about several services is waited for by what comes later of each of them', () => {
  const [first, second, third] = decided({ ...alertCall('mail'), receiver: 'oncall', combines: true })
  assert(first !== undefined && second !== undefined && third !== undefined)
  const both = { ...first, message: { ...first.message, members: [first.message, second.message] } }
  assert.deepEqual(waits([both, { ...second, attempts: 1 }, third]), [
    'web/a failure now 0 ',
    `web/b failure behind 1 it goes after ${first.id}: this channel is told in order`,
    `web/a up behind 2 it goes after ${first.id}: this channel is told in order`,
  ])
})

test('nobody waits for what some receivers have already', () => {
  const [first, , third] = decided(alertCall('mail'))
  assert(first !== undefined && third !== undefined)
  assert.deepEqual(waits([{ ...first, reached: ['a@example.com'] }, third]), [
    'web/a failure now 0 ',
    'web/a up now 2 ',
  ])
})

test('what is held says for what, and until when', () => {
  const [first, ...others] = decided({ ...alertCall('mail'), receiver: 'oncall', combines: true })
  assert(first !== undefined)
  const hold = { batch: 'group', until: wallTime(at(30).wall), text: 'waits for others of web' }
  assert.deepEqual(waits([first, ...others.map((one) => ({ ...one, hold }))]).slice(1), [
    'web/b failure later 30 waits for others of web',
    'web/a up later 30 waits for others of web',
  ])
})
