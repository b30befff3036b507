/** Those who hear that a service was acknowledged or disabled are asked for in its periods: `ackalert`, `disablealert`. */
import type { State } from '../../model/state.ts'
import type { Now } from '../../model/units.ts'
import { consult } from '../consult.ts'
import type { Found } from '../on-happened.ts'
import type { Decided, Scribe } from '../scribe.ts'
import { tell } from '../tell.ts'

/** `found.state` takes the place of the service's state. `output` is what receivers read. */
export function occasion(
  state: State,
  { index, service, state: before, about }: Found,
  kind: 'ack' | 'disable',
  output: string,
  write: Scribe,
  now: Now,
): Decided {
  const { state: told, tellings } = consult(before, service, { kind, exit: 0, output, ends: false }, about, now)
  const { opstatus, summary, detail } = before
  const asked: State = { ...state, services: state.services.with(index, told) }
  const facts = { exit: 0, retval: null, opstatus, summary, detail, output }
  return tell(asked, { service, told, after: told, tellings, ...facts }, write, now)
}
