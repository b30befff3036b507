/**
 * auth.cf: its lines without comments and outer blanks, and the same text with everything starred that may be a password
 * or a hash. Problems point into the starred text, which has the same offsets: they end up in logs and chats.
 */
import { COMMAND_WORDS, hashKind } from '../../model/auth.ts'
import { isBlank, skipBlanks } from '../mon/lines.ts'
import type { Source, Span } from '../source.ts'
import { parseAddress } from '../text/endpoint.ts'
import { quoted } from '../text/visible.ts'

export type Section = 'command' | 'trap'

export interface AuthLine {
  readonly text: string
  /** Offset of its first character in the file. */
  readonly start: number
  readonly section: Section
}

/** A part of the file: its text, which may be secret, and where it stands. */
export interface Part {
  readonly text: string
  readonly start: number
}

/** A line that switches: `trap section`; what may stand behind these words is no part of it. */
export interface Heading {
  readonly section: Section
  readonly rest: string
}

const HEADING = /^(command|trap)[ \t\r\f\v]+section/
const commands = new Set(COMMAND_WORDS)

export function headingOf(text: string): Heading | null {
  const match = HEADING.exec(text)
  if (match === null) return null
  return { section: match[1] === 'trap' ? 'trap' : 'command', rest: text.slice(match[0].length) }
}

export function eachAuthLine(source: Source, take: (line: AuthLine) => void): void {
  let section: Section = 'command'
  const { text } = source
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf('\n', at)
    const end = newline < 0 ? text.length : newline
    const start = skipBlanks(text, at, end)
    let last = end
    while (last > start && isBlank(text[last - 1])) last -= 1
    at = end + 1
    if (start === last || text[start] === '#') continue
    const line = text.slice(start, last)
    take({ text: line, start, section })
    section = headingOf(line)?.section ?? section
  }
}

/** The source with stars for secrets, letter for letter. */
export function starred(source: Source): Source {
  const pieces: string[] = []
  let done = 0
  eachAuthLine(source, ({ text, start, section }) => {
    pieces.push(source.text.slice(done, start), starredLine(text, openLength(text, section)))
    done = start + text.length
  })
  pieces.push(source.text.slice(done))
  return { file: source.file, text: pieces.join('') }
}

/** In the open part too, what only a hash looks like is none of a reader's business. */
function starredLine(text: string, open: number): string {
  const shown = text.slice(0, open).replace(/(?:\$|\{SHA\})[^,\s]*/g, (hash) => '*'.repeat(hash.length))
  return shown + text.slice(open).replace(/[^ \t\r\f\v*:]/g, '*')
}

/**
 * How much of a line may be shown: the users of a command; host and user of an entry that looks like one. Any other line
 * may be an entry of another file, or of another section, with a hash in any place but the first.
 */
function openLength(text: string, section: Section): number {
  if (headingOf(text) !== null) return text.length
  const colon = text.indexOf(':')
  if (section === 'command' && colon >= 0 && commands.has(text.slice(0, colon).trimEnd().toLowerCase()))
    return text.length
  const [first, , hash, fourth] = wordsOf({ text, start: 0 })
  if (first === undefined) return 0
  const colonWithin = first.text.indexOf(':')
  if (colonWithin >= 0 && parseAddress(first.text) === null) return colonWithin
  const isEntry = section === 'trap' && hash !== undefined && fourth === undefined && hashKind(hash.text) !== 'plain'
  return isEntry ? hash.start : first.text.length
}

export function wordsOf({ text, start }: Part): Part[] {
  return [...text.matchAll(/[^ \t\r\f\v]+/g)].map((match) => ({ text: match[0], start: start + match.index }))
}

/** Where a part stands, for a Problem. `shown` is the starred source. */
export const spanOf = (shown: Source, { text, start }: Part): Span => ({
  source: shown,
  start,
  end: start + text.length,
})

/** A part in a message, stars included. */
export const quotedPart = (shown: Source, { text, start }: Part): string =>
  quoted(shown.text.slice(start, start + text.length))
