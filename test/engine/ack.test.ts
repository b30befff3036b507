/** Acknowledgements as transcripts: who gives one, what ends it, who hears of it, and what `status` and `why` show. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { statusLines } from '../../src/cli/status.ts'
import { whyLines } from '../../src/cli/why.ts'
import { USED_LINKS } from '../../src/engine/command/ack.ts'
import { acksOverMeanwhile } from '../../src/engine/later/acks.ts'
import { restoredState } from '../../src/engine/restore.ts'
import { scribe } from '../../src/engine/scribe.ts'
import { statusView, whyView } from '../../src/engine/view.ts'
import { sentence } from '../../src/engine/words.ts'
import type { Effect } from '../../src/model/effect.ts'
import type { Command, EventBody } from '../../src/model/event.ts'
import type { Service } from '../../src/model/model.ts'
import { id } from '../../src/model/names.ts'
import { asMon13 } from '../../src/model/quirks.ts'
import type { Saved, State } from '../../src/model/state.ts'
import { hours, milliseconds, minutes, type Now } from '../../src/model/units.ts'
import { alertCall, at, checked, model, period, Run, result, service, settings } from './build.ts'

const hourly = period({ alertevery: { every: hours(24), unless: 'summary' } })

class Story {
  run: Run
  readonly of: Service

  constructor(changes: Partial<Service> = {}) {
    this.of = service({ called: 'web/http', periods: [hourly], ...changes })
    this.run = new Run(model([this.of]))
  }

  post(minute: number, body: EventBody): readonly Effect[] {
    return this.run.post(body, minutesIn(minute))
  }

  /** Who is told, and why now. */
  at(minute: number, body: EventBody): string[] {
    return this.post(minute, body).flatMap((effect) => {
      if (effect.kind !== 'deliver') return []
      const { call, message } = effect.delivery
      return [`${call.text} ${message.kind}${message.because === undefined ? '' : `: ${message.because}`}`]
    })
  }

  fails = (minute: number, summary = 'h1 h2'): string[] =>
    this.at(minute, checked(this.of, result(this.of.hosts, this.of.hosts, { summary })))

  passes = (minute: number): string[] => this.at(minute, checked(this.of, result(this.of.hosts, [])))

  time = (minute: number): string[] => this.at(minute, { kind: 'time' })

  ack = (minute: number, more: Partial<Extract<Command, { kind: 'ack' }>> = {}, who = 'ann'): string =>
    this.command(minute, { kind: 'ack', service: this.of.key, comment: 'on it', ...more }, who)

  /** What the command's entry says. */
  command(minute: number, command: Command, who = 'ann'): string {
    const effects = this.post(minute, { kind: 'command', who, command })
    const [entry] = effects.flatMap((effect) => (effect.kind === 'record' ? [effect.entry] : []))
    return entry?.kind === 'command' ? `${entry.outcome}: ${entry.text}` : ''
  }

  get given() {
    return this.run.state.services[0]?.ack ?? null
  }
}

const minutesIn = (minute: number): Now => at(minute * 60)
const wakes = (effects: readonly Effect[]): number[] =>
  effects.flatMap((effect) => (effect.kind === 'wake' ? [(effect.at - at(0).wall) / 60_000] : []))

test('an acknowledged failure is quiet until the service has recovered, and those who were told hear of that', () => {
  const story = new Story({ periods: [period()] })
  assert.deepEqual(story.fails(0), ['A failure'])
  assert.equal(story.ack(1), 'done: alerts stop until the service has recovered')
  assert.deepEqual(story.fails(2, 'something else'), [])
  assert.deepEqual(story.time(600), [])
  assert.deepEqual(story.passes(601), ['U up'])
  assert.equal(story.given, null)
  assert.deepEqual(story.fails(602), ['A failure'])
})

test('nothing is acknowledged that does not fail, or is not there', () => {
  const story = new Story()
  const well = 'refused: web/http is not failing, so there is nothing to acknowledge'
  assert.equal(story.ack(0), well)
  story.passes(1)
  assert.equal(story.ack(2), well)
  assert.equal(story.ack(3, { service: service({ called: 'web/none' }).key }), 'refused: there is no service web/none')
  assert.equal(story.command(4, { kind: 'unack', service: story.of.key }), 'refused: web/http is not acknowledged')
})

test('one for a while says so, asks to be woken at its end, and what still fails is told at once, whatever alertevery says', () => {
  const story = new Story()
  assert.deepEqual(story.fails(0), ['A failure'])
  const effects = story.post(1, {
    kind: 'command',
    who: 'ann',
    command: { kind: 'ack', service: story.of.key, comment: 'on it', lasts: hours(2) },
  })
  assert.deepEqual(wakes(effects), [121])
  assert.deepEqual(story.fails(60), [])
  assert.deepEqual(story.time(120), [])
  assert.deepEqual(story.time(121), ["A failure: the time of ann's acknowledgement is over (on it)"])
  assert.equal(story.given, null)
  assert.deepEqual(story.fails(122), [], 'alertevery counts from here')
  assert.deepEqual(story.time(123), [])
})

