/** What people are told because time passes: transcripts of escalations, flapping, acknowledgements, channels that fail. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sentence } from '../../src/engine/words.ts'
import { noDependencies } from '../../src/model/dependency.ts'
import type { Effect } from '../../src/model/effect.ts'
import type { Command, EventBody } from '../../src/model/event.ts'
import type { AlertCall, Service } from '../../src/model/model.ts'
import { KEEP_QUIET } from '../../src/model/notify-settings.ts'
import type { Receiver } from '../../src/model/receiver.ts'
import { milliseconds, minutes, type Now, uptime, wallTime } from '../../src/model/units.ts'
import { alertCall, checked, model, period, Run, result, service, settings } from './build.ts'

const start = Date.UTC(2026, 9, 1, 12)
const at = (second: number): Now => ({ wall: wallTime(start + second * 1000), uptime: uptime(second * 1000) })

const channel = (text: string): AlertCall => ({ ...alertCall(text), receiver: 'oncall' })
const oncall: Receiver = {
  name: 'oncall',
  channels: [channel('mail')],
  second: { calls: [channel('phone')], after: minutes(5) },
  groupWait: milliseconds(0),
  groupBy: 'receiver',
  digest: null,
  rate: null,
  place: { file: 'mon.cf', line: 1, column: 1 },
}

/** A run that answers what each event told whom, and why. */
class Story {
  readonly run: Run
  readonly of: Service

  constructor(changes: Partial<Service>, notify: Partial<typeof KEEP_QUIET> = {}) {
    this.of = service({ called: 'web/http', ...changes })
    const used = { ...settings, notify: { ...KEEP_QUIET, ...notify } }
    this.run = new Run({ ...model([this.of], [], used), receivers: new Map([['oncall', oncall]]) })
  }

  at(second: number, body: EventBody): string[] {
    return told(this.run.post(body, at(second)))
  }

  fails(second: number): string[] {
    return this.at(second, checked(this.of, result(this.of.hosts, this.of.hosts)))
  }

  passes(second: number): string[] {
    return this.at(second, checked(this.of, result(this.of.hosts, [])))
  }

  time(second: number): string[] {
    return this.at(second, { kind: 'time' })
  }

  command(second: number, command: Command): string[] {
    return this.at(second, { kind: 'command', who: 'ann', command })
  }

  wakes(second: number, body: EventBody): number[] {
    const effects = this.run.post(body, at(second))
    return effects.flatMap((effect) => (effect.kind === 'wake' ? [(effect.at - start) / 1000] : []))
  }

  attempt(second: number, text: string, ends: 'sent' | 'retry' | 'refused'): string[] {
    const delivery = this.run.state.outbox.find(({ call }) => call.text === text)
    assert(delivery !== undefined, `${text} waits`)
    const failed = { kind: 'failed', retry: ends === 'retry', text: 'the relay is away' } as const
    const outcome = ends === 'sent' ? ({ kind: 'sent', text: 'taken' } as const) : failed
    return this.at(second, { kind: 'attempted', delivery: delivery.id, outcome })
  }
}

/** `mail failure`, with the reason behind a colon where one is told. */
const told = (effects: readonly Effect[]): string[] =>
  effects.flatMap((effect) => {
    if (effect.kind !== 'deliver' || effect.delivery.attempts > 0) return []
    const { call, message } = effect.delivery
    return [`${call.text} ${message.kind}${message.because === undefined ? '' : `: ${message.because}`}`]
  })

const acknowledge: Command = { kind: 'ack', service: service({ called: 'web/http' }).key, comment: 'on it' }

const escalating = [
  period({
    alerts: oncall.channels,
    upalerts: [],
    escalations: [
      { after: minutes(15), calls: [alertCall('boss')] },
      { after: minutes(30), calls: [alertCall('owner')] },
    ],
  }),
]

test('who has not acknowledged is followed by the next, step by step, each once, and all hear of the end', () => {
  const story = new Story({ periods: escalating })
  assert.deepEqual(story.fails(0), ['mail failure'])
  story.attempt(1, 'mail', 'sent')
  assert.deepEqual(story.time(14 * 60), [])
  assert.deepEqual(story.time(15 * 60), ['boss failure: nobody has acknowledged it for 15 min'])
  assert.deepEqual(story.time(16 * 60), [])
  assert.deepEqual(story.time(31 * 60), ['owner failure: nobody has acknowledged it for 30 min'])
  assert.deepEqual(story.passes(32 * 60), ['mail up', 'boss up', 'owner up'])
  story.attempt(32 * 60, 'mail', 'sent')
  assert.deepEqual(story.time(60 * 60), [])
})

