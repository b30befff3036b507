/**
 * Chance from a seed, so that a thousand checks do not start as one and a test can say when each does.
 * mon manual: randstart (the first run comes at a random moment within it), randskew (the time from run to run
 * varies by up to it).
 */
import { fraction } from '../model/fraction.ts'
import { type Milliseconds, milliseconds, seconds } from '../model/units.ts'

/** Without randstart, first checks are spread over this time or the interval, whichever is less: verdicts come soon. */
export const defaultSpread = seconds(2)

/** When the first run of a service comes after the start. */
export function firstDelay(
  key: string,
  seed: number,
  randstart: Milliseconds | null,
  interval: Milliseconds,
): Milliseconds {
  const span = randstart ?? milliseconds(Math.min(defaultSpread, interval))
  return milliseconds(Math.floor(fraction(`${seed}/${key}`) * span))
}

/** How much earlier (negative) or later than its place a run comes: uniform over both sides, at most `most`. */
export function skewOf(key: string, turn: number, seed: number, most: Milliseconds): Milliseconds {
  return milliseconds(Math.round((fraction(`${seed}/${key}/${turn}`) * 2 - 1) * most))
}
