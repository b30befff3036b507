/** A clock that stands until it is told to go on, and the timers that hang on it. */
import { type Milliseconds, type Now, uptime, wallTime } from '../../src/model/units.ts'

export class FakeTime {
  private ms = 0
  /** How far the wall clock is from the monotonic one; a test sets it to play somebody who sets the clock. */
  wallOffset = Date.UTC(2026, 10, 16, 12)
  private timers: { at: number; callback: () => void }[] = []

  now = (): Now => ({ wall: wallTime(this.wallOffset + this.ms), uptime: uptime(this.ms) })

  after = (delay: Milliseconds, callback: () => void): (() => void) => {
    const timer = { at: this.ms + delay, callback }
    this.timers.push(timer)
    return () => {
      this.timers = this.timers.filter((one) => one !== timer)
    }
  }

  /** Goes on by so many milliseconds, firing what is due in order and letting promises settle in between. */
  async go(ms: number): Promise<void> {
    const end = this.ms + ms
    await settle()
    for (;;) {
      const next = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (next === undefined) break
      this.timers = this.timers.filter((one) => one !== next)
      this.ms = Math.max(this.ms, next.at)
      next.callback()
      await settle()
    }
    this.ms = end
  }

  /** The machine was asleep, or too busy: time has passed, and no timer has fired meanwhile. */
  lag(ms: number): void {
    this.ms += ms
  }
}

/** Lets every promise that can settle do so. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
