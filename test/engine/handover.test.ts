/** What a second channel takes over: nobody is left with a failure whose end went another way. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MEMBERS_KEPT } from '../../src/engine/noise/limits.ts'
import type { AlertCall, Service } from '../../src/model/model.ts'
import { host } from '../../src/model/names.ts'
import { KEEP_QUIET } from '../../src/model/notify-settings.ts'
import type { Receiver } from '../../src/model/receiver.ts'
import { milliseconds, seconds } from '../../src/model/units.ts'
import { alertCall, at, checked, model, period, Run, real, result, service, settings, virtual } from './build.ts'

const channel = (text: string): AlertCall => ({ ...alertCall(text), receiver: 'oncall', combines: true })
const oncall: Receiver = {
  name: 'oncall',
  channels: [channel('mail')],
  second: { calls: [channel('phone')], after: seconds(60) },
  groupWait: milliseconds(0),
  groupBy: 'watch',
  digest: null,
  rate: null,
  place: { file: 'mon.cf', line: 1, column: 1 },
}

const told = period({ alerts: oncall.channels, upalerts: [] })
const http = service({ called: 'web/http', periods: [told] })
const smtp = service({ called: 'web/smtp', periods: [told] })

/** The relay takes nothing; who would have been told what, and by what, is all that is looked at. */
class Story {
  readonly run: Run

  constructor(changes: Partial<Receiver> = {}) {
    const used = { ...settings, notify: KEEP_QUIET }
    this.run = new Run({
      ...model([http, smtp], [], used),
      receivers: new Map([['oncall', { ...oncall, ...changes }]]),
    })
  }

  fails(of: Service, second: number): string[] {
    return this.told(this.run.post(checked(of, result(of.hosts, of.hosts)), at(second)))
  }

  passes(of: Service, second: number): string[] {
    return this.told(this.run.post(checked(of, result(of.hosts, [])), at(second)))
  }

  time(second: number): string[] {
    return this.told(this.run.post({ kind: 'time' }, at(second)))
  }

  sent(text: string, second: number): string[] {
    const delivery = this.run.state.outbox.find(({ call, hold }) => call.text === text && hold === undefined)
    assert(delivery !== undefined, `${text} waits`)
    const outcome = { kind: 'sent', text: 'taken' } as const
    return this.told(this.run.post({ kind: 'attempted', delivery: delivery.id, outcome }, at(second)))
  }

  private told(effects: ReturnType<Run['post']>): string[] {
    return effects.flatMap((effect) => {
      if (effect.kind !== 'deliver') return []
      const { call, message } = effect.delivery
      const all = message.members ?? [message]
      return [`${call.text}: ${all.map(({ kind, key }) => `${kind} ${key}`).join(', ')}`]
    })
  }
}

test('a failure that is taken over when it is over already is taken over together with its end', () => {
  const story = new Story()
  assert.deepEqual(story.fails(http, 0), ['mail: failure web/http'])
  assert.deepEqual(story.passes(http, 30), ['mail: up web/http'])
  assert.deepEqual(story.time(60), ['phone: failure web/http', 'phone: up web/http'])
  // The first channel takes both now; the time of the end comes, and it is not told twice.
  story.sent('mail', 61)
  assert.deepEqual(story.time(95), [])
})

test('who took several failures over at once hears of the end of each', () => {
  const story = new Story({ groupWait: seconds(10) })
  assert.deepEqual([...story.fails(http, 0), ...story.fails(smtp, 1)], [])
  assert.deepEqual(story.time(10), ['mail: failure web/http, failure web/smtp'])
  assert.deepEqual(story.time(71), [])
  assert.deepEqual(story.time(81), ['phone: failure web/http, failure web/smtp'])
  story.sent('mail', 82)
  story.sent('phone', 82)
  story.passes(http, 90)
  assert.deepEqual(story.time(100), ['mail: up web/http', 'phone: up web/http'])
  story.passes(smtp, 110)
  assert.deepEqual(story.time(120), ['mail: up web/smtp', 'phone: up web/smtp'])
})

test('of more failures than one message names, each ends for who took it over, and each is said not to be told', () => {
  const many = Array.from({ length: MEMBERS_KEPT + 20 }, (_, i) => service({ called: `web/s${i}`, periods: [told] }))
  const receivers = new Map([['oncall', { ...oncall, groupWait: seconds(10) }]])
  const run = new Run({ ...model(many), receivers })
  for (const of of many) run.post(checked(of, result(of.hosts, of.hosts)), at(0))
  run.post({ kind: 'time' }, at(10))
  const [mail] = run.state.outbox
  assert.equal(mail?.message.omitted, 20)
  const refused = { kind: 'failed', retry: false, text: 'no such mailbox' } as const
  run.post({ kind: 'attempted', delivery: mail.id, outcome: refused }, at(11))
  assert.deepEqual(
    run.state.services.filter(({ untold }) => untold === null).map(({ key }) => key),
    [],
  )
  run.post({ kind: 'time' }, at(21))
  run.state = { ...run.state, outbox: [] }
  for (const of of many) run.post(checked(of, result(of.hosts, [])), at(30))
  run.post({ kind: 'time' }, at(40))
  assert.deepEqual(
    run.state.outbox.map(({ call, message }) => `${call.text} ${message.kind} ${message.summary.slice(0, 12)}`),
    ['mail up 120 up again', 'phone up 120 up again'],
  )
})

