/** Lets the engine hear of the times that its state waits for: one timer, for the next of them. */
import { nextWake } from '../engine/on-time.ts'
import { earliest } from '../engine/pool/judge.ts'
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
  /** This time has to be looked at as well. */
  ask(at: WallTime): void
  stop(): void
}

/** Nothing needs to happen sooner than this after another; a state that waited for the past would spin otherwise. */
const leastDelay = 20
/** A wall clock that is set forward, or a machine that was suspended, makes a time come sooner than the timer knows. */
const longestDelay = 30_000

export function createWake(doors: Doors): Wake {
  let seen: Pick<State, 'pools' | 'controls'> | null = null
  let at: WallTime | null = null
  /** The earliest that was asked for; the engine asks for the next when this one has been looked at. */
  let asked: WallTime | null = null
  let pools: WallTime | null = null
  let cancel = (): void => {}
  let stopped = false

  function look(): void {
    const state = doors.state()
    if (stopped || (seen?.pools === state.pools && seen.controls === state.controls)) return
    seen = state
    pools = nextWake(state)
    follow()
  }

  function ask(time: WallTime): void {
    if (stopped || (asked !== null && asked <= time)) return
    asked = time
    follow()
  }

  function follow(): void {
    const next = earliest([pools, asked])
    if (next === at) return
    at = next
    arm()
  }

  function arm(): void {
    cancel()
    if (at === null) return
    const delay = milliseconds(Math.min(longestDelay, Math.max(leastDelay, at - doors.now().wall)))
    cancel = doors.after(delay, () => {
      // The wall clock may have been set meanwhile: then the time has not come yet.
      if (at !== null && doors.now().wall < at) return arm()
      at = null
      asked = null
      pools = null
      seen = null
      doors.post({ kind: 'time' })
    })
  }

  return {
    look,
    ask,
    stop() {
      stopped = true
      cancel()
    },
  }
}
