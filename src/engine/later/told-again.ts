/** A failure that lasts is told anew although nothing has happened to it: what held it back is over. By all the rules there are. */
import { isFailing } from '../../model/alert.ts'
import type { ServiceState, State } from '../../model/state.ts'
import type { Now } from '../../model/units.ts'
import { consult } from '../consult.ts'
import { circumstances, withDependency } from '../on-happened.ts'
import type { Decided, Scribe } from '../scribe.ts'
import { tell } from '../tell.ts'

/** `because`: what is over, for those who are told. */
export function toldAgain(
  state: State,
  index: number,
  before: ServiceState,
  because: string,
  write: Scribe,
  now: Now,
): Decided {
  const service = state.model.services[index]
  if (service === undefined) return { state, effects: [] }
  const found = withDependency(state, service, before, now)
  const { opstatus, summary, detail, exitval: retval } = found
  const exit = found.exit ?? 1
  const output = found.lastFailingOutput ?? ''
  const about = circumstances(state, service, write)
  const { state: after, tellings } = consult(
    found,
    service,
    { kind: 'failure', exit, output, ends: false, again: true },
    about,
    now,
  )
  const asked: State = { ...state, services: state.services.with(index, after) }
  // It is no event, so redistribute does not hear of it.
  const ofPeriods = tellings.filter(({ period, alert }) => period !== null && isFailing(alert))
  const facts = { exit, retval, opstatus, summary, detail, output, because }
  return tell(asked, { service, told: after, after, tellings: ofPeriods, ...facts }, write, now)
}
