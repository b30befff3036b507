/** Reads the signs and words of a period expression one after the other; see period.ts. */
import { type Slice, skipBlanks, slice, spanOf } from './mon/lines.ts'
import type { Report } from './text/report.ts'
import { quoted } from './text/visible.ts'

/** A place in the expression. Blanks are free between any two signs. Only the first mistake is reported. */
export class PeriodReader {
  failed = false
  readonly report: Report
  readonly #part: Slice
  #at: number
  #wordAt = 0

  constructor(part: Slice, report: Report) {
    this.#part = part
    this.report = report
    this.#at = part.from
    this.#skip()
  }

  atEnd(): boolean {
    return this.#at >= this.#part.to
  }

  next(): string {
    return this.atEnd() ? '' : String.fromCodePoint(this.#part.line.text.codePointAt(this.#at) ?? 0)
  }

  take(sign: string): boolean {
    if (this.next() !== sign) return false
    this.#at += 1
    this.#skip()
    return true
  }

  expect(sign: string, hint: string): boolean {
    if (this.take(sign)) return true
    const run = this.run()
    const found = run === '' ? 'the expression ends' : `${quoted(run)} stands`
    this.mistake(Math.max(1, run.length), `${found} where ${quoted(sign)} belongs`, hint)
    return false
  }

  word(): string {
    const { text } = this.#part.line
    let end = this.#at
    while (end < this.#part.to && /[A-Za-z0-9]/.test(text[end] ?? '')) end += 1
    const word = text.slice(this.#at, end)
    this.#wordAt = this.#at
    this.#at = end
    this.#skip()
    return word
  }

  /** What stands here up to the next blank or sign, for a message. */
  run(): string {
    return /^[^\s{},]+|^[{},]/.exec(this.#part.line.text.slice(this.#at, this.#part.to))?.[0] ?? ''
  }

  /** Returns to the word just read. */
  back(): void {
    this.#at = this.#wordAt
  }

  onlyCommasLeft(): boolean {
    const rest = this.#part.line.text.slice(this.#at, this.#part.to)
    return /^[\s,]*$/.test(rest)
  }

  mistake(length: number, message: string, hint: string): void {
    if (this.failed) return
    this.failed = true
    const { line, to } = this.#part
    const from = this.atEnd() ? Math.max(this.#part.from, to - 1) : this.#at
    this.report.error('period', spanOf(slice(line, from, Math.min(to, from + length))), message, hint)
  }

  #skip(): void {
    this.#at = skipBlanks(this.#part.line.text, this.#at, this.#part.to)
  }
}
