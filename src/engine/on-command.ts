/** What an operator asks for. Every command leaves an entry, also a refused one. */
import type { Command, Event } from '../model/event.ts'
import type { ServiceState, State } from '../model/state.ts'
import type { Now } from '../model/units.ts'
import { type Decided, record, type Scribe } from './scribe.ts'

type Answer = { readonly service: ServiceState; readonly text: string } | { readonly refused: string }

export function onCommand(state: State, event: Extract<Event, { kind: 'command' }>, write: Scribe, now: Now): Decided {
  const { command, who } = event
  const entry = (outcome: 'done' | 'refused', text: string) =>
    record(write.entry({ kind: 'command', who, command: `${command.kind} ${command.service}`, outcome, text }))
  const index = state.model.serviceIndex.get(command.service)
  const service = index === undefined ? undefined : state.services[index]
  if (index === undefined || service === undefined) {
    return { state, effects: [entry('refused', `there is no service ${command.service}`)] }
  }
  const answer = carryOut(service, command, who, now)
  if ('refused' in answer) return { state, effects: [entry('refused', answer.refused)] }
  return {
    state: { ...state, services: state.services.with(index, answer.service) },
    effects: [entry('done', answer.text)],
  }
}

function carryOut(service: ServiceState, command: Command, who: string, now: Now): Answer {
  switch (command.kind) {
    case 'ack':
      if (service.status.kind !== 'down')
        return { refused: `${service.key} is not failing, so there is nothing to acknowledge` }
      return {
        service: { ...service, ack: { at: now.wall, who, comment: command.comment } },
        text: 'alerts stop until the service has recovered',
      }
    case 'unack':
      if (service.ack === null) return { refused: `${service.key} is not acknowledged` }
      return { service: { ...service, ack: null }, text: 'alerts are sent again' }
    case 'disable':
      return {
        service: { ...service, disabled: { at: now.wall, who, reason: command.reason } },
        text: 'the service is still checked and drives its pools, but nobody is told of its failures',
      }
    case 'enable':
      if (service.disabled === null) return { refused: `${service.key} is not disabled` }
      return { service: { ...service, disabled: null }, text: 'alerts are sent again' }
  }
}
