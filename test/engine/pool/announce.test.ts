/** What holds for services holds for pools and their real servers: whoever heard of a failure hears of its end. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { goneOf } from '../../../src/engine/gone.ts'
import { inMaintenance } from '../../../src/engine/maintenance.ts'
import { patchOf } from '../../../src/engine/patch.ts'
import { poolHeard } from '../../../src/engine/pool/heard.ts'
import { restoredState } from '../../../src/engine/restore.ts'
import { stateFor } from '../../../src/engine/start.ts'
import { isFailing } from '../../../src/model/alert.ts'
import type { Command, EventBody } from '../../../src/model/event.ts'
import type { AlertCall, Model, Notices } from '../../../src/model/model.ts'
import type { Delivery, Saved, State } from '../../../src/model/state.ts'
import { minutes, type Now, seconds, uptime, wallTime, weight } from '../../../src/model/units.ts'
import { addPatch, foldOf, savedOf } from '../../../src/wire/history/saved.ts'
import { alertCall, at, checked, model, Run, result, virtual } from '../build.ts'
import { begin } from '../maintenance-rig.ts'
import { calls, checkOf, poolOf, realOf } from './rig.ts'

const to = (receiver: string, text: string): AlertCall => ({ ...alertCall(text), receiver })
const script = (text: string): AlertCall => ({ ...alertCall(text), module: 'notify' })
const told = (...all: readonly AlertCall[]): Notices => ({ up: all, down: all })
const pair: Notices = { up: [alertCall('U')], down: [alertCall('A')] }
const program = (text: string): AlertCall => ({ ...alertCall(text), module: 'program' })

/** Of a virtual server of mon.cf. */
const ofWeb: readonly Notices[] = [
  pair,
  told(to('oncall', 'mail'), to('oncall', 'chat')),
  { up: [...pair.up, to('boss', 'phone')], down: [...pair.down, to('boss', 'phone')] },
  told(program('p.alert'), to('oncall', 'mail')),
  told(),
]
/** Of real servers and quorums of a keepalived.conf. */
const ofFarm: readonly Notices[] = [
  { up: [script('up.sh'), alertCall('mail X')], down: [script('down.sh'), alertCall('mail X')] },
  told(alertCall('mail Y')),
  told(),
]

interface Shape {
  /** `null`: it is not configured. */
  readonly web: number | null
  readonly farm: number
  readonly quorum: number
}

function configured({ web, farm, quorum }: Shape): Model {
  const notices = ofFarm[farm] ?? told()
  const watched = web === null ? undefined : ofWeb[web]
  const own = { name: 'web', quorum: weight(quorum) }
  return model(
    [1, 2, 3, 4].map((n) => checkOf(n)),
    [
      ...(watched === undefined ? [] : [virtual([realOf(1), realOf(2)], { ...own, notices: watched })]),
      virtual([realOf(3, { notices }), realOf(4, { notices })], { name: 'farm', keepalivedName: 'farm', notices }),
    ],
  )
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  web: fc.option(fc.nat({ max: ofWeb.length - 1 })),
  farm: fc.nat({ max: ofFarm.length - 1 }),
  quorum: fc.constantFrom(1, 2),
})

