/** A clock that stands until it is told to go on, and the timers that hang on it. */
import { type Milliseconds, type Now, uptime, wallTime } from '../../src/model/units.ts'

interface Timer {
  readonly at: number
  readonly callback: () => void
  over: boolean
}

export class FakeTime {
  private ms = 0
  /** How far the wall clock is from the monotonic one; a test sets it to play somebody who sets the clock. */
  wallOffset = Date.UTC(2026, 10, 16, 12)
  /** In the order in which they fire, the next one last. */
  private readonly timers: Timer[] = []

  now = (): Now => ({ wall: wallTime(this.wallOffset + this.ms), uptime: uptime(this.ms) })

  after = (delay: Milliseconds, callback: () => void): (() => void) => {
    const timer = { at: this.ms + delay, callback, over: false }
    this.timers.splice(this.place(timer.at), 0, timer)
    return () => {
      timer.over = true
    }
  }

  /** Before all that fire at that time, so that it fires after them. */
  private place(at: number): number {
    let low = 0
    let high = this.timers.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.timers[middle]?.at ?? 0) > at) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Goes on by so many milliseconds, firing what is due in order and letting promises settle in between. */
  async go(ms: number): Promise<void> {
    const end = this.ms + ms
    await settle()
    for (let next = this.timers.at(-1); next !== undefined && next.at <= end; next = this.timers.at(-1)) {
      this.timers.pop()
      if (next.over) continue
      this.ms = Math.max(this.ms, next.at)
      next.callback()
      await settle()
    }
    this.ms = end
  }

  /** Timers that will fire within this time. */
  pending(within: Milliseconds): number {
    return this.timers.filter(({ at, over }) => !over && at <= this.ms + within).length
  }

  /** The machine was asleep, or too busy: time has passed, and no timer has fired meanwhile. */
  lag(ms: number): void {
    this.ms += ms
  }
}

/** Lets every promise that can settle do so. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
