import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Alert, AlertMessage, AlertOutcome } from '../../src/model/alert.ts'
import { host, type Id } from '../../src/model/names.ts'
import type { TableDoor } from '../../src/model/table.ts'
import { milliseconds, seconds } from '../../src/model/units.ts'
import { createDeliverer, deliveriesAtOnce } from '../../src/runtime/deliver.ts'
import { alertCall, checked, model, period, Run, result, service } from '../engine/build.ts'
import { FakeTime } from './fake-time.ts'

const table: TableDoor = {
  where: 'memory',
  because: '',
  read: () => ({ kind: 'table', services: [] }),
  apply: () => ({ kind: 'ok' }),
  applyAll: () => [],
  close: () => {},
}
const watched = service({ hosts: [host('h1')] })
const failing = checked(watched, result(watched.hosts, ['h1']))
const passing = checked(watched, result(watched.hosts, []))

/** The engine and the deliverer joined as the loop joins them; `outcomes` answers each attempt in turn, then all is sent. */
function rig(
  outcomes: (AlertOutcome | 'hang' | Promise<AlertOutcome>)[],
  of = watched,
  receiver?: (options: unknown) => string,
  line?: (options: unknown) => string,
) {
  const time = new FakeTime()
  const run = new Run(model([of]))
  const sent: string[] = []
  /** Who got which message. */
  const arrived: { readonly to: string; readonly id: Id }[] = []
  const alert: Alert = {
    name: 'test',
    deed: '',
    flags: {},
    rest: null,
    schema: { type: 'object', properties: {}, additionalProperties: false },
    ...(receiver === undefined ? {} : { receiver }),
    ...(line === undefined ? {} : { line }),
    send(message: AlertMessage, options: unknown) {
      const outcome = outcomes.shift() ?? { kind: 'sent', text: 'ok' }
      if (outcome === 'hang') return new Promise(() => {})
      if (outcome instanceof Promise) return outcome
      if (outcome.kind === 'sent') {
        sent.push(message.kind)
        arrived.push({ to: JSON.stringify(options), id: message.id })
      }
      return Promise.resolve(outcome)
    },
  }
  const post = (event: Parameters<Run['post']>[0]) => {
    for (const effect of run.post(event, time.now())) if (effect.kind === 'deliver') deliverer.take(effect.delivery)
    return []
  }
  const deliverer = createDeliverer({
    now: time.now,
    after: time.after,
    post,
    alert: () => alert,
    pending: (id) => run.state.outbox.find((delivery) => delivery.id === id),
    context: () => ({ mail: { server: '', from: '', hostname: '' }, table }),
  })
  return { time, run, sent, arrived, post, deliverer }
}

const refused: AlertOutcome = { kind: 'failed', retry: true, text: 'refused' }

/** A service that tells so many receivers, of one way of telling each time. */
const telling = (receivers: number, module = 'test') => {
  const alerts = Array.from({ length: receivers }, (_, i) => ({ ...alertCall(`A ${i}`), module, options: { to: i } }))
  return service({ hosts: [host('h1')], periods: [period({ alerts, upalerts: alerts })] })
}

test('what is decided is delivered, and leaves the outbox', async () => {
  const { time, run, sent, post } = rig([])
  post(failing)
  await time.go(0)
  assert.deepEqual(sent, ['failure'])
  assert.deepEqual(run.state.outbox, [])
})

test('what fails is tried again until it is through', async () => {
  const { time, run, sent, post } = rig([refused, refused])
  post(failing)
  await time.go(4_000)
  assert.deepEqual(sent, [])
  await time.go(60_000)
  assert.deepEqual(sent, ['failure'])
  assert.deepEqual(run.state.outbox, [])
})

test('an upalert never overtakes the alert before it', async () => {
  const { time, sent, post } = rig([refused])
  post(failing)
  await time.go(0)
  post(passing)
  await time.go(60_000)
  assert.deepEqual(sent, ['failure', 'up'])
})

test('an alert that never ends is tried again after its deadline', async () => {
  const { time, sent, post } = rig(['hang'])
  post(failing)
  await time.go(64_000)
  assert.deepEqual(sent, [])
  await time.go(20_000)
  assert.deepEqual(sent, ['failure'])
})

test('what is under way at the stop stays in the outbox for the next run', async () => {
  const { time, run, post, deliverer } = rig(['hang'])
  post(failing)
  await time.go(0)
  const stopping = deliverer.stop()
  await time.go(8_000)
  await stopping
  assert.equal(run.state.outbox.length, 1)
})

test('what is accepted while the daemon stops is not sent again by the next run', async () => {
  let answer = (_: AlertOutcome): void => {}
  const slow = new Promise<AlertOutcome>((resolve) => {
    answer = resolve
  })
  const { time, run, post, deliverer } = rig([slow])
  post(failing)
  await time.go(0)
  const stopping = deliverer.stop()
  await time.go(500)
  answer({ kind: 'sent', text: 'ok' })
  await time.go(8_000)
  await stopping
  assert.deepEqual(run.state.outbox, [])
})

