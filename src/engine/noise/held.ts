/**
 * Which deliveries of the outbox wait for others or for room. The outbox alone says so, and survives a crash. Those with
 * the same `batch` go together, at the time that the first of them has; so that to put it off changes one delivery.
 */
import type { AlertCall } from '../../model/model.ts'
import { channelOf } from '../../model/receiver.ts'
import type { Delivery, State } from '../../model/state.ts'
import type { WallTime } from '../../model/units.ts'
import { batchesIn } from './counts.ts'

export type Hold = NonNullable<Delivery['hold']>

/** `group`: for others that go with it. `digest`: for the end of a burst. `rate`: for room in the channel. */
export type HoldKind = 'group' | 'digest' | 'rate'

/** A channel is one line of a file, so that a line's end keeps it apart from what the group has in common. */
export const batchOf = (kind: HoldKind, call: AlertCall, group = ''): string => `${kind} ${channelOf(call)}\n${group}`

export function holdKind({ batch }: Hold): HoldKind {
  if (batch.startsWith('digest ')) return 'digest'
  return batch.startsWith('rate ') ? 'rate' : 'group'
}

export const sameChannel = (a: AlertCall, b: AlertCall): boolean =>
  a.receiver !== undefined && a.receiver === b.receiver && a.text === b.text

/** The earliest time at which `releaseDue` has something to do; `null`: nothing waits. Asked after every event. */
export function nextHold({ outbox }: Pick<State, 'outbox'>): WallTime | null {
  let next: WallTime | null = null
  for (const { until } of batchesIn(outbox)) if (next === null || until < next) next = until
  return next
}