test('the time of an escalation is asked for when the first alert is sent', () => {
  const story = new Story({ periods: escalating })
  assert.deepEqual(story.wakes(0, checked(story.of, result(story.of.hosts, story.of.hosts))), [5 * 60, 15 * 60])
  story.attempt(1, 'mail', 'sent')
  assert.deepEqual([...new Set(story.wakes(16 * 60, { kind: 'time' }))], [30 * 60])
})

test('nobody is escalated to while the scheduler is stopped: no check would tell that it is over', () => {
  const story = new Story({ periods: escalating })
  story.fails(0)
  story.attempt(1, 'mail', 'sent')
  story.command(60, { kind: 'stop' })
  assert.deepEqual(story.time(16 * 60), [])
  assert.deepEqual(story.wakes(16 * 60, { kind: 'time' }), [])
  story.command(20 * 60, { kind: 'start' })
  assert.deepEqual(story.wakes(21 * 60, checked(story.of, result(story.of.hosts, story.of.hosts))), [21 * 60])
  assert.deepEqual(story.time(21 * 60), ['boss failure: nobody has acknowledged it for 15 min'])
})

test('nobody is escalated to after a start before a check has said that it still fails', () => {
  const story = new Story({ periods: escalating })
  story.fails(0)
  story.attempt(1, 'mail', 'sent')
  const day = 24 * 3600
  const { services, pools, owned, controls, outbox, noise } = story.run.state
  const saved = { version: 1, services, pools, owned, controls, outbox, noise } as const
  story.at(day, { kind: 'started', text: 'upalert', saved })
  assert.deepEqual(story.time(day + 1), [])
  assert.deepEqual(story.wakes(day + 1, { kind: 'time' }), [], 'it is not asked for all the time')
  const check = checked(story.of, result(story.of.hosts, story.of.hosts))
  assert.deepEqual(story.wakes(day + 2, check), [day + 2])
  assert.deepEqual(story.time(day + 2), [
    'boss failure: nobody has acknowledged it for 15 min',
    'owner failure: nobody has acknowledged it for 30 min',
  ])
})

test('an escalation that comes due outside its period waits for it', () => {
  const [some] = escalating
  assert(some !== undefined)
  // The first half of each minute.
  const when = { kind: 'any', subs: [{ sec: [{ from: 0, to: 29 }] }] } as const
  const story = new Story({ periods: [{ ...some, when }] })
  story.fails(0)
  story.attempt(1, 'mail', 'sent')
  const due = 15 * 60
  assert.deepEqual(story.time(due + 40), [])
  assert.deepEqual(story.wakes(due + 40, { kind: 'time' }), [due + 100], 'it is not asked for all the time')
  assert.deepEqual(story.wakes(due + 41, checked(story.of, result(story.of.hosts, story.of.hosts))), [])
  assert.deepEqual(story.time(due + 125), ['boss failure: nobody has acknowledged it for 15 min'])
})

test('an acknowledgement holds escalations back; when its time is over they come, and alerts are sent again', () => {
  const story = new Story({ periods: escalating })
  story.fails(0)
  story.attempt(1, 'mail', 'sent')
  story.command(60, { ...acknowledge, lasts: minutes(20) })
  assert.deepEqual(story.time(16 * 60), [])
  assert.deepEqual(story.fails(17 * 60), [])
  assert.deepEqual(story.time(21 * 60), [
    "mail failure: the time of ann's acknowledgement is over (on it)",
    'boss failure: nobody has acknowledged it for 15 min',
  ])
  assert.equal(story.run.state.services[0]?.ack, null)
  assert.deepEqual(story.fails(22 * 60), [], 'a receiver is told once')
})

test('an acknowledgement until a change ends with what the check says; a sticky one outlives unack_summary', () => {
  const until = (by: 'change' | 'recovery') => {
    const story = new Story({ unackSummary: by === 'recovery', periods: [period()] })
    story.fails(0)
    story.command(1, { ...acknowledge, until: by })
    assert.deepEqual(story.fails(2), [])
    return story.at(3, checked(story.of, result(story.of.hosts, story.of.hosts, { summary: 'something else' })))
  }
  assert.deepEqual(until('change'), ['A failure: ann had acknowledged it (on it), and what the check says has changed'])
  assert.deepEqual(until('recovery'), [])
})

