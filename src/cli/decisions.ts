/** What operators have decided, as `status` and `plan` print it. */
import type { DecisionView } from '../engine/decisions.ts'
import { durationText } from '../model/duration.ts'
import { coloured, columns } from './columns.ts'

interface Decided {
  readonly decisions: readonly DecisionView[]
  readonly maintenance: readonly string[]
}

export function decisionLines({ decisions, maintenance }: Decided): string[] {
  const rows = decisions.map(({ target, text, for: age, left, configured }) => [
    `  ${target}`,
    `${text}${configured ? '' : ' (not configured now)'}`,
    `${durationText(age)} ago`,
    left === null ? 'until "upalert enable"' : `${durationText(left)} left`,
  ])
  const files = maintenance.length === 0 ? [] : [`  files in the maintenance directory: ${maintenance.join(', ')}`]
  if (rows.length + files.length === 0) return []
  return ['', coloured('Decided by operators:', 'warning'), ...columns(rows), ...files]
}
