/**
 * Text from outside, made fit to be read: on one line, without what could move a cursor, end a header, or turn the
 * reading direction, and cut between words. What a real server answers is hostile input, and it ends up in subjects,
 * on phones and on terminals.
 * Sources: RFC 5322 §2.2 (a header ends at a line break); Unicode UAX #9 (bidirectional controls); 3GPP TS 23.038 §6.2.1.
 */

/** Characters of a text that are looked at at all; the rest of a flood is dropped before any work is done on it. */
const LOOKED_AT = 65_536
/** Stands for a run of characters that must not be shown. ASCII, so that it costs one place everywhere. */
const HIDDEN = '?'
/** Controls, invisible format characters (bidi marks, zero widths), lone surrogates, unassigned and private code points. */
const UNSAFE = /[\p{C}]+/gu
/** Everything that ends a line or separates words, in ASCII or elsewhere in Unicode. */
const BLANK = /[\s\u0085\u200b]+/gu

/** The text on one line: blanks of any kind become one space, unsafe characters a question mark, at most `limit` long. */
export function oneLine(text: string, limit: number): string {
  return shorten(visible(text.slice(0, Math.max(LOOKED_AT, limit * 4))), limit)
}

interface Block {
  readonly lines: number
  readonly lineLength: number
}

/** Several lines, each safe by itself, at most so many and so long; a last line says how much is not shown. */
export function block(text: string, limit: Block): string {
  const rows = text.slice(0, limit.lines * limit.lineLength * 2).split(/\r\n|[\n\r\u2028\u2029\u0085]/)
  while (rows.length > 0 && rows.at(-1)?.trim() === '') rows.pop()
  const shown = rows.slice(0, limit.lines).map((row) => shorten(visibleKeepingSpaces(row), limit.lineLength))
  const all = text.length <= limit.lines * limit.lineLength * 2 && rows.length <= limit.lines
  if (!all) shown.push(`[more than this was said: ${text.length} characters in all]`)
  return shown.join('\n')
}

/**
 * A text whose words and layout are somebody else's: line breaks, tabs and blanks stay as they are, and of the rest what
 * could move a cursor or turn the reading direction becomes a question mark.
 */
export function asWritten(text: string, limit: number): string {
  const cut =
    text.length > limit
      ? `${text.slice(0, limit)}\n[more than this was said: ${text.length} characters in all]\n`
      : text
  return cut.replace(/\r\n?/g, '\n').replace(/[^\P{C}\n\t]+/gu, HIDDEN)
}

/** How much room a text takes; UTF-16 code units unless told otherwise. */
type Cost = (text: string) => number

const codeUnits: Cost = (text) => text.length

/**
 * The text if it fits, otherwise as many whole words as fit with `mark` behind them. Only a first word that is longer
 * than all the room is cut inside, and the mark shows it.
 */
export function shorten(text: string, limit: number, mark = '…', cost: Cost = codeUnits): string {
  if (cost(text) <= limit) return text
  const room = limit - cost(mark)
  if (room < 0) return ''
  const words = text.split(' ')
  let kept = ''
  for (const word of words) {
    const longer = kept === '' ? word : `${kept} ${word}`
    if (cost(longer) > room) break
    kept = longer
  }
  if (kept !== '') return kept + mark
  return cutInside(words.find((word) => word !== '') ?? '', room, cost) + mark
}

/** Characters of the GSM alphabet's extension table: each takes two of an SMS's 160 places (3GPP TS 23.038 §6.2.1.1). */
const GSM_EXTENSION = /[\^{}\\[\]~|€\f]/g

/**
 * Places a text takes in an SMS of 160: one a UTF-16 code unit, two for the extension table. A text with letters outside
 * the GSM alphabet is sent as UCS-2, 70 code units a part; it is still counted here by its code units.
 */
export const gsmPlaces: Cost = (text) => text.length + (text.match(GSM_EXTENSION)?.length ?? 0)

function cutInside(word: string, room: number, cost: Cost): string {
  let kept = ''
  for (const character of word) {
    if (cost(kept + character) > room) break
    kept += character
  }
  return kept
}

const visible = (text: string): string => text.replace(BLANK, ' ').replace(UNSAFE, HIDDEN).trim()

/** Indentation means something in a program's output, so only tabs change. */
const visibleKeepingSpaces = (text: string): string => text.replace(/\t/g, '    ').replace(UNSAFE, HIDDEN).trimEnd()
