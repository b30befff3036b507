/**
 * mon.cf: physical lines to logical lines. Comments go, lines that end in a backslash join, and every character still
 * knows where in the file it stood. Source: mon manual, "CONFIGURATION FILE"; what mon 1.3 does with the odd cases is
 * an error where it loses text silently: a backslash before an empty line or at the end of the file.
 */
import type { Place } from '../../model/model.ts'
import { placeOf, type Source, type Span } from '../source.ts'
import type { Report } from '../text/report.ts'

/** Characters a logical line may have, continuations included. */
export const LONGEST_LINE = 1024 * 1024
/** Logical lines a file may have, comments not counted; see LARGEST_FILE. */
const MOST_LINES = 500_000

/** One logical line without its outer blanks. `runs` say where stretches of its text stand in the source, in order. */
export interface LogicalLine {
  readonly source: Source
  readonly text: string
  readonly runs: readonly Run[]
}

interface Run {
  /** Index in the logical line's text. */
  readonly at: number
  /** Offset in the source. */
  readonly offset: number
}

/** A part of a logical line: its characters `from` to `to`. `text` is what they mean, quotes taken away. */
export interface Slice {
  readonly text: string
  readonly line: LogicalLine
  readonly from: number
  readonly to: number
}

/** What becomes of a backslash before an empty line, or at the end of the file: mon's way, or that of the least harm. */
export type Continuation = 'as mon' | 'mended'

/** Hands on each logical line as it is read; an empty one too, since it ends a section. */
export function eachLine(
  source: Source,
  report: Report,
  take: (line: LogicalLine) => void,
  continuation: Continuation = 'mended',
): void {
  const { text } = source
  let pending: Pending | null = null
  let lines = 0
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    const next = newline < 0 ? text.length : newline + 1
    const from = skipBlanks(text, start, end)
    const to = trimBlanks(text, from, end)
    if (text[from] === '#' && from < end) {
      start = next
      continue
    }
    const continued = to > from && text[to - 1] === '\\'
    if (pending !== null && from === to) {
      reportBlankAfter(pending, report)
      if (continuation === 'mended') {
        finish(pending, report, take)
        pending = null
      }
    }
    const joined: Pending = pending ?? { texts: [], runs: [], length: 0, backslash: 0, source }
    append(joined, from, continued ? to - 1 : to)
    pending = continued ? { ...joined, backslash: to - 1 } : null
    if (!continued) {
      lines += joined.length > 0 ? 1 : 0
      if (lines > MOST_LINES) {
        reportTooMany({ source, start: from, end: to }, report)
        return
      }
      finish(joined, report, take)
    }
    start = next
  }
  if (pending !== null) {
    reportLostEnd(pending, report)
    if (continuation === 'mended') finish(pending, report, take)
  }
}

export const slice = (line: LogicalLine, from: number, to: number): Slice => ({
  text: line.text.slice(from, to),
  line,
  from,
  to,
})

/** What stands before the first blank. */
export function firstWord(line: LogicalLine): Slice {
  const end = line.text.search(/[ \t\r\f\v]/)
  return slice(line, 0, end < 0 ? line.text.length : end)
}

/** What stands behind a word, without the blanks between. */
export function restOf({ line, to }: Slice): Slice {
  return slice(line, skipBlanks(line.text, to, line.text.length), line.text.length)
}

/**
 * The name behind a block's keyword: as many letters as a name may have, as mon takes it; without quirks also an endpoint
 * (`10.1.1.2:80`, `[2001:db8::1]:80/udp`), and any text in double quotes. `null`: there is none.
 */
export function nameBehind(word: Slice, asMon = false): Slice | null {
  const { line, from, text } = restOf(word)
  const quoted = asMon ? null : QUOTED_NAME.exec(text)
  if (quoted !== null) {
    const name = (quoted[1] ?? '').replace(/\\(.)/g, '$1')
    return { text: name, line, from, to: from + quoted[0].length }
  }
  const length = ((asMon ? null : ENDPOINT_NAME.exec(text)) ?? PLAIN_NAME.exec(text))?.[0].length ?? 0
  return length > 0 ? slice(line, from, from + length) : null
}

