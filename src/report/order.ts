/**
 * What came first. The order in which a daemon wrote things down is the truth; its clock may have been set meanwhile. Within
 * one service and kind times never run backwards: after a clock was set back, it stands still here until it has caught up,
 * as in the views of PostgreSQL (wire/history/schema-2-views.ts).
 */
import { type WallTime, wallTime } from '../model/units.ts'
import type { HistoryRecord } from './record.ts'

type Change = Exclude<HistoryRecord, { kind: 'gap' }>

/** The records of one service as they are to be gone through, with the times that count. */
export function inOrder(records: readonly HistoryRecord[]): readonly Change[] {
  const latest = new Map<string, WallTime>()
  const clocked = records
    .filter((record) => record.kind !== 'gap')
    .sort((a, b) => a.order - b.order)
    .map((record) => {
      const at = wallTime(Math.max(record.at, latest.get(record.kind) ?? record.at))
      latest.set(record.kind, at)
      return at === record.at ? record : { ...record, at }
    })
  return clocked.sort((a, b) => a.at - b.at || a.order - b.order)
}