test('a delivery that a reload hands over again is not sent again', async () => {
  const { time, run, sent, post, deliverer } = rig([])
  post(failing)
  const [before] = run.state.outbox
  await time.go(0)
  assert.ok(before)
  deliverer.take(before)
  await time.go(60_000)
  assert.deepEqual(sent, ['failure'])
})

test('a receiver that cannot be reached holds up no other one, and a slow way of telling no other way', async () => {
  const hang = Array.from({ length: 20 }, () => 'hang' as const)
  const calls = [...hang.map((_, i) => `slow ${i}`), 'quick'].map((text) => ({
    ...alertCall(text),
    module: text.split(' ')[0] ?? '',
    options: { to: text },
  }))
  const many = service({ hosts: [host('h1')], periods: [period({ alerts: calls })] })
  const { time, sent, post } = rig(hang.slice(0, 8), many)
  post(checked(many, result(many.hosts, ['h1'])))
  await time.go(100)
  assert.deepEqual(sent, ['failure'], 'the last call, of another module')
})

test('each receiver gets what was decided in that order, however often it has to be tried', async () => {
  const outcomes = fc.array(fc.constantFrom<AlertOutcome>(refused, { kind: 'sent', text: 'ok' }), { maxLength: 40 })
  const waits = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(outcomes, waits, async (answers, pauses) => {
      const many = telling(3)
      const { time, run, arrived, post } = rig([...answers], many)
      const decided: Id[] = []
      for (const [i, pause] of pauses.entries()) {
        post(checked(many, result(many.hosts, i % 2 === 0 ? ['h1'] : [])))
        decided.push(...run.state.outbox.map(({ id }) => id).filter((id) => !decided.includes(id)))
        await time.go(pause)
      }
      await time.go(24 * 3_600_000)
      assert.deepEqual(run.state.outbox, [])
      assert.equal(arrived.length, 3 * pauses.length)
      for (const to of new Set(arrived.map((one) => one.to))) {
        const places = arrived.filter((one) => one.to === to).map(({ id }) => decided.indexOf(id))
        assert.deepEqual(
          places,
          places.toSorted((a, b) => a - b),
        )
      }
    }),
    { numRuns: 30 },
  )
})

test('one way of telling is used by no more than eight at once', async () => {
  const many = telling(20)
  const answers: ((outcome: AlertOutcome) => void)[] = []
  const slow = Array.from({ length: 20 }, () => new Promise<AlertOutcome>((resolve) => answers.push(resolve)))
  const waiting = [...slow]
  const { time, run, post } = rig(waiting, many)
  post(checked(many, result(many.hosts, ['h1'])))
  await time.go(0)
  assert.equal(slow.length - waiting.length, deliveriesAtOnce)
  answers[3]?.({ kind: 'sent', text: 'ok' })
  await time.go(0)
  assert.equal(slow.length - waiting.length, deliveriesAtOnce + 1)
  assert.equal(run.state.outbox.length, 19)
})

test('where everything is accepted at once, whoever else wants a turn has one in between', async () => {
  const many = telling(40)
  const { time, sent, post } = rig([], many)
  const seen = [0]
  const look = (): void => {
    seen.push(sent.length)
    if (sent.length < 40) time.after(milliseconds(0), look)
  }
  post(checked(many, result(many.hosts, ['h1'])))
  look()
  await time.go(0)
  const most = Math.max(...seen.slice(1).map((count, i) => count - (seen[i] ?? 0)))
  assert.ok(seen.at(-1) === 40 && most <= deliveriesAtOnce, seen.join(' '))
})

test('options that an alert no longer understands are handed to it all the same', async () => {
  const { time, sent, post } = rig([], watched, () => {
    throw new TypeError('to is not iterable')
  })
  post(failing)
  post(passing)
  await time.go(0)
  assert.deepEqual(sent, ['failure', 'up'])
})

test('setting the clock back holds up no next attempt', async () => {
  const { time, sent, post } = rig([refused])
  post(failing)
  await time.go(0)
  time.wallOffset -= 7_200_000
  post({ kind: 'clock-stepped', by: seconds(-7_200) })
  await time.go(60_000)
  assert.deepEqual(sent, ['failure'])
})

test('a program that hangs holds up no other program', async () => {
  const to = (program: string, n: number) => ({ ...alertCall(`${program} ${n}`), options: { program, n } })
  const hanging = Array.from({ length: deliveriesAtOnce + 4 }, (_, n) => to('hang', n))
  const many = service({
    hosts: [host('h1')],
    periods: [period({ alerts: [...hanging, to('page', 0)], upalerts: [] })],
  })
  const line = (options: unknown) => JSON.stringify(options).replace(/,"n".*/, '')
  const { time, run, post } = rig(
    Array.from({ length: deliveriesAtOnce }, () => 'hang' as const),
    many,
    undefined,
    line,
  )
  post(checked(many, result(many.hosts, ['h1'])))
  await time.go(0)
  assert.deepEqual(
    run.state.outbox.map(({ call }) => call.text),
    hanging.map(({ text }) => text),
  )
})
