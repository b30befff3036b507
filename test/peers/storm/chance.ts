/** Chance from a seed: a storm that failed can be made again, as far as two processes and a disk can be. */

export interface Chance {
  /** At least 0, less than 1. */
  next(): number
  /** A whole number from `low` up to and with `high`. */
  between(low: number, high: number): number
  pick<T>(choices: readonly [T, ...T[]]): T
  happens(probability: number): boolean
}

/** mulberry32: 32 bits of state, good enough to shuffle faults. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: (choices) => choices[Math.floor(next() * choices.length)] ?? choices[0],
    happens: (probability) => next() < probability,
  }
}
