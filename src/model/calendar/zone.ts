/**
 * What clocks show in a time zone, and when: a name of the IANA database to its offsets from UTC, by way of Intl. An
 * instant and the local time there are both milliseconds since 1970; the local one as if it were UTC.
 */

/** A stretch of time with one offset: `local = instant + offset`. */
export interface Segment {
  readonly from: number
  readonly until: number
  readonly offset: number
}

export interface Zone {
  readonly name: string
  readonly formatter: Intl.DateTimeFormat
  /** Segments of whole UTC days, by the day's number since 1970. */
  readonly days: Map<number, readonly Segment[]>
}

/** Zones at once in memory, and days of each; what is over is worked out again when it is asked for. */
const zonesKept = 100
const daysKept = 4000

export const DAY = 86_400_000
/** No offset is further from UTC, in either direction; the widest ever were about 15 hours. */
export const WIDEST = 26 * 3_600_000

const zones = new Map<string, Zone | null>()

/** `null`: the database has no such zone. */
export function zoneNamed(name: string): Zone | null {
  const known = zones.get(name)
  if (known !== undefined) return known
  if (zones.size >= zonesKept) zones.clear()
  const formatter = formatterFor(name)
  const zone = formatter === null ? null : { name, formatter, days: new Map<number, readonly Segment[]>() }
  zones.set(name, zone)
  return zone
}

export const isTimeZone = (name: string): boolean => zoneNamed(name) !== null

/** The zone that this process shows times in. */
export const machineZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone

function formatterFor(name: string): Intl.DateTimeFormat | null {
  // Newer engines take plain offsets (+02:00) as well, older ones do not; neither is in the database.
  if (!/^[A-Za-z]/.test(name)) return null
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch {
    return null
  }
}

export const dayOf = (instant: number): number => Math.floor(instant / DAY)

/** One segment for nearly every day, two where clocks are set. At most one change a day is looked for. */
export function segmentsOf(zone: Zone, day: number): readonly Segment[] {
  const known = zone.days.get(day)
  if (known !== undefined) return known
  if (zone.days.size >= daysKept) zone.days.clear()
  const [from, until] = [day * DAY, (day + 1) * DAY]
  const [first, last] = [readOffset(zone, from), readOffset(zone, until)]
  const change = first === last ? until : changeBetween(zone, from, until, first)
  const before = { from, until: change, offset: first }
  const segments = change === until ? [before] : [before, { from: change, until, offset: last }]
  zone.days.set(day, segments)
  return segments
}

/** The first second that no longer has the offset of `from`. */
function changeBetween(zone: Zone, from: number, until: number, offset: number): number {
  let [low, high] = [from / 1000, until / 1000]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (readOffset(zone, middle * 1000) === offset) low = middle
    else high = middle
  }
  return high * 1000
}

/** Of an instant on a whole second. */
function readOffset({ formatter }: Zone, instant: number): number {
  const parts = new Map(formatter.formatToParts(instant).map(({ type, value }) => [type, Number(value)]))
  const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) - instant
}

export function offsetAt(zone: Zone, instant: number): number {
  const segments = segmentsOf(zone, dayOf(instant))
  return (segments.find(({ until }) => instant < until) ?? segments[0])?.offset ?? 0
}

export const localTimeAt = (zone: Zone, instant: number): number => instant + offsetAt(zone, instant)

/** When clocks first show this local time, or a later one if they skip it. */
export function firstInstant(zone: Zone, local: number): number {
  for (let day = dayOf(local - WIDEST); ; day += 1) {
    for (const { from, until, offset } of segmentsOf(zone, day)) {
      const instant = Math.max(from, local - offset)
      if (instant < until) return instant
    }
  }
}

/** The latest local time that clocks have shown up to this instant: more than they show now, if they were set back. */
export function latestLocal(zone: Zone, instant: number): number {
  let latest = localTimeAt(zone, instant)
  for (let day = dayOf(instant - WIDEST); day <= dayOf(instant); day += 1) {
    for (const { until, offset } of segmentsOf(zone, day)) {
      if (until <= instant) latest = Math.max(latest, until - 1 + offset)
    }
  }
  return latest
}

/** Whether clocks show this local time never, once, or twice. */
export function timesShown(zone: Zone, local: number): number {
  let count = 0
  for (let day = dayOf(local - WIDEST); day <= dayOf(local + WIDEST); day += 1) {
    for (const { from, until, offset } of segmentsOf(zone, day)) {
      if (from + offset <= local && local < until + offset) count += 1
    }
  }
  return count
}
