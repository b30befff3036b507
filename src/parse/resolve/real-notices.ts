/**
 * `realalert CALL` and `realupalert CALL` of a virtual block: who hears of a real server. Behind a `real` line they are of
 * that one, before the first of all. Source: keepalived.conf(5), "notify_up", "smtp_alert".
 */
import type { AlertCall, Notices } from '../../model/model.ts'
import type { OwnBlockLines, Statement } from '../mon/file.ts'
import { spanOf } from '../mon/lines.ts'
import type { Report } from '../text/report.ts'
import { resolveAlerts, withoutTold } from './alert-lines.ts'
import type { Naming } from './call.ts'

interface Written {
  readonly down: Statement[]
  readonly up: Statement[]
}

/** By the `real` statement they belong to. Those of all come first. */
export function readRealNotices(
  { statements }: OwnBlockLines,
  naming: Naming,
  report: Report,
): (real: Statement) => Notices {
  const shared: Written = { down: [], up: [] }
  const own = new Map<Statement, Written>()
  let current = shared
  for (const statement of statements) {
    const { keyword, value } = statement
    if (keyword.text === 'real') {
      current = { down: [], up: [] }
      own.set(statement, current)
    } else if (value.text === '') continue
    else if (keyword.text === 'realalert') current.down.push(statement)
    else if (keyword.text === 'realupalert') current.up.push(statement)
  }
  const ofAll = noticesOf(shared, naming, report)
  const bare = shared.down.length + shared.up.length === 0
  return (real) => {
    const written = own.get(real)
    if (written === undefined || written.down.length + written.up.length === 0) return ofAll
    const notices = noticesOf(written, naming, report)
    return bare ? notices : { down: [...ofAll.down, ...notices.down], up: [...ofAll.up, ...notices.up] }
  }
}

function noticesOf(written: Written, naming: Naming, report: Report): Notices {
  const down = written.down.flatMap((statement) => callsOf(statement, naming, report))
  const told = down.filter(({ receiver }) => receiver !== undefined)
  const up = written.up.flatMap((statement) =>
    withoutTold(statement.value, callsOf(statement, naming, report), told, report),
  )
  // Whoever was told of the failure hears of its end.
  return { up: [...up, ...told], down }
}

export function callsOf({ value }: Statement, naming: Naming, report: Report): readonly AlertCall[] {
  const calls = resolveAlerts(value, naming, report)
  if (calls.some(({ exit }) => exit !== null)) {
    const message = 'a pool has no exit status: exit= belongs to the alerts of a period'
    report.error('pool-alert', spanOf(value), message, 'leave out the part before the name of the alert')
  }
  return calls
}
