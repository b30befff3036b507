/** The outbox as people may see it: what has not got through yet, and why. */
import { type AlertMessage, tellingsOf } from '../model/alert.ts'
import { calledName, channelOf } from '../model/receiver.ts'
import type { Delivery, State } from '../model/state.ts'
import type { WallTime } from '../model/units.ts'

/** One notification that has not got through yet. */
export interface Waiting {
  readonly id: string
  readonly about: string
  readonly kind: AlertMessage['kind']
  readonly to: string
  readonly decidedAt: number
  readonly attempts: number
  /** `later`: not before `next`. `behind`: once others have got through. `now`: it is its turn. */
  readonly standing: 'later' | 'behind' | 'now'
  readonly next: number
  readonly why: string
}

export function waitingOf({ outbox }: Pick<State, 'outbox'>, now: WallTime): readonly Waiting[] {
  const firsts = new Map<string, Delivery>()
  return outbox.map((delivery) => {
    const { id, message, call, decidedAt, attempts, notBefore, lastText, hold } = delivery
    const common = { id, about: message.key, kind: message.kind, to: calledName(call), decidedAt, attempts }
    const dated = (next: WallTime) => ({ standing: next > now ? ('later' as const) : ('now' as const), next })
    if (hold !== undefined) return { ...common, ...dated(hold.until), why: hold.text }
    const lanes = lanesOf(delivery)
    const first = lanes.flatMap((lane) => firsts.get(lane) ?? [])[0]
    // What some of its receivers have holds up nobody.
    if ((delivery.reached ?? []).length === 0) {
      for (const lane of lanes) if (!firsts.has(lane)) firsts.set(lane, delivery)
    }
    if (first === undefined) return { ...common, ...dated(notBefore), why: lastText }
    const why = `it goes after ${first.id}: this channel is told in order`
    const next = Math.max(notBefore, first.notBefore)
    return { ...common, standing: 'behind', next, why: lastText === '' ? why : `${why}; last: ${lastText}` }
  })
}

/** In which runtime/deliver.ts keeps the order: of each service that a message tells of, and each channel. */
const lanesOf = ({ call, message }: Delivery): readonly string[] => {
  const told = call.receiver !== undefined && call.combines === true ? tellingsOf(message) : [message]
  return [...new Set(told.map(({ key }) => `${channelOf(call)}\n${key}`))]
}
