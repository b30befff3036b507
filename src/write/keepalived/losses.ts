/**
 * What a Model has and keepalived.conf has no words for, gathered while it is written. Each thing is told once, and what
 * ails many servers or checks alike is told of the first of them, with the number of the others.
 */
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

  /** In the order of their places: a file's together, from its beginning to its end, and one of each kind. */
  sorted(): readonly Loss[] {
    const files = new Map<string, number>()
    for (const { place } of this.#found.values()) if (!files.has(place.file)) files.set(place.file, files.size)
    const rank = ({ place }: Loss) => [files.get(place.file) ?? 0, place.line, place.column]
    return oneOfEach([...this.#found.values()].sort((a, b) => compare(rank(a), rank(b))))
  }
}

function oneOfEach(losses: readonly Loss[]): readonly Loss[] {
  const kinds = new Map<string, { readonly first: Loss; more: number }>()
  for (const loss of losses) {
    const kind = JSON.stringify([loss.place.file, loss.why, kindOf(loss.text)])
    const known = kinds.get(kind)
    if (known === undefined) kinds.set(kind, { first: loss, more: 0 })
    else known.more += 1
  }
  return [...kinds.values()].map(({ first, more }) =>
    more === 0 ? first : { ...first, text: `${first.text} (and ${more} more of the same kind)` },
  )
}

/** What is told, without whose it is: `rise 3` of `real 10.1.1.2:80: rise 3` or of `web/http: rise 3`. */
function kindOf(text: string): string {
  const found = /^(?:advice )?(?:(real|virtual|sorry) .*?|[^\s/]+\/\S+?)(?:: (.*))?$/s.exec(text)
  if (found === null) return text
  const [, word = 'check', what] = found
  return what ?? word
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [i, one] of a.entries()) {
    const difference = one - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
