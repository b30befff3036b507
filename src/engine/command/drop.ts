/** Takes notifications that wait out of the outbox: what an operator no longer wants to be told by the time it gets through. */
import type { Command } from '../../model/event.ts'
import type { State } from '../../model/state.ts'
import { type Carried, done, refused } from '../on-command.ts'
import { record, type Scribe } from '../scribe.ts'

export function onDrop(
  state: State,
  { service, delivery }: Extract<Command, { kind: 'drop-deliveries' }>,
  who: string,
  write: Scribe,
): Carried {
  const isMeant = ({ id, message }: State['outbox'][number]): boolean =>
    delivery === null ? message.key === service : id === delivery
  const dropped = state.outbox.filter(isMeant)
  if (dropped.length === 0) {
    return refused(delivery === null ? `no notification of ${service} waits` : `no notification ${delivery} waits`)
  }
  const effects = dropped.map(({ id, message, call, attempts }) =>
    record(
      write.entry({
        ...{ kind: 'delivery', service: message.key, call: call.text, delivery: id, outcome: 'dropped' },
        ...{ attempt: attempts, text: `${who || 'somebody'} took it out of the outbox` },
      }),
    ),
  )
  const text = dropped.length === 1 ? 'it is not sent any more' : `${dropped.length} are not sent any more`
  return done({ ...state, outbox: state.outbox.filter((one) => !isMeant(one)) }, text, effects)
}
