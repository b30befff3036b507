/** `alert test … --send`: a message to each channel of a receiver, or to each line of a service, that says it is a test. */
import type { Command } from '../../model/event.ts'
import type { AlertCall } from '../../model/model.ts'
import type { State } from '../../model/state.ts'
import type { Now } from '../../model/units.ts'
import { united } from '../announce.ts'
import { type Carried, done, refused } from '../on-command.ts'
import { send } from '../pool/send.ts'
import { sampleMessage } from '../sample.ts'
import type { Scribe } from '../scribe.ts'

export function onTestReceiver(
  state: State,
  { name, up }: Extract<Command, { kind: 'test-receiver' }>,
  write: Scribe,
  now: Now,
): Carried {
  const calls = callsNamed(state, name)
  if (calls.length === 0) return refused(`there is no receiver and no service ${name} that tells anybody`)
  const sent = send(state, calls, (id) => sampleMessage(id, up ? 'up' : 'failure', now), write, now)
  return done(sent.state, `handed on: ${calls.map(({ text }) => text).join(', ')}`, sent.effects)
}

/** A receiver's channels, its second ones included; or all that the periods of a service call. */
export function callsNamed({ model }: State, name: string): readonly AlertCall[] {
  const receiver = model.receivers.get(name)
  if (receiver !== undefined) return united(receiver.channels, receiver.second?.calls ?? [])
  const service = model.services.find(({ key }) => key === name)
  const calls = service?.periods.flatMap(({ alerts, upalerts, escalations }) => [
    ...alerts,
    ...upalerts,
    ...escalations.flatMap((step) => step.calls),
  ])
  return united([], calls ?? []).filter(({ missing }) => missing !== true)
}
