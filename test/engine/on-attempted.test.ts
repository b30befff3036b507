/** What came of an attempt to deliver, whatever else waits in the outbox. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventBody } from '../../src/model/event.ts'
import { host, type Id, id } from '../../src/model/names.ts'
import type { Delivery } from '../../src/model/state.ts'
import { seconds } from '../../src/model/units.ts'
import { at, checked, model, Run, result, service } from './build.ts'

const hosts = [host('h1')]
const watched = service({ hosts, traptimeout: seconds(60) })

const attempted = (delivery: Id, outcome: Extract<EventBody, { kind: 'attempted' }>['outcome']): EventBody => ({
  kind: 'attempted',
  delivery,
  outcome,
})
const givenUp = { kind: 'failed', retry: false, text: 'no such mailbox' } as const
const trap = {
  status: '1',
  summary: 'said',
  detail: '',
  output: 'said\n',
  hosts: [],
  intended: null,
  from: '192.0.2.1',
}

const failures: readonly { readonly name: string; readonly event: EventBody }[] = [
  { name: 'a failing check', event: checked(watched, result(hosts, ['h1'])) },
  { name: 'a failing trap', event: { kind: 'trapped', service: watched.key, trap } },
  { name: 'a trap that did not come', event: { kind: 'trap-timeout', service: watched.key } },
]
for (const { name, event } of failures) {
  test(`when the alert of ${name} is given up, status says that nobody was told`, () => {
    const run = new Run(model([watched]))
    run.post(event, at(0))
    const [delivery] = run.state.outbox
    assert.ok(delivery)
    run.post(attempted(delivery.id, givenUp), at(1))
    assert.deepEqual(run.state.outbox, [])
    assert.equal(run.state.services[0]?.untold, '"A" was given up: no such mailbox')
    run.post(checked(watched, result(hosts, [])), at(2))
    assert.equal(run.state.services[0]?.untold, null)
  })
}

/** An outbox with these ids, in this order. */
function holding(ids: readonly string[]): { readonly run: Run; readonly one: Delivery } {
  const run = new Run(model([watched]))
  run.post(checked(watched, result(hosts, ['h1'])), at(0))
  const [one] = run.state.outbox
  assert.ok(one)
  run.state = { ...run.state, outbox: ids.map((text) => ({ ...one, id: id(text) })) }
  return { run, one }
}

const outboxes = [
  { name: 'of one run', ids: ['m1-2.1', 'm1-9.2', 'm1-9.10', 'm1-10.1', 'm1-100.3', 'm1-101.1'] },
  { name: 'of two runs', ids: ['m1-9000.1', 'm1-9000.2', 'm2-1.1', 'm2-3.4'] },
  { name: 'of runs whose clock was set back', ids: ['m9-4.1', 'm9-70.1', 'm10a-1.1', 'm2-8.1', 'm2-9.1', 'm1-1.1'] },
]
for (const { name, ids } of outboxes) {
  test(`each delivery of an outbox ${name} is found: what is sent goes, what is tried again keeps its place`, () => {
    for (const [i, tried] of ids.entries()) {
      const { run, one } = holding(ids)
      run.post(attempted(id(tried), { kind: 'failed', retry: true, text: 'busy' }), at(1))
      assert.deepEqual(
        run.state.outbox.map((waiting) => [waiting.id, waiting.attempts]),
        ids.map((text) => [text, text === tried ? one.attempts + 1 : one.attempts]),
      )
      run.post(attempted(id(tried), { kind: 'sent', text: '' }), at(2))
      assert.deepEqual(
        run.state.outbox.map((waiting) => waiting.id),
        ids.toSpliced(i, 1),
      )
    }
  })
}

test('what came of a delivery that is over already changes nothing', () => {
  const { run } = holding(['m1-2.1', 'm1-3.1'])
  const before = run.state
  assert.deepEqual(run.post(attempted(id('m1-2.2'), givenUp), at(1)), [])
  assert.equal(run.state, before)
})
