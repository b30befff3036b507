/** Ways of telling that do not get through: each is a trouble of its own, and its end is told whatever becomes of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Effect } from '../../src/model/effect.ts'
import type { EventBody } from '../../src/model/event.ts'
import type { Model } from '../../src/model/model.ts'
import { KEEP_QUIET } from '../../src/model/notify-settings.ts'
import { minutes } from '../../src/model/units.ts'
import { alertCall, at, checked, model, period, Run, result, service, settings } from './build.ts'

const undelivered = [alertCall('admins')]
const of = (...texts: readonly string[]) =>
  service({ periods: [period({ alerts: texts.map((text) => alertCall(text)), upalerts: [] })] })
const configured = (...texts: readonly string[]): Model =>
  model([of(...texts)], [], { ...settings, notify: { ...KEEP_QUIET, undelivered, undeliveredAfter: minutes(1) } })

const told = (effects: readonly Effect[]): string[] =>
  effects.flatMap((effect) => {
    if (effect.kind !== 'deliver' || effect.delivery.call.text !== 'admins') return []
    const { kind, key, because = '' } = effect.delivery.message
    return [`${key.replace(/ \([0-9a-f]{4}\)$/, '')} ${kind}${because === '' ? '' : `: ${because}`}`]
  })

class Story {
  readonly run: Run
  constructor(...texts: readonly string[]) {
    this.run = new Run(configured(...texts))
    const { services } = this.run.state.model
    for (const one of services) this.at(0, checked(one, result(one.hosts, one.hosts)))
  }

  at(second: number, body: EventBody): string[] {
    return told(this.run.post(body, at(second)))
  }

  attempt(second: number, text: string, well: boolean): string[] {
    const delivery = this.run.state.outbox.find(({ call }) => call.text === text)
    assert(delivery !== undefined)
    const outcome = well
      ? ({ kind: 'sent', text: '' } as const)
      : ({ kind: 'failed', retry: true, text: 'away' } as const)
    return this.at(second, { kind: 'attempted', delivery: delivery.id, outcome })
  }

  wakes(second: number, body: EventBody): boolean {
    return this.run.post(body, at(second)).some((effect) => effect.kind === 'wake' && effect.at <= at(second).wall)
  }
}

test('two that are in trouble are told by two names, and each has an end of its own', () => {
  const story = new Story('A', 'B')
  story.attempt(1, 'A', false)
  story.attempt(1, 'B', false)
  assert.deepEqual(story.at(61, { kind: 'time' }), ['upalert/delivery to A failure', 'upalert/delivery to B failure'])
  assert.deepEqual(story.attempt(70, 'B', true), ['upalert/delivery to B up'])
  assert.deepEqual(story.attempt(71, 'A', true), ['upalert/delivery to A up'])
})

test('one that a reload takes away is over when nothing waits for it any more', () => {
  const story = new Story('A', 'B')
  story.attempt(1, 'A', false)
  story.at(61, { kind: 'time' })
  assert.ok(!story.wakes(70, { kind: 'reloaded', model: configured('B'), text: '' }), 'something waits')
  assert.deepEqual(story.at(71, { kind: 'time' }), [])
  const [delivery] = story.run.state.outbox
  assert(delivery !== undefined)
  const command = { kind: 'drop-deliveries', service: null, delivery: delivery.id } as const
  story.at(72, { kind: 'command', who: 'ann', command })
  assert.ok(story.wakes(73, { kind: 'reloaded', model: configured('B'), text: '' }))
  assert.deepEqual(story.at(74, { kind: 'time' }), ['upalert/delivery to A up: the configuration no longer names it'])
  assert.deepEqual(story.run.state.noise.troubles, {})
  assert.ok(!story.wakes(75, { kind: 'time' }), 'nothing is left to wake for')
})
