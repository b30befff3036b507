/**
 * What is asked of the outbox at every notification, counted beside it: how many are about one subject, and what waits for
 * one channel. To look at ten thousand for each of ten thousand takes minutes.
 *
 * An outbox is replaced, never changed in place, so the array itself tells whether its counts are known. Whoever adds or
 * takes out one here hands them on to the next array; one that was made elsewhere is counted when somebody asks. Nothing
 * but time depends on it.
 */
import type { AlertMessage } from '../../model/alert.ts'
import type { AlertCall } from '../../model/model.ts'
import type { ServiceKey } from '../../model/names.ts'
import { channelOf } from '../../model/receiver.ts'
import type { Delivery } from '../../model/state.ts'
import { concerned } from './concerned.ts'
import type { Hold } from './held.ts'

type Outbox = readonly Delivery[]

/** What waits for one channel of a receiver. */
export interface Waiting {
  /** Not held: on their way to it. */
  readonly pending: number
  /** The first of each batch, which has its time; in the order of the outbox. */
  readonly batches: ReadonlyMap<string, Hold>
  /** In which batches a service is told of. */
  batchesOf(message: AlertMessage): readonly string[]
}

/** How many are about this subject; a message about several has a subject of its own. */
export const countOf = (outbox: Outbox, key: ServiceKey): number => countsOf(outbox).subjects.get(key) ?? 0

export const waitingFor = (outbox: Outbox, call: AlertCall): Waiting =>
  countsOf(outbox).channels.get(channelOf(call)) ?? nothing

/** All batches that wait, the first of each. */
export const batchesIn = (outbox: Outbox): readonly Hold[] =>
  [...countsOf(outbox).channels.values()].flatMap(({ batches }) => [...batches.values()])

export function appended(outbox: Outbox, delivery: Delivery): Outbox {
  const longer = [...outbox, delivery]
  const counts = handedOn(outbox, longer)
  if (counts !== undefined) counted(counts, delivery)
  return longer
}

/** One that is over. */
export function without(outbox: Outbox, index: number): Outbox {
  const delivery = outbox[index]
  const shorter = outbox.toSpliced(index, 1)
  if (delivery !== undefined) uncounted(outbox, shorter, [delivery])
  return shorter
}

/** Without those of which `change` makes nothing; the others may change in all but what they tell, whom, and their hold. */
export function changed(outbox: Outbox, change: (delivery: Delivery) => Delivery | null): Outbox {
  const gone: Delivery[] = []
  const next = outbox.flatMap((delivery) => {
    const made = change(delivery)
    if (made === null) gone.push(delivery)
    return made ?? []
  })
  uncounted(outbox, next, gone)
  return next
}

/** One that is tried again: what it tells, and whom, is what it was. */
export function renewed(outbox: Outbox, index: number, delivery: Delivery): Outbox {
  const next = outbox.with(index, delivery)
  if (outbox[index]?.hold === delivery.hold) handedOn(outbox, next)
  return next
}

class Channel implements Waiting {
  pending = 0
  readonly batches = new Map<string, Hold>()
  readonly services = new Map<ServiceKey, string[]>()

  batchesOf(message: AlertMessage): readonly string[] {
    if (message.members === undefined) return this.services.get(message.key) ?? []
    return concerned(message).flatMap(({ key }) => this.services.get(key) ?? [])
  }
}

const nothing: Waiting = new Channel()

interface Counts {
  readonly subjects: Map<ServiceKey, number>
  readonly channels: Map<string, Channel>
}

const known = new WeakMap<Outbox, Counts>()

function handedOn(outbox: Outbox, next: Outbox): Counts | undefined {
  const counts = known.get(outbox)
  if (counts === undefined) return undefined
  known.delete(outbox)
  known.set(next, counts)
  return counts
}

/** Where one goes that was held, another one may have to be the first of its batch: that is counted anew. */
function uncounted(outbox: Outbox, next: Outbox, gone: readonly Delivery[]): void {
  if (gone.some(({ hold }) => hold !== undefined)) return
  const counts = handedOn(outbox, next)
  if (counts === undefined) return
  for (const { call, message } of gone) {
    counts.subjects.set(message.key, (counts.subjects.get(message.key) ?? 1) - 1)
    const channel = counts.channels.get(channelOf(call))
    if (channel !== undefined) channel.pending -= 1
  }
}

function countsOf(outbox: Outbox): Counts {
  const there = known.get(outbox)
  if (there !== undefined) return there
  const counts: Counts = { subjects: new Map(), channels: new Map() }
  for (const delivery of outbox) counted(counts, delivery)
  known.set(outbox, counts)
  return counts
}

function counted({ subjects, channels }: Counts, { call, hold, message }: Delivery): void {
  subjects.set(message.key, (subjects.get(message.key) ?? 0) + 1)
  if (call.receiver === undefined) return
  const name = channelOf(call)
  const channel = channels.get(name) ?? new Channel()
  channels.set(name, channel)
  if (hold === undefined) {
    channel.pending += 1
    return
  }
  const { batch } = hold
  if (!channel.batches.has(batch)) channel.batches.set(batch, hold)
  for (const { key } of concerned(message)) {
    const batches = channel.services.get(key)
    if (batches === undefined) channel.services.set(key, [batch])
    else if (!batches.includes(batch)) batches.push(batch)
  }
}
