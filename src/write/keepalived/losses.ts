/** What a Model has and keepalived.conf has no words for, gathered while it is written; each thing is told once. */
import type { Place } from '../../model/model.ts'
import type { Loss } from '../../parse/director/part.ts'

export class Losses {
  readonly #found = new Map<string, Loss>()
  readonly #unplaced: Place

  /** `file`: what things are told to be in whose place a Model does not keep. */
  constructor(file: string) {
    this.#unplaced = { file, line: 1, column: 1 }
  }

  /** `why`: a sentence without its full stop that ends with what to do instead. */
  add(place: Place, text: string, why: string): void {
    const key = JSON.stringify([place, text, why])
    if (!this.#found.has(key)) this.#found.set(key, { place, text, why })
  }

  addUnplaced(text: string, why: string): void {
    this.add(this.#unplaced, text, why)
  }

  /** In the order of their places: a file's together, from its beginning to its end. */
  sorted(): readonly Loss[] {
    const files = new Map<string, number>()
    for (const { place } of this.#found.values()) if (!files.has(place.file)) files.set(place.file, files.size)
    const rank = ({ place }: Loss) => [files.get(place.file) ?? 0, place.line, place.column]
    return [...this.#found.values()].sort((a, b) => compare(rank(a), rank(b)))
  }
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [i, one] of a.entries()) {
    const difference = one - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
