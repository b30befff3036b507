/** Puts a message into the outbox for each who is to be told, as far as there is room, and says so. */
import type { AlertMessage } from '../../model/alert.ts'
import type { Effect } from '../../model/effect.ts'
import type { AlertCall } from '../../model/model.ts'
import type { Id } from '../../model/names.ts'
import type { Delivery, State } from '../../model/state.ts'
import type { Now } from '../../model/units.ts'
import { outboxLimit, serviceOutboxLimit } from '../limits.ts'
import { record, type Scribe } from '../scribe.ts'

export function send(
  { outbox }: Pick<State, 'outbox'>,
  calls: readonly AlertCall[],
  messageOf: (id: Id) => AlertMessage,
  write: Scribe,
  now: Now,
  atStop = false,
): { readonly outbox: readonly Delivery[]; readonly effects: readonly Effect[] } {
  const fresh: Delivery[] = []
  const effects: Effect[] = []
  for (const call of calls) {
    if (call.missing === true) continue
    const id = write.nextId()
    const message = messageOf(id)
    const about = { service: message.key, period: '', alert: message.kind }
    if (isFull(outbox, fresh, message)) {
      const text = `the outbox is full: ${outboxLimit} notifications wait, or ${serviceOutboxLimit} about this one`
      effects.push(record(write.entry({ kind: 'quiet', ...about, reason: 'outbox-full', text })))
      continue
    }
    const delivery: Delivery = {
      id,
      message,
      call,
      attempts: 0,
      decidedAt: now.wall,
      notBefore: now.wall,
      lastText: '',
      cause: null,
      ...(atStop ? { atStop } : {}),
    }
    fresh.push(delivery)
    const entry = write.entry({ kind: 'alert', ...about, call: call.text, delivery: id, summary: message.summary })
    effects.push(record(entry), { kind: 'deliver', delivery })
  }
  return { outbox: fresh.length === 0 ? outbox : [...outbox, ...fresh], effects }
}

/** Room for all, and for one subject; a short outbox need not be counted. */
function isFull(outbox: readonly Delivery[], fresh: readonly Delivery[], { key }: AlertMessage): boolean {
  const all = outbox.length + fresh.length
  if (all >= outboxLimit) return true
  if (all < serviceOutboxLimit) return false
  const own = [...outbox, ...fresh].reduce((count, { message }) => (message.key === key ? count + 1 : count), 0)
  return own >= serviceOutboxLimit
}
