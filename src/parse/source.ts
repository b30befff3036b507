/**
 * The text of one configuration file, and how bytes become it. Every problem points into a Source by character offset.
 * Columns count UTF-16 units from 1, as editors do.
 */
import type { Place } from '../model/model.ts'
import type { Problem } from './problem.ts'

export interface Source {
  readonly file: string
  readonly text: string
  /** Which lines of which files these are, where m4 made the text; in order. */
  readonly origins?: readonly Origin[]
}

/** From line `line` of the text on, its lines are those of `file` from `original` on. */
export interface Origin {
  readonly line: number
  readonly file: string
  readonly original: number
}

/** Characters `start` to `end` (exclusive) of a source. */
export interface Span {
  readonly source: Source
  readonly start: number
  readonly end: number
}

/** A larger file is refused: no mon.cf comes near it, and every later step may count on the bound. */
export const LARGEST_FILE = 16 * 1024 * 1024

type Decoded =
  | { readonly kind: 'text'; readonly source: Source; readonly problems: readonly Problem[] }
  /** Nothing in it is worth parsing; the problems say why. */
  | { readonly kind: 'unreadable'; readonly source: Source; readonly problems: readonly Problem[] }

/**
 * Bytes to text: UTF-8, with Latin-1 forgiven in comments, which begin with one of `comments`; a byte order mark is dropped, CRLF is left to the reader of
 * lines. `fromM4`: the lines that `m4 -s` puts in between say where the others come from.
 */
export function decode(
  file: string,
  bytes: Uint8Array,
  { fromM4 = false, comments = '#' }: { readonly fromM4?: boolean; readonly comments?: '#' | '#!' } = {},
): Decoded {
  const sourceOf = (text: string) => (fromM4 ? { file, text, origins: originsIn(file, text) } : { file, text })
  return decodeText(file, bytes, sourceOf, comments)
}

function decodeText(file: string, bytes: Uint8Array, sourceOf: (text: string) => Source, comments: string): Decoded {
  if (bytes.length > LARGEST_FILE) {
    return unreadable(file, 'file-too-large', `this file has ${bytes.length} bytes; at most ${LARGEST_FILE} are read`)
  }
  if (isUtf16(bytes)) return unreadable(file, 'not-utf8', 'this file is UTF-16', 'save it as UTF-8')
  const nul = bytes.indexOf(0)
  if (nul >= 0) {
    const line = lineOfByte(bytes, nul)
    return unreadable(file, 'binary-file', `this is not a text file: line ${line} contains a NUL byte`)
  }
  const text = strictUtf8(bytes)
  if (text !== null) return { kind: 'text', source: sourceOf(text), problems: [] }
  return decodeByLine(bytes, sourceOf, comments)
}

/** Where an offset is, for people. The first question about a source counts its lines; later ones are a binary search. */
export function placeOf(source: Source, offset: number): Place {
  const starts = lineStarts(source)
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return { ...originOf(source, low + 1), column: offset - (starts[low] ?? 0) + 1 }
}

function originOf({ file, origins = [] }: Source, line: number): { readonly file: string; readonly line: number } {
  let low = -1
  let high = origins.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((origins[middle]?.line ?? 0) <= line) low = middle
    else high = middle - 1
  }
  const origin = origins[low]
  return origin === undefined ? { file, line } : { file: origin.file, line: origin.original + line - origin.line }
}

/** `#line 12 "common.m4"`: what follows is line 12 of that file, or of the one before. GNU m4 manual, "Preprocessor features". */
function originsIn(file: string, text: string): Origin[] {
  const origins: Origin[] = []
  let line = 1
  let named = file
  for (let start = 0; start < text.length; line++) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    if (text.startsWith('#line ', start)) {
      const match = /^#line (\d{1,9})(?: "([^"]*)")?\r?$/.exec(text.slice(start, end))
      named = match?.[2] ?? named
      if (match !== null) origins.push({ line: line + 1, file: named, original: Number(match[1]) })
    }
    start = end + 1
  }
  return origins
}

