/**
 * The way of a notification into the outbox: what its receiver's limits make of it, and when another channel is to take
 * over. Every delivery that is decided on comes this way.
 */
import type { Effect } from '../model/effect.ts'
import { channelOf } from '../model/receiver.ts'
import type { Delivery, State } from '../model/state.ts'
import { type Now, wallTime } from '../model/units.ts'
import { admit } from './noise/admit.ts'
import { appended } from './noise/counts.ts'

export type Outgoing = Pick<State, 'model' | 'outbox' | 'noise'>

export interface Put<S> {
  readonly state: S
  /** Why it is not tried at once; `null`: it is. */
  readonly held: string | null
  /** To be handed on behind the entry that tells of it. */
  readonly effects: readonly Effect[]
}

export function put<S extends Outgoing>(state: S, decided: Delivery, now: Now): Put<S> {
  const { noise, delivery: admitted, held, wake } = admit(state, decided, now)
  const delivery = withHandover(admitted, state, now)
  const effects: Effect[] = held === null ? [{ kind: 'deliver', delivery }] : []
  if (wake !== null) effects.push({ kind: 'wake', at: wake })
  if (delivery.handover?.done === false) effects.push({ kind: 'wake', at: delivery.handover.at })
  return { state: { ...state, noise, outbox: appended(state.outbox, delivery) }, held, effects }
}

/** One that waits for others is handed over that much later. */
export function withHandover(delivery: Delivery, { model }: Pick<State, 'model'>, now: Now): Delivery {
  const { receiver } = delivery.call
  const second = receiver === undefined ? null : (model.receivers.get(receiver)?.second ?? null)
  if (second === null || delivery.handover !== undefined) return delivery
  // It may be the second one itself, which is told of the end of what it took over. There is no third.
  if (second.calls.some((call) => channelOf(call) === channelOf(delivery.call))) return delivery
  const from = Math.max(now.wall, delivery.hold?.until ?? 0)
  // The new key first: V8 gives each object a shape of its own otherwise, and ten thousand take seconds.
  return { handover: { at: wallTime(from + second.after), done: false }, ...delivery }
}
