/** An instant as clocks in a time zone show it, with the offset, which says which of two equal hours in autumn is meant. */
import type { WallTime } from '../units.ts'
import { localTimeAt, machineZone, offsetAt, zoneNamed } from './zone.ts'

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** `2026-11-22 02:00 Europe/Berlin (UTC+01:00)`; the seconds too where there are any. */
export function zonedText(at: WallTime, zone: string = machineZone()): string {
  const { day, clock, offset, name } = partsOf(at, zone)
  return `${day} ${clock} ${name} (UTC${offset})`
}

/** `Sun 2026-11-22 02:00 +01:00`, for tables. */
export function calendarText(at: WallTime, zone: string = machineZone()): string {
  const { weekday, day, clock, offset } = partsOf(at, zone)
  return `${weekday} ${day} ${clock} ${offset}`
}

/** `2026-11-22T02:00:00+01:00` (RFC 3339), for programs. */
export function zonedIso(at: WallTime, zone: string = machineZone()): string {
  const { day, seconds, offset } = partsOf(at, zone)
  return `${day}T${seconds}${offset}`
}

/** A zone that the database does not have is shown as UTC. */
function partsOf(at: WallTime, name: string) {
  const zone = zoneNamed(name) ?? zoneNamed('UTC')
  const whole = Math.floor(at / 1000) * 1000
  const local = new Date(zone === null ? whole : localTimeAt(zone, whole))
  const iso = local.toISOString()
  const seconds = iso.slice(11, 19)
  return {
    name: zone?.name ?? 'UTC',
    weekday: WEEKDAYS[local.getUTCDay()] ?? '',
    day: iso.slice(0, 10),
    seconds,
    clock: seconds.endsWith(':00') ? seconds.slice(0, 5) : seconds,
    offset: offsetText(zone === null ? 0 : offsetAt(zone, whole)),
  }
}

function offsetText(offset: number): string {
  const minutes = Math.round(Math.abs(offset) / 60_000)
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}
