/** Numbers, times and what others said, as every format of a report shows them. */
import { durationText } from '../model/duration.ts'
import type { Milliseconds } from '../model/units.ts'
import type { Incident, Reason } from './incident.ts'
import type { Figures, Report } from './report.ts'
import { stampText } from './zone.ts'

/** Stands for what cannot be said. */
export const NOTHING = '-'

/** Characters of a summary or name that are shown on one line. */
const SHOWN = 200

/**
 * What others said, on one line: blanks of any kind become one space; controls, marks that turn the reading direction and
 * lone surrogates a question mark; of marks that pile up on one letter two are kept.
 */
export function plain(text: string, limit = SHOWN): string {
  const line = text
    .slice(0, limit * 4)
    .replace(/[\s\u0085\u200b]+/gu, ' ')
    .replace(/\p{C}+/gu, '?')
    .replace(/(\p{M}{2})\p{M}+/gu, '$1')
    .trim()
  return line.length <= limit ? line : `${line.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

/** Rounded down, so that 100 % is said of nothing that failed: `99.987 %`. */
export const percent = (ratio: number | null): string =>
  ratio === null ? NOTHING : `${(Math.floor(ratio * 100_000) / 1000).toFixed(3)} %`

/** `4 min 10 s`; less than a second is `0.4 s`. */
export function lengthText(length: Milliseconds | null): string {
  if (length === null) return NOTHING
  return length > 0 && length < 1000 ? `${(Math.ceil(length / 100) / 10).toFixed(1)} s` : durationText(length)
}

export const latencyText = ({ worstLatency }: Figures): string =>
  worstLatency === null ? NOTHING : `${Math.round(worstLatency.took)} ms`

/** `745 h`, `743 h 30 min`: the length of a span, where days are no measure. */
export function hoursText(length: number): string {
  const minutes = Math.round(length / 60_000)
  const rest = minutes % 60
  return `${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${rest} min`}`
}

/** `October 2026: 99.987 % available, 3 incidents`. */
export function headline({ span, totals }: Report): string {
  const available = totals.availability === null ? 'nothing observed' : `${percent(totals.availability)} available`
  return `${span.label}: ${available}, ${counted(totals.failures, 'incident')}`
}

export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

/** From when to when, and how long that is. */
export const spanText = ({ span: { from, to, zone } }: Report): string =>
  `${stampText(zone, from)} to ${stampText(zone, to)} (${zone.name}), ${hoursText(to - from)}`

/** What failed and which hosts: an incident's cause. */
export function causeText(incident: Incident): string {
  const { hosts, omittedHosts, reasons } = incident
  const beside = new Set(reasons.flatMap(({ hosts }) => hosts))
  if (omittedHosts === 0 && hosts.length > 0 && hosts.every((host) => beside.has(host))) return whyText(incident)
  const names = hosts.map((host) => plain(host))
  const more = omittedHosts > 0 ? ` and ${omittedHosts} more` : ''
  const which = names.length === 0 ? '' : `${counted(names.length + omittedHosts, 'host')}: ${names.join(', ')}${more}`
  return [whyText(incident), which].filter((part) => part !== '').join('; ') || 'nothing was said'
}

/** What failed: the summary, or where that only names hosts, what was said of each. */
export const whyText = ({ summary, reasons }: Incident, limit = SHOWN): string =>
  reasons.length === 0 ? plain(summary, limit) : reasons.map(reasonText).join('; ')

/** `10.1.1.2, 10.1.1.3 refused the connection` */
function reasonText({ text, hosts, omittedHosts }: Reason): string {
  const more = omittedHosts > 0 ? ` and ${omittedHosts} more` : ''
  return `${hosts.map((host) => plain(host)).join(', ')}${more} ${plain(text)}`
}

/** What else there is to know of it; each a few words. */
export function notes(incident: Incident): readonly string[] {
  const { acknowledged, maintenance, beganBefore, goesOn, ended, recovered, cutByGap } = incident
  const told: string[] = []
  if (ended === null) told.push('not over')
  else if (goesOn) told.push('ended after this time')
  else if (!recovered) told.push('ended with the service')
  if (beganBefore) told.push('began before this time')
  if (maintenance === 'all') told.push('in maintenance')
  if (maintenance === 'part') told.push('partly in maintenance')
  if (cutByGap) told.push('not watched all the time')
  if (acknowledged !== null) told.push(`acknowledged by ${plain(acknowledged, 60)}`)
  return told
}
