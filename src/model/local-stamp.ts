/** A date and time of the process's time zone in its parts, and the two ways mon writes it. */
import type { WallTime } from './units.ts'

export interface LocalStamp {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
  /** 0 is Sunday. */
  readonly weekday: number
  readonly hours: number
  readonly minutes: number
  readonly seconds: number
}

/** In the time zone of the process. */
export function localStamp(at: WallTime): LocalStamp {
  const date = new Date(at)
  return {
    year: date.getFullYear(),
    month: date.getMonth() + 1,
    day: date.getDate(),
    weekday: date.getDay(),
    hours: date.getHours(),
    minutes: date.getMinutes(),
    seconds: date.getSeconds(),
  }
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** `Sat Nov  7 13:33:37 2026`, as ctime(3) and Perl's localtime have it: in `servertime` and in a trap timeout's detail. */
export const ctimeText = (stamp: LocalStamp): string =>
  `${WEEKDAYS[stamp.weekday] ?? '???'} ${dayAndTime(stamp)} ${stamp.year}`

/** `Nov  7 13:33:37`, RFC 3164 §4.1.2. */
export const dayAndTime = ({ month, day, hours, minutes, seconds }: LocalStamp): string =>
  `${MONTHS[month - 1] ?? '???'} ${String(day).padStart(2)} ${[hours, minutes, seconds].map(two).join(':')}`

const two = (n: number): string => String(n).padStart(2, '0')
