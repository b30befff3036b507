/** The `escalate TIME ALERT` lines of a period -> Escalation: who is told besides while nobody acknowledges. */
import type { AlertCall, Escalation } from '../../model/model.ts'
import type { Milliseconds } from '../../model/units.ts'
import { LONGEST_PATIENCE, MOST_ESCALATIONS } from '../defaults.ts'
import type { PeriodBlock } from '../mon/file.ts'
import { spanOf } from '../mon/lines.ts'
import type { Report } from '../text/report.ts'
import { lacksTime, resolveAlerts, splitTime } from './alert-lines.ts'
import { readAtMost } from './burst.ts'
import type { Naming } from './call.ts'

/** Lines with the same time are one step. */
export function readEscalations({ statements }: PeriodBlock, naming: Naming, report: Report): readonly Escalation[] {
  const lines = statements.filter(({ keyword }) => keyword.text === 'escalate')
  const steps = new Map<Milliseconds, AlertCall[]>()
  for (const { keyword, value } of lines) {
    if (lacksTime('escalate', value, 'escalate 15m to NAME', naming, report)) continue
    const { time, rest } = splitTime(value)
    if (rest.text === '') {
      const message = value.text === '' ? '"escalate" says nothing' : '"escalate" says when, and not to whom'
      report.error('escalate', spanOf(value.text === '' ? keyword : value), message, EXAMPLE)
      continue
    }
    const after = readAtMost(time, 'escalate', LONGEST_PATIENCE, 'escalate', report)
    const calls = resolveAlerts(rest, naming, report)
    if (after === null) continue
    if (steps.size === MOST_ESCALATIONS && !steps.has(after)) {
      report.error('escalate', spanOf(value), `more than ${MOST_ESCALATIONS} times in one period`, 'leave some out')
      break
    }
    const step = steps.get(after) ?? []
    steps.set(after, step)
    for (const call of calls) step.push(call)
  }
  const [first] = lines
  if (first !== undefined && statements.every(({ keyword }) => keyword.text !== 'alert')) {
    const message = 'this period has no alert, so there is nothing that could be acknowledged and escalates'
    report.warning('escalate-alone', spanOf(first.keyword), message, 'write an alert line before it')
  }
  return [...steps].map(([after, calls]) => ({ after, calls })).sort((a, b) => a.after - b.after)
}

const EXAMPLE = 'write escalate 15m to NAME, or escalate 15m mail boss@example.com'
