/** An acknowledgement as people may see it, and the words for when it ends: in its answer, in `status`, in `why`, on the page. */
import { durationText } from '../model/duration.ts'
import type { Service } from '../model/model.ts'
import type { Ack, ServiceState } from '../model/state.ts'
import { type Milliseconds, milliseconds, type Now, type WallTime } from '../model/units.ts'
import { endsByChange } from './consult.ts'

export interface AckView {
  readonly who: string
  readonly comment: string
  readonly at: WallTime
  /** When it ends by itself; `null`: it does not. */
  readonly until: WallTime | null
  readonly left: Milliseconds | null
  /** What the check says ends it as well, when that changes. */
  readonly untilChange: boolean
  /** `1 h 58 min have passed, or the service has recovered` */
  readonly ends: string
}

export function ackView({ ack }: ServiceState, service: Service, now: Now): AckView | null {
  if (ack === null) return null
  const { who, comment, at, until = null } = ack
  const left = until === null ? null : milliseconds(Math.max(0, until - now.wall))
  return { who, comment, at, until, left, untilChange: endsByChange(ack, service), ends: endText(ack, service, left) }
}

/** Behind "until". `left`: before it ends by itself. */
export function endText(ack: Ack, service: Service, left: Milliseconds | null): string {
  const ends = [
    ...(left === null ? [] : [`${durationText(left)} have passed`]),
    ...(endsByChange(ack, service) ? ['what the check says changes'] : []),
    'the service has recovered',
  ]
  return ends.join(', or ')
}
