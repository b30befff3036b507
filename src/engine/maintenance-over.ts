/**
 * A time of maintenance has come or gone by. What still fails when its own ends is told then, by all the rules there are,
 * and not at the next check or trap, which may be a day away.
 */
import { isFailing } from '../model/alert.ts'
import type { Effect } from '../model/effect.ts'
import type { Model } from '../model/model.ts'
import type { ServiceState, State } from '../model/state.ts'
import type { Now } from '../model/units.ts'
import { consult } from './consult.ts'
import { withMaintenance } from './maintenance.ts'
import { circumstances, withDependency } from './on-happened.ts'
import { type Decided, record, type Scribe } from './scribe.ts'
import { tell } from './tell.ts'

/** For a time that has come, and for what operators do. After a start nobody knows yet what still fails: `withMaintenance`. */
export function maintenanceLater(before: State, write: Scribe, now: Now): Decided {
  const looked = withMaintenance(before, write, now)
  if (looked.state.services === before.services) return looked
  let { state } = looked
  const effects = [...looked.effects]
  for (const [index, { maintenance }] of before.services.entries()) {
    const after = state.services[index]
    if (maintenance === null || after === undefined || after.maintenance !== null || after.status.kind !== 'down')
      continue
    const told = toldAgain(state, index, after, maintenance.window, write, now)
    state = told.state
    effects.push(...told.effects)
  }
  return { state, effects }
}

function toldAgain(
  state: State,
  index: number,
  before: ServiceState,
  window: string,
  write: Scribe,
  now: Now,
): Decided {
  const service = state.model.services[index]
  if (service === undefined) return { state, effects: [] }
  const found = withDependency(state, service, before, now)
  const exit = found.exit ?? 1
  const output = found.lastFailingOutput ?? ''
  const about = circumstances(state, service, write)
  const { state: after, tellings } = consult(found, service, { kind: 'failure', exit, output, ends: false }, about, now)
  const { opstatus, summary, detail, exitval: retval } = found
  const asked: State = { ...state, services: state.services.with(index, after) }
  // It is no event, so redistribute does not hear of it.
  const ofPeriods = tellings.filter(({ period, alert }) => period !== null && isFailing(alert))
  const because = `maintenance "${window}" is over, and it still fails`
  const facts = { exit, retval, opstatus, summary, detail, output, because }
  return tell(asked, { service, told: after, after, tellings: ofPeriods, ...facts }, write, now)
}

/** A reload took these services away: what began for them has ended, for whoever counts times of maintenance. */
export function withoutUnconfigured({ services }: State, { serviceIndex }: Model, write: Scribe): Effect[] {
  return services.flatMap(({ key, maintenance }) => {
    if (maintenance === null || serviceIndex.has(key)) return []
    const { window } = maintenance
    const text = `maintenance "${window}" is over for it: the configuration no longer names it`
    return [record(write.entry({ kind: 'maintenance', service: key, began: false, window, text }))]
  })
}
