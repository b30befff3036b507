/** Puts a message into the outbox for each who is to be told, as far as there is room, and says so. */
import type { AlertMessage } from '../../model/alert.ts'
import type { Effect } from '../../model/effect.ts'
import type { AlertCall } from '../../model/model.ts'
import type { Id } from '../../model/names.ts'
import type { Delivery, State } from '../../model/state.ts'
import type { Now } from '../../model/units.ts'
import { decidedNow } from '../delivery.ts'
import { outboxLimit, serviceOutboxLimit } from '../limits.ts'
import { put } from '../outbox.ts'
import { roomFor } from '../room.ts'
import { type Decided, record, type Scribe } from '../scribe.ts'

export function send(
  state: State,
  calls: readonly AlertCall[],
  messageOf: (id: Id) => AlertMessage,
  write: Scribe,
  now: Now,
  atStop = false,
): Decided {
  let next = state
  const effects: Effect[] = []
  for (const call of calls) {
    if (call.missing === true) continue
    const id = write.nextId()
    const message = messageOf(id)
    const about = { service: message.key, period: '', alert: message.kind }
    if (roomFor(next.outbox, message.key, message.kind === 'up' && message.isTest !== true) === 0) {
      const text = `the outbox is full: ${outboxLimit} notifications wait, or ${serviceOutboxLimit} about this one`
      effects.push(record(write.entry({ kind: 'quiet', ...about, reason: 'outbox-full', text })))
      continue
    }
    const delivery: Delivery = {
      ...(atStop ? { atStop } : {}),
      // Each channel is tried by itself: another one must not answer for it.
      ...(message.isTest === true ? { handover: { at: now.wall, done: true } } : {}),
      ...decidedNow({ id, message, call, cause: null }, now),
    }
    const sending = put(next, delivery, now)
    next = sending.state
    const entry = write.entry({
      kind: 'alert',
      ...about,
      call: call.text,
      delivery: id,
      summary: message.summary,
      ...(call.receiver === undefined ? {} : { receiver: call.receiver }),
      ...(message.because === undefined ? {} : { because: message.because }),
      ...(sending.held === null ? {} : { held: sending.held }),
    })
    effects.push(record(entry), ...sending.effects)
  }
  return { state: next, effects }
}
