/**
 * The lines of keepalived.conf as they count: comments gone, conditional lines chosen, definitions put in, included
 * files in their place. Reading a file is not done here: `next` asks for it, and `include` takes its text.
 * Source: keepalived.conf(5), "Configuration file syntax" to "Parameter substitution"; 2.2.7 tried.
 */
import { LARGEST_FILE, type Source, type Span } from '../source.ts'
import { reportLoneReturn, reportOddCharacter } from '../text/odd-character.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { Definitions } from './definitions.ts'
import { type IncludeAnswer, type IncludeRequest, Includes, includeIn } from './includes.ts'
import { isBlank, joined, type Line, lineOf, part, spanIn, trimmed } from './line.ts'
import { randomBetween } from './random.ts'
import { commentIn } from './words.ts'

/** What decides about a file besides its text. */
export interface Settings {
  /** keepalived's -i: `@ID line` counts where it is this. Without -i the host's name up to the first dot. */
  readonly id: string
  /** Where `${_RANDOM}` starts; `random_seed` in the file has no say. */
  readonly seed: number
}

type Step =
  | { readonly kind: 'line'; readonly line: Line }
  | { readonly kind: 'include'; readonly request: IncludeRequest }
  | { readonly kind: 'end' }

/** Files open at a time, each included by the one before. */
const DEEPEST_INCLUDE = 16
/** Files that a run may read. */
const MOST_FILES = 1000

interface OpenFile {
  readonly source: Source
  at: number
  readonly includes: Includes
  /** The file that includes this one. */
  readonly by: OpenFile | null
}

export class Lines {
  /** Every file read, in the order of reading. */
  readonly sources: Source[] = []
  readonly #report: Report
  readonly #settings: Settings
  readonly #definitions: Definitions
  readonly #random: (from: number, to: number) => number
  readonly #open: OpenFile[] = []
  #waiting: readonly Line[] = []
  #taken = 0
  #instance = ''
  #characters = 0

  constructor(source: Source, report: Report, settings: Settings) {
    this.#report = report
    this.#settings = settings
    this.#random = randomBetween(settings.seed)
    this.#definitions = new Definitions(report, (name, line) => this.#builtIn(name, line))
    this.#begin(source, new Includes(), null)
  }

