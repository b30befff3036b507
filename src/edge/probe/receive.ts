/**
 * The option `receive`, of every monitor that looks for something in what a host says: a regular expression as Perl reads it,
 * over the bytes that came. It is ldirectord's word for it, and its files are full of such patterns.
 */
import type { OptionFault, OptionProperty } from '../../model/module.ts'
import { LONGEST_PATTERN, type PagePattern, type PatternText, readPattern } from '../../model/pcre.ts'
import { oneLine } from '../../wire/mail/safe-text.ts'
import { searchPage } from '../http/regex.ts'
import type { Outcome } from './each-host.ts'

/** `where`: "in the body". */
export function receiveProperty(where: string): OptionProperty {
  return {
    type: 'string',
    maxLength: LONGEST_PATTERN,
    description: `regular expression as in Perl that must be found ${where}; empty for anything`,
  }
}

export type Receive =
  | { readonly kind: 'anything' }
  | PagePattern
  /** It is no pattern that can be had; no host is asked. */
  | { readonly kind: 'failed'; readonly outcome: Outcome }

export function readReceive(pattern: string | undefined): Receive {
  if (pattern === undefined || pattern === '') return { kind: 'anything' }
  const read = readPattern({ pattern })
  if (read.kind === 'pattern') return read
  const text = `could not be checked: ${shownPattern(pattern)} cannot be looked for: ${read.text}`
  return { kind: 'failed', outcome: { kind: 'unknown', code: 'bad-option', text } }
}

/** The same at the time when the configuration is read, so that nobody waits for answers of a check that cannot be made. */
export function receiveFaults({ receive }: Readonly<Record<string, unknown>>): readonly OptionFault[] {
  if (typeof receive !== 'string' || receive === '') return []
  const fault = patternFault({ pattern: receive })
  return fault === null ? [] : [{ property: 'receive', item: null, ...fault }]
}

/** What keeps a pattern from being looked for; `null`: nothing. */
export function patternFault(pattern: PatternText): Pick<OptionFault, 'message' | 'hint'> | null {
  const read = readPattern(pattern)
  if (read.kind === 'pattern') return null
  const message = `the regular expression ${shownPattern(pattern.pattern)} cannot be looked for: ${read.text}`
  return { message, hint: 'write it otherwise; a sign that stands for itself has a backslash before it, such as \\(' }
}

/** Characters of what a host said that a sentence quotes. */
const QUOTED = 60

/** What is wrong with `bytes`; `what` they are: "a file". `null`: nothing is. */
export function receiveFault(receive: Receive, bytes: Buffer, what: string): { code: string; text: string } | null {
  if (receive.kind !== 'pattern') return null
  const search = searchPage(receive, bytes)
  if (search.kind === 'found') return null
  const shown = shownPattern(receive.shown)
  if (search.kind === 'missing') {
    return { code: 'no-match', text: `has ${what} without ${shown} (${beginning(bytes)})` }
  }
  const text = `has ${what} on which the pattern ${shown} takes too long; write one without nested repetition`
  return { code: 'regex-too-slow', text }
}

export const shownPattern = (pattern: string): string => `/${oneLine(pattern, QUOTED)}/`

function beginning(bytes: Buffer): string {
  if (bytes.length === 0) return 'it is empty'
  return `${bytes.length} bytes, beginning "${oneLine(bytes.toString('utf8', 0, QUOTED * 4), QUOTED)}"`
}
