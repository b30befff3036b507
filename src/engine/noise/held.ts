/**
 * Which deliveries of the outbox wait for others or for room. The outbox alone says so, and survives a crash. Those with
 * the same `batch` go together, at the time that the first of them has; so that to put it off changes one delivery.
 */
import type { AlertCall } from '../../model/model.ts'
import { channelOf } from '../../model/receiver.ts'
import type { Delivery, State } from '../../model/state.ts'
import type { WallTime } from '../../model/units.ts'

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
  const known = times.get(outbox)
  if (known !== undefined) return known
  const next = earliestOf(outbox)
  times.set(outbox, next)
  return next
}

const times = new WeakMap<readonly Delivery[], WallTime | null>()

/** An outbox with one more behind the others; what is known of its holds need not be found out again. */
export function appended(outbox: readonly Delivery[], delivery: Delivery): readonly Delivery[] {
  const longer = [...outbox, delivery]
  const known = times.get(outbox)
  const { hold } = delivery
  // Of a batch that is there already the first has the time; its others are not earlier.
  if (known !== undefined) times.set(longer, hold === undefined ? known : earlier(known, hold.until))
  return longer
}

const earlier = (a: WallTime | null, b: WallTime): WallTime => (a === null || b < a ? b : a)

function earliestOf(outbox: readonly Delivery[]): WallTime | null {
  let next: WallTime | null = null
  let last = ''
  const seen = new Set<string>()
  for (const { hold } of outbox) {
    if (hold === undefined || hold.batch === last || seen.has(hold.batch)) continue
    last = hold.batch
    seen.add(last)
    next = earlier(next, hold.until)
  }
  return next
}
