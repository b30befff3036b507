/**
 * Carries out the lines of a file, as many at once as follow each other, and says which the kernel refused. What is in
 * the table already stays, as with `ipvsadm -R`.
 */
import type { TableAnswer } from '../../model/table.ts'
import type { ControlDoor } from '../../model/table-control.ts'
import type { Rule, RuleAction } from './rules.ts'

export interface Restored {
  readonly done: number
  /** `line 3: -A -t …: tcp 10.0.0.1:80 is already in the table`. */
  readonly refusals: readonly string[]
}

export function restore(door: ControlDoor, rules: readonly Rule[]): Restored {
  const answers = runs(rules).flatMap((run) => answersTo(door, run))
  const refusals = rules.flatMap(({ line, text }, i) => {
    const answer = answers[i]
    return answer === undefined || answer.kind === 'ok'
      ? []
      : [`line ${line}: ${text}: ${answer.text} (${answer.errno})`]
  })
  return { done: rules.length - refusals.length, refusals }
}

/** Lines that can be sent together: changes of the table that follow each other. */
function runs(rules: readonly Rule[]): Rule[][] {
  const list: Rule[][] = []
  for (const rule of rules) {
    const last = list.at(-1)
    if (last !== undefined && rule.action.kind === 'change' && last[0]?.action.kind === 'change') last.push(rule)
    else list.push([rule])
  }
  return list
}

function answersTo(door: ControlDoor, run: readonly Rule[]): readonly TableAnswer[] {
  const [first] = run
  if (first === undefined) return []
  if (first.action.kind !== 'change') return [act(door, first.action)]
  return door.applyAll(run.flatMap(({ action }) => (action.kind === 'change' ? [action.command] : [])))
}

function act(door: ControlDoor, action: Exclude<RuleAction, { kind: 'change' }>): TableAnswer {
  switch (action.kind) {
    case 'clear':
      return door.flush()
    case 'zero':
      return door.zero(action.service)
    case 'timeouts':
      return door.setTimeouts(action.timeouts)
    case 'start-daemon':
      return door.startDaemon(action.daemon)
    case 'stop-daemon':
      return door.stopDaemon(action.state)
  }
}
