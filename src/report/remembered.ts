/**
 * What held when the history begins. A journal and a database let go of their oldest entries, and a service that has been up
 * for longer has none left, though it was watched all the time: its next change says what it was and since when, or the
 * state that is remembered does.
 */
import { type WallTime, wallTime } from '../model/units.ts'
import type { History, HistoryRecord, Known } from './record.ts'

/** Before all that was written down. */
const FIRST = -1

/** The records, and those of the beginning that can be told from what came later. */
export function withRemembered(history: History): readonly HistoryRecord[] {
  const { records, reach } = history
  if (reach === null) return records
  const first = { service: new Map<string, HistoryRecord>(), maintenance: new Map<string, HistoryRecord>() }
  for (const record of records) {
    if (record.kind !== 'service' && record.kind !== 'maintenance') continue
    const former = first[record.kind].get(record.service)
    if (former === undefined || record.order < former.order) first[record.kind].set(record.service, record)
  }
  return [
    ...[...first.service.values()].flatMap((record) => statusBefore(record, reach)),
    ...[...first.maintenance.values()].flatMap((record) => maintenanceBefore(record, reach)),
    ...history.known.flatMap((known) => statusOf(known, reach, first)),
    ...records,
  ]
}

function statusBefore(record: HistoryRecord, reach: WallTime): readonly HistoryRecord[] {
  if (record.kind !== 'service' || record.was === 'untested' || record.lasted === null) return []
  const at = later(record.at - record.lasted, reach)
  if (at >= record.at) return []
  return [{ ...record, at, order: FIRST, was: 'untested', became: record.was, lasted: null, text: '' }]
}

function maintenanceBefore(record: HistoryRecord, reach: WallTime): readonly HistoryRecord[] {
  if (record.kind !== 'maintenance' || record.began || record.at <= reach) return []
  return [{ ...record, at: reach, order: FIRST, began: true }]
}

function statusOf(
  { service, became, since, inMaintenanceSince }: Known,
  reach: WallTime,
  first: Record<'service' | 'maintenance', ReadonlyMap<string, HistoryRecord>>,
): readonly HistoryRecord[] {
  const common = { service, order: FIRST }
  const status: HistoryRecord = {
    ...common,
    kind: 'service',
    at: later(since, reach),
    was: 'untested',
    became,
    lasted: null,
    text: '',
  }
  const told = became === 'untested' || first.service.has(service)
  const quiet = inMaintenanceSince === null || first.maintenance.has(service)
  return [
    ...(told ? [] : [status]),
    ...(quiet ? [] : [{ ...common, kind: 'maintenance' as const, at: later(inMaintenanceSince, reach), began: true }]),
  ]
}

const later = (a: number, b: number): WallTime => wallTime(Math.max(a, b))
