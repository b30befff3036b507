/** What came of an attempt to deliver: over, again later, or given up and said so. */

import { isFailing } from '../model/alert.ts'
import { durationText } from '../model/duration.ts'
import type { Event } from '../model/event.ts'
import { fraction } from '../model/fraction.ts'
import type { Id } from '../model/names.ts'
import type { Delivery, State } from '../model/state.ts'
import { type Milliseconds, milliseconds, type Now, since, wallTime } from '../model/units.ts'
import { takenOver } from './later/handover.ts'
import { throughAgain, troubled } from './later/trouble.ts'
import { deliveryAge, firstRetry, longestAsked, longestRetry } from './limits.ts'
import { handed } from './noise/channel.ts'
import { concerned } from './noise/concerned.ts'
import { renewed, without } from './noise/counts.ts'
import { type Decided, record, type Scribe } from './scribe.ts'

export function onAttempted(
  state: State,
  { delivery: id, outcome }: Extract<Event, { kind: 'attempted' }>,
  write: Scribe,
  now: Now,
): Decided {
  const index = placeOf(id, state.outbox)
  const delivery = state.outbox[index]
  if (delivery === undefined) return { state, effects: [] }
  const attempts = delivery.attempts + 1
  const common = {
    kind: 'delivery' as const,
    cause: delivery.id,
    service: delivery.message.key,
    call: delivery.call.text,
    delivery: id,
    attempt: attempts,
  }
  if (outcome.kind === 'sent') {
    const entry = write.entry({ ...common, outcome: 'sent', text: outcome.text })
    const counted = { ...state, noise: handed(state.noise, delivery.call, receiverOf(delivery, state), now) }
    const through = throughAgain(withoutDelivery(counted, index), delivery, write, now)
    return { state: through.state, effects: [record(entry), ...through.effects] }
  }
  const tooOld = since(delivery.decidedAt, now) > deliveryAge
  // Whoever tries a way out wants to know now, and no alert is to wait behind it.
  const isTest = delivery.message.isTest === true || delivery.message.kind === 'test'
  if (!outcome.retry || tooOld || isTest) {
    const text = tooOld ? `${outcome.text}; given up after ${durationText(deliveryAge)}` : outcome.text
    const after = withoutDelivery(withUntold(state, delivery, text), index)
    const entry = record(write.entry({ ...common, outcome: 'gave-up', text }))
    return isTest
      ? { state: after, effects: [entry] }
      : givenUp({ state: after, effects: [entry] }, delivery, text, write, now)
  }
  const wait = milliseconds(Math.max(retryWait(attempts, delivery.id), Math.min(outcome.after ?? 0, longestAsked)))
  const text = `${outcome.text}; next attempt in ${durationText(wait)}`
  const reached = outcome.reached ?? delivery.reached
  const again: Delivery = {
    ...delivery,
    attempts,
    notBefore: wallTime(now.wall + wait),
    lastText: outcome.text,
    ...(reached === undefined ? {} : { reached }),
  }
  const waiting = { ...state, outbox: renewed(state.outbox, index, again) }
  const trouble = troubled(waiting, again, outcome.text, false, write, now)
  const entry = record(write.entry({ ...common, outcome: 'retry', text }))
  return { state: trouble.state, effects: [entry, { kind: 'deliver', delivery: again }, ...trouble.effects] }
}

const receiverOf = ({ call }: Delivery, { model }: State) =>
  call.receiver === undefined ? undefined : model.receivers.get(call.receiver)

/** Another channel takes over at once, and that it was given up is told as well. */
function givenUp(before: Decided, delivery: Delivery, text: string, write: Scribe, now: Now): Decided {
  const isLeft = delivery.handover?.done === false
  const taken = isLeft ? takenOver(before.state, delivery, `it was given up: ${text}`, write, now) : before
  const trouble = troubled(taken.state, delivery, text, true, write, now)
  const effects = isLeft ? [...before.effects, ...taken.effects] : before.effects
  return { state: trouble.state, effects: [...effects, ...trouble.effects] }
}

/** Ids count up with time (scribe.ts), so that the place is guessed; only where the guess is wrong all are looked at. */
function placeOf(id: Id, outbox: State['outbox']): number {
  let low = 0
  let high = outbox.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (idOrder.compare(outbox[middle]?.id ?? id, id) < 0) low = middle + 1
    else high = middle
  }
  return outbox[low]?.id === id ? low : outbox.findIndex((waiting) => waiting.id === id)
}

const idOrder = new Intl.Collator('en', { numeric: true })

const withoutDelivery = (state: State, index: number): State => ({ ...state, outbox: without(state.outbox, index) })

/** While the outage lasts, status says that somebody was not told of it. */
function withUntold(state: State, { message, call }: Delivery, text: string): State {
  const untold = `"${call.text}" was given up: ${text}`
  const services = [...state.services]
  for (const { key, kind } of concerned(message)) {
    const index = state.model.serviceIndex.get(key)
    const service = index === undefined ? undefined : services[index]
    if (index === undefined || service?.status.kind !== 'down' || !isFailing(kind)) continue
    services[index] = { ...service, untold }
  }
  return { ...state, services }
}

/** Doubles each time up to the longest; spread by a tenth either way, so that a relay's return is not met by all at once. */
function retryWait(attempts: number, seed: string): Milliseconds {
  const wait = Math.min(longestRetry, firstRetry * 2 ** Math.min(attempts - 1, 20))
  const spread = 0.9 + 0.2 * fraction(`${seed}#${attempts}`)
  return milliseconds(Math.round(wait * spread))
}