test('a link counts once, for its outage alone, and not over another acknowledgement', () => {
  const story = new Story({})
  story.fails(0)
  const outage = story.run.state.services[0]?.outage
  const message = story.run.state.outbox[0]?.id
  assert(outage != null && message !== undefined)
  const refusal = (second: number): string => {
    const effects = story.run.post(
      { kind: 'command', who: '', command: { ...acknowledge, link: { message, outage } } },
      at(second),
    )
    const [entry] = effects.flatMap((effect) => (effect.kind === 'record' ? [sentence(effect.entry)] : []))
    return entry ?? ''
  }
  assert.match(refusal(1), /alerts stop until the service has recovered/)
  story.command(2, { kind: 'unack', service: story.of.key })
  assert.match(refusal(3), /refused: this link has been used already/)
  story.passes(4)
  story.fails(5)
  assert.match(refusal(6), /refused: the failure that this link was about is over/)
})

test('a service that flaps is told of when it begins, not at each change, and in the end as it stands', () => {
  const flapping = { flap: { count: 3, within: minutes(10) }, periods: [period()] }
  const story = new Story(flapping)
  story.passes(0)
  assert.deepEqual(story.fails(10), ['A failure'])
  assert.deepEqual(story.passes(20), ['U up'])
  const third = story.fails(30)
  assert.equal(third.length, 1)
  assert.match(third[0] ?? '', /^A failure: it changes too often: 3 changes within 10 min/)
  assert.deepEqual(
    [40, 50, 60].flatMap((second) => [...story.passes(second), ...story.fails(second + 5)]),
    [],
  )
  assert.deepEqual(story.passes(70), [])
  assert.deepEqual(story.time(70 + 599), [])
  const [last, ...more] = story.time(70 + 600)
  assert.deepEqual(more, [])
  assert.match(last ?? '', /^U up: it is calm again after 7 changes in 10 min/)
  assert.deepEqual(story.fails(70 + 601), ['A failure'])
})

test('a service that flaps and stays down is told to be down', () => {
  const story = new Story({ flap: { count: 2, within: minutes(1) }, periods: [period()] })
  story.passes(0)
  story.fails(1)
  story.passes(2)
  story.fails(3)
  assert.match(story.time(3 + 60)[0] ?? '', /^A failure: it is calm again after 1 change/)
  assert.deepEqual(story.passes(70), ['U up'])
})

test('what a channel has not taken is told by the second one, which hears of the end as well', () => {
  const story = new Story({ periods: [period({ alerts: oncall.channels, upalerts: [] })] })
  story.fails(0)
  story.attempt(1, 'mail', 'retry')
  assert.deepEqual(story.time(4 * 60), [])
  assert.deepEqual(story.time(5 * 60), [
    'phone failure: oncall by mail was to tell it, but it has not got through for 5 min: the relay is away',
  ])
  assert.deepEqual(story.time(6 * 60), [])
  assert.deepEqual(story.passes(7 * 60), ['mail up', 'phone up'])
})

test('what was given up goes to the second channel at once', () => {
  const story = new Story({ periods: [period({ alerts: oncall.channels, upalerts: [] })] })
  story.fails(0)
  assert.deepEqual(story.attempt(1, 'mail', 'refused'), [
    'phone failure: oncall by mail was to tell it, but it was given up: the relay is away',
  ])
})

test('that notifications do not get through is told by others, once, and told again when they do', () => {
  const undelivered = [alertCall('A'), alertCall('admin')]
  const story = new Story({ periods: [period()] }, { undelivered, undeliveredAfter: minutes(10) })
  story.fails(0)
  assert.deepEqual(story.attempt(1, 'A', 'retry'), [])
  assert.deepEqual(story.time(9 * 60), [])
  assert.deepEqual(story.time(11 * 60), ['admin failure'])
  const alarm = story.run.state.outbox.at(-1)?.message
  assert.equal(alarm?.summary, 'notifications have not got through to A for 10 min 59 s: the relay is away; one waits')
  assert.deepEqual(story.attempt(12 * 60, 'A', 'retry'), [])
  assert.deepEqual(story.attempt(20 * 60, 'A', 'sent'), ['admin up'])
  assert.match(story.run.state.outbox.at(-1)?.message.summary ?? '', /^notifications get through to A again after/)
})

