/**
 * `$NAME=value`, and what `$NAME`, `${NAME}`, `~SEQ(…)` and `~LST(…)` become. Substitution is of text, at the time of
 * use, and again in what was put in. Bounded: definitions that name each other twenty times over end in a problem.
 * Source: keepalived.conf(5), "Parameter substitution", "Generating configuration"; 2.2.7 tried.
 */
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { joined, type Line, part, skipBlanks, spanIn, standIn } from './line.ts'
import { loopOf } from './loops.ts'

/** Characters that all substitutions of a run may put in. */
export const MOST_SUBSTITUTED = 8 * 1024 * 1024
/** What one substitution or round costs besides its characters, so that empty ones come to an end too. */
const EACH = 16
/** Definitions within definitions, and loops within loops. */
const DEEPEST = 32

/** What the built-in names stand for: `${_PWD}` and so on. */
export type BuiltIns = (name: string, line: Line) => string | null

export class Definitions {
  readonly #report: Report
  readonly #builtIn: BuiltIns
  /** More than one line: it continued with backslashes. */
  readonly #lines = new Map<string, readonly Line[]>()
  #left = MOST_SUBSTITUTED
  #complained = false

  constructor(report: Report, builtIn: BuiltIns) {
    this.#report = report
    this.#builtIn = builtIn
  }

  /** What `$NAME=value` says, where that is what the line is. A value ending in a backslash goes on in the next line. */
  begins(line: Line): { readonly name: string; readonly value: Line } | null {
    const match = /^\$(\w+)=[ \t]*/.exec(line.text)
    if (match === null) return null
    return { name: match[1] ?? '', value: part(line, match[0].length, line.text.length) }
  }

  define(name: string, lines: readonly Line[]): void {
    this.#lines.set(name, lines)
  }

  /** The lines that a line stands for: one, unless a loop or a definition of several lines is in it. */
  expand(line: Line): readonly Line[] {
    if (!/[$~]/.test(line.text)) return [line]
    const lines: Line[] = []
    this.#expand(line, 0, lines)
    return lines
  }

  #expand(line: Line, depth: number, into: Line[]): void {
    if (depth > DEEPEST) {
      this.#refuse(line, `these definitions or loops are nested more than ${DEEPEST} deep`, 'one of them names itself')
      return
    }
    const from = skipBlanks(line.text, 0)
    if (line.text.startsWith('~SEQ', from) || line.text.startsWith('~LST', from)) this.#loop(line, from, depth, into)
    else this.#inLine(line, depth, into)
  }

  #loop(line: Line, from: number, depth: number, into: Line[]): void {
    const loop = loopOf(line.text, from)
    if (loop.kind === 'none') {
      this.#inLine(line, depth, into)
      return
    }
    const span = spanIn(line, from, line.text.length)
    if (loop.kind === 'fault') {
      this.#report.error('loop', span, loop.message, loop.hint)
      return
    }
    const rest = part(line, skipBlanks(line.text, loop.end), line.text.length)
    for (const values of loop.rounds) {
      if (!this.#spend(rest.text.length + EACH, rest)) return
      for (const [index, name] of loop.names.entries()) {
        this.define(name, [standIn(values[index] ?? '', spanIn(line, from, loop.end))])
      }
      this.#expand(rest, depth + 1, into)
    }
  }

  #inLine(line: Line, depth: number, into: Line[]): void {
    const several = this.#severalLines(line)
    if (several === null) {
      into.push(this.#substituted(line, depth))
      return
    }
    const [first, ...more] = several.lines
    const before = this.#substituted(part(line, 0, several.at), depth)
    if (first !== undefined) this.#expand(joined([before, first]), depth + 1, into)
    for (const next of more) {
      if (!this.#spend(next.text.length + EACH, line)) return
      this.#expand(next, depth + 1, into)
    }
  }

  /** A definition of several lines is put in only where it is the last thing on its line, as `$NAME`. */
  #severalLines({ text }: Line): { readonly at: number; readonly lines: readonly Line[] } | null {
    const at = text.lastIndexOf('$')
    const match = at < 0 ? null : /^\$(\w+)\s*$/.exec(text.slice(at, at + 200))
    const lines = this.#lines.get(match?.[1] ?? '')
    return lines !== undefined && lines.length > 1 ? { at, lines } : null
  }

  /** `$NAME` counts before a blank, a comma, a closing parenthesis and the end; `${NAME}` anywhere. */
  #substituted(line: Line, depth: number): Line {
    const reference = /\$(?:(\w+)(?=[\s,)]|$)|\{(\w+)((?: [^{}]{0,40})?)\})/g
    const parts: Line[] = []
    let done = 0
    for (let match = reference.exec(line.text); match !== null; match = reference.exec(line.text)) {
      const name = match[1] ?? match[2] ?? ''
      const end = match.index + match[0].length
      if (!this.#spend(EACH, line)) break
      const value = this.#value(name + (match[3] ?? ''), line, depth)
      if (value === null || !this.#spend(value.length, line)) continue
      parts.push(part(line, done, match.index), standIn(value, spanIn(line, match.index, end)))
      done = end
    }
    if (parts.length === 0) return line
    parts.push(part(line, done, line.text.length))
    return joined(parts)
  }

  #value(name: string, line: Line, depth: number): string | null {
    if (name.startsWith('_')) return this.#builtIn(name, line)
    const lines = this.#lines.get(name)
    const [only] = lines ?? []
    if (lines === undefined || lines.length !== 1 || only === undefined) return null
    if (!only.text.includes('$')) return only.text
    if (depth < DEEPEST) return this.#substituted(only, depth + 1).text
    this.#refuse(line, `${quoted(`$${name}`)} names itself, or is nested more than ${DEEPEST} deep`, 'write its value')
    return null
  }

  #spend(characters: number, line: Line): boolean {
    this.#left -= characters
    if (this.#left >= 0) return true
    this.#refuse(
      line,
      `these definitions and loops make more than ${MOST_SUBSTITUTED} characters`,
      'see which of them repeats too much; the rest was not put in',
    )
    return false
  }

  /** One problem a run, and nothing is put in any more: such definitions would go on without end. */
  #refuse(line: Line, message: string, hint: string): void {
    this.#left = -1
    if (this.#complained) return
    this.#complained = true
    this.#report.error('definitions-too-deep', spanIn(line, 0, line.text.length), message, hint)
  }
}
