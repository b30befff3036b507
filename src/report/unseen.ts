/** When nobody watched: while the daemon was down, before the history begins, and after the last sign of life. */
import { type WallTime, wallTime } from '../model/units.ts'
import type { History } from './record.ts'
import type { Span } from './span.ts'

/** Longer than any history: a clock cannot show more (ECMA-262, "Time Values"). */
export const ALWAYS: Span = { from: wallTime(-8.64e15), to: wallTime(8.64e15) }

/** In order, and none touches the next. */
export function unseenIn({ records, reach, horizon }: History): readonly Span[] {
  const gaps = records.flatMap((record) => (record.kind === 'gap' ? [{ from: record.from, to: record.at }] : []))
  const before = reach === null ? ALWAYS : { from: ALWAYS.from, to: reach }
  return merged([before, ...gaps, { from: horizon, to: ALWAYS.to }])
}

function merged(spans: readonly Span[]): readonly Span[] {
  const sorted = spans.filter(({ from, to }) => from < to).sort((a, b) => a.from - b.from)
  const whole: Span[] = []
  for (const { from, to } of sorted) {
    const last = whole.at(-1)
    if (last !== undefined && from <= last.to) whole[whole.length - 1] = { from: last.from, to: later(last.to, to) }
    else whole.push({ from, to })
  }
  return whole
}

const later = (a: WallTime, b: WallTime): WallTime => wallTime(Math.max(a, b))