/** Where the line that holds `offset` begins and ends; its line end is left out. */
export function lineAround(source: Source, offset: number): { readonly start: number; readonly end: number } {
  const start = source.text.lastIndexOf('\n', offset - 1) + 1
  const newline = source.text.indexOf('\n', Math.max(start, offset))
  const end = newline < 0 ? source.text.length : newline
  return { start: offset === 0 ? 0 : start, end: source.text[end - 1] === '\r' && end > start ? end - 1 : end }
}

const startsOf = new WeakMap<Source, Uint32Array>()

function lineStarts(source: Source): Uint32Array {
  const known = startsOf.get(source)
  if (known !== undefined) return known
  let lines = 1
  for (let at = source.text.indexOf('\n'); at >= 0; at = source.text.indexOf('\n', at + 1)) lines += 1
  const starts = new Uint32Array(lines)
  let line = 1
  for (let at = source.text.indexOf('\n'); at >= 0; at = source.text.indexOf('\n', at + 1)) starts[line++] = at + 1
  startsOf.set(source, starts)
  return starts
}

function unreadable(
  file: string,
  code: string,
  message: string,
  hint = 'name the text file that holds the configuration',
): Decoded {
  const source = { file, text: '' }
  const problem: Problem = { code, severity: 'error', span: { source, start: 0, end: 0 }, message, hint }
  return { kind: 'unreadable', source, problems: [problem] }
}

const isUtf16 = (bytes: Uint8Array) =>
  (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)

function lineOfByte(bytes: Uint8Array, offset: number): number {
  let line = 1
  for (let i = 0; i < offset; i++) if (bytes[i] === 10) line += 1
  return line
}

function strictUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

/** Some line is not UTF-8: read those lines as Latin-1, so that the rest keeps its meaning and problems their places. */
function decodeByLine(bytes: Uint8Array, sourceOf: (text: string) => Source, comments: string): Decoded {
  const lines: string[] = []
  const odd: { readonly start: number; readonly line: string }[] = []
  let length = 0
  for (let from = 0; from <= bytes.length; ) {
    const newline = bytes.indexOf(10, from)
    const to = newline < 0 ? bytes.length : newline
    const piece = bytes.subarray(from, to)
    const text = strictUtf8(piece)
    const line = text ?? latin1(piece)
    if (text === null) odd.push({ start: length, line })
    lines.push(line)
    length += line.length + 1
    from = to + 1
  }
  const source = sourceOf(lines.join('\n'))
  return { kind: 'text', source, problems: oddLines(source, odd, comments) }
}

const latin1 = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes)

/** One problem for all comments and one for all other lines: a Latin-1 file has many, and one remedy. */
function oddLines(
  source: Source,
  odd: readonly { readonly start: number; readonly line: string }[],
  signs: string,
): Problem[] {
  const isComment = ({ line }: { readonly line: string }) => signs.includes(line.trimStart().charAt(0) || ' ')
  const comments = odd.filter(isComment)
  const others = odd.filter((line) => !isComment(line))
  const problem = (lines: typeof odd, severity: 'error' | 'warning'): Problem[] => {
    const first = lines[0]
    if (first === undefined) return []
    const column = first.line.search(/[^\x00-\x7f]/)
    const start = first.start + Math.max(column, 0)
    const more = lines.length > 1 ? `, and ${lines.length - 1} more` : ''
    const where = severity === 'warning' ? 'this comment' : 'this line'
    const message = `${where} is not UTF-8 text${more}; it was read as Latin-1`
    const hint = 'convert the file: iconv -f latin1 -t utf-8'
    return [{ code: 'not-utf8', severity, span: { source, start, end: start + 1 }, message, hint }]
  }
  return [...problem(others, 'error'), ...problem(comments, 'warning')]
}
