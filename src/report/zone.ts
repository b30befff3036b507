/**
 * How instants are written in a time zone, and which instant a date and time there is. A day has 23, 24 or 25 hours, or
 * another number still; nothing here takes 24 for granted (model/calendar/zone.ts knows what clocks show).
 * Source: RFC 3339 (how an instant with its offset is written).
 */
import { firstInstant, localTimeAt, offsetAt, type Zone } from '../model/calendar/zone.ts'
import { type WallTime, wallTime } from '../model/units.ts'

/** A date and time as a calendar and a clock on the wall show them. */
export interface Civil {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
  readonly hours?: number
  readonly minutes?: number
  readonly seconds?: number
}

/**
 * The instant at which the zone's clocks show this: the first one where they show it twice. Where they leap over it, the
 * instant of the leap, so that a day that has no midnight begins when it begins.
 */
export const instantOf = (zone: Zone, { year, month, day, hours = 0, minutes = 0, seconds = 0 }: Civil): WallTime =>
  wallTime(firstInstant(zone, Date.UTC(year, month - 1, day, hours, minutes, seconds)))

/** The date that the zone's calendars show. */
export function civilOf(zone: Zone, at: WallTime): Civil {
  const shown = new Date(localTimeAt(zone, at))
  return { year: shown.getUTCFullYear(), month: shown.getUTCMonth() + 1, day: shown.getUTCDate() }
}

/** `2026-10-25 02:30:00+01:00`. */
export const stampText = (zone: Zone, at: WallTime): string =>
  `${localText(zone, at).slice(0, 19).replace('T', ' ')}${offsetText(zone, at)}`

/** `2026-10-25T02:30:00.000+01:00`. */
export const isoText = (zone: Zone, at: WallTime): string =>
  `${localText(zone, at).slice(0, 23)}${offsetText(zone, at)}`

const localText = (zone: Zone, at: WallTime): string => new Date(localTimeAt(zone, at)).toISOString()

/** Seconds stand in offsets of the times before time zones only. */
function offsetText(zone: Zone, at: WallTime): string {
  const offset = offsetAt(zone, at) / 1000
  const size = Math.abs(offset)
  const seconds = size % 60
  const parts = [Math.floor(size / 3600), Math.floor(size / 60) % 60, ...(seconds === 0 ? [] : [seconds])]
  return `${offset < 0 ? '-' : '+'}${parts.map((part) => String(part).padStart(2, '0')).join(':')}`
}
