/** What `upalert maintenance` prints: what is in force, and the calendar; and how a date to come is written. */
import { subjectWritten } from '../engine/command/maintenance.ts'
import type { MaintenanceView, PlannedView } from '../engine/maintenance-view.ts'
import { calendarText, zonedText } from '../model/calendar/stamp.ts'
import { firstInstant, machineZone, timesShown, zoneNamed } from '../model/calendar/zone.ts'
import { nextOccurrence } from '../model/calendar.ts'
import { durationText } from '../model/duration.ts'
import { milliseconds, wallTime } from '../model/units.ts'
import { oneLine } from '../wire/mail/safe-text.ts'
import { coloured, columns } from './columns.ts'

export function maintenanceLines({ at, inForce, next }: MaintenanceView): string[] {
  if (inForce.length + next.length === 0) {
    return [
      'No maintenance is planned: "upalert maintenance start SUBJECT --for 2h" begins one, and a "maintenance" block in the configuration has it come again and again.',
    ]
  }
  return [...inForceLines(inForce, at), ...nextLines(next)]
}

function inForceLines(windows: readonly PlannedView[], at: number): string[] {
  if (windows.length === 0) return ['No maintenance is in force.', '']
  const rows = windows.map((one) => [
    `  ${shown(one.name)}`,
    calendarText(one.until, one.zone),
    one.zone,
    `${durationText(milliseconds(one.until - at))} left`,
    coveredText(one),
    remarks(one),
  ])
  const head = ['  NAME', 'UNTIL', 'ZONE', '', 'COVERS', 'WHY']
  return [coloured('In force now, nobody is told of failures of these:', 'warning'), ...columns([head, ...rows]), '']
}

function nextLines(windows: readonly PlannedView[]): string[] {
  if (windows.length === 0) return ['No further one is planned.']
  const rows = windows.map((one) => [
    `  ${shown(one.name)}`,
    calendarText(one.from, one.zone),
    calendarText(one.until, one.zone),
    one.zone,
    durationText(milliseconds(one.until - one.from)),
    coveredText(one),
    remarks(one),
  ])
  const head = ['  NAME', 'BEGINS', 'ENDS', 'ZONE', 'LASTS', 'COVERS', 'WHY']
  return ['The next ones:', ...columns([head, ...rows])]
}

/** `web, virtual:shop (3 services)`; what covers nothing is said, since a reload may have taken it away. */
function coveredText({ subjects, services, virtuals }: PlannedView): string {
  const names = subjects.slice(0, subjectsShown).map((one) => shown(subjectWritten(one)))
  const more = subjects.length > subjectsShown ? ` and ${subjects.length - subjectsShown} more` : ''
  const count = services === 0 && virtuals > 0 ? '' : ` (${services} ${services === 1 ? 'service' : 'services'})`
  return `${names.join(', ')}${more}${services + virtuals === 0 ? coloured(' (NOTHING)', 'alarm') : count}`
}

/** Subjects of a window that are named one by one. */
const subjectsShown = 4

function remarks({ who, reason, begins, ends }: PlannedView): string {
  const isSet = begins.slice(-6) !== ends.slice(-6) ? ['clocks are set meanwhile'] : []
  const said = reason === '' ? [] : [shown(reason)]
  return [...said, ...(who === '' ? [] : [`by ${shown(who)}`]), ...isSet].join('; ')
}

/** Characters of a name or reason in a table. */
const longestShown = 120

const shown = (text: string): string => oneLine(text, longestShown)

type Moment = { readonly kind: 'at'; readonly at: number } | { readonly kind: 'fault'; readonly text: string }

/**
 * `02:00`, the next time that clocks show it; `2026-11-22 02:00`, local time; or an ISO 8601 instant with its offset. A time
 * that clocks skip is refused, and of one that they show twice the first is meant.
 */
export function parseMoment(text: string, now: number, zone: string = machineZone()): Moment {
  if (/(?:Z|[+-]\d{2}:?\d{2})$/i.test(text)) {
    const at = /^\d{4}-\d{2}-\d{2}T\d{2}:/.test(text) && isDay(text.slice(0, 10)) ? Date.parse(text) : Number.NaN
    return Number.isNaN(at) ? fault() : { kind: 'at', at }
  }
  const match = /^(?:(\d{4})-(\d{2})-(\d{2})[ T])?(\d{1,2}):(\d{2})$/.exec(text.trim())
  const place = zoneNamed(zone) ?? zoneNamed('UTC')
  if (match === null || place === null) return fault()
  const [year, month, day, hour, minute] = match.slice(1).map(Number)
  if (hour === undefined || minute === undefined || hour > 23 || minute > 59) return fault()
  if (match[1] === undefined) {
    const next = nextOccurrence(`${minute} ${hour} * * *`, place.name, wallTime(now))
    return next === null ? fault() : { kind: 'at', at: next }
  }
  const local = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute)
  if (!isDay(`${match[1]}-${match[2]}-${match[3]}`)) return fault()
  const at = firstInstant(place, local)
  if (timesShown(place, local) > 0) return { kind: 'at', at }
  return { kind: 'fault', text: `clocks skip ${text.trim()}; what follows is ${zonedText(wallTime(at), place.name)}` }
}

const fault = (): Moment => ({ kind: 'fault', text: 'write 02:00, "2026-11-22 02:00" or 2026-11-22T02:00:00+01:00' })

/** Date takes 31 February for 3 March. */
function isDay(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text)
}
