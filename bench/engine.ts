/**
 * How long the engine takes for one event while 10,000 services fail and nothing gets through, and for all of what comes due
 * then: handovers to second channels, escalations, ends. While it decides, nothing else has a turn: no event is to take
 * longer than 100 ms on a machine that has nothing else to do. Services as the first argument, 10,000 without it.
 */
import { decide } from '../src/engine/decide.ts'
import { patchOf } from '../src/engine/patch.ts'
import { stateFor } from '../src/engine/start.ts'
import type { Effect } from '../src/model/effect.ts'
import type { EventBody } from '../src/model/event.ts'
import type { AlertCall, Model } from '../src/model/model.ts'
import { host, id } from '../src/model/names.ts'
import type { Receiver } from '../src/model/receiver.ts'
import type { State } from '../src/model/state.ts'
import { minutes, seconds } from '../src/model/units.ts'
import { alertCall, at, checked, model, period, place, result, service } from '../test/engine/build.ts'

const COUNT = Number(process.argv[2] ?? 10_000)

const channel = (text: string): AlertCall => ({ ...alertCall(text), receiver: 'oncall' })
const oncall = (groupWait: number): Receiver => ({
  name: 'oncall',
  channels: [channel('mail')],
  second: { calls: [channel('phone')], after: minutes(5) },
  groupWait: seconds(groupWait),
  groupBy: 'host',
  digest: null,
  rate: null,
  place,
})

/** Feeds events to the engine as the loop does, and measures each. */
class Measured {
  state: State
  private count = 0
  private slowest = 0
  private total = 0
  private events = 0

  constructor(of: Model) {
    this.state = stateFor(of, null)
  }

  post(body: EventBody, second: number): readonly Effect[] {
    this.count += 1
    const begun = performance.now()
    const before = this.state
    const decided = decide(before, { ...body, id: id(`b-${this.count}`) }, at(second))
    patchOf(before, decided.state)
    const took = performance.now() - begun
    this.state = decided.state
    this.slowest = Math.max(this.slowest, took)
    this.total += took
    this.events += 1
    return decided.effects
  }

  /** The time, as often as the engine asks for it at once. */
  time(second: number): void {
    for (;;) {
      const effects = this.post({ kind: 'time' }, second)
      if (!effects.some((effect) => effect.kind === 'wake' && effect.at <= at(second).wall)) return
    }
  }

  print(what: string): void {
    const figures = `${this.events} events in ${(this.total / 1000).toFixed(2)} s, the slowest ${this.slowest.toFixed(0)} ms`
    console.log(`${what}: ${figures}; ${this.state.outbox.length} wait`)
    this.slowest = 0
    this.total = 0
    this.events = 0
  }
}

function storm(name: string, combines: boolean, groupWait: number): void {
  console.log(`\n${name}`)
  const mail: AlertCall = combines ? { ...channel('mail'), combines: true } : channel('mail')
  const escalations = [{ after: minutes(15), calls: [alertCall('boss')] }]
  const periods = [period({ alerts: [mail], upalerts: [], escalations })]
  const services = Array.from({ length: COUNT }, (_, i) =>
    service({ called: `g${i}/s`, hosts: [host(`h${i}`)], periods }),
  )
  const run = new Measured({ ...model(services), receivers: new Map([['oncall', oncall(groupWait)]]) })
  const all = (passes: boolean, second: number): void => {
    for (const of of services) run.post(checked(of, result(of.hosts, passes ? [] : of.hosts)), second)
  }
  const attempts = (outcome: Extract<EventBody, { kind: 'attempted' }>['outcome'], second: number): void => {
    for (const { id: delivery } of run.state.outbox) run.post({ kind: 'attempted', delivery, outcome }, second)
  }

  all(false, 0)
  run.print('all fail')
  run.time(30)
  run.print('what was grouped goes')
  attempts({ kind: 'failed', retry: true, text: 'the relay is away' }, 60)
  run.print('each is tried in vain')
  run.time(400)
  run.print('handovers come due')
  attempts({ kind: 'sent', text: '' }, 500)
  run.print('all gets through')
  run.time(1000)
  run.print('escalations come due')
  attempts({ kind: 'failed', retry: false, text: 'no such mailbox' }, 1050)
  run.print('all is given up')
  all(true, 1100)
  run.print('all pass again')
  run.time(1200)
  run.print('the time is looked at')
  all(false, 1300)
  run.print('all fail once more')
  run.time(2000)
  run.time(2300)
  run.print('handovers come due in an outbox that is full')
}

storm('one message a service', false, 0)
storm('messages of several, grouped by host', true, 10)
