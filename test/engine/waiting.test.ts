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

const waits = (outbox: readonly Delivery[]): string[] =>
  waitingOf({ outbox }).map(({ about, kind, next, why }) => `${about} ${kind} ${(next - at(0).wall) / 1000} ${why}`)

test('a channel that is told of several at once is told all in order', () => {
  const [first, ...others] = decided({ ...alertCall('mail'), receiver: 'oncall', combines: true })
  assert(first !== undefined)
  const refused = { ...first, attempts: 2, notBefore: wallTime(at(9).wall), lastText: '451 not now' }
  const behind = `it goes after ${first.id}: this channel is told in order`
  assert.deepEqual(waits([refused, ...others]), [
    'web/a failure 9 451 not now',
    `web/b failure 9 ${behind}`,
    `web/a up 9 ${behind}`,
  ])
})

test('others keep the order of each service', () => {
  const [first, ...others] = decided(alertCall('mail'))
  assert(first !== undefined)
  assert.deepEqual(waits([{ ...first, lastText: 'refused' }, ...others]), [
    'web/a failure 0 refused',
    'web/b failure 1 ',
    `web/a up 2 it goes after ${first.id}: this channel is told in order`,
  ])
})

test('what is held says for what, and until when', () => {
  const [first, ...others] = decided({ ...alertCall('mail'), receiver: 'oncall', combines: true })
  assert(first !== undefined)
  const hold = { batch: 'group', until: wallTime(at(30).wall), text: 'waits for others of web' }
  assert.deepEqual(waits([first, ...others.map((one) => ({ ...one, hold }))]).slice(1), [
    'web/b failure 30 waits for others of web',
    'web/a up 30 waits for others of web',
  ])
})
