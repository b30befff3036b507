import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Alert, AlertMessage, AlertOutcome } from '../../src/model/alert.ts'
import { host } from '../../src/model/names.ts'
import type { TableDoor } from '../../src/model/table.ts'
import { createDeliverer } from '../../src/runtime/deliver.ts'
import { alertCall, checked, model, period, Run, result, service } from '../engine/build.ts'
import { FakeTime } from './fake-time.ts'

const table: TableDoor = {
  where: 'memory',
  because: '',
  read: () => ({ kind: 'table', services: [] }),
  apply: () => ({ kind: 'ok' }),
  close: () => {},
}
const watched = service({ hosts: [host('h1')] })
const failing = checked(watched, result(watched.hosts, ['h1']))
const passing = checked(watched, result(watched.hosts, []))

/** The engine and the deliverer joined as the loop joins them; `outcomes` answers each attempt in turn, then all is sent. */
function rig(outcomes: (AlertOutcome | 'hang' | Promise<AlertOutcome>)[], of = watched) {
  const time = new FakeTime()
  const run = new Run(model([of]))
  const sent: string[] = []
  const alert: Alert = {
    name: 'test',
    deed: '',
    flags: {},
    rest: null,
    schema: { type: 'object', properties: {}, additionalProperties: false },
    send(message: AlertMessage) {
      const outcome = outcomes.shift() ?? { kind: 'sent', text: 'ok' }
      if (outcome === 'hang') return new Promise(() => {})
      if (outcome instanceof Promise) return outcome
      if (outcome.kind === 'sent') sent.push(message.kind)
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
  return { time, run, sent, post, deliverer }
}

test('what is decided is delivered, and leaves the outbox', async () => {
  const { time, run, sent, post } = rig([])
  post(failing)
  await time.go(0)
  assert.deepEqual(sent, ['failure'])
  assert.deepEqual(run.state.outbox, [])
})

test('what fails is tried again until it is through', async () => {
  const refused: AlertOutcome = { kind: 'failed', retry: true, text: 'refused' }
  const { time, run, sent, post } = rig([refused, refused])
  post(failing)
  await time.go(4_000)
  assert.deepEqual(sent, [])
  await time.go(60_000)
  assert.deepEqual(sent, ['failure'])
  assert.deepEqual(run.state.outbox, [])
})

test('an upalert never overtakes the alert before it', async () => {
  const { time, sent, post } = rig([{ kind: 'failed', retry: true, text: 'refused' }])
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
