/**
 * lvs.cf: text -> lines of words. One statement a line; LF, CRLF and a lone CR each end one; a comment is a line whose first
 * character is #; a word that begins with a quote runs to the next one of its kind, and nothing in between is escaped.
 * Source: what Piranha 0.8.6 took when it was tried.
 */
import type { Source } from '../source.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { partOf, spanOf, type Word } from './word.ts'

/** What stands on a line that is neither empty nor a comment. */
export type Line =
  | { readonly kind: 'setting'; readonly keyword: Word; readonly equal: Equal; readonly words: readonly Word[] }
  /** Words without an equal sign behind the first. */
  | { readonly kind: 'words'; readonly keyword: Word; readonly words: readonly Word[] }
  /** `}`, and what stands behind it. */
  | { readonly kind: 'close'; readonly brace: Word; readonly rest: Word | null }

/** `glued`: it is not a word of its own, as Piranha wants it. */
interface Equal {
  readonly at: Word
  readonly glued: boolean
}

/** A carriage return that stands alone becomes the line feed it is meant for; every offset stays. */
export const withLineFeeds = (source: Source): Source =>
  source.text.includes('\r') ? { ...source, text: source.text.replace(/\r(?!\n)/g, '\n') } : source

export function* linesOf(source: Source, report: Report): Generator<Line> {
  const { text } = source
  for (let start = text.startsWith('\ufeff') ? 1 : 0; start < text.length; ) {
    const newline = text.indexOf('\n', start)
    const next = newline < 0 ? text.length : newline + 1
    const line = readLine(source, start, trimmedEnd(text, start, newline < 0 ? text.length : newline), report)
    if (line !== null) yield line
    start = next
  }
}

const isBlank = (char: string | undefined) => char === ' ' || char === '\t' || char === '\v' || char === '\f'

function skipBlanks(text: string, from: number, end: number): number {
  let at = from
  while (at < end && isBlank(text[at])) at += 1
  return at
}

function trimmedEnd(text: string, start: number, end: number): number {
  let at = end
  while (at > start && (isBlank(text[at - 1]) || text[at - 1] === '\r')) at -= 1
  return at
}

/** `null`: nothing stands there, or a mistake that is in the report. */
function readLine(source: Source, start: number, end: number, report: Report): Line | null {
  const { text } = source
  const from = skipBlanks(text, start, end)
  if (from >= end || text[from] === '#') return null
  const word = (at: number, to: number): Word => ({ text: text.slice(at, to), quote: '', source, start: at, end: to })
  const nul = text.slice(from, end).indexOf('\0')
  if (nul >= 0) {
    const hint = 'a disk or a copy may have damaged the file: compare it with the other director'
    report.error('nul', spanOf(word(from + nul, from + nul + 1)), 'here stands a NUL byte, which is no text', hint)
    return null
  }
  if (text[from] === '}') {
    const rest = skipBlanks(text, from + 1, end)
    return { kind: 'close', brace: word(from, from + 1), rest: rest < end ? word(rest, end) : null }
  }
  const first = readFirst(source, from, end, report)
  if (first === null) return null
  const equal = skipBlanks(text, first.end, end)
  if (text[equal] === '=' && equal < end) {
    const words = readWords(source, equal + 1, end, report)
    if (words === null) return null
    const glued = equal === first.end || words[0]?.start === equal + 1
    return { kind: 'setting', keyword: first, equal: { at: word(equal, equal + 1), glued }, words }
  }
  const words = readWords(source, first.end, end, report)
  return words === null ? null : { kind: 'words', keyword: first, words }
}

/** The keyword, which ends at an equal sign as well. */
function readFirst(source: Source, from: number, end: number, report: Report): Word | null {
  const { text } = source
  if (text[from] === '"' || text[from] === "'") return readQuoted(source, from, end, report)
  let to = from
  while (to < end && !isBlank(text[to]) && text[to] !== '=') to += 1
  return { text: text.slice(from, to), quote: '', source, start: from, end: to }
}

function readWords(source: Source, from: number, end: number, report: Report): Word[] | null {
  const { text } = source
  const words: Word[] = []
  for (let at = skipBlanks(text, from, end); at < end; at = skipBlanks(text, at, end)) {
    const word = readWord(source, at, end, report)
    if (word === null) return null
    words.push(word)
    at = word.end
  }
  return words
}

function readWord(source: Source, from: number, end: number, report: Report): Word | null {
  const { text } = source
  if (text[from] === '"' || text[from] === "'") return readQuoted(source, from, end, report)
  let to = from
  while (to < end && !isBlank(text[to])) to += 1
  return { text: text.slice(from, to), quote: '', source, start: from, end: to }
}

function readQuoted(source: Source, from: number, end: number, report: Report): Word | null {
  const { text } = source
  const quote = text[from] === '"' ? '"' : "'"
  const close = text.slice(from + 1, end).indexOf(quote) + from + 1
  if (close <= from) {
    const whole: Word = { text: text.slice(from, end), quote: '', source, start: from, end }
    const message = `the quote before ${quoted(whole.text.slice(1))} is not closed on this line`
    report.error('quote', spanOf(whole), message, `write ${quote} at the end of the text`)
    return null
  }
  const word: Word = { text: text.slice(from + 1, close), quote, source, start: from, end: close + 1 }
  if (close + 1 < end && !isBlank(text[close + 1])) {
    reportGlued(word, end, report)
    return null
  }
  return word
}

/** Text right behind a closing quote: most likely the quote was meant to be a part of the text. */
function reportGlued(word: Word, end: number, report: Report): void {
  const { source, start } = word
  if (endsInBackslash(word)) {
    const message = `no backslash saves a ${word.quote} from ending the text`
    const at = { source, start: word.end - 2, end: word.end }
    report.error('quote-escaped', at, message, otherQuote(word))
    return
  }
  const after = skipWord(source.text, word.end, end)
  const message = `${quoted(source.text.slice(word.end, after))} stands right behind a closing quote`
  report.error('quote-glued', { source, start, end: after }, message, 'put the whole text into the quotes')
}

function skipWord(text: string, from: number, end: number): number {
  let at = from
  while (at < end && !isBlank(text[at])) at += 1
  return at
}

/** The closing quote has an odd number of backslashes before it. */
export function endsInBackslash({ text, quote }: Word): boolean {
  return quote !== '' && (/\\*$/.exec(text.slice(-1000))?.[0].length ?? 0) % 2 === 1
}

export const otherQuote = ({ quote }: Word): string =>
  quote === '"' ? 'put the text into single quotes: \'a "b" c\'' : 'put the text into double quotes: "a \'b\' c"'

/** `http{` -> `http` and `{`. */
export function withoutBrace(word: Word): { readonly name: Word; readonly brace: Word } | null {
  if (word.quote !== '' || !word.text.endsWith('{')) return null
  const at = word.text.length - 1
  return { name: partOf(word, 0, at), brace: partOf(word, at, at + 1) }
}
