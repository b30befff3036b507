/**
 * `include PATTERN` and its stricter forms: what is asked of the caller, and what an answer with nothing in it means.
 * Source: keepalived.conf(5), "Including other files", "include_check"; 2.2.7 tried: a missing `include` draws a
 * message and is passed over, a missing `includem` ends the program.
 */
import type { Source, Span } from '../source.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { type Line, part, spanIn } from './line.ts'
import { tokensOf } from './words.ts'

export interface IncludeRequest {
  /** As written, with `*`, `?`, `[…]` and `{a,b}`; relative to the directory of `from`. */
  readonly pattern: string
  /** The file that includes. */
  readonly from: string
  readonly span: Span
  readonly word: string
}

/** The files that a pattern names, in the order of their names, already decoded. */
export interface IncludeAnswer {
  readonly sources: readonly Source[]
  /** Files that are there but were not read: no permission, a directory, not text. `reason` is a sentence's tail. */
  readonly unreadable: readonly { readonly file: string; readonly reason: string }[]
}

/** Reads files for a parser that may not: for tests, and where everything is read already. */
export type IncludeLoader = (request: IncludeRequest) => IncludeAnswer

export const nothingIncluded: IncludeAnswer = { sources: [], unreadable: [] }

const CHECKS = ['readable', 'match', 'wildcard_match', 'brace_match'] as const
type Check = (typeof CHECKS)[number]

const WORDS: Readonly<Record<string, readonly Check[]>> = {
  include: [],
  includer: ['readable'],
  includem: ['match'],
  includew: ['wildcard_match'],
  includeb: ['brace_match'],
  includea: CHECKS,
}

export function includeIn(line: Line): IncludeRequest | null {
  const match = /^(include[a-z]?)[ \t]+/.exec(line.text)
  const word = match?.[1] ?? ''
  if (match === null || !Object.hasOwn(WORDS, word)) return null
  const pattern = line.text.slice(match[0].length)
  const span = spanIn(line, match[0].length, line.text.length)
  return { pattern, from: span.source.file, span, word }
}

export class Includes {
  #strict: ReadonlySet<Check>

  constructor(strict: ReadonlySet<Check> = new Set()) {
    this.#strict = strict
  }

  /** What a file that this one includes begins with. */
  inherited(): Includes {
    return new Includes(this.#strict)
  }

  /** `include_check [+|-]readable match …`: what plain `include` is strict about from here on; alone, everything. */
  check(line: Line, report: Report): void {
    const words = tokensOf(part(line, 'include_check'.length, line.text.length), report)
    const relative = words.some(({ word }) => /^[+-]/.test(word.text))
    const strict = new Set<Check>(relative ? this.#strict : words.length === 0 ? CHECKS : [])
    for (const { word } of words) {
      const name = word.text.replace(/^[+-]/, '')
      const check = CHECKS.find((known) => known === name)
      if (check === undefined) {
        const hint = `known here: ${CHECKS.join(', ')}`
        report.error('include-check', spanIn(word.line, word.from, word.to), `${quoted(word.text)} is no check`, hint)
      } else if (word.text.startsWith('-')) strict.delete(check)
      else strict.add(check)
    }
    this.#strict = strict
  }

  judge(request: IncludeRequest, { sources, unreadable }: IncludeAnswer, report: Report): void {
    const strict = new Set([...this.#strict, ...(WORDS[request.word] ?? [])])
    for (const { file, reason } of unreadable) {
      const message = `${quoted(file)} cannot be read: ${reason}; nothing of it counts`
      const hint = 'let the user that runs upalert read it, or take it out'
      report.add({
        code: 'include-unreadable',
        severity: severity(strict, 'readable'),
        span: request.span,
        message,
        hint,
      })
    }
    if (sources.length > 0 || unreadable.length > 0) return
    const braces = request.pattern.includes('{')
    const wildcard = /[*?[]/.test(request.pattern)
    if (wildcard && !braces && !strict.has('wildcard_match')) return
    const check: Check = braces ? 'brace_match' : wildcard ? 'wildcard_match' : 'match'
    const message = `no file is named ${quoted(request.pattern)}, so nothing is included here`
    const hint = request.pattern.startsWith('"')
      ? 'the quotes are taken for a part of the name: leave them out'
      : `a path counts from the directory of this file; see that it is right, or take the line out`
    report.add({ code: 'include-missing', severity: severity(strict, check), span: request.span, message, hint })
  }
}

const severity = (strict: ReadonlySet<Check>, check: Check) => (strict.has(check) ? 'error' : 'warning')
