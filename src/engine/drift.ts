/**
 * What becomes of what others change in the table (mon.cf "drift"): put back, told and left, or everything removed that
 * the configuration does not name. The reconciler and `upalert plan` both ask here, so that they cannot differ.
 */

import { isPathService, type MarkRange, PATH_MARKS } from '../model/path-marks.ts'
import type { Owned } from '../model/state.ts'
import { endpointText, serviceText, type TableService } from '../model/table.ts'
import type { TableSettings } from '../model/table-settings.ts'
import type { WantedService } from '../model/wanted.ts'
import { type PlannedCommand, plan } from './plan.ts'

export interface DriftRule {
  readonly policy: TableSettings['drift']
  /** Virtual servers with these marks belong to checks, which make and remove them themselves. */
  readonly marks: MarkRange
}

export const REPAIR: DriftRule = { policy: 'repair', marks: PATH_MARKS }

export interface Treated {
  /** What is carried out. */
  readonly steps: readonly PlannedCommand[]
  /** What somebody else has changed, and is left so: the commands that would mend it. */
  readonly left: readonly PlannedCommand[]
  /** What counts as ours. */
  readonly owned: Owned
}

export function treated(
  wanted: readonly WantedService[],
  actual: readonly TableService[],
  formerly: Owned,
  settled: readonly WantedService[] | null,
  { policy, marks }: DriftRule,
): Treated {
  const owned = policy === 'own' ? everything(actual, formerly, marks) : formerly
  const all = plan(wanted, actual, owned, settled)
  if (policy === 'own') return { steps: all.map((step) => foreignStep(step, formerly)), left: [], owned }
  if (policy === 'repair') return { steps: all, left: [], owned }
  const isDrift = ({ reason }: PlannedCommand): boolean => reason === 'drift'
  const left = all.filter(isDrift)
  // A virtual server that is left missing is not made anew for the sake of one real server that has come back.
  const missing = new Set(
    left.flatMap(({ command }) => (command.kind === 'new-service' ? [serviceText(command.service)] : [])),
  )
  const steps = all.filter((step) => !isDrift(step) && !missing.has(serviceText(step.command.service)))
  return { steps, left, owned }
}

/** Whatever is in the table counts as ours, but for what checks need to reach one real server. */
function everything(actual: readonly TableService[], formerly: Owned, marks: MarkRange): Owned {
  const found = actual.filter((service) => !isPathService(service, marks))
  return {
    ...formerly,
    ...Object.fromEntries(
      found.map(({ id, destinations }) => [serviceText(id), destinations.map((one) => endpointText(one.id))]),
    ),
  }
}

/** The removal of what was never ours has another reason than that of what the configuration used to name. */
function foreignStep(step: PlannedCommand, formerly: Owned): PlannedCommand {
  const { command, reason } = step
  if (reason !== 'unwanted') return step
  const before = formerly[serviceText(command.service)]
  const isOurs = 'destination' in command ? before?.includes(endpointText(command.destination)) : before !== undefined
  if (isOurs === true) return step
  return { ...step, reason: 'drift', text: 'somebody else has made it, so it is removed (drift = own)', cause: null }
}
