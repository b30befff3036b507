/**
 * A server that comes back after a failure takes its weight in steps, so that one with cold caches is not met by all
 * clients at once (a least-connection scheduler would send it everybody).
 */
import { type Milliseconds, type Now, type WallTime, type Weight, wallTime, weight } from '../../model/units.ts'

/** Weights on the way back: a tenth, two tenths, … of the whole. */
export const slowStartSteps = 10

export interface Share {
  readonly weight: Weight
  /** When the next step comes; `null`: it has its whole weight. */
  readonly nextAt: WallTime | null
}

/** `since`: when it came back. A weight above 0 is never stepped down to 0. */
export function slowShare(whole: Weight, since: WallTime, slowStart: Milliseconds, now: Now): Share {
  const step = slowStart / slowStartSteps
  const done = Math.floor((now.wall - since) / step) + 1
  if (slowStart === 0 || done >= slowStartSteps) return { weight: whole, nextAt: null }
  const share = Math.max(Math.min(1, whole), Math.ceil((whole * done) / slowStartSteps))
  return { weight: weight(share), nextAt: wallTime(since + Math.ceil(done * step)) }
}
