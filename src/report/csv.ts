/**
 * A report for a spreadsheet: one table, one row for each service, for all together and for each incident, told apart by the
 * first column. Lengths are in seconds, availability is from 0 to 1, times have their offset.
 * Source: RFC 4180 (lines end with CR LF; a quote inside quotes is doubled); OWASP, "CSV Injection".
 */
import type { Zone } from '../model/calendar/zone.ts'
import type { Incident } from './incident.ts'
import type { Figures, Report } from './report.ts'
import { notes, plain, whyText } from './words.ts'
import { isoText } from './zone.ts'

const COLUMNS = [
  ...['record', 'service', 'from', 'to', 'availability', 'observed_s', 'up_s', 'down_s', 'down_in_maintenance_s'],
  ...['not_observed_s', 'incidents', 'incidents_in_maintenance', 'repairs', 'mttr_s', 'mtbf_s', 'changes'],
  ...['worst_latency_ms', 'lasted_s', 'ended', 'cause', 'hosts', 'acknowledged_by', 'notes'],
] as const

type Column = (typeof COLUMNS)[number]
type Row = Partial<Record<Column, string>>

export function csvReport({ span, services, totals, incidents }: Report): string {
  const { zone } = span
  const times = { from: isoText(zone, span.from), to: isoText(zone, span.to) }
  const rows: readonly Row[] = [
    ...services.map((one) => ({ record: 'service', service: said(one.service), ...times, ...figures(one) })),
    { record: 'total', ...times, ...figures(totals) },
    ...incidents.map((one) => incident(one, zone)),
  ]
  const lines = [COLUMNS.join(','), ...rows.map((row) => COLUMNS.map((name) => field(row[name] ?? '')).join(','))]
  return `${lines.join('\r\n')}\r\n`
}

const figures = (of: Figures): Row => ({
  availability: of.availability === null ? '' : String(of.availability),
  observed_s: seconds(of.observed),
  up_s: seconds(of.up),
  down_s: seconds(of.down),
  down_in_maintenance_s: seconds(of.downInMaintenance),
  not_observed_s: seconds(of.notObserved),
  incidents: String(of.failures),
  incidents_in_maintenance: String(of.failuresInMaintenance),
  repairs: String(of.repairs),
  mttr_s: of.mttr === null ? '' : seconds(of.mttr),
  mtbf_s: of.mtbf === null ? '' : seconds(of.mtbf),
  changes: String(of.changes),
  worst_latency_ms: of.worstLatency === null ? '' : String(of.worstLatency.took),
})

const incident = (one: Incident, zone: Zone): Row => ({
  record: 'incident',
  service: said(one.service),
  from: isoText(zone, one.began),
  observed_s: seconds(one.down + one.downInMaintenance),
  down_s: seconds(one.down),
  down_in_maintenance_s: seconds(one.downInMaintenance),
  not_observed_s: seconds(one.notObserved),
  lasted_s: seconds(one.lasted),
  ended: one.ended === null ? '' : isoText(zone, one.ended),
  cause: said(whyText(one, 1000)),
  hosts: said([...one.hosts, ...(one.omittedHosts > 0 ? [`and ${one.omittedHosts} more`] : [])].join(' ')),
  acknowledged_by: said(one.acknowledged ?? ''),
  notes: said(notes(one).join('; ')),
})

const seconds = (length: number): string => String(length / 1000)

/**
 * What others said. A spreadsheet takes a field that begins with one of these signs for a formula, also behind blanks, and
 * some take their wide forms as well; behind an apostrophe it is text.
 */
function said(text: string): string {
  const line = plain(text, 1000)
  return /^[=+\-@\uff0b\uff0d\uff1d\uff20|%]/.test(line) ? `'${line}` : line
}

const field = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
