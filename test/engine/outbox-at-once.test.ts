/** Very many at once: no event does all of it, whatever waits is counted rightly, and each is told once. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { escalationsAtOnce, handoversAtOnce } from '../../src/engine/limits.ts'
import { appended, batchesIn, changed, countOf, renewed, waitingFor, without } from '../../src/engine/noise/counts.ts'
import type { AlertCall } from '../../src/model/model.ts'
import { host } from '../../src/model/names.ts'
import type { Delivery } from '../../src/model/state.ts'
import { minutes, wallTime } from '../../src/model/units.ts'
import { alertCall, at, checked, model, period, Run, result, service } from './build.ts'
import { deliveryOf, messageOf, oncall } from './noise/world.ts'

const MANY = 450
const channel = (text: string): AlertCall => ({ ...alertCall(text), receiver: 'oncall' })
const second = { calls: [channel('phone')], after: minutes(5) }
const escalations = [{ after: minutes(15), calls: [alertCall('boss')] }]

/** All of them fail at once. */
function failing(): Run {
  const periods = [period({ alerts: [channel('mail')], upalerts: [], escalations })]
  const services = Array.from({ length: MANY }, (_, i) =>
    service({ called: `g${i}/s`, hosts: [host(`h${i}`)], periods }),
  )
  const receivers = new Map([['oncall', oncall({ channels: [channel('mail')], second })]])
  const run = new Run({ ...model(services), receivers })
  for (const of of services) run.post(checked(of, result(of.hosts, of.hosts)), at(0))
  return run
}

/** How many of these enter the outbox at each event, as long as the next is asked for at once. */
function turns(run: Run, text: string, second: number): readonly number[] {
  const counts: number[] = []
  for (let asked = true; asked; ) {
    const effects = run.post({ kind: 'time' }, at(second))
    counts.push(
      effects.filter(
        (effect) => effect.kind === 'record' && effect.entry.kind === 'alert' && effect.entry.call === text,
      ).length,
    )
    asked = effects.some((effect) => effect.kind === 'wake' && effect.at <= at(second).wall)
  }
  return counts
}

test('handovers of very many come in turns, each of them once', () => {
  const run = failing()
  assert.deepEqual(turns(run, 'phone', 300), [handoversAtOnce, handoversAtOnce, MANY - 2 * handoversAtOnce])
  const told = run.state.outbox.filter(({ call }) => call.text === 'phone').map(({ message }) => message.key)
  assert.equal(new Set(told).size, MANY)
  assert.equal(told.length, MANY)
})

test('escalations of very many come in turns, each of them once', () => {
  const run = failing()
  run.state = { ...run.state, outbox: [] }
  assert.deepEqual(turns(run, 'boss', 900), [escalationsAtOnce, escalationsAtOnce, MANY - 2 * escalationsAtOnce])
  assert.equal(new Set(run.state.outbox.map(({ message }) => message.key)).size, MANY)
})

const calls = ['mail', 'phone'].map(channel)
const keys = ['a/s', 'b/s', 'c/s']

function delivery(i: number, call: AlertCall, of: readonly string[], batch: string | null): Delivery {
  const now = at(i)
  const messages = of.map((key) => messageOf(`m-${i}`, 'failure', now, key))
  const [first] = messages
  assert(first !== undefined)
  const message =
    messages.length === 1 ? first : { ...messageOf(`m-${i}`, 'failure', now, 'r/several'), members: messages }
  const plain = deliveryOf(message, call, now)
  return batch === null ? plain : { ...plain, hold: { batch, until: wallTime(now.wall + i), text: '' } }
}

const looked = (outbox: readonly Delivery[]) => ({
  about: [...keys, 'r/several'].map((key) => countOf(outbox, messageOf('m', 'failure', at(0), key).key)),
  times: batchesIn(outbox)
    .map(({ until }) => until)
    .sort((a, b) => a - b),
  waits: calls.map((call) => {
    const waiting = waitingFor(outbox, call)
    const of = keys.map((key) => waiting.batchesOf(messageOf('m', 'failure', at(0), key)))
    return { pending: waiting.pending, batches: [...waiting.batches], of }
  }),
})

test('what is counted beside an outbox is what a fresh look at it finds, whatever was done to it', () => {
  const step = fc.record({
    what: fc.constantFrom('put', 'put', 'put', 'over', 'again', 'half'),
    call: fc.nat(calls.length - 1),
    keys: fc.uniqueArray(fc.constantFrom(...keys), { minLength: 1 }),
    batch: fc.option(fc.constantFrom('x', 'y'), { nil: null }),
    which: fc.nat(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let outbox: readonly Delivery[] = []
      for (const [i, { what, call, keys: of, batch, which }] of steps.entries()) {
        const index = which % Math.max(1, outbox.length)
        const there = outbox[index]
        if (what === 'put') outbox = appended(outbox, delivery(i, calls[call] ?? channel('mail'), of, batch))
        else if (what === 'over' && there !== undefined) outbox = without(outbox, index)
        else if (what === 'again' && there !== undefined) outbox = renewed(outbox, index, { ...there, attempts: 1 })
        else if (what === 'half') outbox = changed(outbox, (one) => (outbox.indexOf(one) % 2 === 0 ? { ...one } : null))
        assert.deepEqual(looked(outbox), looked([...outbox]))
      }
    }),
  )
})
