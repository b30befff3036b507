/** The dates of an expression as somebody finds them who looks at a clock each minute: slow, and simple enough to believe. */
import { scheduleOf } from '../../../src/model/calendar/expression.ts'

const MINUTE = 60_000
const LOOK_BACK = 27 * 60

export function datesByLooking(cron: string, zone: string, after: number, until: number): readonly number[] {
  const schedule = scheduleOf(cron)
  if (schedule === null) return []
  const show = clockOf(zone)
  const begin = Math.floor(after / MINUTE) * MINUTE
  const seen = new Set<number>()
  const dates: number[] = []
  let latest = Number.NEGATIVE_INFINITY
  for (let at = begin - LOOK_BACK * MINUTE; at <= until; at += MINUTE) {
    const local = show(at)
    const skipped = latest === Number.NEGATIVE_INFINITY ? [] : minutesBetween(latest, local)
    const isDate = schedule.everyHour
      ? matches(schedule, local)
      : (matches(schedule, local) && !seen.has(local)) || skipped.some((one) => matches(schedule, one))
    if (isDate && at > after) dates.push(at)
    seen.add(local)
    latest = Math.max(latest, local)
  }
  return dates
}

const minutesBetween = (from: number, to: number): readonly number[] =>
  Array.from({ length: Math.max(0, Math.round((to - from) / MINUTE) - 1) }, (_, i) => from + (i + 1) * MINUTE)

function matches(
  { minutes, hours, days, months, weekdays }: NonNullable<ReturnType<typeof scheduleOf>>,
  local: number,
): boolean {
  const at = new Date(local)
  return (
    minutes.includes(at.getUTCMinutes()) &&
    hours.includes(at.getUTCHours()) &&
    days[at.getUTCDate()] === true &&
    months[at.getUTCMonth() + 1] === true &&
    weekdays[at.getUTCDay()] === true
  )
}

/** What clocks show, by Intl and nothing of ours, as if it were UTC. */
function clockOf(zone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
  return (at) => Date.parse(`${format.format(at).replace(' ', 'T')}Z`)
}
