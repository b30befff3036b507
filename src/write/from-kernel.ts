/**
 * A first configuration from the table that is in the kernel: one virtual server for each of its services, as it is, with
 * the checks that were asked for. Pure: who reads the table, and who asks, is daemon/from-kernel.ts.
 */
import type { TableService } from '../model/table.ts'
import type { Surroundings } from '../parse/resolve.ts'
import { type Checked, fittingCheck, NONE } from './from-kernel/checks.ts'
import { error, type Finding, warning } from './from-kernel/finding.ts'
import { virtualNameOf } from './from-kernel/fitting.ts'
import { keepalivedLines } from './from-kernel/keepalived.ts'
import { monCfLines } from './from-kernel/mon-cf.ts'
import { understood } from './init/judge.ts'
import { textOf } from './written.ts'

export type Target = 'mon' | 'keepalived'

export interface FirstConfiguration {
  readonly text: string
  readonly findings: readonly Finding[]
}

/** `checks`: what was said of each service, in the order of `services`, which are those of fitting(). */
export function firstConfiguration(
  services: readonly TableService[],
  checks: readonly string[],
  to: Target,
  surroundings: Surroundings,
): FirstConfiguration {
  const findings: Finding[] = []
  const checked = services.map((service, i): Checked => {
    const check = fittingCheck(service, checks[i] ?? NONE, surroundings, findings)
    if (check === NONE && service.destinations.length > 0) {
      findings.push(warning(virtualNameOf(service.id), 'nothing is asked of its real servers: none is ever taken out'))
    }
    return { service, check }
  })
  const mon = textOf({ lines: monCfLines(checked, surroundings) })
  if (to === 'mon') return { text: mon, findings }
  const { model, problems } = understood(mon, surroundings)
  const faults = problems.filter(({ severity }) => severity === 'error')
  if (model === null) return { text: '', findings: [...findings, ...faults.map(({ message }) => error('', message))] }
  const { lines, losses } = keepalivedLines(model)
  const lost = losses.map(({ text, why }) => warning('', `${text}: ${why}`))
  return { text: textOf({ lines }), findings: [...findings, ...lost] }
}
