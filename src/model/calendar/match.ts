/** The next and the last local time that a calendar expression names: arithmetic on dates, without any time zone. */
import type { Schedule } from './expression.ts'
import { DAY } from './zone.ts'

/**
 * How far away a date is looked for: 29 February falls on a given weekday after 40 years at the latest (2100 is no leap
 * year). What does not come within this time never comes, like 30 February.
 */
const SEARCH = 41 * 366

const MINUTE = 60_000

/** The first that is not before `local`; `null`: none comes. */
export function nextMatch(schedule: Schedule, local: number): number | null {
  const from = Math.ceil(local / MINUTE) * MINUTE
  const begin = Math.floor(from / DAY)
  for (let day = begin; day <= begin + SEARCH; ) {
    const { year, month, date } = dateOf(day)
    if (schedule.months[month] !== true) {
      day = dayNumber(year, month + 1, 1)
      continue
    }
    const minute = isMeant(schedule, day, date)
      ? nextMinute(schedule, day === begin ? (from - day * DAY) / MINUTE : 0)
      : null
    if (minute !== null) return day * DAY + minute * MINUTE
    day += 1
  }
  return null
}

/** The last that is not after `local`; `null`: there was none. */
export function lastMatch(schedule: Schedule, local: number): number | null {
  const from = Math.floor(local / MINUTE) * MINUTE
  const begin = Math.floor(from / DAY)
  for (let day = begin; day >= begin - SEARCH; ) {
    const { year, month, date } = dateOf(day)
    if (schedule.months[month] !== true) {
      day = dayNumber(year, month, 1) - 1
      continue
    }
    const latest = day === begin ? (from - day * DAY) / MINUTE : DAY / MINUTE - 1
    const minute = isMeant(schedule, day, date) ? lastMinute(schedule, latest) : null
    if (minute !== null) return day * DAY + minute * MINUTE
    day -= 1
  }
  return null
}

/** 1 January 1970 was a Thursday. */
const isMeant = ({ days, weekdays }: Schedule, day: number, date: number): boolean =>
  days[date] === true && weekdays[(((day + 4) % 7) + 7) % 7] === true

function nextMinute({ hours, minutes }: Schedule, from: number): number | null {
  for (const hour of hours) {
    if (hour * 60 + 59 < from) continue
    const minute = minutes.find((one) => hour * 60 + one >= from)
    if (minute !== undefined) return hour * 60 + minute
  }
  return null
}

function lastMinute({ hours, minutes }: Schedule, until: number): number | null {
  for (const hour of hours.toReversed()) {
    if (hour * 60 > until) continue
    const minute = minutes.findLast((one) => hour * 60 + one <= until)
    if (minute !== undefined) return hour * 60 + minute
  }
  return null
}

function dateOf(day: number): { readonly year: number; readonly month: number; readonly date: number } {
  const at = new Date(day * DAY)
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, date: at.getUTCDate() }
}

/** Month 13 is the next January. */
const dayNumber = (year: number, month: number, date: number): number => Date.UTC(year, month - 1, date) / DAY
