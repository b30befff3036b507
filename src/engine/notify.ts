/**
 * alertafter, alertevery, numalerts, periods, acknowledgements -> alert, upalert, or quiet.
 * The rules are mon's, in mon's order: mon manual, "period definitions"; what the program does where the manual is silent.
 * Each period decides for itself. An answer, not an act: what is to be sent is returned.
 */
import type { QuietReason } from '../model/entry.ts'
import type { AlertCall, AlertEvery, Period } from '../model/model.ts'
import type { PeriodState } from '../model/state.ts'
import { type Milliseconds, type Now, since, type WallTime } from '../model/units.ts'

/** What the service as a whole contributes to a failing event's decision. */
export interface Failure {
  readonly exit: number
  /** Failing events in a row, this one included. */
  readonly consecutive: number
  readonly summary: string
  readonly output: string
  /** Summary and output of the previous failing event of this outage. */
  readonly lastSummary: string
  readonly lastOutput: string
  readonly acknowledged: boolean
  readonly disabled: boolean
}

export interface Recovery {
  readonly disabled: boolean
  /** How long the outage lasted. */
  readonly lasted: Milliseconds
}

export interface Decision {
  readonly period: PeriodState
  readonly send: readonly AlertCall[]
  /** Why nothing is sent; `null` if something is, or if there was nothing to send in the first place. */
  readonly quiet: QuietReason | null
}

/** Decides on one failing event in one period. */
export function onFailure(state: PeriodState, period: Period, inPeriod: boolean, failure: Failure, now: Now): Decision {
  if (period.alerts.length === 0) return { period: state, send: [], quiet: null }
  const first = firstReason(state, period, inPeriod, failure, now)
  if (first !== null) return quiet(state, first)

  const { period: counted, reason } = afterLongEnough(state, period, failure.consecutive, now)
  if (reason !== null) return quiet(counted, reason)

  const send = period.alerts.filter((call) => inRange(call, failure.exit))
  if (send.length === 0) return quiet(counted, 'exit-out-of-range')
  return { period: { ...counted, sent: counted.sent + 1, lastSent: now.wall, quiet: null }, send, quiet: null }
}

/**
 * Decides on the return to success in one period. An upalert answers an alert: without one before it, nobody is told.
 * The counters are cleared by `afterSuccess`, whether or not something was sent.
 */
export function onRecovery(state: PeriodState, period: Period, inPeriod: boolean, recovery: Recovery): Decision {
  if (period.upalerts.length === 0) return { period: state, send: [], quiet: null }
  if (recovery.disabled) return quiet(state, 'disabled')
  if (!inPeriod) return quiet(state, 'outside-period')
  if (state.sent === 0) return quiet(state, 'no-alert-before')
  if (period.upalertafter !== null && recovery.lasted < period.upalertafter) return quiet(state, 'upalertafter')
  const send = period.upalerts.filter((call) => inRange(call, 0))
  if (send.length === 0) return quiet(state, 'exit-out-of-range')
  const lastSent = period.alertevery?.unless === 'strict' ? state.lastSent : null
  return { period: { ...state, sent: 0, lastSent, quiet: null }, send, quiet: null }
}

/** A success ends the outage for every period, told or not; only a strict alertevery keeps its clock. */
export function afterSuccess(state: PeriodState, alertevery: AlertEvery | null): PeriodState {
  const lastSent = alertevery?.unless === 'strict' ? state.lastSent : null
  const clear = state.sent === 0 && state.windowStart === null && state.quiet === null && state.lastSent === lastSent
  return clear ? state : { ...state, sent: 0, lastSent, windowStart: null, quiet: null }
}

const quiet = (state: PeriodState, reason: QuietReason): Decision => ({
  period: state.quiet === reason ? state : { ...state, quiet: reason },
  send: [],
  quiet: reason,
})

/** The throttles that leave every counter as it is. */
function firstReason(
  state: PeriodState,
  period: Period,
  inPeriod: boolean,
  failure: Failure,
  now: Now,
): QuietReason | null {
  if (failure.disabled) return 'disabled'
  if (failure.acknowledged) return 'acknowledged'
  if (!inPeriod) return 'outside-period'
  if (period.numalerts > 0 && state.sent >= period.numalerts) return 'numalerts-reached'
  return tooSoon(state.lastSent, period.alertevery, failure, now) ? 'alertevery' : null
}

/**
 * alertevery compares with the previous failing event, told or not, so a summary that changes back and forth is told
 * each time; observe_detail compares the whole output, and strict compares nothing.
 */
function tooSoon(lastSent: WallTime | null, rule: AlertEvery | null, failure: Failure, now: Now): boolean {
  if (rule === null || lastSent === null || since(lastSent, now) >= rule.every) return false
  switch (rule.unless) {
    case 'strict':
    case 'success':
      return true
    case 'detail':
      return failure.lastOutput === failure.output
    case 'summary':
      return failure.lastSummary === failure.summary
  }
}

/** alertafter in its three forms. A count and a window may stand together; a count and a time must both hold. */
function afterLongEnough(
  state: PeriodState,
  { alertafter }: Period,
  consecutive: number,
  now: Now,
): { period: PeriodState; reason: QuietReason | null } {
  if (alertafter.count !== null && consecutive < alertafter.count) return { period: state, reason: 'alertafter-count' }
  if (alertafter.window !== null) return inWindow(state, alertafter.window, now)
  if (alertafter.time === null) return { period: state, reason: null }
  const start = state.windowStart ?? now.wall
  const waiting = since(start, now) <= alertafter.time
  return {
    period: start === state.windowStart ? state : { ...state, windowStart: start },
    reason: waiting ? 'alertafter-time' : null,
  }
}

/** `alertafter N T`: a window opens at a failure; from the Nth in it on each one counts; the first after it opens the next. */
function inWindow(
  state: PeriodState,
  { count, time }: { readonly count: number; readonly time: Milliseconds },
  now: Now,
): { period: PeriodState; reason: QuietReason | null } {
  const over = state.windowStart === null || since(state.windowStart, now) > time
  const windowCount = over ? 1 : state.windowCount + 1
  const period = { ...state, windowCount, windowStart: windowCount === 1 ? now.wall : state.windowStart }
  return { period, reason: windowCount < count ? 'alertafter-window' : null }
}

const inRange = (call: AlertCall, exit: number): boolean =>
  call.exit === null || (exit >= call.exit.from && exit <= call.exit.to)
