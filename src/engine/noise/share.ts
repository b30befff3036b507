/** Who of those whose time has come goes, as far as the channel's rate has room; the others wait for it as one. */
import type { AlertCall } from '../../model/model.ts'
import { channelOf, type Receiver } from '../../model/receiver.ts'
import type { Delivery, Noise } from '../../model/state.ts'
import { type Now, wallTime } from '../../model/units.ts'
import { rateText } from './admit.ts'
import { channelState, roomOf } from './channel.ts'
import { batchOf, type Hold, type HoldKind, holdKind } from './held.ts'

/** A delivery that is held, and where in the outbox it stands. */
export interface Item {
  readonly index: number
  readonly delivery: Delivery
  readonly hold: Hold
}

export type Batch = readonly [Item, ...Item[]]

export interface Channel {
  readonly call: AlertCall
  /** In the order of their first ones. */
  readonly batches: readonly Batch[]
  /** Not held: on their way already. */
  readonly pending: number
}

/** One message. */
export interface Unit {
  readonly items: Batch
  /** What brought them together. */
  readonly by: HoldKind
}

export interface Shared {
  readonly goes: readonly Unit[]
  /** Those that go on waiting, as far as that changes them. */
  readonly waits: readonly { readonly index: number; readonly delivery: Delivery }[]
}

/** All channels that something is for, those that wait and those that do not. */
export function channelsOf(outbox: readonly Delivery[]): readonly Channel[] {
  const channels = new Map<string, { call: AlertCall; batches: Map<string, [Item, ...Item[]]>; pending: number }>()
  for (const [index, delivery] of outbox.entries()) {
    const { call, hold } = delivery
    if (call.receiver === undefined) continue
    const name = channelOf(call)
    const channel = channels.get(name) ?? { call, batches: new Map(), pending: 0 }
    channels.set(name, channel)
    if (hold === undefined) {
      channel.pending += 1
      continue
    }
    const batch = channel.batches.get(hold.batch)
    if (batch === undefined) channel.batches.set(hold.batch, [{ index, delivery, hold }])
    else batch.push({ index, delivery, hold })
  }
  return [...channels.values()].map(({ call, batches, pending }) => ({ call, pending, batches: [...batches.values()] }))
}

export function shared(
  due: readonly Batch[],
  { call, pending }: Channel,
  receiver: Receiver | undefined,
  noise: Noise,
  now: Now,
): Shared {
  const combines = due.every((batch) => batch.every(({ delivery }) => delivery.call.combines === true))
  const units = combines ? due.map(unitOf) : inOrder(due).map((item) => unitOf([item]))
  const rate = receiver?.rate ?? null
  if (rate === null) return { goes: units, waits: [] }
  const counted = channelState(noise, call)
  const { places } = roomOf(rate, counted, pending, now)
  if (units.length <= places) return { goes: units, waits: [] }
  const alone = combines && places > 0 ? places - 1 : places
  const goes = units.slice(0, alone)
  const [first, ...others] = inOrder(units.slice(alone).map(({ items }) => items))
  if (first === undefined) return { goes, waits: [] }
  // What would not find room by itself goes with the last that does.
  if (alone < places) return { goes: [...goes, { items: [first, ...others], by: 'rate' }], waits: [] }
  const { next } = roomOf(rate, counted, pending + goes.length, now)
  return {
    goes,
    waits: putOff([first, ...others], { batch: batchOf('rate', call), until: next, text: rateText(rate) }),
  }
}

const unitOf = (items: Batch): Unit => ({ items, by: holdKind(items[0].hold) })

const inOrder = (batches: readonly Batch[]): readonly Item[] => batches.flat().sort((a, b) => a.index - b.index)

/** Once in the batch that waits for room, only its first one's time is put off: a delivery that changes is written down. */
function putOff(items: Batch, hold: Hold): Shared['waits'] {
  return items
    .filter(({ hold: before }, i) => i === 0 || before.batch !== hold.batch)
    .map(({ index, delivery, hold: before }) => ({
      index,
      delivery: { ...delivery, hold, ...handoverLater(delivery, hold.until - before.until) },
    }))
}

/** Another channel takes over so much later: this one has not been asked yet. */
export function handoverLater({ handover }: Delivery, by: number): Pick<Delivery, 'handover'> {
  return handover === undefined ? {} : { handover: { ...handover, at: wallTime(handover.at + Math.max(0, by)) } }
}
