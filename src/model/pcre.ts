/**
 * A pattern as keepalived.conf writes it, made fit for JavaScript. keepalived hands patterns to PCRE2 over the bytes of a
 * page; most mean the same here once written a little differently (`$` before a last line end, `]` first in a class), and
 * what cannot be had is refused with a sentence instead of meaning something else.
 * Pure, so that the parser can say at its place what the monitor would only find out later.
 * Source: keepalived.conf(5), HTTP_GET, regex; pcre2pattern(3), pcre2api(3); ECMA-262, 22.2.
 */
import { patternSource } from './pcre-source.ts'

export interface PatternText {
  readonly pattern: string
  /** The words of `regex_options`. */
  readonly options?: readonly string[]
  /** The page is right where the pattern is not found. */
  readonly noMatch?: boolean
  /** Bytes of the body: a match begins there or behind. */
  readonly minOffset?: number
  /** Bytes of the body: a match begins there or before. */
  readonly maxOffset?: number
}

export interface PagePattern {
  readonly kind: 'pattern'
  /** As written, for people. */
  readonly shown: string
  /** Global, so that a search begins at `lastIndex`. Without `utf` each byte of the body is a character of the text. */
  readonly regex: RegExp
  readonly utf: boolean
  readonly noMatch: boolean
  readonly minOffset: number
  readonly maxOffset: number
  /** A match begins in the first line. */
  readonly firstLine: boolean
}

export type ReadPattern =
  | PagePattern
  /** `option`: the word of `regex_options` that it is about; `null`: the pattern itself. `text` is a sentence's tail. */
  | { readonly kind: 'refused'; readonly option: string | null; readonly text: string }

/** What an option is here. */
type Honour =
  /** The pattern is written otherwise, or read otherwise. */
  | 'honoured'
  /** It changes how PCRE2 searches or what it remembers of a match, and never whether there is one. */
  | 'no-difference'

export const REGEX_OPTIONS: ReadonlyMap<string, Honour> = new Map([
  ...['allow_empty_class', 'alt_bsux', 'alt_circumflex', 'caseless', 'dollar_endonly', 'dotall'].map(honoured),
  ...['dupnames', 'extended', 'firstline', 'multiline', 'no_auto_capture', 'ucp', 'utf'].map(honoured),
  ...['auto_callout', 'no_auto_possess', 'no_dotstar_anchor', 'no_start_optimize', 'ungreedy'].map(noDifference),
  ...['match_unset_backref', 'never_backslash_c', 'never_ucp', 'never_utf'].map(noDifference),
  ...['alt_verbnames', 'use_offset_limit'].map(noDifference),
])

function honoured(word: string): [string, Honour] {
  return [word, 'honoured']
}

function noDifference(word: string): [string, Honour] {
  return [word, 'no-difference']
}

/** A longer pattern is nothing that somebody wrote. */
export const LONGEST_PATTERN = 4096

export function readPattern({ pattern, options = [], noMatch, minOffset, maxOffset }: PatternText): ReadPattern {
  const unknown = options.find((word) => !REGEX_OPTIONS.has(word))
  if (unknown !== undefined) {
    return { kind: 'refused', option: unknown, text: `${unknown} is no option of a pattern` }
  }
  if (pattern.length > LONGEST_PATTERN) {
    return refused(`a pattern has at most ${LONGEST_PATTERN} characters, and this one has ${pattern.length}`)
  }
  if (minOffset !== undefined && maxOffset !== undefined && minOffset > maxOffset) {
    return refused(`no match begins at ${minOffset} or behind, and at ${maxOffset} or before`)
  }
  const has = (word: string) => options.includes(word)
  const utf = has('utf')
  // PCRE2 without utf sees bytes, and so does the text that is searched.
  const written = patternSource(utf ? pattern : Buffer.from(pattern).toString('latin1'), { has, utf })
  if (written.kind === 'refused') return { kind: 'refused', option: written.option ?? null, text: written.text }
  try {
    return {
      kind: 'pattern',
      shown: pattern,
      regex: new RegExp(written.source, `g${written.caseless ? 'i' : ''}${utf ? 'u' : ''}`),
      utf,
      noMatch: noMatch === true,
      minOffset: minOffset ?? 0,
      maxOffset: maxOffset ?? Number.POSITIVE_INFINITY,
      firstLine: has('firstline'),
    }
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^.*: /s, '') : 'it cannot be read'
    return refused(`it is no regular expression: ${why}`)
  }
}

const refused = (text: string): ReadPattern => ({ kind: 'refused', option: null, text })
