/** News of pools, whose keys name no service: delivered, tried again, given up and kept like all others. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { alerts } from '../../alerts/index.ts'
import { patchOf } from '../../src/engine/patch.ts'
import { stateFor } from '../../src/engine/start.ts'
import type { AlertOutcome } from '../../src/model/alert.ts'
import type { Effect } from '../../src/model/effect.ts'
import { groupName, host, id, serviceKey, serviceName } from '../../src/model/names.ts'
import type { Delivery } from '../../src/model/state.ts'
import { hours, wallTime } from '../../src/model/units.ts'
import { createDeliverer } from '../../src/runtime/deliver.ts'
import { addPatch, foldOf, savedOf } from '../../src/wire/history/saved.ts'
import { alertContext } from '../alerts/context.ts'
import { alertCall, at, model, Run, service } from '../engine/build.ts'
import { fresh, shell } from '../scripts.ts'
import { failure } from '../wire/alert-message.ts'

const watched = service({ hosts: [host('h1')] })

function news(
  name: string,
  command: readonly string[],
  real = '10.1.1.2:80',
  kind: 'failure' | 'up' = 'failure',
): Delivery {
  const [group, subject] = [groupName('virtual web'), serviceName(real)]
  return {
    id: id(name),
    message: { ...failure, id: id(name), kind, key: serviceKey(group, subject), group, service: subject },
    call: { ...alertCall('notify_down'), module: 'notify', options: { command } },
    attempts: 0,
    decidedAt: at(0).wall,
    notBefore: at(0).wall,
    lastText: '',
    cause: null,
  }
}

function waiting(...deliveries: readonly Delivery[]): Run {
  const run = new Run(model([watched]))
  run.state = { ...run.state, outbox: deliveries }
  return run
}

const attempted = (outcome: AlertOutcome) => ({ kind: 'attempted', delivery: id('m1-1'), outcome }) as const
const delivered = (effects: readonly Effect[]) =>
  effects.flatMap((it) => (it.kind === 'deliver' ? [it.delivery.id] : []))
const outcomes = (effects: readonly Effect[]) =>
  effects.flatMap((it) =>
    it.kind === 'record' && it.entry.kind === 'delivery' ? [[it.entry.service, it.entry.outcome]] : [],
  )

const key = 'virtual web/10.1.1.2:80'
const vectors: readonly {
  readonly name: string
  readonly outcome: AlertOutcome
  readonly late?: true
  readonly is: string
  readonly left: number
}[] = [
  { name: 'sent', outcome: { kind: 'sent', text: '' }, is: 'sent', left: 0 },
  { name: 'tried again', outcome: { kind: 'failed', retry: true, text: 'full' }, is: 'retry', left: 1 },
  { name: 'given up', outcome: { kind: 'failed', retry: false, text: 'status 1' }, is: 'gave-up', left: 0 },
  {
    name: 'given up for its age',
    outcome: { kind: 'failed', retry: true, text: 'full' },
    late: true,
    is: 'gave-up',
    left: 0,
  },
]
for (const { name, outcome, late, is, left } of vectors) {
  test(`news of a real server is ${name}, under the real server's name`, () => {
    const run = waiting(news('m1-1', ['/x']))
    const effects = run.post(attempted(outcome), at(late === true ? hours(73) / 1000 : 1))
    assert.deepEqual(outcomes(effects), [[key, is]])
    assert.equal(run.state.outbox.length, left)
    assert.deepEqual(delivered(effects), left === 1 ? ['m1-1'] : [])
  })
}

test('news of a pool outlives a reload that does not name the pool, and a restart', () => {
  const run = waiting(news('m1-1', ['/x']), news('m1-2', ['/x'], 'quorum'))
  const all = ['m1-1', 'm1-2']
  assert.deepEqual(delivered(run.post({ kind: 'reloaded', model: model([]), text: '' }, at(1))), all)
  const fold = foldOf(null)
  addPatch(fold, patchOf(stateFor(model([]), null), run.state))
  const next = new Run(model([watched]))
  assert.deepEqual(delivered(next.post({ kind: 'started', saved: savedOf(fold), text: '' }, at(2))), all)
  assert.deepEqual(next.state.outbox, run.state.outbox)
})

test('scripts of one real server run one after the other, and a script that hangs holds no other server up', async (t) => {
  const [log, go] = [fresh('log'), fresh('go')]
  writeFileSync(log, '')
  const slow = shell(`echo "$1 begins" >>${log}; while [ ! -e ${go} ]; do sleep 0.02; done; echo "$1 ends" >>${log}`)
  const quick = shell(`echo "$1" >>${log}`)
  const outbox = new Map<string, Delivery>()
  const over: string[] = []
  const deliverer = createDeliverer({
    now: () => ({ ...at(0), wall: wallTime(Date.now()) }),
    after(delay, callback) {
      const timer = setTimeout(callback, delay)
      return () => clearTimeout(timer)
    },
    post(event) {
      if (event.kind !== 'attempted') return
      assert.equal(event.outcome.kind, 'sent', event.outcome.text)
      outbox.delete(event.delivery)
      over.push(event.delivery)
    },
    alert: (name) => alerts.get(name),
    pending: (delivery) => outbox.get(delivery),
    context: () => alertContext(''),
  })
  t.after(() => deliverer.stop())
  const all = [
    news('m1-1', [slow, 'down']),
    news('m1-2', [quick, 'up'], '10.1.1.2:80', 'up'),
    news('m1-3', [quick, 'other server'], '10.1.1.3:80'),
  ]
  for (const delivery of all) outbox.set(delivery.id, delivery)
  for (const delivery of all) deliverer.take(delivery)
  const lines = () => readFileSync(log, 'utf8').trim().split('\n')
  while (!(lines().includes('other server') && lines().includes('down begins'))) await sleep(5)
  assert.ok(!lines().includes('up'))
  writeFileSync(go, '')
  while (over.length < 3) await sleep(5)
  assert.deepEqual(
    lines().filter((line) => line !== 'other server'),
    ['down begins', 'down ends', 'up'],
  )
})
