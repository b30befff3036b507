/** Numbers for `${_RANDOM}` from a seed: the same file with the same seed is the same configuration. */

/** Both ends may come out. xorshift32 (Marsaglia 2003). */
export function randomBetween(seed: number): (from: number, to: number) => number {
  let state = seed >>> 0 || 2463534242
  return (from, to) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return from + (state % Math.max(1, to - from + 1))
  }
}
