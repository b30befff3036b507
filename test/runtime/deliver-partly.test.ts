/** Some receivers of a channel have a message and others refuse it: it holds nobody up, and each still hears in order. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Alert, AlertMessage } from '../../src/model/alert.ts'
import type { AlertCall } from '../../src/model/model.ts'
import { groupName, type Id, id, serviceKey, serviceName } from '../../src/model/names.ts'
import type { Delivery } from '../../src/model/state.ts'
import { hours, milliseconds, minutes, seconds, wallTime } from '../../src/model/units.ts'
import { createDeliverer } from '../../src/runtime/deliver.ts'
import { alertContext } from '../alerts/context.ts'
import { alertCall } from '../engine/build.ts'
import { failure } from '../wire/alert-message.ts'
import { FakeTime } from './fake-time.ts'

const call: AlertCall = { ...alertCall('mail a@x b@x'), receiver: 'oncall', combines: true }
const people = ['a', 'b'] as const
type Person = (typeof people)[number]
const wait = minutes(15)

/** A relay that takes mail for each of the two, or does not. */
class Relay {
  readonly time = new FakeTime()
  readonly outbox = new Map<Id, Delivery>()
  readonly got: Record<Person, string[]> = { a: [], b: [] }
  attempts = 0
  /** Whether a mailbox is full. */
  refuses: (who: Person, delivery: string) => boolean = () => false
  /** When it answers. */
  answers: Promise<void> = Promise.resolve()
  deliverer: ReturnType<typeof createDeliverer>

  constructor() {
    this.deliverer = this.run()
  }

  /** What another run of the daemon begins with. */
  run(): ReturnType<typeof createDeliverer> {
    const alert: Alert = {
      ...{ name: 'test', deed: '', flags: {}, rest: null },
      schema: { type: 'object', properties: {}, additionalProperties: false },
      send: async (message, _options, { reached = [] }) => {
        this.attempts += 1
        await this.answers
        const asked = people.filter((who) => !reached.includes(who))
        const taken = asked.filter((who) => !this.refuses(who, message.id))
        for (const who of taken) this.got[who].push(message.id)
        if (taken.length === asked.length) return { kind: 'sent', text: 'ok' }
        return { kind: 'failed', retry: true, text: '452 mailbox full', reached: [...reached, ...taken] }
      },
    }
    this.deliverer = createDeliverer({
      ...{ now: this.time.now, after: this.time.after, alert: () => alert, pending: (one) => this.outbox.get(one) },
      context: () => alertContext(''),
      post: (event) => {
        const delivery = event.kind === 'attempted' ? this.outbox.get(event.delivery) : undefined
        if (event.kind !== 'attempted' || delivery === undefined) return
        const { outcome } = event
        if (outcome.kind === 'sent') this.outbox.delete(delivery.id)
        else this.put({ ...delivery, notBefore: wallTime(this.time.now().wall + wait), reached: outcome.reached ?? [] })
      },
    })
    for (const delivery of this.outbox.values()) this.deliverer.take(delivery)
    return this.deliverer
  }

  private put(delivery: Delivery): void {
    this.outbox.set(delivery.id, delivery)
    this.deliverer.take(delivery)
  }

  tell(name: string, ...services: readonly string[]): Promise<void> {
    const members = services.map((one): AlertMessage => ({ ...failure, key: keyOf(one) }))
    const several: AlertMessage = { ...failure, key: keyOf('several'), members }
    const message = { ...(members.length === 1 ? (members[0] ?? several) : several), id: id(name) }
    const now = this.time.now().wall
    const fresh = { attempts: 0, decidedAt: now, notBefore: now, lastText: '', cause: null }
    this.put({ id: id(name), message, call, ...fresh })
    return this.time.go(seconds(1))
  }
}

const keyOf = (name: string) => serviceKey(groupName('g'), serviceName(name))

test('a full mailbox keeps from nobody else that the service works again, and tells its owner in order', async () => {
  const relay = new Relay()
  relay.refuses = (who) => who === 'b'
  await relay.tell('down', 'web')
  await relay.tell('up', 'web')
  await relay.tell('down again', 'web')
  assert.deepEqual(relay.got, { a: ['down', 'up', 'down again'], b: [] })
  relay.refuses = () => false
  await relay.time.go(hours(1))
  assert.deepEqual(relay.got, { a: ['down', 'up', 'down again'], b: ['down', 'up', 'down again'] })
  assert.equal(relay.outbox.size, 0)
})

