/**
 * `ack` and `unack`: somebody takes a failure on, and alerts stop until it has ended, or until a time or a change that they
 * named. By a link it counts once for each message, for its outage alone, and never over what somebody else has said.
 */
import type { Effect } from '../../model/effect.ts'
import type { Command } from '../../model/event.ts'
import { OK, UNTESTED } from '../../model/opstatus.ts'
import type { Ack, ServiceState, State } from '../../model/state.ts'
import { type Now, wallTime } from '../../model/units.ts'
import { endText } from '../ack-view.ts'
import { ackText } from '../message.ts'
import { type Carried, done, refused } from '../on-command.ts'
import type { Found } from '../on-happened.ts'
import type { Scribe } from '../scribe.ts'
import { occasion } from './occasion.ts'

type Of<K extends Command['kind']> = Extract<Command, { kind: K }>

/** Links of one outage that count as used; a further one is refused, so that none ever counts twice. */
export const USED_LINKS = 500

export function onAck(state: State, found: Found, command: Of<'ack'>, who: string, write: Scribe, now: Now): Carried {
  const { service } = found
  const { lasts, link } = command
  const well = found.state.opstatus === OK || found.state.opstatus === UNTESTED
  if (well) return refused(`${service.key} is not failing, so there is nothing to acknowledge`)
  const spent = link === undefined ? null : spentLink(found.state, link)
  if (spent !== null) return refused(spent)
  const ack = givenAck(command, who, now)
  const usedLinks = link === undefined ? found.state.usedLinks : [...found.state.usedLinks, link.message]
  const acknowledged = { ...found, state: { ...found.state, ack, usedLinks } }
  const told = occasion(state, acknowledged, 'ack', ackText(ack), write, now)
  const wake: Effect[] = ack.until === undefined ? [] : [{ kind: 'wake', at: ack.until }]
  return done(told.state, `alerts stop until ${endText(ack, service, lasts ?? null)}`, [...told.effects, ...wake])
}

function givenAck({ comment, lasts, until }: Of<'ack'>, who: string, now: Now): Ack {
  return {
    ...{ at: now.wall, who, comment },
    ...(lasts === undefined ? {} : { until: wallTime(now.wall + lasts) }),
    ...(until === undefined ? {} : { by: until }),
  }
}

/** Why a link does not count, as a sentence; `null`: it does. */
function spentLink({ outage, usedLinks, ack }: ServiceState, link: NonNullable<Of<'ack'>['link']>): string | null {
  if (link.outage !== outage) return 'the failure that this link was about is over'
  if (usedLinks.includes(link.message)) return 'this link has been used already'
  if (ack !== null) return `${ack.who || 'somebody'} has acknowledged it already: ${ack.comment || 'no comment'}`
  return usedLinks.length < USED_LINKS ? null : `${USED_LINKS} links of this outage have been used; use "upalert ack"`
}

/** Escalations that were held back may be due by now, so the time is looked at. */
export function onUnack(state: State, { index, service, state: before }: Found, now: Now): Carried {
  if (before.ack === null) return refused(`${service.key} is not acknowledged`)
  const services = state.services.with(index, { ...before, ack: null })
  return done({ ...state, services }, 'alerts are sent again', [{ kind: 'wake', at: now.wall }])
}