type Step =
  | { readonly kind: 'check'; readonly n: number; readonly fails: boolean }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'step'; readonly seconds: number }
  | { readonly kind: 'maintain'; readonly subject: string; readonly minutes: number }
  | { readonly kind: 'work' }
  | { readonly kind: 'reload'; readonly shape: Shape }
  | { readonly kind: 'restart'; readonly shape: Shape }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('check' as const),
      n: fc.integer({ min: 1, max: 4 }),
      fails: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 900 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('step' as const), seconds: fc.integer({ min: -900, max: 900 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('maintain' as const),
      subject: fc.constantFrom('*', 'virtual web', 'virtual farm'),
      minutes: fc.integer({ min: 1, max: 20 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('work' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reload' as const), shape: shapes }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), shape: shapes }) },
)

const command = (of: Command): EventBody => ({ kind: 'command', who: 'ann', command: of })

function eventOf(one: Exclude<Step, { kind: 'restart' }>): EventBody {
  switch (one.kind) {
    case 'check': {
      const of = checkOf(one.n)
      return checked(of, result(of.hosts, one.fails ? of.hosts : []))
    }
    case 'wait':
      return { kind: 'time' }
    case 'step':
      return { kind: 'clock-stepped', by: seconds(one.seconds) }
    case 'maintain':
      return command(begin({ name: 'm', subjects: [one.subject], lasts: minutes(one.minutes) }))
    case 'work':
      return command({ kind: 'end-maintenance', name: 'm' })
    case 'reload':
      return { kind: 'reloaded', model: configured(one.shape), text: '' }
  }
}

/** The whole daemon without its doors: what was told to whom, in order. */
class Story {
  readonly told: Delivery[] = []
  readonly run: Run
  private disk = foldOf(null)
  private second = 0
  private stepped = 0

  constructor(of: Model) {
    this.run = new Run(of)
  }

  get now(): Now {
    return { wall: wallTime(at(this.second + this.stepped).wall), uptime: uptime(this.second * 1000) }
  }

  post(body: EventBody): void {
    const former = this.run.state
    const before = new Set(former.outbox.map(({ id }) => id))
    this.run.post(body, this.now)
    if (body.kind === 'reloaded' || body.kind === 'started') this.disk = foldOf(savedNow(this.run.state))
    else addPatch(this.disk, patchOf(former, this.run.state))
    this.told.push(...this.run.state.outbox.filter(({ id }) => !before.has(id)))
  }

  take(one: Step): void {
    if (one.kind === 'wait') this.second += one.seconds
    if (one.kind === 'step') this.stepped += one.seconds
    if (one.kind === 'restart') this.restart(configured(one.shape))
    else this.post(eventOf(one))
  }

  /** After a crash, with what is on disk. */
  private restart(of: Model): void {
    const saved = savedOf(this.disk)
    this.run.state = restoredState(of, saved, null, this.now)
    this.post({ kind: 'started', text: '', gone: goneOf(of, saved) })
  }

  /** All works again, and nothing is in maintenance. */
  end(): void {
    this.take({ kind: 'work' })
    this.take({ kind: 'wait', seconds: 3600 })
    for (const n of [1, 2, 3, 4]) this.take({ kind: 'check', n, fails: false })
  }
}

const savedNow = ({ services, pools, owned, controls, outbox, noise }: State): Saved =>
  JSON.parse(JSON.stringify({ version: 1, services, pools, owned, controls, outbox, noise }))

const isPerson = ({ call }: Delivery): boolean => call.module !== 'notify'

/** Who hears of the end of what this call told. */
const endOf = ({ call }: Delivery): string => (call.text === 'A' ? 'U' : call.text)

const stories = (check: (story: Story, all: readonly Step[]) => void): void =>
  fc.assert(
    fc.property(shapes, fc.array(step, { maxLength: 50 }), (shape, steps) =>
      check(new Story(configured(shape)), steps),
    ),
    { numRuns: 1000 },
  )

test('the last word to whoever heard that a quorum or a real server is lost is that it is over', () => {
  stories((story, all) => {
    for (const one of all) story.take(one)
    story.end()
    const last = new Map<string, Delivery>()
    for (const one of story.told.filter(isPerson)) last.set(`${one.message.key} ${endOf(one)}`, one)
    for (const [about, { message }] of last) assert(!isFailing(message.kind), `${about}: ${message.kind}`)
  })
})

test('no receiver hears of the end of what it was not told', () => {
  stories((story, all) => {
    for (const one of all) story.take(one)
    const failing = new Set<string>()
    for (const one of story.told) {
      if (one.call.receiver === undefined) continue
      const about = `${one.message.key} ${one.call.receiver} ${one.call.text}`
      if (isFailing(one.message.kind)) failing.add(about)
      else assert(failing.delete(about), about)
    }
  })
})

test('what maintenance kept quiet waits for nothing but its end, whatever ends it', () => {
  stories((story, all) => {
    for (const one of all) {
      story.take(one)
      const { state } = story.run
      for (const pool of state.pools) {
        if (inMaintenance(state, `virtual ${pool.name}`, story.now) !== null || one.kind === 'check') continue
        assert.deepEqual([pool, ...pool.reals].map(({ hushed }) => hushed).filter(Boolean), [])
      }
    }
  })
})

test('X was told and a reload names Y: X hears of the end; so it is with a real server, and its scripts are those of the file', () => {
  const of = (n: number): Model => {
    const notices = told(script(`${n}.sh`), alertCall(`mail ${n}`))
    return model([checkOf(1)], [virtual([realOf(1, { notices })], { notices, keepalivedName: 'web' })])
  }
  const run = new Run(of(1))
  const check = (second: number, failing: readonly string[]) =>
    calls(run.post(checked(checkOf(1), result(checkOf(1).hosts, failing)), at(second)))
  check(0, [])
  check(1, checkOf(1).hosts)
  run.post({ kind: 'reloaded', model: of(2), text: '' }, at(2))
  assert.deepEqual(check(3, []), [
    ...['2.sh up 10.1.1.1:80', 'mail 2 up 10.1.1.1:80', 'mail 1 up 10.1.1.1:80'],
    ...['2.sh up quorum', 'mail 2 up quorum', 'mail 1 up quorum'],
  ])
  check(4, checkOf(1).hosts)
  assert.deepEqual(check(5, []).length, 4, 'what is over is forgotten')
})

test('a lost quorum that a start no longer finds in the file is told to be over, once', () => {
  const story = new Story(configured({ web: 1, farm: 2, quorum: 1 }))
  for (const n of [1, 2]) story.take({ kind: 'check', n, fails: false })
  for (const n of [1, 2]) story.take({ kind: 'check', n, fails: true })
  for (let i = 0; i < 2; i += 1) story.take({ kind: 'restart', shape: { web: null, farm: 2, quorum: 1 } })
  const words = story.told.map(({ call, message }) => `${call.text} ${message.kind} ${message.key}`)
  assert.deepEqual(words, [
    ...['mail failure virtual web/quorum', 'chat failure virtual web/quorum'],
    ...['mail up virtual web/quorum', 'chat up virtual web/quorum'],
  ])
  const end = story.told.at(-1)?.message
  assert.equal(end?.summary, 'virtual server web had lost its quorum')
  assert.deepEqual([end?.gone, end?.because], [true, 'the configuration no longer names it'])
  assert.deepEqual(end?.hosts, ['10.1.1.1', '10.1.1.2'])
})

test('of what an older upalert saved, those hear of the end whom the configuration names', () => {
  const notices = told(to('oncall', 'mail'))
  const before = poolOf([realOf(1)], { notices })
  before.check(1, '+', 0)
  before.check(1, '-', 1)
  const pools = before.state.pools.map(({ owed: _, hushed: __, ...pool }) => ({
    ...pool,
    reals: pool.reals.map(({ owed: ___, hushed: ____, ...real }) => real),
  }))
  const older: Saved = JSON.parse(JSON.stringify({ version: 1, ...before.state, pools, outbox: [] }))
  before.post({ kind: 'started', text: '', saved: older }, at(10))
  assert.deepEqual(calls(before.check(1, '+', 20)), ['mail up quorum'])
  assert.deepEqual(stateFor(before.state.model, older).pools[0]?.reals[0]?.owed, [])
  const gone = poolOf([], { name: 'other' })
  gone.post({ kind: 'started', text: '', saved: older }, at(10))
  assert.deepEqual(gone.state.outbox, [])
})

test('who takes over a message about a pool is owed its end, as long as it lasts', () => {
  const pool = poolOf([realOf(1, { notices: told(alertCall('mail')) })], { notices: told(alertCall('mail')) })
  pool.check(1, '+', 0)
  pool.check(1, '-', 1)
  const second = alertCall('phone')
  const messages = pool.state.outbox.map(({ message }) => message)
  const heard = messages.reduce((state, message) => poolHeard(state, message, [second]), pool.state)
  pool.state = heard
  assert.deepEqual(calls(pool.check(1, '+', 2)), [
    ...['mail up 10.1.1.1:80', 'phone up 10.1.1.1:80', 'mail up quorum', 'phone up quorum'],
  ])
  for (const message of messages) assert.equal(poolHeard(pool.state, message, [second]), pool.state)
})
