/**
 * A line of keepalived.conf in which every character still knows where it stood, also where a definition was put in.
 * What a `$NAME` was replaced by stands, for people, where the `$NAME` stands.
 */
import type { Source, Span } from '../source.ts'

export interface Line {
  readonly text: string
  /** Where stretches of the text come from, in order; the first begins at 0. */
  readonly runs: readonly Run[]
}

interface Run {
  /** Index in the line's text. */
  readonly at: number
  readonly source: Source
  /** Offset in the source. */
  readonly offset: number
  /** All of this run stands for the source's text from `offset` to here; null: character for character. */
  readonly until: number | null
}

/** A word of a line: its characters `from` to `to`, quotes included. `text` is what it means. */
export interface Word {
  readonly text: string
  readonly quoted: boolean
  readonly line: Line
  readonly from: number
  readonly to: number
}

export const lineOf = (source: Source, start: number, end: number): Line => ({
  text: source.text.slice(start, end),
  runs: [{ at: 0, source, offset: start, until: null }],
})

/** Text that stands for a stretch of a source. */
export const standIn = (text: string, { source, start, end }: Span): Line => ({
  text,
  runs: [{ at: 0, source, offset: start, until: end }],
})

export const wordOf = (line: Line, from: number, to: number): Word => ({
  text: line.text.slice(from, to),
  quoted: false,
  line,
  from,
  to,
})

export const spanOf = ({ line, from, to }: Word): Span => spanIn(line, from, to)

export function spanIn(line: Line, from: number, to: number): Span {
  const first = runAt(line, from)
  const start = placeIn(first, from, 'start')
  const lastAt = Math.max(from, to - 1)
  const last = runAt(line, lastAt)
  const end = to > from ? placeIn(last, lastAt, 'end') : start
  return { source: first.source, start, end: last.source === first.source && end > start ? end : start }
}

export function part(line: Line, from: number, to: number): Line {
  if (from === 0 && to === line.text.length) return line
  const runs: Run[] = []
  for (let i = runIndex(line, from); i < line.runs.length; i++) {
    const run = line.runs[i]
    if (run === undefined || (run.at >= to && runs.length > 0)) break
    runs.push(run.at >= from ? { ...run, at: run.at - from } : moved(run, from))
  }
  return { text: line.text.slice(from, to), runs }
}

export function joined(parts: readonly Line[]): Line {
  const runs: Run[] = []
  let length = 0
  for (const { text, runs: own } of parts) {
    for (const run of own) if (text !== '') runs.push({ ...run, at: run.at + length })
    length += text.length
  }
  const [first] = parts
  return { text: parts.map(({ text }) => text).join(''), runs: runs.length > 0 ? runs : (first?.runs ?? []) }
}

export function trimmed(line: Line): Line {
  let from = 0
  let to = line.text.length
  while (from < to && isBlank(line.text[from])) from += 1
  while (to > from && isBlank(line.text[to - 1])) to -= 1
  return part(line, from, to)
}

export const isBlank = (char: string | undefined) =>
  char === ' ' || char === '\t' || char === '\r' || char === '\f' || char === '\v'

export function skipBlanks(text: string, from: number): number {
  let at = from
  while (isBlank(text[at])) at += 1
  return at
}

const moved = (run: Run, from: number): Run => ({
  ...run,
  at: 0,
  offset: run.until === null ? run.offset + from - run.at : run.offset,
})

function runIndex({ runs }: Line, index: number): number {
  let low = 0
  let high = runs.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((runs[middle]?.at ?? 0) <= index) low = middle
    else high = middle - 1
  }
  return low
}

const NOWHERE: Run = { at: 0, source: { file: '', text: '' }, offset: 0, until: null }

const runAt = (line: Line, index: number): Run => line.runs[runIndex(line, index)] ?? NOWHERE

function placeIn(run: Run, index: number, edge: 'start' | 'end'): number {
  if (run.until !== null) return edge === 'start' ? run.offset : run.until
  return Math.min(run.offset + index - run.at + (edge === 'end' ? 1 : 0), run.source.text.length)
}