test('what was given up is told at once; where only the broken way is left, nobody is asked in circles', () => {
  const story = new Story({ periods: [period()] }, { undelivered: [alertCall('A')] })
  story.fails(0)
  assert.deepEqual(story.attempt(1, 'A', 'refused'), [])
  assert.deepEqual(story.time(3600), [])
})

test('an operator takes back what waits', () => {
  const story = new Story({ periods: [period()] })
  story.fails(0)
  story.fails(4)
  story.command(5, { kind: 'drop-deliveries', service: story.of.key, delivery: null })
  assert.deepEqual(story.run.state.outbox, [])
})

test('a receiver is told once while the same fails, whatever the words; another host is news, and so is a new receiver', () => {
  const story = new Story({ periods: [period({ alerts: oncall.channels, upalerts: [] })] })
  const [one, two] = story.of.hosts
  assert(one !== undefined && two !== undefined)
  const fails = (second: number, summary: string, hosts = [one]): string[] =>
    story.at(second, checked(story.of, result(story.of.hosts, hosts, { summary })))
  assert.deepEqual(fails(0, '1203 ms'), ['mail failure'])
  assert.deepEqual(fails(1, '1204 ms'), [])
  assert.deepEqual(fails(2, '1205 ms', [one, two]), ['mail failure'])
  const chat = channel('chat')
  const periods = [period({ alerts: [...oncall.channels, chat], upalerts: [] })]
  const next = { ...story.run.state.model, services: [{ ...story.of, periods }] }
  story.at(3, { kind: 'reloaded', model: next, text: '' })
  assert.deepEqual(fails(4, '1206 ms', [one, two]), ['chat failure'])
})

test('that nothing gets through is told as soon as one way works again', () => {
  const both = [period({ alerts: [alertCall('A'), alertCall('B')] })]
  const story = new Story({ periods: both }, { undelivered: [alertCall('B')], undeliveredAfter: minutes(1) })
  story.fails(0)
  story.attempt(1, 'A', 'retry')
  story.attempt(1, 'B', 'retry')
  assert.deepEqual(story.time(120), [])
  assert.deepEqual(story.attempt(180, 'B', 'sent'), ['B failure'])
  assert.match(story.run.state.outbox.at(-1)?.message.summary ?? '', /^notifications have not got through to A/)
})

test('the end of flapping asks the dependencies, as every failure does', () => {
  const parent = service({ called: 'net/ping', periods: [] })
  const text = { text: 'net/ping', expression: { kind: 'service', service: parent.key } as const }
  const story = new Story({
    flap: { count: 2, within: minutes(1) },
    dependencies: { ...noDependencies, alerts: { ...text, alone: false } },
    periods: [period()],
  })
  const both = { ...story.run.state.model, ...model([story.of, parent]) }
  story.at(0, { kind: 'reloaded', model: both, text: '' })
  story.at(0, checked(parent, result(parent.hosts, [])))
  for (const second of [1, 3, 5]) {
    story.passes(second)
    story.fails(second + 1)
  }
  story.at(7, checked(parent, result(parent.hosts, parent.hosts)))
  assert.deepEqual(story.time(6 + 60), [])
})

test('the end of an acknowledgement is no failing check: alertafter goes on counting where it was', () => {
  const rule = period({ alertafter: { count: null, time: null, window: { count: 2, time: minutes(10) } } })
  const story = new Story({ periods: [rule] })
  assert.deepEqual(story.fails(0), [])
  story.command(1, { ...acknowledge, lasts: minutes(1) })
  assert.deepEqual(story.time(62), [])
  assert.deepEqual(story.fails(63), ['A failure'])
})

test('who is told later hears who was told before', () => {
  const story = new Story({
    periods: [
      period({ alerts: [...oncall.channels, alertCall('pager')], escalations: escalating[0]?.escalations ?? [] }),
    ],
  })
  const others = (text: string) => story.run.state.outbox.findLast(({ call }) => call.text === text)?.message.others
  story.fails(0)
  assert.deepEqual(others('mail'), ['pager'])
  story.time(15 * 60)
  assert.deepEqual(others('phone'), ['oncall by mail', 'pager'])
  assert.deepEqual(others('boss'), ['oncall by mail', 'pager'])
  story.time(30 * 60)
  assert.deepEqual(others('owner'), ['oncall by mail', 'oncall by phone', 'pager', 'boss'])
})
