/** One outage of one service, from the change to down to the next change. */
import { type Milliseconds, milliseconds, type WallTime } from '../model/units.ts'
import type { HistoryRecord } from './record.ts'
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
}

/** Hosts that an incident names. */
const mostHosts = 20

/** An incident in the making. */
export interface Open {
  readonly began: WallTime
  readonly summary: string
  readonly hosts: Set<string>
  acknowledged: string | null
  down: number
  downInMaintenance: number
  notObserved: number
  /** As a whole, in the span or not. */
  seenOutside: number
  seenInside: number
  unseen: number
}

export const opened = (record: Extract<HistoryRecord, { kind: 'service' }>, hosts: Iterable<string>): Open => ({
  began: record.at,
  summary: record.text,
  hosts: new Set(hosts),
  acknowledged: null,
  down: 0,
  downInMaintenance: 0,
  notObserved: 0,
  seenOutside: 0,
  seenInside: 0,
  unseen: 0,
})

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
    hosts: [...hosts].slice(0, mostHosts),
    omittedHosts: Math.max(0, hosts.size - mostHosts),
  }
}
