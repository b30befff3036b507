/**
 * What to say about a word of keepalived.conf that is not known where it stands. A word that would be right in a block
 * around waits until the braces are known to match: where one is missing, that is the mistake.
 */
import type { Problem } from '../problem.ts'
import { KEPT_PROBLEMS, type Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { spanOf } from './line.ts'
import { knows, type Shape, type Statement } from './tree.ts'

export class Misplaced {
  readonly #report: Report
  readonly #homes: ReadonlyMap<string, Shape>
  #held: Problem[] = []

  constructor(root: Shape, report: Report) {
    this.#report = report
    this.#homes = homesIn(root)
  }

  /** `around`: the shapes from the file to the block that the word stands in. */
  complain(statement: Statement, as: 'block' | 'value', shape: Shape, around: readonly Shape[]): void {
    const { keyword } = statement
    const { text } = keyword
    const span = spanOf(keyword)
    if (as === 'block' && (shape.words === null || shape.words.has(text))) {
      const where = shape.words === null ? ` in ${shape.name}` : ''
      const hint =
        shape.words === null ? `${shape.name} has one value a line` : 'write its value on the line, without {'
      this.#report.error('block-unexpected', span, `${quoted(text)} has no block${where}`, hint)
      return
    }
    const outer = around.findLast((other) => other !== shape && knows(other, text))
    if (outer !== undefined) {
      const message = `${quoted(text)} belongs in ${outer.name}, not in ${shape.name}`
      const hint = `move it out of ${shape.name}`
      if (this.#held.length < KEPT_PROBLEMS)
        this.#held.push({ code: 'word-place', severity: 'error', span, message, hint })
      return
    }
    const nearest = this.#report.nearest(text, [...(shape.words ?? []), ...Object.keys(shape.blocks)])
    const message = `${quoted(text)} is not known in ${shape.name}`
    this.#report.error(
      'word-unknown',
      span,
      message,
      remedy(statement, { around, nearest, home: this.#homes.get(text) }),
    )
  }

  flush(): void {
    for (const problem of this.#held) this.#report.add(problem)
    this.#held = []
  }

  forget(): void {
    this.#held = []
  }
}

interface Known {
  readonly around: readonly Shape[]
  readonly nearest: string | null
  readonly home: Shape | undefined
}

/** Where the word is known after all; and letters that a scanner or a word processor took away from keepalived's words. */
function remedy(statement: Statement, { around, nearest, home }: Known): string {
  const { text } = statement.keyword
  const [second] = statement.words
  const together = second === undefined ? text : `${text}_${second.text}`
  if (around.some((shape) => knows(shape, together))) return `did you mean ${together}?`
  if (nearest !== null) return `did you mean ${nearest}?`
  if (home !== undefined) return `it belongs in ${home.name}`
  if (second?.text === '=' || text.includes('=')) return 'values stand behind their word, without ='
  return 'docs/keepalived.md lists the words'
}

/** Every word, and the outermost kind of block that knows it. */
function homesIn(root: Shape): ReadonlyMap<string, Shape> {
  const homes = new Map<string, Shape>()
  for (let shapes: readonly Shape[] = [root]; shapes.length > 0; ) {
    for (const shape of shapes) {
      for (const word of [...(shape.words ?? []), ...Object.keys(shape.blocks)]) {
        if (!homes.has(word)) homes.set(word, shape)
      }
    }
    shapes = shapes.flatMap(({ blocks }) => Object.values(blocks))
  }
  return homes
}
