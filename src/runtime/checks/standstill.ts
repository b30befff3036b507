/**
 * When the scheduler's clock stands still: while the scheduler is stopped, and as long as the global exclude_period lasts.
 * mon manual, "stop", "exclude_period".
 */
import { inPeriod } from '../../model/period.ts'
import type { State } from '../../model/state.ts'
import type { Milliseconds, Now } from '../../model/units.ts'
import { untilNextLook } from './held.ts'
import type { SchedulerClock } from './scheduler-clock.ts'

export interface Standstill {
  /** Stops the clock, or lets it go on, as the state has it now. */
  judge(): void
  /** Takes over a model: judges now, and again and again if it has an exclude_period. */
  watch(): void
  stop(): void
}

interface Doors {
  readonly clock: SchedulerClock
  now(): Now
  state(): State
  after(delay: Milliseconds, callback: () => void): () => void
  /** Between one look at the exclude_period and the next. */
  readonly every: Milliseconds
  /** The clock goes on after it stood. */
  wentOn(): void
}

export function createStandstill(doors: Doors): Standstill {
  const { clock } = doors
  let stopped = false
  let cancelLook = (): void => {}

  function judge(): void {
    const { model, controls } = doors.state()
    const { excludePeriod } = model.settings
    const stands =
      controls.stopped !== null || (excludePeriod !== null && inPeriod(excludePeriod.when, doors.now().wall))
    if (stands === clock.stands() || stopped) return
    if (stands) {
      clock.stop()
      return
    }
    clock.go()
    doors.wentOn()
  }

  function watch(): void {
    cancelLook()
    judge()
    if (doors.state().model.settings.excludePeriod === null) return
    cancelLook = doors.after(untilNextLook(doors.now(), doors.every), watch)
  }

  function stop(): void {
    stopped = true
    cancelLook()
  }

  return { judge, watch, stop }
}
