/** What a report is made from: the few kinds of entries that it counts, alike whether a journal or PostgreSQL had them. */
import type { Entry, Verdict } from '../model/entry.ts'
import type { Milliseconds, WallTime } from '../model/units.ts'

interface Common {
  readonly at: WallTime
  /** Rises in the order in which the daemon wrote things down. */
  readonly order: number
}

export type HistoryRecord = Common &
  (
    | {
        readonly kind: 'service'
        readonly service: string
        readonly was: Verdict
        readonly became: Verdict
        readonly text: string
        /** How long `was` held; `null`: not known. */
        readonly lasted: Milliseconds | null
      }
    /** A host went down: part of an incident's cause. */
    | { readonly kind: 'host'; readonly service: string; readonly host: string; readonly text: string }
    | { readonly kind: 'maintenance'; readonly service: string; readonly began: boolean }
    | { readonly kind: 'acknowledged'; readonly service: string; readonly who: string }
    /** Nobody watched from then until `at`. */
    | { readonly kind: 'gap'; readonly from: WallTime }
  )

/** The longest slowest answer of a service in a time, where the source keeps latencies. */
export interface WorstLatency {
  readonly service: string
  readonly took: Milliseconds
  /** The minute in which it was seen. */
  readonly at: WallTime
}

/** All that a source says of a span. */
export interface History {
  /**
   * All records in the span; before it for each service the last that say how it stands, and those of an incident that is
   * open when the span begins; after it those that say how an incident ended that is open when it ends. In any order.
   */
  readonly records: readonly HistoryRecord[]
  /** The first moment of which the source knows anything; `null`: it knows of nothing. */
  readonly reach: WallTime | null
  /** Up to when somebody is known to have watched. */
  readonly horizon: WallTime
  /** How services stood in the end, for those that have no record at all. */
  readonly known: readonly Known[]
  /** `null`: the source keeps none. */
  readonly latencies: readonly WorstLatency[] | null
}

export interface Known {
  readonly service: string
  readonly became: Verdict
  readonly since: WallTime
  readonly inMaintenanceSince: WallTime | null
}

/** Characters of a summary that a report carries; PostgreSQL cuts to the same length. */
export const longestText = 300

/** `null`: a report does not count entries of this kind. */
export function recordOf(entry: Entry, order: number): HistoryRecord | null {
  const common = { at: entry.at, order }
  switch (entry.kind) {
    case 'service': {
      const { service, from: was, to: became, lasted } = entry
      return { ...common, kind: 'service', service, was, became, lasted, text: entry.summary.slice(0, longestText) }
    }
    case 'host': {
      const { service, host, text } = entry
      return entry.to === 'down' ? { ...common, kind: 'host', service, host, text: text.slice(0, longestText) } : null
    }
    case 'maintenance':
      return { ...common, kind: 'maintenance', service: entry.service, began: entry.began }
    case 'gap':
      return { ...common, kind: 'gap', from: entry.from }
    case 'command': {
      const service = entry.outcome === 'done' ? acknowledgedBy(entry.command) : null
      return service === null ? null : { ...common, kind: 'acknowledged', service, who: entry.who }
    }
    default:
      return null
  }
}

/** The service of the command `ack GROUP/SERVICE`; `null` for any other. */
export const acknowledgedBy = (command: string): string | null => /^ack (\S.*)$/.exec(command)?.[1] ?? null
