/**
 * The checks feel their own pulse. Where it stopped, the process was stopped, the machine was paused or far too busy: for
 * that long nobody could have answered us, and a failure seen across such a time says nothing of the hosts.
 */
import { durationText } from '../../model/duration.ts'
import type { EventBody } from '../../model/event.ts'
import { type Milliseconds, milliseconds, type Now, type Uptime } from '../../model/units.ts'

/** How often it beats. */
const pulseEvery = milliseconds(250)
/** A pulse that comes later than this means that we stood still, and that silence meanwhile was ours. */
export const latestPulse = milliseconds(1_000)

export interface Pulse {
  /** Looks at the clock. */
  feel(): void
  /** Whether we stood still at some time since then. */
  stoodStillSince(begun: Uptime): boolean
  stop(): void
}

interface Doors {
  now(): Now
  after(delay: Milliseconds, callback: () => void): () => void
  post(event: EventBody): void
  /** Checks under way. */
  running(): number
}

export function createPulse(doors: Doors): Pulse {
  let last = doors.now().uptime
  /** When we last went on after we had stood still. */
  let wentOn: Uptime | null = null
  let cancel = doors.after(pulseEvery, beat)

  function beat(): void {
    feel()
    cancel = doors.after(pulseEvery, beat)
  }

  function feel(): void {
    const now = doors.now().uptime
    const late = now - last
    last = now
    if (late <= latestPulse) return
    wentOn = now
    const running = doors.running()
    const checks = running === 0 ? '' : `; of ${running} checks under way, those that failed are asked again`
    const text = `this process stood still for ${durationText(milliseconds(late))}${checks}`
    doors.post({ kind: 'notice', what: 'stood-still', text })
  }

  return {
    feel,
    stoodStillSince: (begun) => wentOn !== null && wentOn >= begun,
    stop: () => cancel(),
  }
}
