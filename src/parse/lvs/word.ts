/** A word of lvs.cf that knows where it stands. */
import type { Place } from '../../model/model.ts'
import { placeOf, type Source, type Span } from '../source.ts'

export interface Word {
  /** What it means: without the quotes around it. */
  readonly text: string
  /** The quotes that it stands in; empty: none. */
  readonly quote: '' | '"' | "'"
  readonly source: Source
  /** Quotes included. */
  readonly start: number
  readonly end: number
}

export const spanOf = ({ source, start, end }: Word): Span => ({ source, start, end })

export const placeOfWord = ({ source, start }: Word): Place => placeOf(source, start)

/** From the first to the last. */
export const spanFrom = (first: Word, last: Word = first): Span => ({
  source: first.source,
  start: first.start,
  end: Math.max(first.end, last.end),
})

/** As the file has it, quotes and all. */
export const written = ({ source, start, end }: Span): string => source.text.slice(start, end)

/** Letters of a word as a word of its own. */
export const partOf = (word: Word, from: number, to: number): Word => {
  const inside = word.start + (word.quote === '' ? 0 : 1)
  return { ...word, quote: '', text: word.text.slice(from, to), start: inside + from, end: inside + to }
}
