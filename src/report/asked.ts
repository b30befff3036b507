/** Which span is meant by the words of a command line: `--month 2026-10`, `--week 2026-W45`, `--day`, `--from … --to …`. */
import type { Zone } from '../model/calendar/zone.ts'
import { type WallTime, wallTime } from '../model/units.ts'
import { daySpan, freeSpan, lastWhole, monthSpan, type NamedSpan, weekSpan, weeksIn } from './span.ts'
import { type Civil, instantOf } from './zone.ts'

/** `true`: the word without a value, which means the last whole one. */
export interface Asked {
  readonly month?: string | true
  readonly week?: string | true
  readonly day?: string | true
  readonly from?: string
  readonly to?: string
}

/** A sentence that says what is wrong with the words. */
interface Fault {
  readonly fault: string
}

/** Without any word, the last whole month. */
export function spanAsked(asked: Asked, zone: Zone, now: WallTime): NamedSpan | Fault {
  const { month, week, day, from, to } = asked
  const isFree = from !== undefined || to !== undefined
  const chosen = [month, week, day].filter((word) => word !== undefined).length + (isFree ? 1 : 0)
  if (chosen > 1) return { fault: 'name one span: --month, --week, --day, or --from with --to' }
  if (isFree) return freeAsked(from, to, zone, now)
  if (week !== undefined) return week === true ? lastWhole(zone, 'week', now) : weekAsked(week, zone)
  if (day !== undefined) return day === true ? lastWhole(zone, 'day', now) : dayAsked(day, zone)
  if (month === undefined || month === true) return lastWhole(zone, 'month', now)
  return monthAsked(month, zone)
}

/** No clock of ours has shown an earlier year, and calendars of later ones may be others. */
const isYear = (year: number): boolean => year >= 1970 && year <= 9998

function monthAsked(text: string, zone: Zone): NamedSpan | Fault {
  const [, year, month] = numbers(/^(\d{4})-(\d{2})$/, text)
  if (year === undefined || month === undefined || !isYear(year) || month < 1 || month > 12)
    return { fault: `"${text}" is no month; write one as 2026-10` }
  return monthSpan(zone, { year, month })
}

function weekAsked(text: string, zone: Zone): NamedSpan | Fault {
  const [, year, week] = numbers(/^(\d{4})-?W(\d{2})$/i, text)
  if (year === undefined || week === undefined || !isYear(year) || week < 1)
    return { fault: `"${text}" is no week; write one as 2026-W45` }
  if (week > weeksIn(year)) return { fault: `${year} has ${weeksIn(year)} weeks` }
  return weekSpan(zone, { year, week })
}

function dayAsked(text: string, zone: Zone): NamedSpan | Fault {
  const date = dateOf(text)
  return date === null ? { fault: `"${text}" is no day; write one as 2026-10-25` } : daySpan(zone, date)
}

function freeAsked(from: string | undefined, to: string | undefined, zone: Zone, now: WallTime): NamedSpan | Fault {
  if (from === undefined) return { fault: '--to needs --from' }
  const began = timeOf(from, zone)
  if (began === null) return badTime(from)
  const ended = to === undefined ? now : timeOf(to, zone)
  if (ended === null) return badTime(to ?? '')
  if (ended <= began) return { fault: `the span is empty: ${to ?? 'now'} is not after ${from}` }
  return freeSpan(zone, { from: began, to: ended })
}

const badTime = (text: string): Fault => ({
  fault: `"${text}" is no time; write 2026-10-25, "2026-10-25 14:00" or 2026-10-25T14:00:00+02:00`,
})

/** A date is its first instant. */
function timeOf(text: string, zone: Zone): WallTime | null {
  const parts = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(\.\d{1,3})?)?)?(Z|[+-]\d{2}:\d{2})?$/i.exec(text)
  const date = dateOf(parts?.[1] ?? '')
  if (parts === null || date === null) return null
  const [hours, minutes, seconds] = [Number(parts[2] ?? 0), Number(parts[3] ?? 0), Number(parts[4] ?? 0)]
  if (hours > 23 || minutes > 59 || seconds > 59) return null
  const fraction = Math.round(Number(parts[5] ?? 0) * 1000)
  if (parts[6] === undefined) return wallTime(instantOf(zone, { ...date, hours, minutes, seconds }) + fraction)
  const instant = parts[2] === undefined ? Number.NaN : Date.parse(text.replace(' ', 'T').toUpperCase())
  return Number.isNaN(instant) ? null : wallTime(instant)
}

function dateOf(text: string): Civil | null {
  const [, year, month, day] = numbers(/^(\d{4})-(\d{2})-(\d{2})$/, text)
  if (year === undefined || month === undefined || day === undefined || !isYear(year)) return null
  // 31 February is 3 March to the calendar that Date has.
  const date = new Date(Date.UTC(year, month - 1, day))
  const isDay = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return isDay ? { year, month, day } : null
}

const numbers = (pattern: RegExp, text: string): (number | undefined)[] => (pattern.exec(text) ?? []).map(Number)
