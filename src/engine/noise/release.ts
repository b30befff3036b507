/**
 * What waits goes on its way when its time has come: one alone as it is, several as one message, where the channel can
 * tell of several. The members leave the outbox in the step in which the message that tells them enters it, so that a
 * crash finds either them or it. One walk over the outbox and one over what is due, which is sorted where a rate brings
 * batches together: 10,000 are released in tens of milliseconds.
 */
import { durationText } from '../../model/duration.ts'
import type { Effect } from '../../model/effect.ts'
import type { Receiver } from '../../model/receiver.ts'
import type { Delivery, State } from '../../model/state.ts'
import type { Now } from '../../model/units.ts'
import { decidedNow } from '../delivery.ts'
import { type Decided, record, type Scribe } from '../scribe.ts'
import { burstText, mostText } from './admit.ts'
import { burstOver } from './channel.ts'
import { combined } from './combine.ts'
import { groupOf } from './group.ts'
import { holdKind, nextHold } from './held.ts'
import { channelsOf, handoverLater, type Item, shared, type Unit } from './share.ts'

/** To be asked whenever the engine is told of the time. */
export function releaseDue(state: State, write: Scribe, now: Now): Decided {
  const next = nextHold(state)
  if (next === null || next > now.wall) return { state, effects: [] }
  let { noise } = state
  /** By their place in the outbox; `null`: gone. */
  const changes = new Map<number, Delivery | null>()
  const fresh: Delivery[] = []
  const effects: Effect[] = []
  for (const channel of channelsOf(state.outbox)) {
    const due = channel.batches.filter(([first]) => first.hold.until <= now.wall)
    if (due.length === 0) continue
    const receiver = state.model.receivers.get(channel.call.receiver ?? '')
    const { goes, waits } = shared(due, channel, receiver, noise, now)
    if (due.some(([{ hold }]) => holdKind(hold) === 'digest')) noise = burstOver(noise, channel.call, now)
    for (const { index, delivery } of waits) changes.set(index, delivery)
    for (const unit of goes) {
      const [first, ...others] = unit.items
      if (others.length === 0) {
        const delivery = alone(first, now)
        changes.set(first.index, delivery)
        effects.push({ kind: 'deliver', delivery })
        continue
      }
      for (const { index } of unit.items) changes.set(index, null)
      const { delivery, entry } = together(unit, receiver, state, write, now)
      fresh.push(delivery)
      effects.push(record(entry), { kind: 'deliver', delivery })
    }
  }
  return { state: { ...state, noise, outbox: [...changed(state.outbox, changes), ...fresh] }, effects }
}

const changed = (outbox: readonly Delivery[], changes: ReadonlyMap<number, Delivery | null>): readonly Delivery[] =>
  outbox.flatMap((delivery, index) => {
    const change = changes.get(index)
    return change === undefined ? [delivery] : change === null ? [] : [change]
  })

/** As it is, only now. */
function alone({ delivery, hold }: Item, now: Now): Delivery {
  const { hold: _, ...rest } = delivery
  return { ...rest, notBefore: now.wall, ...handoverLater(delivery, now.wall - hold.until) }
}

/** One delivery in the place of several, which are all named in the entry. */
function together({ items, by }: Unit, receiver: Receiver | undefined, state: State, write: Scribe, now: Now) {
  const newest = items.at(-1) ?? items[0]
  // One that another channel has taken already must not keep it from taking the others.
  const left = items.findLast((item) => item.delivery.handover?.done === false) ?? newest
  const { call } = newest.delivery
  const because = reasonOf({ items, by }, receiver, state)
  const id = write.nextId()
  const messages = items.map(({ delivery }) => delivery.message)
  const message = combined({ id, messages, receiver: call.receiver ?? '', because }, state, now)
  const delivery: Delivery = {
    ...handoverLater(left.delivery, now.wall - left.hold.until),
    ...decidedNow({ id, message, call, cause: null }, now),
  }
  const deliveries = items.map((item) => item.delivery.id)
  return { delivery, entry: write.entry({ kind: 'batch', call: call.text, delivery: id, deliveries, text: because }) }
}

/** The receiver may be another than the one they began to wait for. */
function reasonOf({ items: [first], by }: Unit, receiver: Receiver | undefined, { model }: State): string {
  if (receiver === undefined) return 'they waited for the same channel'
  const { digest, rate, groupBy, groupWait, name } = receiver
  if (by === 'rate') return rate === null ? 'they waited for room in the channel' : mostText(rate)
  if (by === 'digest') return digest === null ? 'they were of one burst' : burstText(digest)
  return `they concern ${groupOf(first.delivery.message, groupBy, name, model)} and came within ${durationText(groupWait)}`
}
