/** A stretch of an ldirectord.cf, and what it means: without the quotes that may stand around it. */
import type { Place } from '../../model/model.ts'
import { placeOf, type Source, type Span } from '../source.ts'

export interface Word {
  readonly text: string
  readonly source: Source
  readonly from: number
  readonly to: number
}

/** What a directive says: `word` is the value as written, `text` what stands between its quotes, or all of it. */
export interface Value extends Word {
  readonly quoted: boolean
}

/** A value, and the directive that set it. */
export interface Setting<T> {
  readonly keyword: Word
  readonly at: Word
  readonly value: T
}

export const spanOf = ({ source, from, to }: Word): Span => ({ source, start: from, end: to })

export const placeOfWord = ({ source, from }: Word): Place => placeOf(source, from)

/** Characters `from` to `to` of a source. */
export const wordAt = (source: Source, from: number, to: number): Word => ({
  text: source.text.slice(from, to),
  source,
  from,
  to,
})

/** The blanks around it left out. */
export function trimmed({ source, from, to }: Word): Word {
  let start = from
  let end = to
  while (start < end && isBlank(source.text[start])) start += 1
  while (end > start && isBlank(source.text[end - 1])) end -= 1
  return wordAt(source, start, end)
}

export const isBlank = (char: string | undefined): boolean =>
  char === ' ' || char === '\t' || char === '\r' || char === '\f' || char === '\v'

/** Quotes around the whole of it are no part of what it says; what is within them may hold further ones. */
export function valueIn(word: Word): Value {
  const { text } = word
  const quoted = text.length >= 2 && text.startsWith('"') && text.endsWith('"')
  return { ...word, text: quoted ? text.slice(1, -1) : text, quoted }
}

/** The words of it, blanks between. */
export function wordsIn({ source, from, to }: Word): Word[] {
  const words: Word[] = []
  let at = from
  while (at < to) {
    let end = at
    while (end < to && !isBlank(source.text[end])) end += 1
    if (end > at) words.push(wordAt(source, at, end))
    at = end + 1
  }
  return words
}
