/**
 * How many links that are not ours are looked at. Whoever guesses signatures gets no further than this; whoever can send so
 * many requests could as well take all connections of the page, so refusing everybody for a moment gives nothing away.
 */
import type { Uptime } from '../../model/units.ts'

/** Links whose signature does not fit, or whose failure is over: a mail scanner opens many old ones at once. */
export const WRONG_LINKS_PER_SECOND = 50
const SECOND = 1000

export interface Guesses {
  /** Whether a link may be looked at. */
  allowed(now: Uptime): boolean
  /** It was a wrong one. */
  wrong(now: Uptime): void
}

export function countGuesses(most = WRONG_LINKS_PER_SECOND): Guesses {
  let second = Number.NEGATIVE_INFINITY
  let count = 0
  const begin = (now: Uptime): void => {
    if (now - second < SECOND) return
    second = now
    count = 0
  }
  return {
    allowed(now) {
      begin(now)
      return count < most
    },
    wrong(now) {
      begin(now)
      count += 1
    },
  }
}
