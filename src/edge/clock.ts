/**
 * The two clocks, and the only reader of either. Wall time is for people and for what outlives the process;
 * uptime is for every length of time, since it never jumps (clock_gettime(2), CLOCK_MONOTONIC).
 */
import { uptime as osUptime } from 'node:os'
import type { Milliseconds, Now, Uptime, WallTime } from '../model/units.ts'
import { milliseconds, uptime, wallTime } from '../model/units.ts'

const NANOSECONDS_PER_MILLISECOND = 1e6

export const clock = {
  wall(): WallTime {
    return wallTime(Date.now())
  },

  uptime(): Uptime {
    return uptime(Number(process.hrtime.bigint()) / NANOSECONDS_PER_MILLISECOND)
  },

  /**
   * By how much the wall clock is ahead of the time since boot, in milliseconds. It changes only when somebody sets the
   * clock: sleep counts in both (CLOCK_BOOTTIME, to a hundredth of a second).
   */
  ahead(): Milliseconds {
    return milliseconds(Date.now() - osUptime() * 1000)
  },

  now(): Now {
    return { wall: clock.wall(), uptime: clock.uptime() }
  },
}

/** How long ago `start` was, by the clock that never jumps. */
export function elapsed(start: Uptime): Milliseconds {
  return milliseconds(clock.uptime() - start)
}
