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
  #held: Problem[] = []

  constructor(report: Report) {
    this.#report = report
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
    const home = around.findLast((other) => other !== shape && knows(other, text))
    if (home !== undefined) {
      const message = `${quoted(text)} belongs in ${home.name}, not in ${shape.name}`
      const hint = `move it out of ${shape.name}`
      if (this.#held.length < KEPT_PROBLEMS)
        this.#held.push({ code: 'word-place', severity: 'error', span, message, hint })
      return
    }
    const nearest = this.#report.nearest(text, [...(shape.words ?? []), ...Object.keys(shape.blocks)])
    const message = `${quoted(text)} is not known in ${shape.name}`
    this.#report.error('word-unknown', span, message, remedy(statement, shape, nearest))
  }

  flush(): void {
    for (const problem of this.#held) this.#report.add(problem)
    this.#held = []
  }

  forget(): void {
    this.#held = []
  }
}

/** Letters that a scanner or a word processor took away from keepalived's words. */
function remedy({ keyword, words: [second] }: Statement, shape: Shape, nearest: string | null): string {
  const { text } = keyword
  const together = second === undefined ? text : `${text}_${second.text}`
  if (knows(shape, together)) return `did you mean ${together}?`
  if (nearest !== null) return `did you mean ${nearest}?`
  const inner = Object.values(shape.blocks).find((block) => knows(block, text))
  if (inner !== undefined) return `it belongs in ${inner.name}`
  if (text === '=') return 'values stand behind their word, without ='
  return 'docs/keepalived.md lists the words'
}
