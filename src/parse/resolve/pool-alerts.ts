/** `alert`, `upalert` and `driftalert` of a virtual block: who hears of its quorum, and of changes that others make. */
import type { AlertCall, Notices } from '../../model/model.ts'
import type { Statement } from '../mon/file.ts'
import { spanOf } from '../mon/lines.ts'
import type { Report } from '../text/report.ts'
import { resolveAlerts, withoutTold } from './alert-lines.ts'
import type { Naming } from './call.ts'
import type { Lines } from './virtual-settings.ts'

export function readPoolAlerts(
  lines: Lines,
  naming: Naming,
  report: Report,
): { readonly notices: Notices; readonly driftAlerts: readonly AlertCall[] } {
  const calls = (word: 'alert' | 'driftalert') =>
    (lines.get(word) ?? []).flatMap((statement) => readCalls(statement, naming, report))
  const down = calls('alert')
  const told = down.filter(({ receiver }) => receiver !== undefined)
  const up = (lines.get('upalert') ?? []).flatMap((statement) =>
    withoutTold(statement.value, readCalls(statement, naming, report), told, report),
  )
  // Whoever was told of the loss hears of its end.
  return { notices: { up: [...up, ...told], down }, driftAlerts: calls('driftalert') }
}

function readCalls({ value }: Statement, naming: Naming, report: Report): readonly AlertCall[] {
  const calls = resolveAlerts(value, naming, report)
  if (calls.some(({ exit }) => exit !== null)) {
    const message = 'a pool has no exit status: exit= belongs to the alerts of a period'
    report.error('pool-alert', spanOf(value), message, 'leave out the part before the name of the alert')
  }
  return calls
}
