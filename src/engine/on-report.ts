/** A report is due: it goes to its receivers by the outbox, like everything that people are told. */
import type { AlertMessage } from '../model/alert.ts'
import type { Event } from '../model/event.ts'
import { groupName, type Id, serviceKey, serviceName } from '../model/names.ts'
import type { State } from '../model/state.ts'
import type { Now } from '../model/units.ts'
import { send } from './pool/send.ts'
import type { Decided, Scribe } from './scribe.ts'

export function onReport(state: State, event: Extract<Event, { kind: 'report' }>, write: Scribe, now: Now): Decided {
  const report = state.model.reports.find(({ name }) => name === event.name)
  if (report === undefined) return { state, effects: [] }
  return send(state, report.calls, (id) => reportMessage(id, event, now), write, now)
}

/** It tells of no failure: who cannot send its words says that upalert has something to tell. */
function reportMessage(id: Id, { name, mail }: Extract<Event, { kind: 'report' }>, now: Now): AlertMessage {
  // The blank keeps its key apart from every service's.
  const group = groupName(`report ${name}`)
  const service = serviceName('mail')
  return {
    ...{ id, kind: 'startup', key: serviceKey(group, service), group, service, hosts: [], failing: [] },
    ...{ description: `the report "${name}"`, exit: 0, summary: mail.subject, detail: '', output: mail.text },
    ...{ at: now.wall, firstFailure: null, lastFailure: null, lastSuccess: null, lasted: null, failures: 0 },
    ...{ acknowledged: null, pools: [], environment: {}, mail },
  }
}
