/** Whatever was announced as down is announced as resolved, whatever happens in between. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { goneOf } from '../../src/engine/gone.ts'
import { restoredState } from '../../src/engine/restore.ts'
import { sentence } from '../../src/engine/words.ts'
import { isFailing } from '../../src/model/alert.ts'
import type { Command, EventBody } from '../../src/model/event.ts'
import type { AlertCall, Model, Service } from '../../src/model/model.ts'
import type { Receiver } from '../../src/model/receiver.ts'
import type { Delivery, Saved, ServiceState, State } from '../../src/model/state.ts'
import { hours, milliseconds, minutes, type Now, seconds, uptime, wallTime } from '../../src/model/units.ts'
import { alertCall, checked, model, period, Run, result, service } from './build.ts'

const start = Date.UTC(2026, 9, 1, 12)
const at = (ms: number): Now => ({ wall: wallTime(start + ms), uptime: uptime(ms) })

const channel = (text: string): AlertCall => ({ ...alertCall(text), receiver: 'oncall' })
const oncall: Receiver = {
  name: 'oncall',
  channels: [channel('mail'), channel('chat')],
  second: { calls: [channel('phone')], after: minutes(1) },
  groupWait: milliseconds(0),
  groupBy: 'receiver',
  digest: null,
  rate: null,
  place: { file: 'mon.cf', line: 1, column: 1 },
}

const shapes: readonly Partial<Service>[] = [
  { periods: [period({ alerts: [alertCall('A')], upalerts: [alertCall('U')] })] },
  { periods: [period({ alerts: oncall.channels, upalerts: [] })] },
  {
    periods: [
      period({ label: 'a', alerts: [alertCall('A')], upalerts: [alertCall('U')], numalerts: 1 }),
      period({ label: 'b', alerts: [...oncall.channels, alertCall('B')], upalerts: [alertCall('V')] }),
    ],
  },
  {
    flap: { count: 3, within: minutes(10) },
    periods: [period({ alerts: oncall.channels, escalations: [{ after: minutes(2), calls: [alertCall('E')] }] })],
  },
]

const names = ['g/a', 'g/b', 'h/c'] as const
const configured = (chosen: readonly number[]): Model => {
  const services = chosen.flatMap((shape, i) => {
    const called = names[i]
    return called === undefined || shape < 0 ? [] : [service({ called, ...shapes[shape] })]
  })
  return { ...model(services), receivers: new Map([['oncall', oncall]]) }
}

/** Who hears of the end of what this call told. */
const endOf = (text: string): string => ({ A: 'U', B: 'V' })[text] ?? text

type Step =
  | { readonly kind: 'check'; readonly which: number; readonly fails: boolean }
  | { readonly kind: 'wait'; readonly seconds: number }
  | {
      readonly kind: 'command'
      readonly which: number
      readonly word: 'ack' | 'unack' | 'disable' | 'enable' | 'stop' | 'start' | 'maintain' | 'work'
    }
  | { readonly kind: 'reload'; readonly shapes: readonly number[] }
  /** `null`: on the same file. */
  | { readonly kind: 'restart'; readonly shapes: readonly number[] | null }
  | { readonly kind: 'step'; readonly seconds: number }
  | { readonly kind: 'attempt'; readonly ends: 'sent' | 'retry' | 'refused' }

