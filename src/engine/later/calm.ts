/**
 * A service that changed too often has been quiet for as long as its `flap` counts: how it stands now is told, whatever it
 * was told last, so that nobody is left with a state that is none.
 */
import { durationText } from '../../model/duration.ts'
import type { Effect } from '../../model/effect.ts'
import type { AlertCall, Period, Service } from '../../model/model.ts'
import { inPeriod } from '../../model/period.ts'
import { CALM, type ServiceState, type State } from '../../model/state.ts'
import { milliseconds, type Now, type WallTime, wallTime } from '../../model/units.ts'
import { united } from '../announce.ts'
import type { Telling } from '../consult.ts'
import { ended } from '../happening.ts'
import { type Decided, record, type Scribe } from '../scribe.ts'
import { tell } from '../tell.ts'
import { toldAgain } from './told-again.ts'

export function calmed(before: State, write: Scribe, now: Now): Decided {
  let state = before
  const effects: Effect[] = []
  for (const [index, service] of before.model.services.entries()) {
    const found = before.services[index]
    const at = found === undefined ? null : calmAt(service, found)
    if (found === undefined || at === null || at > now.wall) continue
    const told = finalState(state, index, service, found, write, now)
    state = told.state
    effects.push(...told.effects)
  }
  return { state, effects }
}

export function nextCalm({ model, services }: State): WallTime | null {
  let next: number | null = null
  for (const [index, service] of model.services.entries()) {
    const found = services[index]
    const at = found === undefined ? null : calmAt(service, found)
    if (at !== null) next = Math.min(next ?? at, at)
  }
  return next === null ? null : wallTime(next)
}

/** To be asked after each change: flapping has begun, and its end has a time. Later changes only put that off. */
export function wakeForCalm(of: Service, before: ServiceState, after: ServiceState): Effect[] {
  const at = before.flapping.since === null ? calmAt(of, after) : null
  return at === null ? [] : [{ kind: 'wake', at }]
}

/** A service whose `flap` a reload has taken away is calm at once. */
function calmAt({ flap }: Service, { flapping }: ServiceState): WallTime | null {
  if (flapping.since === null) return null
  return wallTime((flapping.changes.at(-1) ?? flapping.since) + (flap?.within ?? 0))
}

function finalState(
  state: State,
  index: number,
  service: Service,
  found: ServiceState,
  write: Scribe,
  now: Now,
): Decided {
  const { flapping, status } = found
  const over = milliseconds(now.wall - (flapping.since ?? now.wall))
  const because = `it is calm again after ${flapping.count === 1 ? '1 change' : `${flapping.count} changes`} in ${durationText(over)}`
  const text = `${service.key} ${because}, and is ${status.kind}; its changes are told one by one again`
  const effects: Effect[] = [record(write.entry({ kind: 'daemon', what: 'calm', text }))]
  if (status.kind !== 'up') {
    // By all the rules there are but the time that alertevery still had to run.
    const periods = found.periods.map((period) => ({ ...period, lastSent: null }))
    const told = toldAgain(state, index, { ...found, flapping: CALM, periods }, because, write, now)
    return { state: told.state, effects: [...effects, ...told.effects] }
  }
  const after: ServiceState = { ...found, flapping: CALM, ...ended(found) }
  const quiet: State = { ...state, services: state.services.with(index, after) }
  const { summary, detail, opstatus, exitval: retval } = found
  const facts = { exit: 0, retval, opstatus, summary, detail, output: found.lastOutput ?? '' }
  const told = { ...found, flapping: CALM }
  const sent = tell(quiet, { service, told, after, tellings: ends(service, found, because, now), ...facts }, write, now)
  return { state: sent.state, effects: [...effects, ...sent.effects] }
}

const plain = { quiet: null, repeated: false, before: null } as const

/** Who was told of a failure meanwhile, and who would hear of its end now. */
function ends(service: Service, { announced, ack }: ServiceState, because: string, now: Now): Telling[] {
  const calls = inForce(service, now).flatMap(({ upalerts }) => meant(upalerts, 0))
  const send = united(announced, calls)
  return send.length === 0 ? [] : [{ period: null, alert: 'up', send, ack, owed: true, because, ...plain }]
}

const inForce = ({ periods }: Service, now: Now): readonly Period[] =>
  periods.filter(({ when }) => inPeriod(when, now.wall))

const meant = (calls: readonly AlertCall[], exit: number): readonly AlertCall[] =>
  calls.filter(
    ({ missing, exit: range }) => missing !== true && (range === null || (exit >= range.from && exit <= range.to)),
  )
