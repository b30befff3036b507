import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Alert, AlertMessage, AlertOutcome } from '../../src/model/alert.ts'
import { host } from '../../src/model/names.ts'
import type { TableDoor } from '../../src/model/table.ts'
import { createDeliverer } from '../../src/runtime/deliver.ts'
import { checked, model, Run, result, service } from '../engine/build.ts'
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
function rig(outcomes: (AlertOutcome | 'hang')[]) {
  const time = new FakeTime()
  const run = new Run(model([watched]))
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
  await time.go(6_000)
  await stopping
  assert.equal(run.state.outbox.length, 1)
})
