/** The outbox as people may see it: what has not got through yet, and why. */
import type { AlertMessage } from '../model/alert.ts'
import type { AlertCall } from '../model/model.ts'
import type { ServiceKey } from '../model/names.ts'
import { calledName, channelOf } from '../model/receiver.ts'
import type { Delivery, State } from '../model/state.ts'

/** One notification that has not got through yet. */
export interface Waiting {
  readonly id: string
  readonly about: string
  readonly kind: AlertMessage['kind']
  readonly to: string
  readonly decidedAt: number
  readonly attempts: number
  readonly next: number
  readonly why: string
}

export function waitingOf({ outbox }: Pick<State, 'outbox'>): readonly Waiting[] {
  const firsts = new Map<string, Delivery>()
  return outbox.map((delivery) => {
    const { id, message, call, decidedAt, attempts, notBefore, lastText, hold } = delivery
    const common = { id, about: message.key, kind: message.kind, to: calledName(call), decidedAt, attempts }
    if (hold !== undefined) return { ...common, next: hold.until, why: hold.text }
    const lane = laneOf(call, message.key)
    const first = firsts.get(lane)
    if (first === undefined) {
      firsts.set(lane, delivery)
      return { ...common, next: notBefore, why: lastText }
    }
    const why = `it goes after ${first.id}: this channel is told in order`
    return { ...common, next: Math.max(notBefore, first.notBefore), why: lastText === '' ? why : lastText }
  })
}

/** In which runtime/deliver.ts keeps the order: a channel that may be told of several services at once is one. */
const laneOf = (call: AlertCall, key: ServiceKey): string =>
  call.receiver !== undefined && call.combines === true ? channelOf(call) : `${channelOf(call)}\n${key}`
