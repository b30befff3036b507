/** A receiver with channels, messages for it, and a world that delivers what it is handed: for the tests of noise. */
import assert from 'node:assert/strict'
import { admit } from '../../../src/engine/noise/admit.ts'
import { handed } from '../../../src/engine/noise/channel.ts'
import { appended } from '../../../src/engine/noise/counts.ts'
import { nextHold } from '../../../src/engine/noise/held.ts'
import { releaseDue } from '../../../src/engine/noise/release.ts'
import { patchOf } from '../../../src/engine/patch.ts'
import { scribe } from '../../../src/engine/scribe.ts'
import { stateFor } from '../../../src/engine/start.ts'
import type { AlertKind, AlertMessage } from '../../../src/model/alert.ts'
import type { Effect } from '../../../src/model/effect.ts'
import type { Entry } from '../../../src/model/entry.ts'
import type { AlertCall, Model } from '../../../src/model/model.ts'
import { groupName, host, type Id, id, serviceKey, serviceName } from '../../../src/model/names.ts'
import { channelOf, type Receiver } from '../../../src/model/receiver.ts'
import type { Delivery, State } from '../../../src/model/state.ts'
import { milliseconds, type Now, seconds } from '../../../src/model/units.ts'
import { addPatch, type Fold, foldOf, savedOf } from '../../../src/wire/history/saved.ts'
import { alertCall, at, model, place } from '../build.ts'

/** Tells of several at once. */
export const mail: AlertCall = { ...alertCall('mail ops@example.com'), receiver: 'oncall', combines: true }
/** Does not. */
export const program: AlertCall = { ...alertCall('pager.alert 0170'), receiver: 'oncall' }

export const oncall = (changes: Partial<Receiver> = {}): Receiver => ({
  name: 'oncall',
  channels: [mail, program],
  second: null,
  groupWait: milliseconds(0),
  groupBy: 'receiver',
  digest: null,
  rate: null,
  place,
  ...changes,
})

export const modelWith = (...receivers: readonly Receiver[]): Model => ({
  ...model([]),
  receivers: new Map(receivers.map((receiver) => [receiver.name, receiver])),
})

export function messageOf(
  name: string,
  kind: AlertKind,
  now: Now,
  key = 'web/http',
  changes: Partial<AlertMessage> = {},
): AlertMessage {
  const [group = '', service = ''] = key.split('/')
  const hosts = [host('10.1.1.2')]
  return {
    id: id(name),
    kind,
    key: serviceKey(groupName(group), serviceName(service)),
    group: groupName(group),
    service: serviceName(service),
    description: '',
    hosts,
    failing: kind === 'up' ? [] : hosts.map((one) => ({ host: one, text: 'refused' })),
    exit: kind === 'up' ? 0 : 1,
    summary: `${key} ${kind}`,
    detail: 'much',
    output: 'more',
    at: now.wall,
    firstFailure: now.wall,
    lastFailure: now.wall,
    lastSuccess: null,
    lasted: kind === 'up' ? seconds(1) : null,
    failures: 1,
    acknowledged: null,
    pools: [],
    environment: { MON_GROUP: group },
    ...changes,
  }
}

export const deliveryOf = (message: AlertMessage, call: AlertCall, now: Now): Delivery => ({
  id: message.id,
  message,
  call,
  attempts: 0,
  decidedAt: now.wall,
  notBefore: now.wall,
  lastText: '',
  cause: null,
})

/** What a channel was handed: one message, with the deliveries that it tells. */
export interface Handed {
  readonly at: number
  readonly channel: string
  readonly message: AlertMessage
  readonly tells: readonly Id[]
  readonly outcome: 'sent' | 'gave-up'
}

/** The engine's part in it, step by step, with a journal beside it and somebody who delivers. */
export class World {
  state: State
  second = 0
  readonly handed: Handed[] = []
  readonly entries: Entry[] = []
  private readonly fold: Fold = foldOf(null)
  /** Deliveries in the order in which they were handed on, as runtime/deliver.ts is to keep it. */
  private lanes = new Map<string, Id[]>()
  private tells = new Map<Id, readonly Id[]>()
  private count = 0

  constructor(used: Model) {
    this.state = stateFor(used, null)
  }

  get now(): Now {
    return at(this.second)
  }

