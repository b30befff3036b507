/** A failure that was told and that nobody has acknowledged is told to further people, each step at its time, once. */
import { durationText } from '../../model/duration.ts'
import type { Effect } from '../../model/effect.ts'
import type { Period, Service } from '../../model/model.ts'
import { inPeriod } from '../../model/period.ts'
import type { PeriodState, ServiceState, State } from '../../model/state.ts'
import { type Now, type WallTime, wallTime } from '../../model/units.ts'
import type { Telling } from '../consult.ts'
import { escalationsAtOnce, periodLook } from '../limits.ts'
import { disabledWatch } from '../readiness.ts'
import type { Decided, Scribe } from '../scribe.ts'
import { tell } from '../tell.ts'

/** So many at once as one event may have; nextEscalation asks for the next at once. */
export function escalated(before: State, write: Scribe, now: Now): Decided {
  let state = before
  let places = escalationsAtOnce
  const effects: Effect[] = []
  for (const [index, service] of before.model.services.entries()) {
    if (places === 0) break
    const found = before.services[index]
    if (found === undefined || !waits(before, service, found)) continue
    const steps = service.periods.map((period, i) => stepsDue(period, found.periods[i], now))
    if (steps.every(({ length }) => length === 0)) continue
    places -= 1
    const tellings = steps.flat()
    const periods = found.periods.map((one, i) => ({ ...one, escalated: one.escalated + (steps[i]?.length ?? 0) }))
    const after: ServiceState = { ...found, periods }
    const asked: State = { ...state, services: state.services.with(index, after) }
    const { summary, detail, opstatus } = found
    const exit = found.exit ?? 1
    const facts = { exit, retval: found.exitval, opstatus, summary, detail, output: found.lastFailingOutput ?? '' }
    const told = tell(asked, { service, told: after, after, tellings, ...facts }, write, now)
    state = told.state
    effects.push(...told.effects)
  }
  return { state, effects }
}

/** When the next step of any is due; `null`: none waits. Without `now`, also what has to wait for its period. */
export function nextEscalation(state: State, now?: Now): WallTime | null {
  let next: number | null = null
  for (const [index, service] of state.model.services.entries()) {
    const found = state.services[index]
    if (found === undefined || !waits(state, service, found)) continue
    for (const [i, period] of service.periods.entries()) {
      const due = stepAt(period, found.periods[i])
      if (due === null) continue
      const isOutside = now !== undefined && due <= now.wall && !inPeriod(period.when, now.wall)
      const at = isOutside ? now.wall + periodLook : due
      next = Math.min(next ?? at, at)
    }
  }
  return next === null ? null : wallTime(next)
}

/**
 * To be asked after each event of a service: a step may have come due while something explained the failure, such as a
 * service that was disabled, or one that it depends on.
 */
export function wakeForEscalation(state: State, service: Service, found: ServiceState, now: Now): Effect[] {
  if (!waits(state, service, found)) return []
  const isDue = service.periods.some((period, i) => stepsDue(period, found.periods[i], now).length > 0)
  return isDue ? [{ kind: 'wake', at: now.wall }] : []
}

/** It fails, as an event since the start says, nothing explains why nobody does anything, and checks would tell of its end. */
function waits(state: State, service: Service, found: ServiceState): boolean {
  const { status, ack, disabled, maintenance, flapping, dependOk } = found
  if (status.kind !== 'down' || service.periods.every(({ escalations }) => escalations.length === 0)) return false
  const { stopped, watchedSince = null } = state.controls
  if (stopped !== null || (watchedSince !== null && (found.lastFailure ?? 0) < watchedSince)) return false
  const isQuiet = ack !== null || disabled !== null || maintenance !== null || flapping.since !== null
  const isExplained = service.dependencies.alerts !== null && dependOk !== true
  return !isQuiet && !isExplained && disabledWatch(state.controls, service.group) === null
}

function stepAt({ escalations }: Period, state: PeriodState | undefined): WallTime | null {
  const step = escalations[state?.escalated ?? 0]
  const first = state?.firstSent ?? null
  return step === undefined || first === null ? null : wallTime(first + step.after)
}

/** None outside the period that has them: they wait until it applies again, and it still fails. */
function stepsDue(period: Period, state: PeriodState | undefined, now: Now): Telling[] {
  const { firstSent = null, escalated: done = 0 } = state ?? {}
  if (state === undefined || firstSent === null) return []
  const due = period.escalations.slice(done).filter(({ after }) => firstSent + after <= now.wall)
  if (due.length === 0 || !inPeriod(period.when, now.wall)) return []
  return due.map(({ after, calls }, i) => ({
    period,
    alert: 'failure',
    send: calls.filter(({ missing }) => missing !== true),
    quiet: null,
    repeated: false,
    before: { ...state, escalated: done + i },
    ack: null,
    escalates: true,
    because: `nobody has acknowledged it for ${durationText(after)}`,
  }))
}
