/** Lets the engine hear of the times that its state waits for: one timer, for the next of them. */
import { nextWake } from '../engine/on-time.ts'
import type { EventBody } from '../model/event.ts'
import type { State } from '../model/state.ts'
import { type Milliseconds, milliseconds, type Now, type WallTime } from '../model/units.ts'

interface Doors {
  now(): Now
  state(): State
  post(event: EventBody): void
  after(delay: Milliseconds, callback: () => void): () => void
}

export interface Wake {
  /** After every event. */
  look(): void
  stop(): void
}

/** Nothing needs to happen sooner than this after another; a state that waited for the past would spin otherwise. */
const leastDelay = 20

export function createWake(doors: Doors): Wake {
  let seen: Pick<State, 'pools' | 'controls'> | null = null
  let at: WallTime | null = null
  let cancel = (): void => {}
  let stopped = false

  function look(): void {
    const state = doors.state()
    if (stopped || (seen?.pools === state.pools && seen.controls === state.controls)) return
    seen = state
    const next = nextWake(state)
    if (next === at) return
    at = next
    arm()
  }

  function arm(): void {
    cancel()
    if (at === null) return
    const delay = milliseconds(Math.max(leastDelay, at - doors.now().wall))
    cancel = doors.after(delay, () => {
      // The wall clock may have been set meanwhile: then the time has not come yet.
      if (at !== null && doors.now().wall < at) return arm()
      at = null
      seen = null
      doors.post({ kind: 'time' })
    })
  }

  return {
    look,
    stop() {
      stopped = true
      cancel()
    },
  }
}