test('its end is written down, with who had given it', () => {
  const story = new Story()
  story.fails(0)
  story.ack(1, { lasts: minutes(5), comment: '' })
  const effects = story.post(6, { kind: 'time' })
  const [entry] = effects.flatMap((effect) => (effect.kind === 'record' ? [sentence(effect.entry)] : []))
  assert.match(entry ?? '', /unack web\/http.*the time of ann's acknowledgement is over \(no comment\), and alerts are/)
})

const still = [
  { name: 'while the service is disabled', body: { kind: 'disable', reason: '' } },
  { name: 'once it has recovered', body: null },
] as const
for (const { name, body } of still) {
  test(`the end of one tells nobody ${name}`, () => {
    const story = new Story()
    story.fails(0)
    story.ack(1, { lasts: minutes(5) })
    if (body === null) story.passes(2)
    else story.command(2, { ...body, service: story.of.key })
    assert.deepEqual(story.time(6), [])
    assert.equal(story.given, null)
  })
}

test('the end of one is told in the periods that count then, and to no more than numalerts', () => {
  const story = new Story({ periods: [period({ numalerts: 1 }), { ...hourly, label: 'q', alerts: [alertCall('B')] }] })
  assert.deepEqual(story.fails(0), ['A failure', 'B failure'])
  story.ack(1, { lasts: minutes(5) })
  assert.deepEqual(story.time(6), ["B failure: the time of ann's acknowledgement is over (on it)"])
})

test('one until a change ends with what the check says; a sticky one does not, whatever unack_summary says', () => {
  const after = (unackSummary: boolean, until?: 'change' | 'recovery') => {
    const story = new Story({ unackSummary })
    story.fails(0)
    const said = story.ack(1, until === undefined ? {} : { until })
    assert.deepEqual(story.fails(2), [])
    return [said.includes('what the check says changes'), story.fails(3, 'h1').length]
  }
  assert.deepEqual(after(false, 'change'), [true, 1])
  assert.deepEqual(after(true), [true, 1])
  assert.deepEqual(after(true, 'recovery'), [false, 0])
  assert.deepEqual(after(false), [false, 0])
})

test('a second one takes the place of the first, with its own end', () => {
  const story = new Story()
  story.fails(0)
  story.ack(1, { lasts: minutes(5) })
  assert.equal(story.ack(2, { comment: 'mine now' }, 'bob'), 'done: alerts stop until the service has recovered')
  assert.deepEqual(story.time(6), [])
  assert.deepEqual([story.given?.who, story.given?.comment, story.given?.until], ['bob', 'mine now', undefined])
})

test('one that is taken back lets alerts go on by their own times, and escalations at once', () => {
  const boss = { after: minutes(15), calls: [alertCall('boss')] }
  const story = new Story({ periods: [{ ...hourly, escalations: [boss] }] })
  assert.deepEqual(story.fails(0), ['A failure'])
  story.ack(1)
  assert.deepEqual(story.time(15), [])
  const effects = story.post(20, { kind: 'command', who: 'ann', command: { kind: 'unack', service: story.of.key } })
  assert.deepEqual(wakes(effects), [20])
  assert.deepEqual(story.time(20), ['boss failure: nobody has acknowledged it for 15 min'])
  assert.deepEqual(story.fails(21), [])
})

test('ackalert lines hear of it, who and what was said, once somebody was told of the failure; others do not', () => {
  const story = new Story({
    periods: [period({ ackalerts: [alertCall('K')] }), period({ label: 'q', alerts: [], ackalerts: [alertCall('Q')] })],
  })
  story.fails(0)
  const effects = story.post(1, {
    kind: 'command',
    who: 'ann',
    command: { kind: 'ack', service: story.of.key, comment: 'on it' },
  })
  const told = effects.flatMap((effect) => (effect.kind === 'deliver' ? [effect.delivery] : []))
  assert.deepEqual(
    told.map(({ call, message }) => [call.text, message.kind, message.output, message.acknowledged]),
    [['K', 'ack', 'ann: on it', 'on it']],
  )
})

test('of two by one link, and of two links, the first counts; a link counts for its own outage alone', () => {
  const story = new Story()
  story.fails(0)
  const { outage } = story.run.state.services[0] ?? {}
  assert(outage != null)
  const link = (message: string, of = outage) => ({ link: { message: id(message), outage: of } })
  assert.equal(story.ack(1, link('m-1.1', 'an older one')), 'refused: the failure that this link was about is over')
  assert.match(story.ack(1, link('m-1.1')), /^done/)
  assert.equal(story.ack(1, link('m-1.1')), 'refused: this link has been used already')
  assert.equal(story.ack(1, link('m-1.2')), 'refused: ann has acknowledged it already: on it')
  story.command(2, { kind: 'unack', service: story.of.key })
  assert.equal(story.ack(3, link('m-1.1')), 'refused: this link has been used already')
  assert.match(story.ack(3, link('m-1.2')), /^done/)
  story.passes(4)
  story.fails(5)
  assert.equal(story.ack(6, link('m-1.3')), 'refused: the failure that this link was about is over')
})

test('no link ever counts twice, however many are used', () => {
  const story = new Story()
  story.fails(0)
  const { outage } = story.run.state.services[0] ?? {}
  assert(outage != null)
  const use = (n: number) => story.ack(1, { link: { message: id(`m-${n}`), outage } })
  for (let n = 0; n < USED_LINKS; n++) {
    assert.match(use(n), /^done/)
    story.command(1, { kind: 'unack', service: story.of.key })
  }
  assert.equal(use(0), 'refused: this link has been used already')
  assert.equal(use(USED_LINKS), `refused: ${USED_LINKS} links of this outage have been used; use "upalert ack"`)
  assert.match(story.ack(2), /^done/)
})

const saved = ({ services, pools, owned, controls, outbox, noise }: State): Saved =>
  JSON.parse(JSON.stringify({ version: 1, services, pools, owned, controls, outbox, noise }))

test('a restart keeps it and its end', () => {
  const story = new Story()
  story.fails(0)
  story.ack(1, { lasts: minutes(30), until: 'change' })
  const restored = restoredState(model([story.of]), saved(story.run.state), null, minutesIn(10))
  assert.deepEqual(restored.services[0]?.ack, story.given)
  story.run.state = { ...restored, outbox: [] }
  const effects = story.post(10, { kind: 'started', text: 'again' })
  assert.deepEqual(wakes(effects), [31])
  assert.deepEqual(story.fails(11), [])
})

test('one that was given under a clock that was ahead lasts no longer after a restart', () => {
  const story = new Story()
  story.fails(60)
  story.ack(60, { lasts: minutes(30) })
  const [restored] = restoredState(model([story.of]), saved(story.run.state), null, minutesIn(0)).services
  assert.deepEqual([restored?.ack?.at, restored?.ack?.until], [minutesIn(0).wall, minutesIn(30).wall])
})

test('one that ended while nobody ran tells nothing before the first check, and then what still fails', () => {
  const story = new Story()
  story.fails(0)
  story.ack(1, { lasts: minutes(5) })
  const now = minutesIn(60)
  const over = acksOverMeanwhile(story.run.state, scribe({ kind: 'time', id: id('x-1') }, now), now)
  assert.deepEqual(
    over.effects.map(({ kind }) => kind),
    ['record'],
  )
  story.run.state = over.state
  assert.equal(story.given, null)
  assert.deepEqual(story.fails(61), ['A failure'])
})

test('setting the clock, forward or back, changes nothing of how long it lasts', () => {
  for (const by of [-3_600_000 * 30, 3_600_000 * 30]) {
    const story = new Story()
    story.fails(0)
    story.ack(1, { lasts: minutes(30) })
    const shift = by / 60_000
    story.at(10 + shift, { kind: 'clock-stepped', by: milliseconds(by) })
    assert.deepEqual([by, story.time(30 + shift)], [by, []])
    assert.equal(story.time(31 + shift).length, 1)
  }
})

test('status and why show until when, and what ends it', () => {
  const shown = (more: Partial<Extract<Command, { kind: 'ack' }>>) => {
    const story = new Story()
    story.fails(0)
    story.ack(1, more)
    const { state } = story.run
    const now = minutesIn(2)
    const status = statusLines({ ...statusView(state, now), doors: [] }).find((line) => line.startsWith('web/http'))
    const why = whyView(state, 'web/http', [], now)
    assert(why !== null)
    return [status?.replace(/^.*acknowledged/, 'acknowledged'), ...whyLines(why, now.wall).slice(2, 4)].map((line) =>
      line?.replace(/\d\d:\d\d:\d\d/g, 'TIME'),
    )
  }
  assert.deepEqual(shown({}), [
    'acknowledged by ann: on it',
    '  acknowledged by ann: on it (at TIME)',
    '  alerts stop until the service has recovered',
  ])
  assert.deepEqual(shown({ lasts: hours(2), until: 'change' }), [
    'acknowledged by ann: on it (for 1 h 59 min more, or until what the check says changes)',
    '  acknowledged by ann: on it (at TIME)',
    '  alerts stop until TIME (1 h 59 min left), or what the check says changes, or the service has recovered',
  ])
})

test('with the quirks of mon an acknowledgement by a client is what it was', () => {
  const story = new Story({ periods: [period()] })
  story.run = new Run(model([story.of], [], { ...settings, quirks: asMon13 }))
  story.fails(0)
  assert.equal(story.ack(1, {}, ''), 'done: alerts stop until the service has recovered')
  assert.deepEqual(story.fails(2), [])
  assert.deepEqual(story.passes(3), ['U up'])
})
