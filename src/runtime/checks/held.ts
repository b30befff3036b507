/**
 * Services that are due and held back: by the stopped scheduler, an exclude_period, or a dependency. They are looked at
 * again together, on one timer, and start as soon as nothing holds them. mon manual, "exclude_period", "depend".
 */
import type { ServiceKey } from '../../model/names.ts'
import { type Milliseconds, milliseconds, type Now, seconds } from '../../model/units.ts'

/** How often those that are held, and the global exclude_period, are looked at again. mon's `-i` sets another time. */
export const LOOK_AGAIN = seconds(1)

export interface Held {
  add(key: ServiceKey): void
  delete(key: ServiceKey): boolean
  has(key: ServiceKey): boolean
  /** Looks at all of them now, and frees those that nothing holds. */
  look(): void
  stop(): void
}

interface Doors {
  now(): Now
  after(delay: Milliseconds, callback: () => void): () => void
  /** Between one look and the next. */
  every: Milliseconds
  /** Nothing is worth looking at, because the whole scheduler stands still; the next `look` comes from outside. */
  paused(): boolean
  /** Something still holds it; says so if it is something else than before. */
  holds(key: ServiceKey): boolean
  /** Nothing holds it any longer. */
  free(key: ServiceKey): void
}

export function createHeld(doors: Doors): Held {
  const keys = new Set<ServiceKey>()
  let cancel: (() => void) | null = null

  function arm(): void {
    if (cancel !== null || keys.size === 0 || doors.paused()) return
    cancel = doors.after(untilNextLook(doors.now(), doors.every), () => {
      cancel = null
      look()
    })
  }

  function look(): void {
    const free = [...keys].filter((key) => !doors.holds(key))
    for (const key of free) keys.delete(key)
    for (const key of free) doors.free(key)
    arm()
  }

  return {
    add(key) {
      keys.add(key)
      arm()
    },
    delete: (key) => keys.delete(key),
    has: (key) => keys.has(key),
    look,
    stop() {
      keys.clear()
      cancel?.()
    },
  }
}

/** Looks fall on whole seconds of the wall clock, where periods begin and end. */
export const untilNextLook = ({ wall }: Now, every: Milliseconds): Milliseconds => milliseconds(every - (wall % every))