/** Whether a name can be written without quotes. */
export const isBareName = (text: string): boolean =>
  text !== '' && (PLAIN_NAME.exec(text)?.[0] === text || ENDPOINT_NAME.exec(text)?.[0] === text)

const PLAIN_NAME = /^[A-Za-z0-9_.-]*/
/** What upalert calls the servers of other tools' files. */
const ENDPOINT_NAME =
  /^(?:\d{1,3}(?:\.\d{1,3}){3}:\d{1,5}|\[[^\s"\\\]]+\](?::\d{1,5})?)(?:\/(?:tcp|udp|sctp))?(?:-inet6)?(?=\s|$)/
const QUOTED_NAME = /^"((?:[^"\\]|\\.)+)"(?=\s|$)/

export const wholeLine = (line: LogicalLine): Slice => slice(line, 0, line.text.length)

export function spanOf({ line, from, to }: Slice): Span {
  const start = offsetOf(line, from)
  return { source: line.source, start, end: Math.max(start, to > from ? offsetOf(line, to - 1) + 1 : start) }
}

export function placeOfSlice(part: Slice): Place {
  return placeOf(part.line.source, offsetOf(part.line, part.from))
}

/** White space as mon's regular expressions have it; a no-break space is a character like any other. */
export const isBlank = (char: string | undefined) =>
  char === ' ' || char === '\t' || char === '\r' || char === '\f' || char === '\v'

interface Pending {
  readonly texts: string[]
  readonly runs: Run[]
  length: number
  /** Offset of the backslash that waits for the next line. */
  readonly backslash: number
  readonly source: Source
}

function append(pending: Pending, from: number, to: number): void {
  pending.runs.push({ at: pending.length, offset: from })
  pending.texts.push(pending.source.text.slice(from, to))
  pending.length += to - from
}

function finish(pending: Pending, report: Report, take: (line: LogicalLine) => void): void {
  const text = pending.texts.join('')
  const line: LogicalLine = {
    source: pending.source,
    text: text.slice(0, trimBlanks(text, 0, text.length)),
    runs: pending.runs,
  }
  if (text.length <= LONGEST_LINE) {
    take(line)
    return
  }
  const message = `this line has ${text.length} characters with its continuations; at most ${LONGEST_LINE} are read`
  report.error('line-too-long', spanOf(slice(line, 0, 1)), message, 'make several lines or groups of it')
}

function offsetOf(line: LogicalLine, index: number): number {
  const { runs } = line
  let low = 0
  let high = runs.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((runs[middle]?.at ?? 0) <= index) low = middle
    else high = middle - 1
  }
  const run = runs[low]
  return run === undefined ? 0 : run.offset + (index - run.at)
}

export function skipBlanks(text: string, from: number, to: number): number {
  let at = from
  while (at < to && isBlank(text[at])) at += 1
  return at
}

function trimBlanks(text: string, from: number, to: number): number {
  let end = to
  while (end > from && isBlank(text[end - 1])) end -= 1
  return end
}

const backslashSpan = ({ source, backslash }: Pending): Span => ({ source, start: backslash, end: backslash + 1 })

function reportBlankAfter(pending: Pending, report: Report): void {
  const message = 'this backslash continues the line, but the next one is empty'
  report.error('continuation-blank', backslashSpan(pending), message, 'remove the backslash, or the empty line')
}

function reportLostEnd(pending: Pending, report: Report): void {
  const message = 'this backslash continues the line, but the file ends here'
  report.error('continuation-end', backslashSpan(pending), message, 'remove the backslash')
}

function reportTooMany(span: Span, report: Report): void {
  report.error(
    'too-many-lines',
    span,
    `more than ${MOST_LINES} lines; the rest was not read`,
    'split the configuration',
  )
}
