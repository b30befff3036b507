/**
 * A real server that comes into use begins with a part of its weight, which doubles until it has the whole, as under
 * Piranha's nanny: 100 by way of 3, 6, 12, 24, 48, 96. Unlike a slow start this is not for recoveries only.
 */
import type { Doubling } from '../../model/model.ts'
import { type Now, type WallTime, type Weight, wallTime, weight } from '../../model/units.ts'
import type { Share } from './slow-start.ts'

/** `since`: when it came into use. What begins with its whole weight, as a weight of 1 does, has nothing to double. */
export function doubledShare(whole: Weight, since: WallTime, { share, every }: Doubling, now: Now): Share {
  const first = firstShare(whole, share)
  if (whole <= first || every <= 0) return { weight: whole, nextAt: null }
  const doublings = Math.max(0, Math.floor((now.wall - since) / every))
  const reached = first * 2 ** doublings
  if (reached >= whole) return { weight: whole, nextAt: null }
  return { weight: weight(reached), nextAt: wallTime(since + (doublings + 1) * every) }
}

const firstShare = (whole: Weight, share: number): number => Math.max(1, Math.floor(whole / Math.max(1, share)))

/**
 * When it must have come into use to have the weight that the table has of it by now; `null`: it has its whole weight, and
 * nothing is left to double. Between two steps it counts as being at the lower one.
 */
export function cameIntoUse(whole: Weight, found: Weight, { share, every }: Doubling, now: Now): WallTime | null {
  if (found >= whole) return null
  const doublings = Math.floor(Math.log2(Math.max(1, found / firstShare(whole, share))))
  return wallTime(now.wall - doublings * every)
}
