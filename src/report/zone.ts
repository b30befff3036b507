/**
 * Times of day in a time zone of the IANA data base: which instant a calendar's midnight is, and how an instant is
 * written. A day has 23, 24 or 25 hours, or another number still; nothing here takes 24 for granted.
 * Source: RFC 9557 and RFC 3339 (how an instant with its offset is written); ECMA-402, "longOffset".
 */
import { type Milliseconds, milliseconds, type WallTime, wallTime } from '../model/units.ts'

export interface Zone {
  readonly name: string
  /** What its clocks are ahead of UTC at an instant. */
  offset(at: WallTime): Milliseconds
}

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

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** `null`: there is no zone of that name. */
export function zoneOf(name: string): Zone | null {
  const format = formatFor(name)
  if (format === null) return null
  return {
    name: format.resolvedOptions().timeZone,
    offset(at) {
      const text = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? ''
      const [, sign, hours, minutes, seconds] = /^GMT([+-])(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(text) ?? []
      const size = Number(hours ?? 0) * HOUR + Number(minutes ?? 0) * MINUTE + Number(seconds ?? 0) * SECOND
      return milliseconds(sign === '-' ? -size : size)
    },
  }
}

function formatFor(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  } catch {
    return null
  }
}

/**
 * The instant at which the zone's clocks show this: the first one where they show it twice. Where they leap over it, the
 * instant of the leap, so that a day that has no midnight begins when it begins.
 */
export function instantOf(zone: Zone, { year, month, day, hours = 0, minutes = 0, seconds = 0 }: Civil): WallTime {
  const naive = Date.UTC(year, month - 1, day, hours, minutes, seconds)
  const around = [zone.offset(wallTime(naive - DAY)), zone.offset(wallTime(naive + DAY))]
  const shown = around
    .filter((offset) => zone.offset(wallTime(naive - offset)) === offset)
    .map((offset) => naive - offset)
  if (shown.length > 0) return wallTime(Math.min(...shown))
  let before = naive - Math.max(...around) - 1
  let after = naive - Math.min(...around)
  const old = zone.offset(wallTime(before))
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (zone.offset(wallTime(middle)) === old) before = middle
    else after = middle
  }
  return wallTime(after)
}

/** The date that the zone's calendars show. */
export function civilOf(zone: Zone, at: WallTime): Civil {
  const shown = new Date(at + zone.offset(at))
  return { year: shown.getUTCFullYear(), month: shown.getUTCMonth() + 1, day: shown.getUTCDate() }
}

/** `2026-10-25 02:30:00+01:00`. */
export const stampText = (zone: Zone, at: WallTime): string =>
  `${localText(zone, at).slice(0, 19).replace('T', ' ')}${offsetText(zone.offset(at))}`

/** `2026-10-25T02:30:00.000+01:00` (RFC 3339). */
export const isoText = (zone: Zone, at: WallTime): string =>
  `${localText(zone, at).slice(0, 23)}${offsetText(zone.offset(at))}`

const localText = (zone: Zone, at: WallTime): string => new Date(at + zone.offset(at)).toISOString()

function offsetText(offset: Milliseconds): string {
  const size = Math.abs(offset)
  const seconds = Math.floor(size / SECOND) % 60
  const parts = [Math.floor(size / HOUR), Math.floor(size / MINUTE) % 60, ...(seconds === 0 ? [] : [seconds])]
  return `${offset < 0 ? '-' : '+'}${parts.map((part) => String(part).padStart(2, '0')).join(':')}`
}
