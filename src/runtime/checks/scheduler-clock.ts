/**
 * Time as the scheduler counts it: it stands still while the scheduler is stopped or the global exclude_period lasts, and
 * every timer on it stands with it and goes on where it stood. mon manual, "stop", "exclude_period".
 */
import { type Milliseconds, milliseconds, type Now, type Uptime, uptime } from '../../model/units.ts'

export interface SchedulerClock {
  /** Uptime without the time that it stood still. */
  now(): Uptime
  /** Calls back after a time on this clock; the returned function takes the wish back. */
  after(delay: Milliseconds, callback: () => void): () => void
  stands(): boolean
  stop(): void
  go(): void
}

interface Doors {
  now(): Now
  after(delay: Milliseconds, callback: () => void): () => void
}

interface Timer {
  readonly at: Uptime
  readonly callback: () => void
  cancel: () => void
}

export function createSchedulerClock(doors: Doors): SchedulerClock {
  const timers = new Set<Timer>()
  /** How long it stood still until it last went on. */
  let stood = 0
  let stoppedAt: Uptime | null = null

  const now = (): Uptime => uptime((stoppedAt ?? doors.now().uptime) - stood)

  function after(delay: Milliseconds, callback: () => void): () => void {
    const timer: Timer = { at: uptime(now() + delay), callback, cancel: () => {} }
    timers.add(timer)
    if (stoppedAt === null) run(timer)
    return () => {
      timers.delete(timer)
      timer.cancel()
    }
  }

  function run(timer: Timer): void {
    timer.cancel = doors.after(milliseconds(Math.max(0, timer.at - now())), () => {
      timers.delete(timer)
      timer.callback()
    })
  }

  function stop(): void {
    if (stoppedAt !== null) return
    stoppedAt = doors.now().uptime
    for (const timer of timers) timer.cancel()
  }

  function go(): void {
    if (stoppedAt === null) return
    stood += doors.now().uptime - stoppedAt
    stoppedAt = null
    for (const timer of timers) run(timer)
  }

  return { now, after, stands: () => stoppedAt !== null, stop, go }
}
