/** "Did you mean": the word of a list that a mistyped one is closest to, if it is close at all. */

/** Steps of comparing letters that one run may spend, over all its mistakes: some 50 ms. */
const WORK = 5_000_000
/** Longer words are not mistyped keywords or names. */
const LONGEST_WORD = 64

/** For a run with many mistakes: the work is bounded over all of them. */
export interface Nearby {
  find(word: string, candidates: Iterable<string>): string | null
}

export function nearby(work = WORK): Nearby {
  let left = work
  const find = (word: string, candidates: Iterable<string>): string | null => {
    if (word.length === 0 || word.length > LONGEST_WORD) return null
    const lower = word.toLowerCase()
    const allowed = allowedEdits(word)
    let best: string | null = null
    let fewest = allowed + 1
    for (const candidate of candidates) {
      if (left <= 0) return best
      left -= 1
      if (candidate === word || candidate.length > LONGEST_WORD) continue
      if (Math.abs(candidate.length - word.length) >= fewest) continue
      left -= word.length * candidate.length
      const distance = edits(lower, candidate.toLowerCase())
      if (distance < fewest) [best, fewest] = [candidate, distance]
    }
    return best
  }
  return { find }
}

/** A short word has few letters to be recognised by. */
const allowedEdits = (word: string) => (word.length <= 2 ? 0 : word.length <= 4 ? 1 : word.length <= 8 ? 2 : 3)

/** Letters inserted, left out, replaced or swapped with their neighbour (optimal string alignment). */
export function edits(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let fewest = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1))
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) fewest = Math.min(fewest, (beforeLast[j - 2] ?? 0) + 1)
      row.push(fewest)
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}