  /** `inGlobals`: whether global_defs is open, where an escaped comment sign is a letter; elsewhere it cuts the line. */
  next(inGlobals: boolean): Step {
    for (;;) {
      const line = this.#waiting[this.#taken]
      if (line !== undefined) {
        this.#taken += 1
        const step = this.#step(inGlobals ? line : this.#withoutComment(line, 'twice'))
        if (step !== null) return step
        continue
      }
      if (!this.#readLine()) return { kind: 'end' }
    }
  }

  /** What the last request found; its files come next. */
  include(request: IncludeRequest, answer: IncludeAnswer): void {
    const by = this.#open.at(-1) ?? null
    const includes = by?.includes ?? new Includes()
    includes.judge(request, answer, this.#report)
    for (const source of answer.sources.toReversed()) {
      if (!this.#fits(request.span, source, by)) return
      this.#begin(source, includes.inherited(), by)
    }
  }

  #fits(span: Span, source: Source, by: OpenFile | null): boolean {
    let depth = 0
    for (let above = by; above !== null; above = above.by) {
      depth += 1
      if (above.source.file !== source.file) continue
      const message = `${quoted(source.file)} would be included by itself`
      this.#report.error('include-circular', span, message, 'take one of these includes out')
      return false
    }
    const small = this.sources.length < MOST_FILES && this.#characters + source.text.length <= LARGEST_FILE
    if (small && depth <= DEEPEST_INCLUDE) return true
    const limit =
      depth > DEEPEST_INCLUDE
        ? `files include each other more than ${DEEPEST_INCLUDE} deep`
        : `more than ${MOST_FILES} files, or ${LARGEST_FILE} characters in all`
    this.#report.error('include-limit', span, `${limit}; ${quoted(source.file)} is not read`, 'include fewer files')
    return false
  }

  #begin(source: Source, includes: Includes, by: OpenFile | null): void {
    this.sources.push(source)
    this.#characters += source.text.length
    reportOddCharacter(source, this.#report, /[#!]/)
    reportLoneReturn(source, this.#report)
    this.#open.push({ source, at: 0, includes, by })
  }

  /** One physical line to what it stands for. False: there is none left. */
  #readLine(): boolean {
    const line = this.#physicalLine()
    if (line === null) return false
    this.#waiting = []
    this.#taken = 0
    const chosen = this.#chosen(trimmed(this.#withoutComment(line, 'once')))
    if (chosen === null || chosen.text === '') return true
    const definition = this.#definitions.begins(chosen)
    if (definition === null) this.#waiting = this.#definitions.expand(chosen)
    else this.#definitions.define(definition.name, this.#continued(definition.value))
    return true
  }

  /** Files that are read to their end are closed. */
  #physicalLine(): Line | null {
    for (;;) {
      const file = this.#open.at(-1)
      if (file === undefined) return null
      const { text } = file.source
      if (file.at < text.length) {
        const newline = text.indexOf('\n', file.at)
        const end = newline < 0 ? text.length : newline
        const line = lineOf(file.source, file.at, end)
        file.at = end + 1
        return line
      }
      this.#open.pop()
    }
  }

  /** A definition's lines: it goes on where a line ends in a backslash. */
  #continued(value: Line): readonly Line[] {
    const lines: Line[] = []
    const file = this.#open.at(-1)
    let line = value
    while (line.text.endsWith('\\')) {
      lines.push(trimmed(part(line, 0, line.text.length - 1)))
      if (file === undefined || file.at >= file.source.text.length) return lines
      const next = this.#physicalLine()
      if (next === null) return lines
      line = trimmed(this.#withoutComment(next, 'once'))
    }
    lines.push(line)
    return lines
  }

  /** `@NAME rest` counts where NAME is the configuration's id, `@^NAME rest` where it is not. */
  #chosen(line: Line): Line | null {
    const match = /^@(\^?)(\S*)/.exec(line.text)
    if (match === null) return line
    const [whole, not, name] = match
    const counts = name !== '' && (name === this.#settings.id) === (not === '')
    return counts ? trimmed(part(line, whole.length, line.text.length)) : null
  }

  #step(line: Line): Step | null {
    const text = trimmed(line)
    if (text.text === '') return null
    const instance = /^instance[ \t]+(\S+)/.exec(text.text)
    if (instance !== null) this.#instance = instance[1] ?? ''
    const file = this.#open.at(-1)
    if (text.text.startsWith('include_check')) file?.includes.check(text, this.#report)
    const request = includeIn(text)
    return request === null ? { kind: 'line', line: text } : { kind: 'include', request }
  }

  /**
   * keepalived strips comments once when it reads the file, where \# stands for #, and its workers strip them again.
   * `twice`: the second time, for which nothing is escaped.
   */
  #withoutComment(line: Line, time: 'once' | 'twice'): Line {
    const { at, escaped } = commentIn(line.text)
    if (time === 'once') {
      if (at >= 0) this.#warnOfGlued(line, at)
      const end = at < 0 ? line.text.length : at
      if (escaped.length === 0) return part(line, 0, end)
      const parts: Line[] = []
      let from = 0
      for (const backslash of escaped) {
        parts.push(part(line, from, backslash))
        from = backslash + 1
      }
      return joined([...parts, part(line, from, end)])
    }
    if (at < 0) return line
    const sign = line.text[at] ?? ''
    const message = `everything behind this ${sign} is a comment, although it is escaped: that counts in global_defs only`
    this.#report.warning('comment-escape', spanIn(line, at, at + 1), message, 'put the word in double quotes')
    return part(line, 0, at)
  }

  /** `auth_pass k@l!ve1` is the password k@l. */
  #warnOfGlued(line: Line, at: number): void {
    const before = line.text[at - 1]
    if (at === 0 || isBlank(before) || /["{}]/.test(before ?? '')) return
    const word = /[^\s"{}]*$/.exec(line.text.slice(Math.max(0, at - 100), at))?.[0] ?? ''
    const message = `everything behind this ${line.text[at] ?? ''} is a comment: the word is read as ${quoted(word)}`
    const hint = 'if it belongs to the word, put the word in double quotes; otherwise put a blank before it'
    this.#report.warning('comment-glued', spanIn(line, at, at + 1), message, hint)
  }

  #builtIn(name: string, line: Line): string | null {
    const file = line.runs[0]?.source.file ?? ''
    if (name === '_PWD') return /^(.*)\//s.exec(file)?.[1] ?? '.'
    if (name === '_INSTANCE') return this.#instance === '' ? this.#settings.id : this.#instance
    if (name === '_HASH') return '#'
    if (name === '_BANG') return '!'
    const random = /^_RANDOM(?: +(\d{1,9}))?(?: +(\d{1,9}))?$/.exec(name)
    return random === null ? null : String(this.#random(Number(random[1] ?? 0), Number(random[2] ?? 32767)))
  }
}
