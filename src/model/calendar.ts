/**
 * When a calendar expression comes in a time zone. Clocks that are set for daylight saving neither lose a date nor double it:
 * - A time that clocks skip comes at the first instant after the gap; several such times come as one.
 * - A time that clocks show twice comes once, the first time.
 * - An expression of every hour (`*` for the hour) goes by passing hours: whenever clocks show one of its minutes, both
 *   times in the repeated hour, and without making up for what was skipped.
 * cron(8) of Debian does the same; node-cron leaves skipped times out.
 * Unknown zones and expressions that are none have no dates; the parser refuses both.
 */
import { type Schedule, scheduleOf } from './calendar/expression.ts'
import { lastMatch, nextMatch } from './calendar/match.ts'
import { DAY, dayOf, firstInstant, latestLocal, segmentsOf, WIDEST, type Zone, zoneNamed } from './calendar/zone.ts'
import { type WallTime, wallTime } from './units.ts'

/** Dates of one list. */
export const mostOccurrences = 1000

/** The first date after this instant; `null`: none comes. */
export function nextOccurrence(expression: string, zone: string, after: WallTime): WallTime | null {
  const [schedule, place] = [scheduleOf(expression), zoneNamed(zone)]
  if (schedule === null || place === null) return null
  const found = schedule.everyHour ? nextShown(schedule, place, after) : nextOnce(schedule, place, after)
  return found === null ? null : wallTime(found)
}

/** The next `count` dates, in order. */
export function occurrences(expression: string, zone: string, after: WallTime, count: number): readonly WallTime[] {
  const found: WallTime[] = []
  let last = after
  while (found.length < Math.min(count, mostOccurrences)) {
    const next = nextOccurrence(expression, zone, last)
    if (next === null) break
    found.push(next)
    last = next
  }
  return found
}

/** The last date that is neither after `notAfter` nor before `notBefore`; `null`: there is none. */
export function lastOccurrence(
  expression: string,
  zone: string,
  notAfter: WallTime,
  notBefore: WallTime,
): WallTime | null {
  const [schedule, place] = [scheduleOf(expression), zoneNamed(zone)]
  if (schedule === null || place === null) return null
  const found = schedule.everyHour
    ? lastShown(schedule, place, notAfter, notBefore)
    : lastOnce(schedule, place, notAfter)
  return found === null || found < notBefore ? null : wallTime(found)
}

/** What clocks have shown already, or skipped, does not come again. */
function nextOnce(schedule: Schedule, zone: Zone, after: number): number | null {
  const local = nextMatch(schedule, latestLocal(zone, after) + 1)
  return local === null ? null : firstInstant(zone, local)
}

function lastOnce(schedule: Schedule, zone: Zone, notAfter: number): number | null {
  const local = lastMatch(schedule, latestLocal(zone, notAfter))
  return local === null ? null : firstInstant(zone, local)
}

function nextShown(schedule: Schedule, zone: Zone, after: number): number | null {
  for (let at = after + 1; ; ) {
    for (const { from, until, offset } of segmentsOf(zone, dayOf(at))) {
      if (until <= at) continue
      const local = nextMatch(schedule, Math.max(at, from) + offset)
      if (local !== null && local - offset < until) return local - offset
    }
    const tomorrow = (dayOf(at) + 1) * DAY
    // Whatever is shown from then on is later than this, so what comes much later can be gone to at once.
    const far = nextMatch(schedule, tomorrow - WIDEST)
    if (far === null) return null
    at = Math.max(tomorrow, far - WIDEST)
  }
}

function lastShown(schedule: Schedule, zone: Zone, notAfter: number, notBefore: number): number | null {
  for (let at: number = notAfter; at >= notBefore; ) {
    for (const { from, until, offset } of segmentsOf(zone, dayOf(at)).toReversed()) {
      if (from > at) continue
      const local = lastMatch(schedule, Math.min(at, until - 1) + offset)
      if (local !== null && local - offset >= from) return local - offset
    }
    const midnight = dayOf(at) * DAY
    const far = lastMatch(schedule, midnight + WIDEST)
    if (far === null) return null
    at = Math.min(midnight - 1, far + WIDEST)
  }
  return null
}
