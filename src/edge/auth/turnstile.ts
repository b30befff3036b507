/** Lets so many through at once, so many wait, and turns the rest away: nothing a stranger can start grows without end. */

export interface TurnstileLimits {
  readonly atOnce: number
  readonly waiting: number
}

/** Runs `act` when its turn comes; `null`: too many wait already, and it was not run. */
export type Turnstile = <T>(act: () => Promise<T>) => Promise<T | null>

export function turnstile({ atOnce, waiting }: TurnstileLimits): Turnstile {
  const queue: (() => void)[] = []
  let inside = 0
  const enter = (): Promise<void> | null => {
    if (inside < atOnce) {
      inside += 1
      return Promise.resolve()
    }
    return queue.length < waiting ? new Promise((resolve) => queue.push(resolve)) : null
  }
  /** Who waits takes over the place, so that nobody new slips in between. */
  const leave = () => {
    const next = queue.shift()
    if (next === undefined) inside -= 1
    else next()
  }
  return async (act) => {
    const turn = enter()
    if (turn === null) return null
    await turn
    try {
      return await act()
    } finally {
      leave()
    }
  }
}