test('what the second channel tells by itself is not taken over by the second channel', () => {
  const story = new Story()
  story.fails(http, 0)
  assert.deepEqual(story.time(60), ['phone: failure web/http'])
  story.sent('mail', 61)
  assert.deepEqual(story.passes(http, 70), ['mail: up web/http', 'phone: up web/http'])
  story.sent('mail', 71)
  assert.deepEqual(story.time(200), [])
})

test('several failures that wait are not overtaken by the end of one of them', () => {
  const story = new Story({ groupWait: seconds(10) })
  story.fails(http, 0)
  story.fails(smtp, 1)
  story.time(10)
  // Taken over after a minute, they wait for others once more; so does the end, which has another watch than "several".
  assert.deepEqual(story.time(71), [])
  story.sent('mail', 72)
  story.passes(http, 75)
  assert.deepEqual(story.time(81), ['phone: failure web/http, failure web/smtp, up web/http'])
})

test('what is taken over takes with it what waits before and behind it, in the order of the decisions', () => {
  const story = new Story({ groupWait: seconds(10) })
  story.fails(smtp, 0)
  assert.deepEqual(story.time(10), ['mail: failure web/smtp'])
  story.fails(http, 20)
  assert.deepEqual(story.time(30), ['mail: failure web/http'])
  story.passes(http, 40)
  story.passes(smtp, 41)
  assert.deepEqual(story.time(50), ['mail: up web/http, up web/smtp'])
  // Only the first failure's minute is over; its end brings along that of the other, and so the other's beginning.
  assert.deepEqual(story.time(70), [])
  assert.deepEqual(story.time(80), ['phone: failure web/smtp, failure web/http, up web/http, up web/smtp'])
})

test('who took the beginning over hears of the end once, although the first channel still takes nothing', () => {
  const story = new Story()
  story.fails(http, 0)
  assert.deepEqual(story.time(60), ['phone: failure web/http'])
  assert.deepEqual(story.passes(http, 70), ['mail: up web/http', 'phone: up web/http'])
  assert.deepEqual(story.time(200), [])
})

test('a failure that is taken over after the second channel heard of the end is followed by the end again', () => {
  const again = period({ alerts: oncall.channels, upalerts: [], alertevery: { every: seconds(10), unless: 'success' } })
  const often = service({ called: 'web/often', periods: [again] })
  const run = new Run({ ...model([often], [], settings), receivers: new Map([['oncall', oncall]]) })
  const sent = (second: number, of: Parameters<Run['post']>[0]): string[] =>
    run.post(of, at(second)).flatMap((effect) => {
      return effect.kind === 'deliver' ? [`${effect.delivery.call.text} ${effect.delivery.message.kind}`] : []
    })
  const fails = (second: number) => sent(second, checked(often, result(often.hosts, often.hosts)))
  assert.deepEqual(fails(0), ['mail failure'])
  assert.deepEqual(fails(50), ['mail failure'])
  assert.deepEqual(sent(60, { kind: 'time' }), ['phone failure', 'phone failure'])
  assert.deepEqual(fails(65), ['mail failure'])
  assert.deepEqual(sent(70, checked(often, result(often.hosts, []))), ['mail up', 'phone up'])
  assert.deepEqual(sent(125, { kind: 'time' }), ['phone failure', 'phone up'])
})

test('a second channel that took over the loss of a quorum hears that it is back', () => {
  const web = virtual([real('h1')], { notices: { up: [], down: oncall.channels } })
  const watched = service({ called: 'g/s', hosts: [host('h1')], periods: [] })
  const run = new Run({ ...model([watched], [web]), receivers: new Map([['oncall', oncall]]) })
  const heard = (effects: ReturnType<Run['post']>): string[] =>
    effects.flatMap((effect) =>
      effect.kind === 'deliver' && effect.delivery.attempts === 0
        ? [`${effect.delivery.call.text} ${effect.delivery.message.kind}`]
        : [],
    )
  run.post(checked(watched, result(watched.hosts, [])), at(0))
  run.post(checked(watched, result(watched.hosts, watched.hosts)), at(1))
  assert.deepEqual(heard(run.post({ kind: 'time' }, at(61))), ['phone failure'])
  const back = heard(run.post(checked(watched, result(watched.hosts, [])), at(62)))
  assert(back.includes('phone up'), back.join(', '))
})
