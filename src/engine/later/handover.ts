/** What a receiver's channel has not taken for so long, or has given up, is told by its second one. */

import { tellingsOf } from '../../model/alert.ts'
import { durationText } from '../../model/duration.ts'
import type { Effect } from '../../model/effect.ts'
import type { AlertCall } from '../../model/model.ts'
import type { Id } from '../../model/names.ts'
import { calledName, channelOf } from '../../model/receiver.ts'
import type { Delivery, State } from '../../model/state.ts'
import { type Now, since, type WallTime } from '../../model/units.ts'
import { united } from '../announce.ts'
import { put } from '../outbox.ts'
import { earliest } from '../pool/judge.ts'
import { type Decided, record, type Scribe } from '../scribe.ts'

/** `now`: those whose time has come. */
export function handedOver(before: State, write: Scribe, now: Now): Decided {
  const due = before.outbox.filter(({ handover }) => handover?.done === false && handover.at <= now.wall)
  return due.length === 0 ? { state: before, effects: [] } : together(before, due, write, now)
}

export const nextHandover = ({ outbox }: State): WallTime | null =>
  earliest(outbox.map(({ handover }) => (handover?.done === false ? handover.at : null)))

/** One that was given up, and is in the outbox no more. */
export function takenOver(state: State, delivery: Delivery, why: string, write: Scribe, now: Now): Decided {
  const first = tellSecond(state, delivery, why, write, now)
  const rest = together(first.state, [delivery], write, now)
  return { state: rest.state, effects: [...first.effects, ...rest.effects] }
}

/** In the order in which they were decided. */
function together(before: State, due: readonly Delivery[], write: Scribe, now: Now): Decided {
  const ids = withCompany(before.outbox, due)
  const going = before.outbox.filter(({ id }) => ids.has(id))
  if (going.length === 0) return { state: before, effects: [] }
  const called = new Set(due)
  let state: State = { ...before, outbox: before.outbox.map((one) => (ids.has(one.id) ? withoutHandover(one) : one)) }
  const effects: Effect[] = []
  for (const delivery of going) {
    const waited = durationText(since(delivery.decidedAt, now))
    const tried = delivery.lastText === '' ? '' : `: ${delivery.lastText}`
    const why = called.has(delivery)
      ? `it has not got through for ${waited}${tried}`
      : 'it waits behind what has not got through'
    const told = tellSecond(state, delivery, why, write, now)
    state = told.state
    effects.push(...told.effects)
  }
  return { state, effects }
}

/**
 * With them goes whatever else waits for the same channel to tell of the same services. It would not get through before
 * them, and nobody is to be left with a failure whose end went another way, or to hear of the end first. So what comes
 * behind them goes even if it was told the second one before.
 */
function withCompany(outbox: readonly Delivery[], due: readonly Delivery[]): ReadonlySet<Id> {
  const ids = new Set(due.map(({ id }) => id))
  /** Their services, and where the first of them stands that tells of each; one that was given up stood before all. */
  const about = new Map<string, number>()
  const note = (names: readonly string[], at: number): void => {
    for (const name of names) about.set(name, Math.min(at, about.get(name) ?? at))
  }
  for (const delivery of due) note(namesOf(delivery), outbox.indexOf(delivery))
  let left = outbox.flatMap((delivery, at) => {
    const { id, handover } = delivery
    return handover === undefined || ids.has(id) ? [] : [{ id, at, done: handover.done, names: namesOf(delivery) }]
  })
  for (let before = -1; before !== left.length; ) {
    before = left.length
    left = left.filter(({ id, at, done, names }) => {
      if (!names.some((name) => (about.get(name) ?? outbox.length) < (done ? at : outbox.length))) return true
      ids.add(id)
      note(names, at)
      return false
    })
  }
  return ids
}

/** Its services, as one channel tells of them. */
const namesOf = ({ call, message }: Delivery): readonly string[] =>
  tellingsOf(message).map(({ key }) => `${channelOf(call)}\n${key}`)

const withoutHandover = (delivery: Delivery): Delivery =>
  delivery.handover === undefined ? delivery : { ...delivery, handover: { ...delivery.handover, done: true } }

/** The second channel's deliveries, in words that say why it is asked. Nothing where there is none. */
function tellSecond(state: State, delivery: Delivery, why: string, write: Scribe, now: Now): Decided {
  const { call, message } = delivery
  const second = call.receiver === undefined ? null : (state.model.receivers.get(call.receiver)?.second ?? null)
  if (second === null) return { state, effects: [] }
  const common = { service: message.key, call: call.text, attempt: delivery.attempts }
  const to = second.calls.map(({ text }) => text).join(', ')
  const entry = write.entry({
    ...{ kind: 'delivery', cause: delivery.id, ...common, delivery: delivery.id },
    ...{ outcome: 'handed-over', text: `${to}, because ${why}` },
  })
  const effects: Effect[] = [record(entry)]
  let next = withHeard(state, delivery, second.calls)
  for (const taking of second.calls) {
    const id = write.nextId()
    const fresh: Delivery = {
      ...{ id, call: taking, attempts: 0, decidedAt: now.wall, notBefore: now.wall, lastText: '', cause: entry.id },
      message: { ...message, id, because: `${calledName(call)} was to tell it, but ${why}` },
      // There is no third one.
      handover: { at: now.wall, done: true },
    }
    const sent = put(next, fresh, now)
    next = sent.state
    const told = write.entry({
      ...{ kind: 'alert', cause: entry.id, service: message.key, period: '', alert: message.kind },
      ...{ call: taking.text, delivery: id, summary: message.summary },
      ...(taking.receiver === undefined ? {} : { receiver: taking.receiver }),
      because: fresh.message.because ?? why,
      ...(sent.held === null ? {} : { held: sent.held }),
    })
    effects.push(record(told), ...sent.effects)
  }
  return { state: next, effects }
}

/** Whoever is told of the failure of a service by it hears of its end as well. */
function withHeard(state: State, { message }: Delivery, calls: readonly AlertCall[]): State {
  let services = state.services
  for (const { key, outage } of tellingsOf(message)) {
    const index = state.model.serviceIndex.get(key)
    const service = index === undefined ? undefined : services[index]
    if (index === undefined || service === undefined || service.outage === null || service.outage !== outage) continue
    const announced = united(service.announced, calls)
    if (announced !== service.announced) services = services.with(index, { ...service, announced })
  }
  return services === state.services ? state : { ...state, services }
}
