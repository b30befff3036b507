/** What a receiver's channel has not taken for so long, or has given up, is told by its second one. */
import { tellingsOf } from '../../model/alert.ts'
import { durationText } from '../../model/duration.ts'
import type { Effect } from '../../model/effect.ts'
import type { AlertCall } from '../../model/model.ts'
import { calledName, toldName } from '../../model/receiver.ts'
import type { Delivery, State } from '../../model/state.ts'
import { type Now, since, type WallTime } from '../../model/units.ts'
import { united } from '../announce.ts'
import { decidedNow } from '../delivery.ts'
import { crowdedOutbox, handoversAtOnce, serviceCrowded } from '../limits.ts'
import { concerned } from '../noise/concerned.ts'
import { changed } from '../noise/counts.ts'
import { put } from '../outbox.ts'
import { poolHeard } from '../pool/heard.ts'
import { earliest } from '../pool/judge.ts'
import { isCrowded, roomFor } from '../room.ts'
import { type Decided, record, type Scribe } from '../scribe.ts'
import { withCompany } from './company.ts'

/** Those whose time has come, so many at once as one event may have; nextHandover asks for the others at once. */
export function handedOver(before: State, write: Scribe, now: Now): Decided {
  const due = before.outbox.filter(({ handover }) => handover?.done === false && handover.at <= now.wall)
  if (due.length === 0) return { state: before, effects: [] }
  const called = new Set(due)
  const ids = withCompany(before.outbox, due.slice(0, handoversAtOnce), handoversAtOnce)
  const going = before.outbox.filter(({ id }) => ids.has(id))
  return together(
    before,
    going.map((delivery) => [delivery, called.has(delivery) ? waitedText(delivery, now) : BEHIND]),
    write,
    now,
  )
}

export const nextHandover = ({ outbox }: State): WallTime | null =>
  earliest(outbox.map(({ handover }) => (handover?.done === false ? handover.at : null)))

/** One that was given up, and is in the outbox no more; what waits behind it goes with it. */
export function takenOver(before: State, delivery: Delivery, why: string, write: Scribe, now: Now): Decided {
  const ids = withCompany(before.outbox, [delivery], handoversAtOnce)
  const behind = before.outbox.filter(({ id }) => ids.has(id))
  return together(before, [[delivery, why], ...behind.map((one): Going => [one, BEHIND])], write, now)
}

/** With the reason, for people. */
type Going = readonly [Delivery, string]

const BEHIND = 'it waits behind what has not got through'

function waitedText({ decidedAt, lastText }: Delivery, now: Now): string {
  const tried = lastText === '' ? '' : `: ${lastText}`
  return `it has not got through for ${durationText(since(decidedAt, now))}${tried}`
}

/** In the order in which they were decided. */
function together(before: State, going: readonly Going[], write: Scribe, now: Now): Decided {
  const there = new Set(before.outbox.map(({ id }) => id))
  const leaves = new Set(going.flatMap(([one]) => (there.has(one.id) && makesPlace(before, one) ? [one.id] : [])))
  const ids = new Set(going.map(([{ id }]) => id))
  const outbox = changed(before.outbox, (one) => {
    if (!ids.has(one.id)) return one
    return leaves.has(one.id) ? null : withoutHandover(one)
  })
  let state: State = { ...before, outbox }
  /** Places of those that left, for their own successors. */
  let kept = leaves.size
  const effects: Effect[] = []
  for (const [delivery, why] of going) {
    const left = leaves.has(delivery.id)
    if (left) kept -= 1
    const free = roomFor(state.outbox, delivery.message.key, tellsEnd(delivery)) - kept
    // The place of the first one's message is free as well where it was given up.
    const places = Math.max(free, left || !there.has(delivery.id) ? 1 : 0)
    const told = tellSecond(state, delivery, { why, places, left, stays: !left && there.has(delivery.id) }, write, now)
    state = told.state
    effects.push(...told.effects)
  }
  return { state, effects }
}

const withoutHandover = (delivery: Delivery): Delivery =>
  delivery.handover === undefined ? delivery : { ...delivery, handover: { ...delivery.handover, done: true } }

/**
 * Where much waits, the second channel's message takes the place of the first one's. Ends stay: whom this channel has told
 * of the failure hears from no other that it is over.
 */
