/** The startup alerts: those who want to know that the daemon has begun, or was reset. mon manual, "startupalert". */
import type { Effect } from '../model/effect.ts'
import type { State } from '../model/state.ts'
import type { Now } from '../model/units.ts'
import { consult } from './consult.ts'
import { circumstances } from './on-happened.ts'
import type { Decided, Scribe } from './scribe.ts'
import { tell } from './tell.ts'

export function onStartup(begun: Decided, write: Scribe, now: Now): Decided {
  let { state } = begun
  const effects: Effect[] = [...begun.effects]
  for (const [index, service] of state.model.services.entries()) {
    const before = state.services[index]
    const wanted =
      service.redistribute !== null || service.periods.some(({ startupalerts }) => startupalerts.length > 0)
    // After a reset, too, an empty output is a changed summary, which may end an acknowledgement.
    if (before === undefined || (!wanted && before.ack === null)) continue
    const occasion = { kind: 'startup', exit: 0, output: '', ends: false } as const
    const { state: told, tellings } = consult(before, service, occasion, circumstances(state, service, write), now)
    const asked: State = { ...state, services: state.services.with(index, told) }
    const { opstatus, summary, detail } = before
    const facts = { exit: 0, retval: '0', opstatus, summary, detail, output: '' }
    const decided = tell(asked, { service, told, after: told, tellings, ...facts }, write, now)
    state = decided.state
    effects.push(...decided.effects)
  }
  return { state, effects }
}
