/** What a receiver's channel has not taken for so long, or has given up, is told by its second one. */

import { type AlertMessage, isFailing, tellingsOf } from '../../model/alert.ts'
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
  const due = before.outbox.filter((one) => isDue(one, now))
  if (due.length === 0) return { state: before, effects: [] }
  const ids = new Set(due.map(({ id }) => id))
  let state: State = { ...before, outbox: withoutHandover(before.outbox, ids) }
  const effects: Effect[] = []
  for (const delivery of due) {
    const waited = durationText(since(delivery.decidedAt, now))
    const why = delivery.lastText === '' ? '' : `: ${delivery.lastText}`
    const told = takenOver(state, delivery, `it has not got through for ${waited}${why}`, write, now)
    state = told.state
    effects.push(...told.effects)
  }
  return { state, effects }
}

/** What waits for others has not been tried yet; its time moves when they go. */
const isDue = ({ handover, hold }: Delivery, now: Now): boolean =>
  hold === undefined && handover?.done === false && handover.at <= now.wall

export const nextHandover = ({ outbox }: State): WallTime | null =>
  earliest(outbox.map(({ handover, hold }) => (handover?.done === false && hold === undefined ? handover.at : null)))

/** The second channel's deliveries, in words that say why it is asked. Nothing where there is none. */
export function takenOver(state: State, delivery: Delivery, why: string, write: Scribe, now: Now): Decided {
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
    })
    effects.push(record(told), ...sent.effects)
  }
  const ends = endsTakenOver(next, delivery, write, now)
  return { state: ends.state, effects: [...effects, ...ends.effects] }
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

/** The end of what is over already waits behind it for the same channel: whoever is told of the one is told of the other. */
function endsTakenOver(before: State, failure: Delivery, write: Scribe, now: Now): Decided {
  const over = new Set(tellingsOf(failure.message).flatMap((one) => (isFailing(one.kind) ? [nameOf(one)] : [])))
  if (over.size === 0) return { state: before, effects: [] }
  const ends = before.outbox.filter(
    ({ id, call, handover, message }) =>
      handover?.done === false &&
      id !== failure.id &&
      channelOf(call) === channelOf(failure.call) &&
      tellingsOf(message).some((one) => !isFailing(one.kind) && over.has(nameOf(one))),
  )
  const ids = new Set(ends.map(({ id }) => id))
  let state: State = ids.size === 0 ? before : { ...before, outbox: withoutHandover(before.outbox, ids) }
  const effects: Effect[] = []
  for (const end of ends) {
    const told = takenOver(state, end, 'it tells the end of a failure that had not got through', write, now)
    state = told.state
    effects.push(...told.effects)
  }
  return { state, effects }
}

const withoutHandover = (outbox: readonly Delivery[], ids: ReadonlySet<Id>): readonly Delivery[] =>
  outbox.map((one) =>
    ids.has(one.id) && one.handover !== undefined ? { ...one, handover: { ...one.handover, done: true } } : one,
  )

/** Of an outage; one that has no name is known by its beginning. */
const nameOf = ({ key, outage, firstFailure }: AlertMessage): string => `${key} ${outage ?? firstFailure}`