const makesPlace = (state: State, delivery: Delivery): boolean =>
  isCrowded(state.outbox, delivery.message.key) && !tellsEnd(delivery) && secondOf(delivery, state).length > 0

const tellsEnd = ({ message }: Delivery): boolean =>
  message.isTest !== true && concerned(message).some(({ kind }) => kind === 'up')

function secondOf({ call }: Delivery, { model }: State): readonly AlertCall[] {
  const second = call.receiver === undefined ? null : (model.receivers.get(call.receiver)?.second ?? null)
  return second?.calls.filter(({ missing }) => missing !== true) ?? []
}

interface Handing {
  readonly why: string
  /** How many find room in the outbox. */
  readonly places: number
  /** The first channel goes on trying. */
  readonly stays: boolean
  /** It does not any more, to make place. */
  readonly left: boolean
}

/** The second channel's deliveries, in words that say why it is asked. Nothing where there is none. */
function tellSecond(
  before: State,
  delivery: Delivery,
  { why, places, stays, left }: Handing,
  write: Scribe,
  now: Now,
): Decided {
  const { call, message } = delivery
  const all = secondOf(delivery, before)
  const calls = all.slice(0, places)
  const about = { service: message.key, period: '', alert: message.kind } as const
  const effects: Effect[] = []
  let state = withHeard(before, delivery, calls)
  if (calls.length > 0) {
    const to = calls.map(({ text }) => text).join(', ')
    const text = `${to}, because ${why}${left ? `; ${calledName(call)} is not tried with it any more, ${CROWDED}` : ''}`
    const common = { service: message.key, call: call.text, attempt: delivery.attempts, delivery: delivery.id }
    const entry = write.entry({ kind: 'delivery', cause: delivery.id, ...common, outcome: 'handed-over', text })
    effects.push(record(entry))
    for (const taking of calls) {
      const id = write.nextId()
      const words = {
        ...{ ...message, id, because: `${toldName(call)} was to tell it, but ${why}` },
        others: othersOf(taking, [...(stays ? [call] : []), ...calls], message.others),
      }
      const fresh: Delivery = {
        // There is no third one.
        handover: { at: now.wall, done: true },
        ...decidedNow({ id, message: words, call: taking, cause: entry.id }, now),
      }
      const sent = put(state, fresh, now)
      state = sent.state
      const told = write.entry({
        ...{ kind: 'alert', cause: entry.id, ...about, call: taking.text, delivery: id, summary: message.summary },
        ...(taking.receiver === undefined ? {} : { receiver: taking.receiver }),
        because: fresh.message.because ?? why,
        ...(sent.held === null ? {} : { held: sent.held }),
      })
      effects.push(record(told), ...sent.effects)
    }
  }
  for (const { text: without } of all.slice(places)) {
    const text = `the outbox is full, so that ${without} does not take it over from ${calledName(call)}`
    effects.push(record(write.entry({ kind: 'quiet', ...about, reason: 'outbox-full', text })))
  }
  return { state, effects }
}

const CROWDED = `since ${crowdedOutbox} notifications wait, or ${serviceCrowded} about this one`

/** Names of others in one message. */
const OTHERS_NAMED = 20

/** The first one, who still tries, and whoever it named. */
function othersOf(own: AlertCall, calls: readonly AlertCall[], named: readonly string[] = []): readonly string[] {
  const names = new Set([...calls.map(toldName), ...named])
  names.delete(toldName(own))
  return [...names].slice(0, OTHERS_NAMED)
}

/** Whoever is told of the failure of a service by it hears of its end as well. */
function withHeard(state: State, { message }: Delivery, calls: readonly AlertCall[]): State {
  if (calls.length === 0) return state
  const services = [...state.services]
  let isChanged = false
  for (const { key, outage } of concerned(message)) {
    const index = state.model.serviceIndex.get(key)
    const service = index === undefined ? undefined : services[index]
    if (index === undefined || service === undefined || service.outage === null || service.outage !== outage) continue
    const announced = united(service.announced, calls)
    if (announced === service.announced) continue
    services[index] = { ...service, announced }
    isChanged = true
  }
  const told = isChanged ? { ...state, services } : state
  return tellingsOf(message).reduce((next, one) => poolHeard(next, one, calls), told)
}