  /** A message is decided; what `put` does. Gives why it waits. */
  decide(kind: AlertKind, call: AlertCall, key = 'web/http', changes: Partial<Delivery> = {}): string | null {
    this.count += 1
    const message = messageOf(`t-${String(this.count).padStart(6, '0')}`, kind, this.now, key)
    return this.put({ ...deliveryOf(message, call, this.now), ...changes })
  }

  put(delivery: Delivery): string | null {
    const pass = admit(this.state, delivery, this.now)
    this.become({ ...this.state, noise: pass.noise, outbox: appended(this.state.outbox, pass.delivery) })
    this.tells.set(delivery.id, [delivery.id])
    assert.equal(pass.held === null, pass.delivery.hold === undefined)
    if (pass.held === null) this.take(pass.delivery)
    return pass.held
  }

  /** The daemon's clock tells the engine of the time. */
  tick(): readonly Effect[] {
    this.count += 1
    const write = scribe({ id: id(`t-${String(this.count).padStart(6, '0')}`), kind: 'time' }, this.now)
    const decided = releaseDue(this.state, write, this.now)
    this.become(decided.state)
    for (const effect of decided.effects) {
      if (effect.kind === 'record') this.record(effect.entry)
      else if (effect.kind === 'deliver') this.take(effect.delivery)
      else assert.fail(effect.kind)
    }
    return decided.effects
  }

  /** Time passes; at each moment that the engine waits for, it is told. */
  pass(length: number): void {
    const end = this.second + length
    for (;;) {
      const next = nextHold(this.state)
      const due = next === null ? null : this.second + (next - this.now.wall) / 1000
      if (due === null || due > end) break
      this.second = Math.max(this.second, due)
      this.tick()
    }
    this.second = end
  }

  /** One attempt at the first of one lane. */
  attempt(which: number, outcome: 'sent' | 'gave-up' | 'retry'): void {
    const lanes = [...this.lanes.values()].filter((lane) => lane.length > 0)
    const lane = lanes[which % Math.max(1, lanes.length)]
    const [first] = lane ?? []
    if (lane === undefined || first === undefined || outcome === 'retry') return
    const delivery = this.state.outbox.find(({ id: one }) => one === first)
    assert.ok(delivery)
    lane.shift()
    const { call, message } = delivery
    const receiver = this.state.model.receivers.get(call.receiver ?? '')
    const noise = outcome === 'sent' ? handed(this.state.noise, call, receiver, this.now) : this.state.noise
    this.become({ ...this.state, noise, outbox: this.state.outbox.filter((one) => one !== delivery) })
    const tells = this.tells.get(first) ?? []
    this.handed.push({ at: this.second * 1000, channel: channelOf(call), message, tells, outcome })
  }

  /** All that is on its way gets through. */
  deliverAll(): void {
    while ([...this.lanes.values()].some((lane) => lane.length > 0)) this.attempt(0, 'sent')
  }

  /** kill -9, and a start with what the journal has. */
  restart(): void {
    const { model: used } = this.state
    const saved = JSON.parse(JSON.stringify(savedOf(this.fold)))
    this.state = stateFor(used, saved)
    this.lanes = new Map()
    for (const delivery of this.state.outbox) if (delivery.hold === undefined) this.take(delivery)
  }

  reload(used: Model): void {
    this.state = stateFor(used, this.state)
  }

  /** Keys and kinds of what was handed over, one text a message. */
  told(): readonly string[] {
    const words = ({ kind, key }: AlertMessage): string => `${kind} ${key}`
    return this.handed.map(({ message }) => (message.members ?? [message]).map(words).join(', '))
  }

  get held(): readonly Delivery[] {
    return this.state.outbox.filter(({ hold }) => hold !== undefined)
  }

  private take({ id: one, call, message }: Delivery): void {
    const name = call.combines === true ? channelOf(call) : `${message.key} ${channelOf(call)}`
    const lane = this.lanes.get(name) ?? []
    this.lanes.set(name, lane)
    lane.push(one)
  }

  private record(entry: Entry): void {
    this.entries.push(entry)
    if (entry.kind === 'batch') this.tells.set(entry.delivery, entry.deliveries)
  }

  /** What the journal has amounts to what there is, in the same order. */
  private become(next: State): void {
    addPatch(this.fold, JSON.parse(JSON.stringify(patchOf(this.state, next))))
    this.state = next
    const { outbox, noise } = savedOf(this.fold)
    assert.deepEqual(outbox, JSON.parse(JSON.stringify(next.outbox)))
    assert.deepEqual(noise, JSON.parse(JSON.stringify(next.noise)))
  }
}
