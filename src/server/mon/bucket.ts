/** So many at once, and so many a second in the long run. */
import type { Uptime } from '../../model/units.ts'

export interface Rate {
  readonly burst: number
  readonly perSecond: number
}

export class Bucket {
  private readonly rate: Rate
  private left: number
  private filledAt: Uptime

  constructor(rate: Rate, now: Uptime) {
    this.rate = rate
    this.left = rate.burst
    this.filledAt = now
  }

  /** False: this one is too much. */
  take(now: Uptime): boolean {
    const { burst, perSecond } = this.rate
    this.left = Math.min(burst, this.left + ((now - this.filledAt) / 1000) * perSecond)
    this.filledAt = now
    if (this.left < 1) return false
    this.left -= 1
    return true
  }
}
