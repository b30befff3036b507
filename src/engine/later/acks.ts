/**
 * Acknowledgements that were given for a while come to their end. What still fails is told at once, by all the rules there
 * are but the time that alertevery still had to run: whoever said "for two hours" wants to hear of it after two hours.
 */
import type { Effect } from '../../model/effect.ts'
import { OK } from '../../model/opstatus.ts'
import type { Ack, ServiceState, State } from '../../model/state.ts'
import type { Now, WallTime } from '../../model/units.ts'
import { earliest } from '../pool/judge.ts'
import { type Decided, record, type Scribe } from '../scribe.ts'
import { toldAgain } from './told-again.ts'

export function withoutExpiredAcks(before: State, write: Scribe, now: Now): Decided {
  const over = acksOverMeanwhile(before, write, now)
  let { state } = over
  const effects = [...over.effects]
  for (const [index, { ack }] of before.services.entries()) {
    const heard = state.services[index]
    if (ack === null || heard === undefined || heard.ack !== null || heard.opstatus === OK) continue
    const told = toldAgain(state, index, heard, isOver(ack), write, now)
    state = told.state
    effects.push(...told.effects)
  }
  return { state, effects }
}

/** For a start: nobody knows yet what still fails, so the next check or trap tells it. */
export function acksOverMeanwhile(before: State, write: Scribe, now: Now): Decided {
  const effects: Effect[] = []
  const services = before.services.map((service): ServiceState => {
    const { key, ack, periods } = service
    if (ack?.until === undefined || ack.until > now.wall) return service
    const text = `${isOver(ack)}, and alerts are sent again`
    const body = { kind: 'command', who: 'upalert', command: `unack ${key}`, outcome: 'done', text } as const
    effects.push(record(write.entry(body)))
    return { ...service, ack: null, periods: periods.map((period) => ({ ...period, lastSent: null })) }
  })
  return effects.length === 0 ? { state: before, effects } : { state: { ...before, services }, effects }
}

const isOver = ({ who, comment }: Ack): string =>
  `the time of ${who || 'somebody'}'s acknowledgement is over (${comment || 'no comment'})`

export const nextAckEnd = ({ services }: State): WallTime | null =>
  earliest(services.map(({ ack }) => ack?.until ?? null))
