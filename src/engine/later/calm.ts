/**
 * A service that changed too often has been quiet for as long as its `flap` counts: how it stands now is told, whatever it
 * was told last, so that nobody is left with a state that is none.
 */
import { durationText } from '../../model/duration.ts'
import type { Effect } from '../../model/effect.ts'
import type { AlertCall, Service } from '../../model/model.ts'
import { inPeriod } from '../../model/period.ts'
import { CALM, type ServiceState, type State } from '../../model/state.ts'
import { milliseconds, type Now, type WallTime, wallTime } from '../../model/units.ts'
import { united } from '../announce.ts'
import type { Telling } from '../consult.ts'
import { ended } from '../happening.ts'
import { disabledWatch } from '../readiness.ts'
import { type Decided, record, type Scribe } from '../scribe.ts'
import { tell } from '../tell.ts'

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
  const because = `it is calm again after ${flapping.count} changes in ${durationText(over)}`
  const text = `${service.key} ${because}, and is ${status.kind}; its changes are told one by one again`
  const effects: Effect[] = [record(write.entry({ kind: 'daemon', what: 'calm', text }))]
  const isUp = status.kind === 'up'
  const send = isUp ? heardOfEnd(service, found, now) : heardOfFailure(state, service, found, now)
  const after: ServiceState = { ...found, flapping: CALM, ...(isUp ? ended(found) : {}) }
  const quiet: State = { ...state, services: state.services.with(index, after) }
  const alert = isUp ? 'up' : 'failure'
  const telling: Telling = {
    ...{ period: null, alert, send, quiet: null, repeated: false, before: null, ack: found.ack },
    ...{ owed: true, because },
  }
  const { summary, detail, opstatus } = found
  const exit = isUp ? 0 : (found.exit ?? 1)
  const output = isUp ? (found.lastOutput ?? '') : (found.lastFailingOutput ?? '')
  const facts = { exit, retval: found.exitval, opstatus, summary, detail, output }
  const told = tell(
    quiet,
    { service, told: { ...found, flapping: CALM }, after, tellings: [telling], ...facts },
    write,
    now,
  )
  return { state: told.state, effects: [...effects, ...told.effects] }
}

/** Who was told of a failure meanwhile, and who would hear of its end now. */
function heardOfEnd(service: Service, { announced }: ServiceState, now: Now): readonly AlertCall[] {
  return united(announced, callsNow(service, 'upalerts', 0, now))
}

function heardOfFailure(state: State, service: Service, found: ServiceState, now: Now): readonly AlertCall[] {
  const isQuiet = found.ack !== null || found.disabled !== null || found.maintenance !== null
  if (isQuiet || disabledWatch(state.controls, service.group) !== null) return []
  return callsNow(service, 'alerts', found.exit ?? 1, now)
}

function callsNow(service: Service, list: 'alerts' | 'upalerts', exit: number, now: Now): readonly AlertCall[] {
  const periods = service.periods.filter(({ when }) => inPeriod(when, now.wall))
  const calls = periods.flatMap((period) => period[list])
  const isMeant = ({ missing, exit: range }: AlertCall): boolean =>
    missing !== true && (range === null || (exit >= range.from && exit <= range.to))
  return united([], calls.filter(isMeant))
}
