/** Histories for tests of reports, written as short words. */

import { type Zone, zoneNamed } from '../../src/model/calendar/zone.ts'
import type { Verdict } from '../../src/model/entry.ts'
import { milliseconds, type WallTime, wallTime } from '../../src/model/units.ts'
import type { History, HistoryRecord } from '../../src/report/record.ts'
import { freeSpan, type NamedSpan } from '../../src/report/span.ts'

export function zone(name: string): Zone {
  const found = zoneNamed(name)
  if (found === null) throw new Error(`there is no zone ${name}`)
  return found
}

export const at = (text: string): WallTime => wallTime(Date.parse(text))

let order = 0
const next = (): number => {
  order += 1
  return order
}

export const became = (when: WallTime, service: string, to: Verdict, text = '', was: Verdict = 'untested') =>
  ({ kind: 'service', at: when, order: next(), service, was, became: to, text, lasted: null }) satisfies HistoryRecord

export const fell = (when: WallTime, service: string, host: string, text = '') =>
  ({ kind: 'host', at: when, order: next(), service, host, text }) satisfies HistoryRecord

export const maintained = (when: WallTime, service: string, began: boolean) =>
  ({ kind: 'maintenance', at: when, order: next(), service, began }) satisfies HistoryRecord

export const acknowledged = (when: WallTime, service: string, who: string) =>
  ({ kind: 'acknowledged', at: when, order: next(), service, who }) satisfies HistoryRecord

export const gap = (from: WallTime, to: WallTime) =>
  ({ kind: 'gap', at: to, order: next(), from }) satisfies HistoryRecord

/** One that reaches back for ever and was watched all the time, unless told otherwise. */
export const history = (records: readonly HistoryRecord[], parts: Partial<History> = {}): History => ({
  records,
  reach: wallTime(-8.64e15),
  horizon: wallTime(8.64e15),
  known: [],
  latencies: null,
  ...parts,
})

export const span = (from: WallTime, to: WallTime, name = 'UTC'): NamedSpan => freeSpan(zone(name), { from, to })

export const later = (when: WallTime, by: number): WallTime => wallTime(when + by)
export const hoursOf = (count: number) => milliseconds(count * 3_600_000)
export const everything = { only: [], configured: [] }