test('whoever lacks an earlier message is offered it right before the next one', async () => {
  const relay = new Relay()
  relay.refuses = (who) => who === 'b'
  await relay.tell('down', 'web')
  relay.refuses = () => false
  await relay.tell('up', 'web')
  assert.deepEqual(relay.got, { a: ['down', 'up'], b: ['down', 'up'] })
})

test('one that waits behind it is not preceded by a second attempt in the same moment', async () => {
  const relay = new Relay()
  relay.refuses = (who) => who === 'b'
  const both = [relay.tell('down', 'web'), relay.tell('up', 'web')]
  await Promise.all(both)
  assert.equal(relay.attempts, 2)
  assert.deepEqual(relay.got.a, ['down', 'up'])
})

test('what nobody has got holds up what is about its services, as before', async () => {
  const relay = new Relay()
  relay.refuses = () => true
  await relay.tell('down', 'web')
  await relay.tell('up', 'web')
  assert.equal(relay.attempts, 1)
  relay.refuses = (who) => who === 'b'
  await relay.time.go(wait)
  assert.deepEqual(relay.got, { a: ['down', 'up'], b: [] })
})

test('the next run of the daemon knows who has what', async () => {
  const relay = new Relay()
  relay.refuses = (who) => who === 'b'
  await relay.tell('down', 'web')
  await relay.deliverer.stop()
  relay.run()
  await relay.tell('up', 'web')
  assert.deepEqual(relay.got, { a: ['down', 'up'], b: [] })
})

test('who got it while the daemon stopped does not get it again from the next run', async () => {
  const relay = new Relay()
  relay.refuses = (who) => who === 'b'
  let answer = (): void => {}
  relay.answers = new Promise((resolve) => {
    answer = resolve
  })
  await relay.tell('down', 'web')
  const stopped = relay.deliverer.stop()
  answer()
  await stopped
  relay.run()
  await relay.time.go(hours(1))
  assert.deepEqual(relay.got.a, ['down'])
})

test('a message about several services is offered before what is about any of them', async () => {
  const relay = new Relay()
  relay.refuses = (who) => who === 'b'
  await relay.tell('first', 'web')
  await relay.tell('both', 'web', 'db')
  relay.refuses = () => false
  await relay.tell('last', 'db')
  assert.deepEqual(relay.got.b, ['first', 'both', 'last'])
})

test('whatever is refused to whom and when, each hears of each service in order, and all arrives', async () => {
  const services = fc.uniqueArray(fc.constantFrom('web', 'db', 'dns'), { minLength: 1, maxLength: 3 })
  const step = fc.record({ services, full: fc.subarray([...people]), pause: fc.constantFrom(0, 1, 60, 1200) })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 20 }), async (steps) => {
      const relay = new Relay()
      for (const [i, { services: about, full, pause }] of steps.entries()) {
        relay.refuses = (who) => full.includes(who)
        await relay.tell(`d${i}`, ...about)
        await relay.time.go(milliseconds(pause * 1000))
      }
      relay.refuses = () => false
      await relay.time.go(hours(24))
      assert.equal(relay.outbox.size, 0)
      for (const who of people) {
        assert.equal(new Set(relay.got[who]).size, steps.length)
        assert.equal(relay.got[who].length, steps.length, 'nothing twice')
        for (const service of ['web', 'db', 'dns'] as const) {
          const decided = steps.flatMap(({ services: about }, i) => (about.includes(service) ? [`d${i}`] : []))
          const heard = relay.got[who].filter((one) => decided.includes(one))
          assert.deepEqual(heard, decided)
        }
      }
    }),
    { numRuns: 100 },
  )
})

test('whoever is never refused waits for nobody', async () => {
  const about = fc.uniqueArray(fc.constantFrom('web', 'db', 'dns'), { minLength: 1, maxLength: 3 })
  await fc.assert(
    fc.asyncProperty(fc.array(about, { minLength: 1, maxLength: 20 }), async (messages) => {
      const relay = new Relay()
      relay.refuses = (who) => who === 'b'
      for (const [i, services] of messages.entries()) {
        await relay.tell(`d${i}`, ...services)
        assert.equal(relay.got.a.at(-1), `d${i}`)
      }
    }),
    { numRuns: 50 },
  )
})
