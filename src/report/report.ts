/**
 * From a history and a span to a report: how available each service was, what failed and why, and all of them together.
 * docs/reports.md defines every number.
 */
import { type Milliseconds, milliseconds } from '../model/units.ts'
import type { Incident } from './incident.ts'
import type { History, HistoryRecord, WorstLatency } from './record.ts'
import { withRemembered } from './remembered.ts'
import type { NamedSpan } from './span.ts'
import { type Timeline, timelineOf } from './timeline.ts'
import { unseenIn } from './unseen.ts'
import { stampText } from './zone.ts'

/** The numbers of one service, or of all together. */
export interface Figures {
  /** up + down + downInMaintenance. */
  readonly observed: Milliseconds
  readonly up: Milliseconds
  readonly down: Milliseconds
  readonly downInMaintenance: Milliseconds
  readonly notObserved: Milliseconds
  /** up / (up + down), from 0 to 1; `null`: there is nothing to divide. */
  readonly availability: number | null
  /** Incidents that began in the span, without those that were in maintenance all the time. */
  readonly failures: number
  /** Those. */
  readonly failuresInMaintenance: number
  /** Incidents that ended in the span with the service up again, without those in maintenance; and how long they lasted. */
  readonly repairs: number
  readonly repairTime: Milliseconds
  /** repairTime / repairs; up / failures. `null`: there were none. */
  readonly mttr: Milliseconds | null
  readonly mtbf: Milliseconds | null
  /** Changes from up to down and from down to up. */
  readonly changes: number
  readonly worstLatency: WorstLatency | null
}

export interface ServiceReport extends Figures {
  readonly service: string
}

export interface Report {
  readonly span: NamedSpan
  /** By name. */
  readonly services: readonly ServiceReport[]
  readonly totals: Figures
  /** In the order in which they began. */
  readonly incidents: readonly Incident[]
  /** Sentences about what the report does not know. */
  readonly remarks: readonly string[]
  /** Whether the source keeps latencies. */
  readonly hasLatencies: boolean
}

/** Which services a report is about. */
export interface Subjects {
  /** These alone; empty: all. */
  readonly only: readonly string[]
  /** Those of the configuration: they are shown although nothing is known of them. */
  readonly configured: readonly string[]
}

export function reportOf(
  history: History,
  span: NamedSpan,
  { only, configured }: Subjects,
  remarks: readonly string[] = [],
): Report {
  const unseen = unseenIn(history)
  const byService = grouped(withRemembered(history))
  const always = new Set(only.length > 0 ? only : configured)
  const names = only.length > 0 ? [...only] : [...byService.keys(), ...configured]
  const parts = [...new Set(names)].sort(byName).flatMap((service) => {
    const timeline = timelineOf(service, byService.get(service) ?? [], unseen, span)
    const latencies = history.latencies?.filter((one) => one.service === service) ?? []
    const part = { report: { service, ...figuresOf(timeline, span, latencies) }, incidents: timeline.incidents }
    const isThere = part.report.observed > 0 || part.incidents.length > 0
    return isThere || always.has(service) ? [part] : []
  })
  const services = parts.map(({ report }) => report)
  return {
    span,
    services,
    totals: totalsOf(services),
    incidents: parts.flatMap(({ incidents }) => incidents).sort((a, b) => a.began - b.began),
    remarks: [...remarks, ...coverage(history, span)],
    hasLatencies: history.latencies !== null,
  }
}

function figuresOf({ measured, incidents, changes }: Timeline, { from, to }: NamedSpan, slow: readonly WorstLatency[]) {
  const began = incidents.filter((one) => one.began >= from)
  const repaired = incidents.filter(
    (one) => one.recovered && one.ended !== null && one.ended < to && one.maintenance !== 'all',
  )
  const planned = began.filter(({ maintenance }) => maintenance === 'all').length
  return withMeans({
    up: milliseconds(measured.up),
    down: milliseconds(measured.down),
    downInMaintenance: milliseconds(measured.downInMaintenance),
    notObserved: milliseconds(measured.notObserved),
    failures: began.length - planned,
    failuresInMaintenance: planned,
    repairs: repaired.length,
    repairTime: sum(repaired, ({ lasted }) => lasted),
    changes,
    worstLatency: worstOf(slow),
  })
}

function totalsOf(services: readonly ServiceReport[]): Figures {
  return withMeans({
    up: sum(services, ({ up }) => up),
    down: sum(services, ({ down }) => down),
    downInMaintenance: sum(services, ({ downInMaintenance }) => downInMaintenance),
    notObserved: sum(services, ({ notObserved }) => notObserved),
    failures: sum(services, ({ failures }) => failures),
    failuresInMaintenance: sum(services, ({ failuresInMaintenance }) => failuresInMaintenance),
    repairs: sum(services, ({ repairs }) => repairs),
    repairTime: sum(services, ({ repairTime }) => repairTime),
    changes: sum(services, ({ changes }) => changes),
    worstLatency: worstOf(services.flatMap(({ worstLatency }) => (worstLatency === null ? [] : [worstLatency]))),
  })
}

function withMeans(counted: Omit<Figures, 'observed' | 'availability' | 'mttr' | 'mtbf'>): Figures {
  const { up, down, downInMaintenance, failures, repairs, repairTime } = counted
  return {
    ...counted,
    observed: milliseconds(up + down + downInMaintenance),
    availability: up + down === 0 ? null : up / (up + down),
    mttr: repairs === 0 ? null : milliseconds(repairTime / repairs),
    mtbf: failures === 0 ? null : milliseconds(up / failures),
  }
}

/** What the history does not reach, as sentences. */
function coverage({ reach, horizon }: History, { from, to, zone }: NamedSpan): readonly string[] {
  if (reach === null) return ['The history is empty, so nothing of this time was observed.']
  const told: string[] = []
  if (reach > from) told.push(`The history begins at ${stampText(zone, reach)}; nothing before that was observed.`)
  if (horizon < to) told.push(`Nothing after ${stampText(zone, horizon)} was observed.`)
  return told
}

function grouped(records: readonly HistoryRecord[]): ReadonlyMap<string, readonly HistoryRecord[]> {
  const groups = new Map<string, HistoryRecord[]>()
  for (const record of records) {
    if (record.kind === 'gap') continue
    const group = groups.get(record.service)
    if (group === undefined) groups.set(record.service, [record])
    else group.push(record)
  }
  return groups
}

const sum = <T>(all: readonly T[], value: (one: T) => number): Milliseconds =>
  milliseconds(all.reduce((total, one) => total + value(one), 0))

const worstOf = (all: readonly WorstLatency[]): WorstLatency | null =>
  all.reduce<WorstLatency | null>((worst, one) => (worst === null || one.took > worst.took ? one : worst), null)

/** The same order on every machine, whatever its language is. */
const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
