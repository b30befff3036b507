/** How many more notifications find room in the outbox: its limits hold for all of it, and for each subject. */
import type { ServiceKey } from '../model/names.ts'
import type { Delivery } from '../model/state.ts'
import {
  crowdedOutbox,
  endsLimit,
  outboxLimit,
  serviceCrowded,
  serviceEndsLimit,
  serviceOutboxLimit,
} from './limits.ts'
import { countOf } from './noise/counts.ts'

/** About this subject. `isEnd`: they tell that something announced is over. */
export function roomFor(outbox: readonly Delivery[], key: ServiceKey, isEnd: boolean): number {
  const [most, ofOne] = isEnd ? [endsLimit, serviceEndsLimit] : [outboxLimit, serviceOutboxLimit]
  const all = most - outbox.length
  return all <= 0 ? 0 : Math.max(0, Math.min(all, ofOne - countOf(outbox, key)))
}

/** So much waits that one notification should not wait in two places. */
export const isCrowded = (outbox: readonly Delivery[], key: ServiceKey): boolean =>
  outbox.length >= crowdedOutbox || countOf(outbox, key) >= serviceCrowded
