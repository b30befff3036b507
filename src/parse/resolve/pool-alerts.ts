/** `alert`, `upalert` and `driftalert` of a virtual block: who hears of its quorum, and of changes that others make. */
import type { AlertCall, Notices } from '../../model/model.ts'
import type { Statement } from '../mon/file.ts'
import { spanOf } from '../mon/lines.ts'
import type { Report } from '../text/report.ts'
import { type Naming, resolveAlert } from './call.ts'
import type { Lines } from './virtual-settings.ts'

export function readPoolAlerts(
  lines: Lines,
  naming: Naming,
  report: Report,
): { readonly notices: Notices; readonly driftAlerts: readonly AlertCall[] } {
  const calls = (word: 'alert' | 'upalert' | 'driftalert') =>
    (lines.get(word) ?? []).map((statement) => readCall(statement, naming, report))
  return { notices: { up: calls('upalert'), down: calls('alert') }, driftAlerts: calls('driftalert') }
}

function readCall({ value }: Statement, naming: Naming, report: Report): AlertCall {
  const call = resolveAlert(value, naming, report)
  if (call.exit !== null) {
    const message = 'a pool has no exit status: exit= belongs to the alerts of a period'
    report.error('pool-alert', spanOf(value), message, 'leave out the part before the name of the alert')
  }
  return call
}
