/** Messages about several services on their way: each service keeps its order, and none waits for what is not about it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Alert, AlertMessage } from '../../src/model/alert.ts'
import type { AlertCall } from '../../src/model/model.ts'
import { groupName, type Id, id, serviceKey, serviceName } from '../../src/model/names.ts'
import type { Delivery } from '../../src/model/state.ts'
import { milliseconds, wallTime } from '../../src/model/units.ts'
import { createDeliverer } from '../../src/runtime/deliver.ts'
import { alertCall } from '../engine/build.ts'
import { failure } from '../wire/alert-message.ts'
import { FakeTime } from './fake-time.ts'

const call: AlertCall = { ...alertCall('mail ops'), receiver: 'oncall', combines: true }
const names = ['a', 'b', 'c', 'd', 'e'] as const
/** What a relay that is busy has every message wait. */
const wait = milliseconds(5_000)

/** An outbox of messages about these services, which are handed over in this order; `takes` is the relay. */
function rig(messages: readonly (readonly string[])[], takes: (delivery: Id) => boolean) {
  const time = new FakeTime()
  const outbox = new Map<Id, Delivery>()
  const taken: Id[] = []
  const alert: Alert = {
    ...{ name: 'test', deed: '', flags: {}, rest: null },
    schema: { type: 'object', properties: {}, additionalProperties: false },
    async send({ id: delivery }) {
      if (!takes(delivery)) return { kind: 'failed', retry: true, text: 'busy' }
      taken.push(delivery)
      return { kind: 'sent', text: 'ok' }
    },
  }
  const deliverer = createDeliverer({
    now: time.now,
    after: time.after,
    alert: () => alert,
    pending: (one) => outbox.get(one),
    context: () => ({ mail: { server: '', from: '', hostname: '' }, table: memory }),
    post(event) {
      if (event.kind !== 'attempted') return
      const delivery = outbox.get(event.delivery)
      if (delivery === undefined) return
      if (event.outcome.kind === 'sent') outbox.delete(delivery.id)
      else {
        const again = { ...delivery, notBefore: wallTime(time.now().wall + wait) }
        outbox.set(delivery.id, again)
        deliverer.take(again)
      }
    },
  })
  for (const [i, services] of messages.entries()) outbox.set(id(`d${i}`), about(id(`d${i}`), services, time))
  for (const delivery of outbox.values()) deliverer.take(delivery)
  return { time, outbox, taken, deliverer }
}

const memory = {
  ...{ where: 'memory' as const, because: '', read: () => ({ kind: 'table' as const, services: [] }) },
  ...{ apply: () => ({ kind: 'ok' as const }), applyAll: () => [], close: () => {} },
}

function about(delivery: Id, services: readonly string[], time: FakeTime): Delivery {
  const members = services.map((name): AlertMessage => ({ ...failure, key: keyOf(name) }))
  const several: AlertMessage = { ...failure, key: keyOf('several'), members }
  const what = members.length === 1 ? (members[0] ?? several) : several
  const now = time.now().wall
  const fresh = { attempts: 0, decidedAt: now, notBefore: now, lastText: '', cause: null }
  return { id: delivery, message: { ...what, id: delivery }, call, ...fresh }
}

const keyOf = (name: string) => serviceKey(groupName('g'), serviceName(name))

test('a message that does not get through holds up its own services and no others', async () => {
  const { time, taken, outbox } = rig(
    [['a', 'b'], ['c'], ['b'], ['c', 'd'], ['a'], ['b', 'd'], ['d']],
    (one) => one !== 'd0',
  )
  await time.go(60_000)
  assert.deepEqual(taken, ['d1', 'd3'], 'all others tell of a or b, or come behind one that does')
  assert.deepEqual([...outbox.keys()], ['d0', 'd2', 'd4', 'd5', 'd6'])
})

test('what has left the outbox untried lets those behind it go', async () => {
  const { time, taken, outbox } = rig([['a', 'b'], ['b', 'c'], ['c'], ['b']], (one) => one !== 'd0')
  await time.go(1_000)
  outbox.delete(id('d1'))
  await time.go(60_000)
  assert.deepEqual(taken, [])
  outbox.delete(id('d0'))
  await time.go(60_000)
  assert.deepEqual([...taken].sort(), ['d2', 'd3'])
})

test('each service hears in the order of the decisions whatever the relay takes when, and all arrives', async () => {
  const several = fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 4 })
  const lists = fc.array(several, { minLength: 1, maxLength: 25 })
  await fc.assert(
    fc.asyncProperty(lists, fc.infiniteStream(fc.boolean()), async (messages, moods) => {
      let calls = 0
      const { time, taken, outbox } = rig(messages, () => {
        calls += 1
        return calls > 60 || moods.next().value === true
      })
      await time.go(24 * 3_600_000)
      assert.deepEqual([...outbox.keys()], [])
      assert.equal(taken.length, messages.length)
      for (const service of names) {
        const decided = messages.flatMap((services, i) => (services.includes(service) ? [`d${i}`] : []))
        assert.deepEqual(
          taken.filter((one) => decided.includes(one)),
          decided,
        )
      }
    }),
    { numRuns: 50 },
  )
})
