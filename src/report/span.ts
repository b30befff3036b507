/**
 * Days, weeks and months of a time zone's calendar, from their first instant to the first one of the next: a month in which
 * the clocks change has 743 or 745 hours. Weeks are those of ISO 8601: from Monday, and the first has the year's first
 * Thursday.
 */
import { DAY, type Zone } from '../model/calendar/zone.ts'
import type { WallTime } from '../model/units.ts'
import { type Civil, civilOf, instantOf, stampText } from './zone.ts'

/** From an instant up to another, which is no part of it. */
export interface Span {
  readonly from: WallTime
  readonly to: WallTime
}

export interface NamedSpan extends Span {
  /** For people: `October 2026`, `week 45 of 2026`. */
  readonly label: string
  readonly zone: Zone
}

export type Unit = 'day' | 'week' | 'month'

export interface IsoWeek {
  readonly year: number
  readonly week: number
}

const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November'],
  'December',
]

export function daySpan(zone: Zone, date: Civil): NamedSpan {
  const { year, month, day } = date
  return between(zone, `${day} ${MONTHS[month - 1]} ${year}`, date, moved(date, 1))
}

export function weekSpan(zone: Zone, { year, week }: IsoWeek): NamedSpan {
  // 4 January is in the first week of every year.
  const fourth = { year, month: 1, day: 4 }
  const monday = moved(fourth, 7 * (week - 1) - weekday(fourth))
  return between(zone, `week ${week} of ${year}`, monday, moved(monday, 7))
}

export function monthSpan(zone: Zone, { year, month }: Pick<Civil, 'year' | 'month'>): NamedSpan {
  const next = month === 12 ? { year: year + 1, month: 1, day: 1 } : { year, month: month + 1, day: 1 }
  return between(zone, `${MONTHS[month - 1]} ${year}`, { year, month, day: 1 }, next)
}

export function freeSpan(zone: Zone, { from, to }: Span): NamedSpan {
  return { zone, from, to, label: `${stampText(zone, from)} to ${stampText(zone, to)}` }
}

/** The last one that is over. */
export function lastWhole(zone: Zone, unit: Unit, now: WallTime): NamedSpan {
  const today = civilOf(zone, now)
  switch (unit) {
    case 'day':
      return daySpan(zone, moved(today, -1))
    case 'week':
      return weekSpan(zone, isoWeekOf(moved(today, -7)))
    case 'month':
      return monthSpan(zone, moved({ ...today, day: 1 }, -1))
  }
}

export function isoWeekOf(date: Civil): IsoWeek {
  const thursday = moved(date, 3 - weekday(date))
  const days = utc(thursday) - Date.UTC(thursday.year, 0, 1)
  return { year: thursday.year, week: Math.floor(days / DAY / 7) + 1 }
}

/** 52, or 53 where the year's last Thursday comes that late. */
export const weeksIn = (year: number): number => isoWeekOf({ year, month: 12, day: 28 }).week

const between = (zone: Zone, label: string, from: Civil, to: Civil): NamedSpan => ({
  zone,
  label,
  from: instantOf(zone, from),
  to: instantOf(zone, to),
})

/** So many days later on the calendar, which knows of no clocks. */
function moved(date: Civil, days: number): Civil {
  const at = new Date(utc(date) + days * DAY)
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() }
}

const utc = ({ year, month, day }: Civil): number => Date.UTC(year, month - 1, day)

/** 0 is Monday. */
const weekday = (date: Civil): number => (new Date(utc(date)).getUTCDay() + 6) % 7
