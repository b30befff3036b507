/**
 * Whether a notification that was decided is tried at once, or waits: for others that go with it (group_wait), for the
 * end of a burst (digest), or until its channel may be handed more (rate). Asked once, when it is put into the outbox.
 *
 * Whatever else holds, a message never overtakes an earlier one of its service to the same channel.
 */
import { durationText } from '../../model/duration.ts'
import type { Model } from '../../model/model.ts'
import type { Burst, Receiver } from '../../model/receiver.ts'
import type { Delivery, Noise, State } from '../../model/state.ts'
import { milliseconds, type Now, type WallTime, wallTime } from '../../model/units.ts'
import { channelState, countOf, decided, lately, roomOf, windowOf } from './channel.ts'
import { waitingFor } from './counts.ts'
import { groupOf } from './group.ts'
import { batchOf, type Hold, holdKind } from './held.ts'

export interface Admitted {
  readonly noise: Noise
  readonly delivery: Delivery
  /** Why it waits, for people; `null`: it does not. */
  readonly held: string | null
  /** When that has to be looked at. */
  readonly wake: WallTime | null
}

/** `outbox` holds all that was decided before, also by the same event. */
export function admit(state: Pick<State, 'model' | 'noise' | 'outbox'>, delivery: Delivery, now: Now): Admitted {
  const { call } = delivery
  if (call.receiver === undefined || isUrgent(delivery)) return tried(state.noise, delivery)
  const receiver = state.model.receivers.get(call.receiver)
  const waiting = waitingIn(state, delivery, receiver)
  const counted =
    receiver?.digest == null || call.combines !== true ? state.noise : decided(state.noise, call, receiver.digest, now)
  // Waiting news goes with waiting news: it costs no message more, and overtakes nothing.
  const joined = waiting.own ?? waiting.rate ?? waiting.group ?? waiting.digest
  if (joined !== null) return held(counted, delivery, joined, now)
  if (receiver === undefined) return tried(counted, delivery)
  const opened = digestHold(state.noise, delivery, receiver, now) ?? groupHold(delivery, receiver, state, now)
  if (opened !== null) return held(counted, delivery, opened, now)
  const over = rateHold(state.noise, delivery, receiver, waiting, now)
  return over === null ? tried(counted, delivery) : held(counted, delivery, over, now)
}

const tried = (noise: Noise, delivery: Delivery): Admitted => ({ noise, delivery, held: null, wake: null })

const held = (noise: Noise, delivery: Delivery, hold: Hold, now: Now): Admitted => ({
  noise,
  // In this order V8 (of Node 20) gives them all one shape; the other way round each has its own, and a long outbox is slow.
  delivery: { hold, ...delivery },
  held: holdKind(hold) === 'rate' ? hold.text : `${hold.text}, in ${timeTo(hold.until, now)}`,
  wake: hold.until,
})

/** What somebody waits for at a screen, reports, what only the newest of counts, and what the daemon's end would drop. */
function isUrgent({ message, newestOnly, atStop }: Delivery): boolean {
  const isTest = message.kind === 'test' || message.isTest === true
  return isTest || message.key.startsWith('report ') || newestOnly === true || atStop === true
}

interface Waiting {
  /** Of the same service: whatever comes next of it comes after that, also where the receiver has changed meanwhile. */
  readonly own: Hold | null
  readonly rate: Hold | null
  /** Of the same group. */
  readonly group: Hold | null
  readonly digest: Hold | null
  /** Not held: on their way to the channel. */
  readonly pending: number
}

/** The first of a batch has its time. */
function waitingIn(
  { outbox, model }: Pick<State, 'outbox' | 'model'>,
  { call, message }: Delivery,
  receiver: Receiver | undefined,
): Waiting {
  const waiting = waitingFor(outbox, call)
  const { batches, pending } = waiting
  if (batches.size === 0) return { own: null, rate: null, group: null, digest: null, pending }
  const combines = call.combines === true
  const groups = receiver !== undefined && combines && receiver.groupWait > 0
  const first = (batch: string | null): Hold | null => (batch === null ? null : (batches.get(batch) ?? null))
  return {
    own: lastOf(waiting.batchesOf(message), batches),
    rate: first(receiver?.rate == null ? null : batchOf('rate', call)),
    group: first(groups ? groupBatch(call, message, receiver, model) : null),
    digest: first(receiver?.digest == null || !combines ? null : batchOf('digest', call)),
    pending,
  }
}

/** Of batches that all must not be overtaken, the one that goes last; of two at the same time, the one that began later. */
function lastOf(names: readonly string[], batches: ReadonlyMap<string, Hold>): Hold | null {
  if (names.length <= 1) return batches.get(names[0] ?? '') ?? null
  const own = new Set(names)
  let last: Hold | null = null
  for (const [batch, hold] of batches) if (own.has(batch) && (last === null || hold.until >= last.until)) last = hold
  return last
}

const groupBatch = (call: Delivery['call'], message: Delivery['message'], receiver: Receiver, model: Model): string =>
  batchOf('group', call, groupOf(message, receiver.groupBy, receiver.name, model))

/** Opened by the first that is more than the digest's number; it ends a window after the first of the burst. */
function digestHold(noise: Noise, { call }: Delivery, { digest }: Receiver, now: Now): Hold | null {
  if (digest === null || call.combines !== true) return null
  const times = lately(channelState(noise, call).decided, digest, now)
  const [first] = times
  if (first === undefined || times.length < countOf(digest)) return null
  const until = wallTime(first + windowOf(digest))
  return { batch: batchOf('digest', call), until, text: `${burstText(digest)}, so the rest of it is told together` }
}

export const burstText = (digest: Burst): string =>
  `more than ${countOf(digest)} fired within ${durationText(windowOf(digest))}`

/** The first of a group sets the time: later ones go with it and do not put it off. */
function groupHold(
  { call, message }: Delivery,
  receiver: Receiver,
  { model }: Pick<State, 'model'>,
  now: Now,
): Hold | null {
  if (receiver.groupWait <= 0 || call.combines !== true) return null
  const until = wallTime(now.wall + receiver.groupWait)
  const group = groupOf(message, receiver.groupBy, receiver.name, model)
  return {
    batch: groupBatch(call, message, receiver, model),
    until,
    text: `waits for others of ${group} to go with it`,
  }
}

function rateHold(noise: Noise, { call }: Delivery, { rate }: Receiver, { pending }: Waiting, now: Now): Hold | null {
  if (rate === null) return null
  const { places, next } = roomOf(rate, channelState(noise, call), pending, now)
  return places > 0 ? null : { batch: batchOf('rate', call), until: next, text: rateText(rate) }
}

export const rateText = (rate: Burst): string => `${mostText(rate)}; it waits for room`

export const mostText = (rate: Burst): string =>
  `the channel is handed at most ${countOf(rate)} messages in ${durationText(windowOf(rate))}`

/** Rounded up, so that nobody is told of "0 s". */
const timeTo = (until: WallTime, now: Now): string =>
  durationText(milliseconds(Math.ceil(Math.max(0, until - now.wall) / 1000) * 1000))
