/** What a pass over the IPVS table did: each change is told, with the verdict that led to it; drift names itself. */
import type { ReconcileReport } from '../model/event.ts'
import type { State } from '../model/state.ts'
import { type Decided, record, type Scribe } from './scribe.ts'

export function onReconciled(state: State, report: ReconcileReport, write: Scribe): Decided {
  const effects = report.changes.map(({ virtual, change, outcome, reason, text, cause }) => {
    const origin = cause === null ? {} : { cause }
    return record(write.entry({ kind: 'ipvs', virtual, change, where: report.where, outcome, reason, text, ...origin }))
  })
  return { state: { ...state, owned: report.owned }, effects }
}
