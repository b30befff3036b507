/** What a receiver's channel has not taken for so long, or has given up, is told by its second one. */

import { durationText } from '../../model/duration.ts'
import type { Effect } from '../../model/effect.ts'
import { calledName } from '../../model/receiver.ts'
import type { Delivery, State } from '../../model/state.ts'
import { type Now, since, type WallTime } from '../../model/units.ts'
import { united } from '../announce.ts'
import { put } from '../outbox.ts'
import { earliest } from '../pool/judge.ts'
import { type Decided, record, type Scribe } from '../scribe.ts'

/** `now`: those whose time has come. */
export function handedOver(before: State, write: Scribe, now: Now): Decided {
  const due = before.outbox.filter(({ handover }) => handover?.done === false && handover.at <= now.wall)
  if (due.length === 0) return { state: before, effects: [] }
  const ids = new Set(due.map(({ id }) => id))
  const outbox = before.outbox.map((one) =>
    ids.has(one.id) && one.handover !== undefined ? { ...one, handover: { ...one.handover, done: true } } : one,
  )
  let state: State = { ...before, outbox }
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

export const nextHandover = ({ outbox }: State): WallTime | null =>
  earliest(outbox.map(({ handover }) => (handover?.done === false ? handover.at : null)))

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
  return { state: next, effects }
}

/** Whoever is told of the failure of a service by it hears of its end as well. */
function withHeard(state: State, { message }: Delivery, calls: readonly Delivery['call'][]): State {
  const index = state.model.serviceIndex.get(message.key)
  const service = index === undefined ? undefined : state.services[index]
  if (index === undefined || service === undefined || service.outage === null) return state
  if (message.outage !== service.outage) return state
  const announced = united(service.announced, calls)
  return announced === service.announced
    ? state
    : { ...state, services: state.services.with(index, { ...service, announced }) }
}
