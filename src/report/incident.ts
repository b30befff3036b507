/** One outage of one service, from the change to down to the next change. */
import { type Milliseconds, milliseconds, type WallTime } from '../model/units.ts'
import { type HistoryRecord, longestText } from './record.ts'
import type { Span } from './span.ts'

export interface Incident {
  readonly service: string
  readonly began: WallTime
  /** `null`: it was still down when somebody last watched. */
  readonly ended: WallTime | null
  /** It ended because the service was up again, and not because the service was no longer there. */
  readonly recovered: boolean
  /** From its beginning to its end, seen or not; of one that is open, as far as is known. */
  readonly lasted: Milliseconds
  /** What of the report's span it was down, outside maintenance and inside, and what of it nobody watched. */
  readonly down: Milliseconds
  readonly downInMaintenance: Milliseconds
  readonly notObserved: Milliseconds
  /** How much of it, in the span or not, was seen inside maintenance. `all` is set apart in counts and means. */
  readonly maintenance: 'none' | 'part' | 'all'
  /** It began before the span, or ended after it or not at all. */
  readonly beganBefore: boolean
  readonly goesOn: boolean
  /** There was a time in it in which nobody watched, so that it may have been two, or shorter. */
  readonly cutByGap: boolean
  /** Who acknowledged it first. */
  readonly acknowledged: string | null
  readonly summary: string
  /** Hosts that went down when it began or while it lasted; the first of them. */
  readonly hosts: readonly string[]
  readonly omittedHosts: number
  /** What failed at them, where the summary names them and says no more; otherwise empty. The first of them. */
  readonly reasons: readonly Reason[]
}

/** Hosts of which the same was said. */
export interface Reason {
  readonly text: string
  /** The first of them. */
  readonly hosts: readonly string[]
  readonly omittedHosts: number
}

/** Hosts that an incident names. */
const mostHosts = 20
/** Different reasons that it tells, and hosts that it names beside each. */
const mostReasons = 5
const mostBeside = 5

/** An incident in the making. */
export interface Open {
  readonly began: WallTime
  readonly summary: string
  /** What was said of each that went down. */
  readonly hosts: Map<string, string>
  acknowledged: string | null
  down: number
  downInMaintenance: number
  notObserved: number
  /** As a whole, in the span or not. */
  seenOutside: number
  seenInside: number
  unseen: number
}

export const opened = (
  record: Extract<HistoryRecord, { kind: 'service' }>,
  hosts: Iterable<readonly [host: string, text: string]>,
): Open => ({
  began: record.at,
  summary: record.text,
  hosts: new Map(hosts),
  acknowledged: null,
  down: 0,
  downInMaintenance: 0,
  notObserved: 0,
  seenOutside: 0,
  seenInside: 0,
  unseen: 0,
})

/** A host that goes down again may say something else; what it said first is the cause. */
export function heardOf({ hosts }: Open, host: string, text: string): void {
  if ((hosts.get(host) ?? '') === '') hosts.set(host, text)
}

interface End {
  readonly at: WallTime
  /** `null`: it is open, and `at` is the last that is known. */
  readonly became: 'up' | 'untested' | null
}

/** `null`: the span has nothing of it. */
export function closed(service: string, open: Open, { at, became }: End, span: Span): Incident | null {
  if (open.began >= span.to || at < span.from) return null
  const { began, summary, hosts, acknowledged, down, downInMaintenance, notObserved } = open
  return {
    service,
    began,
    ended: became === null ? null : at,
    recovered: became === 'up',
    lasted: milliseconds(Math.max(0, at - began)),
    down: milliseconds(down),
    downInMaintenance: milliseconds(downInMaintenance),
    notObserved: milliseconds(notObserved),
    maintenance: open.seenInside === 0 ? 'none' : open.seenOutside === 0 ? 'all' : 'part',
    beganBefore: began < span.from,
    goesOn: became === null || at >= span.to,
    cutByGap: open.unseen > 0,
    acknowledged,
    summary,
    hosts: [...hosts.keys()].slice(0, mostHosts),
    omittedHosts: Math.max(0, hosts.size - mostHosts),
    reasons: saysOnlyWho(summary, hosts) ? reasonsOf(hosts) : [],
  }
}

/** Built-in monitors follow mon's convention: the summary is the names of the hosts that failed. */
function saysOnlyWho(summary: string, hosts: ReadonlyMap<string, string>): boolean {
  if (summary === '(NO SUMMARY)') return true
  const words = summary.split(/\s+/).filter((word) => word !== '')
  // Of a long list the end was cut off.
  const whole = summary.length < longestText ? words : words.slice(0, -1)
  return whole.every((word) => hosts.has(word))
}

/** What was said, in the order in which it was said first; each with the hosts of which it was said. */
function reasonsOf(hosts: ReadonlyMap<string, string>): readonly Reason[] {
  const groups = new Map<string, string[]>()
  for (const [host, text] of [...hosts].filter(([, text]) => text.trim() !== '')) {
    const group = groups.get(text)
    if (group === undefined) groups.set(text, [host])
    else group.push(host)
  }
  return [...groups].slice(0, mostReasons).map(([text, all]) => ({
    text,
    hosts: all.slice(0, mostBeside),
    omittedHosts: Math.max(0, all.length - mostBeside),
  }))
}
