/** Commands about one service: acknowledge, disable, clear its timers, check it now, set its status. */

import { durationText } from '../../model/duration.ts'
import type { Effect } from '../../model/effect.ts'
import type { Command } from '../../model/event.ts'
import type { Service } from '../../model/model.ts'
import { isSuccess, OK, type Opstatus, opstatusNames, UNTESTED } from '../../model/opstatus.ts'
import type { ServiceState, ServiceStatus, State } from '../../model/state.ts'
import { type Milliseconds, type Now, wallTime } from '../../model/units.ts'
import { consult } from '../consult.ts'
import { ackText } from '../message.ts'
import { withoutTimers } from '../notify.ts'
import { type Carried, done, refused } from '../on-command.ts'
import { type Found, serviceOf } from '../on-happened.ts'
import type { Scribe } from '../scribe.ts'
import { tell } from '../tell.ts'

type Of<K extends Command['kind']> = Extract<Command, { kind: K }>
type ServiceCommand = Of<'ack' | 'unack' | 'disable' | 'enable' | 'clear-timers' | 'test-monitor' | 'set-opstatus'>

export function onService(state: State, command: ServiceCommand, who: string, write: Scribe, now: Now): Carried {
  const found = serviceOf(state, command.service, write)
  if (found === null) return refused(`there is no service ${command.service}`)
  switch (command.kind) {
    case 'ack':
      return ack(state, found, command, who, write, now)
    case 'unack':
      if (found.state.ack === null) return refused(`${command.service} is not acknowledged`)
      return done(replaced(state, found, { ack: null }), 'alerts are sent again')
    case 'disable':
      return disable(state, found, { at: now.wall, who, reason: command.reason }, write, now)
    case 'enable':
      if (found.state.disabled === null) return refused(`${command.service} is not disabled`)
      return done(replaced(state, found, { disabled: null }), 'alerts are sent again', [control('enable', found)])
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

function ack(state: State, found: Found, command: Of<'ack'>, who: string, write: Scribe, now: Now): Carried {
  const { service } = found
  const well = found.state.opstatus === OK || found.state.opstatus === UNTESTED
  if (well) return refused(`${service.key} is not failing, so there is nothing to acknowledge`)
  const { comment, lasts, until: by, link } = command
  const spent = link === undefined ? null : spentLink(found.state, link)
  if (spent !== null) return refused(spent)
  const until = lasts === undefined ? undefined : wallTime(now.wall + lasts)
  const given: NonNullable<ServiceState['ack']> = {
    ...{ at: now.wall, who, comment },
    ...(until === undefined ? {} : { until }),
    ...(by === undefined ? {} : { by }),
  }
  const usedLinks = link === undefined ? found.state.usedLinks : [...found.state.usedLinks, link.message].slice(-LINKS)
  const acknowledged = { ...found, state: { ...found.state, ack: given, usedLinks } }
  const told = occasion(replaced(state, acknowledged, {}), acknowledged, 'ack', ackText(given), write, now)
  const wake: Effect[] = until === undefined ? [] : [{ kind: 'wake', at: until }]
  return done(told.state, untilText(given, service, lasts), [...told.effects, ...wake])
}

/** Links that are remembered as used, of one outage. */
const LINKS = 500

function spentLink(
  { outage, usedLinks, ack: given }: ServiceState,
  link: NonNullable<Of<'ack'>['link']>,
): string | null {
  if (link.outage !== outage) return 'the failure that this link was about is over'
  if (usedLinks.includes(link.message)) return 'this link has been used already'
  return given === null
    ? null
    : `${given.who || 'somebody'} has acknowledged it already: ${given.comment || 'no comment'}`
}

function untilText(
  { by }: NonNullable<ServiceState['ack']>,
  { unackSummary }: Service,
  lasts: Milliseconds | undefined,
): string {
  const change = by === undefined ? unackSummary : by === 'change'
  const ends = [
    ...(lasts === undefined ? [] : [`${durationText(lasts)} have passed`]),
    ...(change ? ['what the check says changes'] : []),
    'the service has recovered',
  ]
  return `alerts stop until ${ends.join(', or ')}`
}

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

/** Asks the periods about something that is no failing event; `output` is what receivers read. */
function occasion(state: State, found: Found, kind: 'ack' | 'disable', output: string, write: Scribe, now: Now) {
  const { index, service, state: before, about } = found
  const { state: told, tellings } = consult(before, service, { kind, exit: 0, output, ends: false }, about, now)
  const { opstatus, summary, detail } = before
  const asked: State = { ...state, services: state.services.with(index, told) }
  const facts = { exit: 0, retval: null, opstatus, summary, detail, output }
  return tell(asked, { service, told, after: told, tellings, ...facts }, write, now)
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
