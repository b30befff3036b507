/**
 * The same numbers as a report's by the plainest means: the span is gone through step by step, and at each step all records
 * are looked at. All times must be whole steps.
 */
import { type WallTime, wallTime } from '../../src/model/units.ts'
import type { History, HistoryRecord } from '../../src/report/record.ts'
import type { Span } from '../../src/report/span.ts'

export interface ByHand {
  up: number
  down: number
  downInMaintenance: number
  notObserved: number
}

export function byHand(history: History, service: string, { from, to }: Span, step: number): ByHand {
  const found: ByHand = { up: 0, down: 0, downInMaintenance: 0, notObserved: 0 }
  for (let time = from as number; time < to; time += step) found[classAt(history, service, time)] += step
  return found
}

function classAt(history: History, service: string, time: number): keyof ByHand {
  const { records, horizon, reach } = history
  if (reach === null || time < reach || time >= horizon) return 'notObserved'
  if (records.some((record) => record.kind === 'gap' && record.from <= time && time < record.at)) return 'notObserved'
  const isOwn = (record: HistoryRecord) => 'service' in record && record.service === service && record.at <= time
  const own = asClocked(records, service).filter(isOwn)
  const status = lastOf(own.filter((record) => record.kind === 'service'))?.became ?? 'untested'
  if (status === 'untested') return 'notObserved'
  if (status === 'up') return 'up'
  const maintenance = lastOf(own.filter((record) => record.kind === 'maintenance'))?.began ?? false
  return maintenance ? 'downInMaintenance' : 'down'
}

function lastOf<R extends { readonly at: number; readonly order: number }>(records: readonly R[]): R | null {
  let last: R | null = null
  for (const record of records) {
    if (last === null || record.at > last.at || (record.at === last.at && record.order > last.order)) last = record
  }
  return last
}

/** No time of a service and kind is earlier than one that was written down before it. */
function asClocked(records: readonly HistoryRecord[], service: string): readonly HistoryRecord[] {
  const own = records.filter((record) => 'service' in record && record.service === service)
  return own.map((record) => {
    const former = own.filter(({ kind, order }) => kind === record.kind && order <= record.order)
    return { ...record, at: wallTime(Math.max(...former.map(({ at }) => at))) }
  })
}

/** Changes to down and to up that count, read one after the other. */
export function changesByHand(records: readonly HistoryRecord[], service: string, { from, to }: Span) {
  const own = asClocked(records, service)
    .filter((record) => record.kind === 'service')
    .sort((a, b) => a.order - b.order)
  let status = 'untested'
  let began: WallTime | null = null
  const counted = { changes: 0, began: 0, recovered: 0, outage: 0 }
  for (const { at, became } of own) {
    if (became === status) continue
    const inSpan = at >= from && at < to
    if (inSpan && status !== 'untested' && became !== 'untested') counted.changes += 1
    if (inSpan && became === 'down') counted.began += 1
    if (inSpan && status === 'down' && became === 'up' && began !== null) {
      counted.recovered += 1
      counted.outage += at - began
    }
    if (became === 'down') began = at
    status = became
  }
  return counted
}
