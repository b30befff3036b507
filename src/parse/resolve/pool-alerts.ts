/** `alert`, `upalert` and `driftalert` of a virtual block: who hears of its quorum, and of changes that others make. */
import type { AlertCall, Notices } from '../../model/model.ts'
import type { Report } from '../text/report.ts'
import { withoutTold } from './alert-lines.ts'
import type { Naming } from './call.ts'
import { callsOf } from './real-notices.ts'
import type { Lines } from './virtual-settings.ts'

export function readPoolAlerts(
  lines: Lines,
  naming: Naming,
  report: Report,
): { readonly notices: Notices; readonly driftAlerts: readonly AlertCall[] } {
  const calls = (word: 'alert' | 'driftalert') =>
    (lines.get(word) ?? []).flatMap((statement) => callsOf(statement, naming, report))
  const down = calls('alert')
  const told = down.filter(({ receiver }) => receiver !== undefined)
  const up = (lines.get('upalert') ?? []).flatMap((statement) =>
    withoutTold(statement.value, callsOf(statement, naming, report), told, report),
  )
  // Whoever was told of the loss hears of its end.
  return { notices: { up: [...up, ...told], down }, driftAlerts: calls('driftalert') }
}
