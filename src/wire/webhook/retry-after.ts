/**
 * How long a receiver asks to be left alone.
 * Sources: RFC 9110 §10.2.3 (Retry-After: seconds, or a date) and §5.6.7 (the three forms of a date).
 */
import { hours, type Milliseconds, milliseconds, seconds, type WallTime } from '../../model/units.ts'

/** A receiver that asks for more is asked again all the same: a page that waits for a day is none. */
export const LONGEST_WAIT = hours(1)

interface Answer {
  /** The header's value; `null` without one. */
  readonly retryAfter: string | null
  /** The answer's Date: a date is counted from it, so that two clocks that differ do no harm. */
  readonly date: string | null
  readonly now: WallTime
}

/** `null`: nothing is asked, or nothing that can be read. */
export function askedWait({ retryAfter, date, now }: Answer): Milliseconds | null {
  const text = retryAfter?.trim() ?? ''
  if (/^\d{1,15}(\.\d*)?$/.test(text)) return bounded(seconds(Number(text)))
  const until = httpDate(text)
  if (until === null) return null
  return bounded(milliseconds(until - (httpDate(date?.trim() ?? '') ?? now)))
}

export const bounded = (wait: Milliseconds): Milliseconds =>
  milliseconds(Math.ceil(Math.min(Math.max(wait, 0), LONGEST_WAIT)))

/** `Sun, 06 Nov 1994 08:49:37 GMT`, and the two old forms of it. */
const DATES = [
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}:\d{2}:\d{2}) GMT$/,
  /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (\d{2})-([A-Z][a-z]{2})-(\d{2}) (\d{2}:\d{2}:\d{2}) GMT$/,
]
const ASCTIME = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([A-Z][a-z]{2}) ([ \d]\d) (\d{2}:\d{2}:\d{2}) (\d{4})$/

function httpDate(text: string): number | null {
  for (const form of DATES) {
    const [, day, month, year = '', time] = form.exec(text) ?? []
    // A year of two digits is of this century: nobody asks to wait for the last one.
    if (time !== undefined) return instant(`${day} ${month} ${year.length === 2 ? `20${year}` : year} ${time}`)
  }
  const [, month, day = '', time, year] = ASCTIME.exec(text) ?? []
  return time === undefined ? null : instant(`${day.trim()} ${month} ${year} ${time}`)
}

function instant(text: string): number | null {
  const at = Date.parse(`${text} GMT`)
  return Number.isNaN(at) ? null : at
}
