/**
 * Lets all clients together do so many steps of work before the event loop turns, so that checks and their timers have
 * their turn whatever clients ask for. Who waits is served in order, so that no client keeps another from its answer.
 */

/** A step is a request, or STEP_LINES lines of an answer. */
export const STEPS_A_TURN = 8
export const STEP_LINES = 64

/** Resolves when the next step may be taken. */
export type Pace = () => Promise<void>

export function pace(steps = STEPS_A_TURN): Pace {
  const waiting: (() => void)[] = []
  let left = steps
  let turning = false
  const turn = (): void => {
    turning = false
    left = steps
    for (; left > 0 && waiting.length > 0; left--) waiting.shift()?.()
    if (waiting.length > 0 || left < steps) arm()
  }
  const arm = (): void => {
    if (turning) return
    turning = true
    setImmediate(turn)
  }
  return () => {
    arm()
    if (left > 0 && waiting.length === 0) {
      left -= 1
      return Promise.resolve()
    }
    return new Promise((resolve) => waiting.push(resolve))
  }
}
