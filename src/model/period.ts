/** When a period of a service applies: mon's Time::Period expression, parsed. Source: Time::Period(3pm). */
import type { WallTime } from './units.ts'

export type Scale = 'yr' | 'mo' | 'wk' | 'yd' | 'md' | 'wd' | 'hr' | 'min' | 'sec'

/** Inclusive; `from` greater than `to` wraps round the scale's end. */
export interface PeriodRange {
  readonly from: number
  readonly to: number
}

/** Every scale named must hold; a scale holds if any of its ranges does. */
export type SubPeriod = { readonly [S in Scale]?: readonly PeriodRange[] }

/** `always` for a blank expression, `never` for `none`; otherwise it holds if any sub-period holds. */
export type PeriodExpression =
  | { readonly kind: 'always' }
  | { readonly kind: 'never' }
  | { readonly kind: 'any'; readonly subs: readonly SubPeriod[] }

/** What people read of a period: its label, and of one that has neither label nor expression when it applies. */
export const periodName = (label: string): string => (label === '' ? 'always' : label)

/**
 * Whether a period applies, in the time zone of the process. Time::Period(3pm): a value names its whole unit, so
 * `hr {9am-5pm}` lasts to 17:59:59; week 1 of a month begins on the 1st, and each later Sunday begins another.
 */
export function inPeriod(expression: PeriodExpression, at: WallTime): boolean {
  if (expression.kind !== 'any') return expression.kind === 'always'
  const now = readings(new Date(at))
  return expression.subs.some((sub) => SCALES.every((scale) => holds(scale, sub[scale], now)))
}

const SCALES: readonly Scale[] = ['yr', 'mo', 'wk', 'yd', 'md', 'wd', 'hr', 'min', 'sec']

type Readings = { readonly [S in Scale]: number }

function readings(date: Date): Readings {
  const year = date.getFullYear()
  const day = date.getDate()
  const first = new Date(year, date.getMonth(), 1).getDay()
  return {
    yr: year,
    mo: date.getMonth() + 1,
    wk: Math.floor((day - 1 + first) / 7) + 1,
    yd: Math.round((Date.UTC(year, date.getMonth(), day) - Date.UTC(year, 0, 1)) / 86_400_000) + 1,
    md: day,
    wd: date.getDay() + 1,
    hr: date.getHours(),
    min: date.getMinutes(),
    sec: date.getSeconds(),
  }
}

function holds(scale: Scale, ranges: readonly PeriodRange[] | undefined, now: Readings): boolean {
  if (ranges === undefined) return true
  const value = now[scale]
  return ranges.some(({ from, to }) => (scale === 'yr' ? inYears(value, from, to) : inRange(value, from, to)))
}

const inRange = (value: number, from: number, to: number) =>
  from <= to ? from <= value && value <= to : value >= from || value <= to

/** A year below 100 is one of the current century; years the wrong way round are swapped, since time does not wrap. */
function inYears(year: number, from: number, to: number): boolean {
  const century = year - (year % 100)
  const full = (value: number) => (value < 100 ? century + value : value)
  return Math.min(full(from), full(to)) <= year && year <= Math.max(full(from), full(to))
}
