/** Commands about one service: acknowledge (ack.ts), disable, clear its timers, check it now, set its status. */

import type { Effect } from '../../model/effect.ts'
import type { Command } from '../../model/event.ts'
import { isSuccess, type Opstatus, opstatusNames, UNTESTED } from '../../model/opstatus.ts'
import type { ServiceState, ServiceStatus, State } from '../../model/state.ts'
import type { Now } from '../../model/units.ts'
import { withoutTimers } from '../notify.ts'
import { type Carried, done, refused } from '../on-command.ts'
import { type Found, serviceOf } from '../on-happened.ts'
import type { Scribe } from '../scribe.ts'
import { onAck, onUnack } from './ack.ts'
import { occasion } from './occasion.ts'

type Of<K extends Command['kind']> = Extract<Command, { kind: K }>
type ServiceCommand = Of<'ack' | 'unack' | 'disable' | 'enable' | 'clear-timers' | 'test-monitor' | 'set-opstatus'>

export function onService(state: State, command: ServiceCommand, who: string, write: Scribe, now: Now): Carried {
  const found = serviceOf(state, command.service, write)
  if (found === null) return refused(`there is no service ${command.service}`)
  switch (command.kind) {
    case 'ack':
      return onAck(state, found, command, who, write, now)
    case 'unack':
      return onUnack(state, found, now)
    case 'disable':
      return disable(state, found, { at: now.wall, who, reason: command.reason }, write, now)
    case 'enable':
      if (found.state.disabled === null) return refused(`${command.service} is not disabled`)
      return done(replaced(state, found, { disabled: null }), 'alerts are sent again', [
        control('enable', found),
        { kind: 'wake', at: now.wall },
      ])
    case 'clear-timers':
      return clearTimers(state, found)
    case 'test-monitor':
      if (found.service.monitor === null) return refused(`${command.service} has no monitor`)
      if (found.service.timing === null) return refused(`${command.service} is never checked: it has no interval`)
      return done(state, 'it is checked as soon as nothing holds it', [timer(found, 'check-now'), tested(found)])
    case 'set-opstatus':
      return setOpstatus(state, found, command.opstatus, now)
  }
}

const replaced = (state: State, { index, state: before }: Found, changes: Partial<ServiceState>): State => ({
  ...state,
  services: state.services.with(index, { ...before, ...changes }),
})

const timer = ({ service }: Found, what: 'check-now' | 'restart'): Effect => ({
  kind: 'timer',
  service: service.key,
  what,
})

const control = (word: 'disable' | 'enable', { service }: Found): Effect => ({
  kind: 'note',
  note: { kind: 'control', command: `${word} service ${service.group} ${service.name}` },
})

const tested = ({ service }: Found): Effect => ({
  kind: 'note',
  note: { kind: 'control', command: `test ${service.group} ${service.name}` },
})

/** Those who are told of it are told first: mon sets the flag first, and then tells nobody of a disabled service. */
function disable(
  state: State,
  found: Found,
  given: NonNullable<ServiceState['disabled']>,
  write: Scribe,
  now: Now,
): Carried {
  const text = 'the service is still checked and drives its pools, but nobody is told of its failures'
  // Of one that is disabled already, redistribute alone hears again.
  const told = occasion(state, found, 'disable', given.who, write, now)
  const before = told.state.services[found.index] ?? found.state
  const after = replaced(told.state, { ...found, state: before }, { disabled: given })
  return done(after, text, [...told.effects, control('disable', found)])
}

function clearTimers(state: State, found: Found): Carried {
  const periods = found.state.periods.map((period, i) => {
    const of = found.service.periods[i]
    return of === undefined ? period : withoutTimers(period, of)
  })
  const text = 'its interval, trap timers, alertevery and alertafter begin anew'
  return done(replaced(state, found, { consecutive: 0, periods }), text, [timer(found, 'restart')])
}

/** mon keeps whatever word it is given; here it is a status, and what counts by it follows. */
function setOpstatus(state: State, found: Found, opstatus: Opstatus, now: Now): Carried {
  const { status, opstatus: lastOpstatus } = found.state
  const text = `its status is ${opstatusNames[opstatus]} until the next event`
  return done(replaced(state, found, { opstatus, lastOpstatus, status: statusOf(opstatus, status, now) }), text)
}

function statusOf(opstatus: Opstatus, before: ServiceStatus, now: Now): ServiceStatus {
  const kind = opstatus === UNTESTED ? 'untested' : isSuccess(opstatus) ? 'up' : 'down'
  if (kind === before.kind) return before
  return kind === 'untested' ? { kind } : { kind, since: now.wall }
}