const which = fc.integer({ min: 0, max: 2 })
const chosen = fc.array(fc.integer({ min: -1, max: shapes.length - 1 }), { minLength: 3, maxLength: 3 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('check' as const), which, fails: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 900 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('command' as const),
      which,
      word: fc.constantFrom('ack', 'unack', 'disable', 'enable', 'stop', 'start', 'maintain', 'work'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reload' as const), shapes: chosen }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('restart' as const), shapes: fc.option(chosen) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('step' as const), seconds: fc.integer({ min: -900, max: 900 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('attempt' as const), ends: fc.constantFrom('sent', 'retry', 'refused') }),
  },
)

/** The whole daemon without its doors: what was told to whom, in order. */
class Story {
  readonly told: Delivery[] = []
  private readonly run: Run
  private now = 0
  private stepped = 0

  constructor(of: Model) {
    this.run = new Run(of)
  }

  get state(): State {
    return this.run.state
  }

  post(body: EventBody): void {
    const before = new Set(this.state.outbox.map(({ id }) => id))
    this.run.post(body, { wall: wallTime(at(this.now).wall + this.stepped), uptime: uptime(this.now) })
    this.told.push(...this.state.outbox.filter(({ id }) => !before.has(id)))
  }

  take(one: Step): void {
    switch (one.kind) {
      case 'check':
        this.check(one.which, one.fails)
        break
      case 'wait':
        this.wait(one.seconds)
        break
      case 'command': {
        const command = this.commandOf(one.word, one.which)
        if (command !== null) this.command(command)
        break
      }
      case 'reload':
        this.post({ kind: 'reloaded', model: configured(one.shapes), text: '' })
        break
      case 'restart':
        this.restart(one.shapes === null ? this.state.model : configured(one.shapes))
        break
      case 'step':
        this.stepped += one.seconds * 1000
        this.post({ kind: 'clock-stepped', by: seconds(one.seconds) })
        break
      case 'attempt':
        this.attempt(one.ends)
        break
    }
  }

  private check(which: number, fails: boolean): void {
    const of = this.state.model.services[which]
    if (of !== undefined) this.post(checked(of, result(of.hosts, fails ? of.hosts : [])))
  }

  private commandOf(word: Extract<Step, { kind: 'command' }>['word'], which: number): Command | null {
    if (word === 'stop' || word === 'start') return { kind: word }
    if (word === 'work') return { kind: 'end-maintenance', name: 'm' }
    const key = this.state.model.services[which]?.key
    if (key === undefined) return null
    if (word === 'maintain') {
      const lasts = minutes(10)
      return { kind: 'begin-maintenance', name: 'm', subjects: [key], from: null, lasts, reason: '' }
    }
    if (word === 'ack') return { kind: 'ack', service: key, comment: '', lasts: minutes(3) }
    return word === 'disable' ? { kind: 'disable', service: key, reason: '' } : { kind: word, service: key }
  }

  /** As the daemon does: the state is made first, for whoever is answered before the start is over. */
  private restart(of: Model): void {
    const { services, pools, owned, controls, outbox, noise } = this.state
    const saved: Saved = JSON.parse(JSON.stringify({ version: 1, services, pools, owned, controls, outbox, noise }))
    this.run.state = restoredState(of, saved, null, at(this.now + this.stepped))
    this.post({ kind: 'started', text: '', gone: goneOf(of, saved) })
  }

  private attempt(ends: 'sent' | 'retry' | 'refused'): void {
    const [delivery] = this.state.outbox
    if (delivery === undefined) return
    const failed = { kind: 'failed', retry: ends === 'retry', text: 'no' } as const
    const outcome = ends === 'sent' ? ({ kind: 'sent', text: 'yes' } as const) : failed
    this.post({ kind: 'attempted', delivery: delivery.id, outcome })
  }

  command(command: Command): void {
    this.post({ kind: 'command', who: 'ann', command })
  }

  wait(length: number): void {
    this.now += length * 1000
    this.post({ kind: 'time' })
  }

  /** All works again, and stays so. */
  end(): void {
    this.command({ kind: 'start' })
    for (let i = 0; i < 2; i += 1) {
      for (const of of this.state.model.services) this.post(checked(of, result(of.hosts, [])))
      this.wait(hours(1) / 1000)
    }
  }
}

test('the last word to whoever heard of a failure is that it is over', () => {
  const property = fc.property(chosen, fc.array(step, { maxLength: 60 }), (shape, steps) => {
    const story = new Story(configured(shape))
    for (const one of steps) story.take(one)
    story.end()
    const last = new Map<string, Delivery>()
    for (const one of story.told) last.set(`${one.message.key} ${endOf(one.call.text)}`, one)
    for (const [about, { message }] of last) assert(!isFailing(message.kind), `${about}: ${message.kind}`)
  })
  fc.assert(property, { numRuns: 1000 })
})

test('all messages of one outage carry its name, also the one that ends it after the clock was set', () => {
  const story = new Story(configured([1, -1, -1]))
  const [of] = story.state.model.services
  assert(of !== undefined)
  story.take({ kind: 'check', which: 0, fails: true })
  story.take({ kind: 'step', seconds: 3600 })
  story.take({ kind: 'restart', shapes: null })
  story.take({ kind: 'wait', seconds: 30 })
  story.take({ kind: 'check', which: 0, fails: false })
  const outages = new Set(story.told.map(({ message }) => message.outage))
  assert.equal(story.told.length, 4)
  assert.equal(outages.size, 1)
  assert(!outages.has(undefined))
  story.take({ kind: 'check', which: 0, fails: true })
  assert(!outages.has(story.told.at(-1)?.message.outage), 'the next outage has another name')
})

test('an end names who else hears of it, and why one hears who has no line of the period', () => {
  const story = new Story(configured([2, -1, -1]))
  story.take({ kind: 'check', which: 0, fails: true })
  assert.deepEqual(story.told[0]?.message.others, ['oncall by mail', 'oncall by chat', 'B'])
  assert.equal(story.told[0]?.message.remedy, 'one passing check; it is checked every 4 s')
})

/** What `g/a`, which fails and was told, leaves behind. */
function savedFailing(changes: Partial<Service> = {}): Saved {
  const [a, b] = [service({ called: 'g/a', ...changes }), service({ called: 'g/b' })]
  const run = new Run(model([a, b]))
  run.post(checked(a, result(a.hosts, a.hosts, { summary: 'h1 h2' })), at(0))
  const { services, pools, owned, controls, outbox, noise } = run.state
  assert.equal(outbox.length, 1)
  return JSON.parse(JSON.stringify({ version: 1, services, pools, owned, controls, outbox: [], noise }))
}

for (const [what, startWith] of [
  ['a start with what was saved', (run: Run, saved: Saved) => run.post(started(saved), at(60_000))],
  [
    'the daemon, which has made its state before',
    (run: Run, saved: Saved) => {
      run.state = restoredState(run.state.model, saved, null, at(60_000))
      return run.post({ kind: 'started', text: '', gone: goneOf(run.state.model, saved) }, at(60_000))
    },
  ],
] as const) {
  test(`${what} tells whoever heard of a failure that the file no longer names the service, once`, () => {
    const saved = savedFailing()
    const run = new Run(model([service({ called: 'g/b' })]))
    const effects = startWith(run, saved)
    const [end, ...others] = run.state.outbox
    assert(end !== undefined)
    assert.deepEqual(others, [])
    const { message, call } = end
    assert.deepEqual([call.text, message.kind, message.key], ['U', 'up', 'g/a'])
    assert.equal(message.because, 'the configuration no longer names it')
    assert.equal(message.outage, saved.services[0]?.outage)
    assert.equal(message.firstFailure, at(0).wall)
    assert.equal(message.lasted, minutes(1))
    assert.equal(message.environment.MON_GROUP, 'g')
    const entries = effects.flatMap((effect) => (effect.kind === 'record' ? [sentence(effect.entry)] : []))
    assert(
      entries.includes('g/a is not watched any more: the configuration no longer names it (was down for 1 min)'),
      entries.join('\n'),
    )
    assert.equal(effects.filter(({ kind }) => kind === 'deliver').length, 1)
    run.post(started({ version: 1, ...run.state }), at(120_000))
    assert.equal(run.state.outbox.length, 1, 'the next start knows nothing of it')
  })
}

const started = (saved: Saved): EventBody => ({ kind: 'started', saved, text: '' })

test('what an older upalert saved of a service that is gone harms nothing', () => {
  const [failing] = savedFailing().services
  assert(failing !== undefined)
  const { announced: _, flapping: __, opstatus: ___, ...older } = failing
  const saved = { ...savedFailing(), services: [older as ServiceState] }
  const run = new Run(model([]))
  const effects = run.post(started(saved), at(60_000))
  assert.deepEqual(run.state.outbox, [])
  assert(effects.some((effect) => effect.kind === 'record' && effect.entry.kind === 'service'))
})

test('a reset that forgets a failure still owes its end when the file forgets the service, too', () => {
  const a = service({ called: 'g/a' })
  const run = new Run(model([a]))
  run.post(checked(a, result(a.hosts, a.hosts)), at(0))
  const reset = { keepstate: false, stopped: false }
  run.post({ kind: 'reloaded', model: run.state.model, text: '', reset }, at(1000))
  run.post({ kind: 'reloaded', model: model([]), text: '' }, at(2000))
  assert.deepEqual(
    run.state.outbox.map(({ call, message }) => `${call.text} ${message.kind}`),
    ['A failure', 'U up'],
  )
})

test('an outage that an older upalert had announced is announced as over, whoever has disabled it since', () => {
  const story = new Story(configured([0, -1, -1]))
  story.take({ kind: 'check', which: 0, fails: true })
  const { services, pools, owned, controls } = story.state
  const lacking = services.map(({ announced: _, outage: __, ...rest }) => ({
    ...rest,
    periods: rest.periods.map(({ firstSent: ___, escalated: ____, ...period }) => period),
  }))
  const older: Saved = JSON.parse(JSON.stringify({ version: 1, services: lacking, pools, owned, controls, outbox: [] }))
  const [of] = story.state.model.services
  assert(of !== undefined)
  const run = new Run(story.state.model)
  run.state = restoredState(story.state.model, older, null, at(1000))
  run.post({ kind: 'started', text: '' }, at(1000))
  run.post({ kind: 'command', who: 'ann', command: { kind: 'disable', service: of.key, reason: '' } }, at(2000))
  run.post(checked(of, result(of.hosts, [])), at(3000))
  assert.deepEqual(
    run.state.outbox.map(({ call, message }) => `${call.text} ${message.kind}`),
    ['U up'],
  )
})
