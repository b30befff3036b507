/**
 * A time of maintenance has come or gone by. What still fails when its own ends is told then, by all the rules there are,
 * and not at the next check or trap, which may be a day away.
 */
import type { Effect } from '../model/effect.ts'
import type { Model } from '../model/model.ts'
import type { State } from '../model/state.ts'
import type { Now } from '../model/units.ts'
import { toldAgain } from './later/told-again.ts'
import { withMaintenance } from './maintenance.ts'
import { hushedTold } from './pool/hushed.ts'
import { type Decided, record, type Scribe } from './scribe.ts'

/** For a time that has come, and for what operators do. After a start nobody knows yet what still fails: `withMaintenance`. */
export function maintenanceLater(before: State, write: Scribe, now: Now): Decided {
  const looked = hushedTold(withMaintenance(before, write, now), write, now)
  if (looked.state.services === before.services) return looked
  let { state } = looked
  const effects = [...looked.effects]
  for (const [index, { maintenance }] of before.services.entries()) {
    const after = state.services[index]
    if (maintenance === null || after === undefined || after.maintenance !== null || after.status.kind !== 'down')
      continue
    const told = toldAgain(state, index, after, stillFails(maintenance.window), write, now)
    state = told.state
    effects.push(...told.effects)
  }
  return { state, effects }
}

const stillFails = (window: string): string => `maintenance "${window}" is over, and it still fails`

/** The configuration lost these services: what began for them has ended, for whoever counts times of maintenance. */
export function withoutUnconfigured(
  { services }: Pick<State, 'services'>,
  { serviceIndex }: Model,
  write: Scribe,
): Effect[] {
  return services.flatMap(({ key, maintenance }) => {
    if (maintenance === null || serviceIndex.has(key)) return []
    const { window } = maintenance
    const text = `maintenance "${window}" is over for it: the configuration no longer names it`
    return [record(write.entry({ kind: 'maintenance', service: key, began: false, window, text }))]
  })
}
