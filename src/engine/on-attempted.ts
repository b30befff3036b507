/** What came of an attempt to deliver: over, again later, or given up and said so. */

import { durationText } from '../model/duration.ts'
import type { Event } from '../model/event.ts'
import { fraction } from '../model/fraction.ts'
import type { Delivery, State } from '../model/state.ts'
import { type Milliseconds, milliseconds, type Now, since, wallTime } from '../model/units.ts'
import { deliveryAge, firstRetry, longestRetry } from './limits.ts'
import { type Decided, record, type Scribe } from './scribe.ts'

export function onAttempted(
  state: State,
  { delivery: id, outcome }: Extract<Event, { kind: 'attempted' }>,
  write: Scribe,
  now: Now,
): Decided {
  const delivery = state.outbox.find((waiting) => waiting.id === id)
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
  const rest = state.outbox.filter((waiting) => waiting.id !== id)
  if (outcome.kind === 'sent') {
    const entry = write.entry({ ...common, outcome: 'sent', text: outcome.text })
    return { state: { ...state, outbox: rest }, effects: [record(entry)] }
  }
  const tooOld = since(delivery.decidedAt, now) > deliveryAge
  if (!outcome.retry || tooOld) {
    const text = tooOld ? `${outcome.text}; given up after ${durationText(deliveryAge)}` : outcome.text
    const after = { ...withUntold(state, delivery, text), outbox: rest }
    return { state: after, effects: [record(write.entry({ ...common, outcome: 'gave-up', text }))] }
  }
  const wait = retryWait(attempts, delivery.id)
  const text = `${outcome.text}; next attempt in ${durationText(wait)}`
  const reached = outcome.reached ?? delivery.reached
  const again: Delivery = {
    ...delivery,
    attempts,
    notBefore: wallTime(now.wall + wait),
    lastText: outcome.text,
    ...(reached === undefined ? {} : { reached }),
  }
  return {
    state: { ...state, outbox: state.outbox.map((waiting) => (waiting.id === id ? again : waiting)) },
    effects: [record(write.entry({ ...common, outcome: 'retry', text })), { kind: 'deliver', delivery: again }],
  }
}

/** While the outage lasts, status says that somebody was not told of it. */
function withUntold(state: State, { message, call }: Delivery, text: string): State {
  const index = state.model.serviceIndex.get(message.key)
  const service = index === undefined ? undefined : state.services[index]
  if (index === undefined || service?.status.kind !== 'down' || message.kind !== 'failure') return state
  const untold = `"${call.text}" was given up: ${text}`
  return { ...state, services: state.services.with(index, { ...service, untold }) }
}

/** Doubles each time up to the longest; spread by a tenth either way, so that a relay's return is not met by all at once. */
export function retryWait(attempts: number, seed: string): Milliseconds {
  const wait = Math.min(longestRetry, firstRetry * 2 ** Math.min(attempts - 1, 20))
  const spread = 0.9 + 0.2 * fraction(`${seed}#${attempts}`)
  return milliseconds(Math.round(wait * spread))
}
