/**
 * alertafter, alertevery, numalerts, periods -> alert, upalert, or quiet: what one period decides on one event.
 * The rules are mon's, in mon's order: mon manual, "period definitions"; what the program does where the manual is silent.
 * Each period decides for itself. An answer, not an act: what is to be sent is returned.
 */
import type { QuietReason } from '../model/entry.ts'
import type { AlertCall, AlertEvery, ExitRange, Period } from '../model/model.ts'
import type { Quirks } from '../model/quirks.ts'
import type { PeriodState } from '../model/state.ts'
import { type Milliseconds, type Now, since, type WallTime } from '../model/units.ts'
import { isAmong } from './announce.ts'

/** What the service as a whole contributes to a period's decision on a failing event. */
export interface Failure {
  readonly exit: number
  /** Failing events in a row, this one included. */
  readonly consecutive: number
  readonly summary: string
  readonly output: string
  /** Summary and output of the previous failing event of this outage. */
  readonly lastSummary: string
  readonly lastOutput: string
  /** Who has been told of this outage. */
  readonly announced: readonly AlertCall[]
  /** What fails, for whoever is told again only when that changes. */
  readonly of: string
  /** It is no failing event. */
  readonly again: boolean
}

export interface Decision {
  readonly period: PeriodState
  readonly send: readonly AlertCall[]
  /** Why nothing is sent; `null` if something is, or if there was nothing to send in the first place. */
  readonly quiet: QuietReason | null
}

export interface Rules {
  readonly quirks: Quirks
  readonly now: Now
}

/** Decides on one failing event, of a monitor or a trap, in one period that applies. */
export function onFailure(state: PeriodState, period: Period, failure: Failure, { now }: Rules): Decision {
  if (period.alerts.length === 0) return nothing(state)
  const first = firstReason(state, period, failure, now)
  if (first !== null) return quiet(state, first)

  const { period: counted, reason } = afterLongEnough(state, period, failure, now)
  if (reason !== null) return quiet(counted, reason)

  const asked = callable(period.alerts, failure.exit)
  if (asked.length === 0) return quiet(counted, unsent(period.alerts))
  const send = asked.filter((call) => !isToldAlready(call, state, period, failure))
  if (send.length === 0) return quiet(counted, 'told-already')
  const firstSent = counted.firstSent ?? now.wall
  const told = { lastSent: now.wall, firstSent, toldOf: failure.of }
  const after = { ...counted, ...told, sent: counted.sent + 1, unpairedUps: 0, quiet: null }
  return { period: after, send, quiet: null }
}

/**
 * Decides on the return to success. An upalert answers an alert: without one before it, nobody is told, unless the
 * period has no_comp_alerts. The counters are cleared by `afterSuccess`, whether or not something was sent.
 */
export function onRecovery(state: PeriodState, period: Period, lasted: Milliseconds, { quirks }: Rules): Decision {
  if (period.upalerts.length === 0) return nothing(state)
  if (!period.noCompAlerts && state.sent === 0) return quiet(state, 'no-alert-before')
  if (quirks.oneUnpairedUpalert && period.noCompAlerts && state.unpairedUps > 0) return quiet(state, 'unpaired')
  const tooShort = period.upalertafter !== null && lasted < period.upalertafter
  if (tooShort && !quirks.upalertafterIgnored) return quiet(state, 'upalertafter')

  const send = callable(period.upalerts, 0)
  if (send.length === 0) return quiet(state, unsent(period.upalerts))
  const keepsClock = period.alertevery?.unless === 'strict' && !quirks.upalertEndsStrict
  const unpairedUps = period.noCompAlerts ? state.unpairedUps + 1 : state.unpairedUps
  const after = { ...state, sent: 0, lastSent: keepsClock ? state.lastSent : null, unpairedUps, quiet: null }
  return { period: after, send, quiet: null }
}

/** Decides on an alert that no failing event brought: of the daemon's start, an acknowledgement, a service's disabling. */
export function onOccasion(
  state: PeriodState,
  period: Period,
  kind: 'startup' | 'ack' | 'disable',
  { quirks, now }: Rules,
): Decision {
  const calls = { startup: period.startupalerts, ack: period.ackalerts, disable: period.disablealerts }[kind]
  if (calls.length === 0) return nothing(state)
  if (kind === 'ack' && !period.noCompAlerts && state.sent === 0) return quiet(state, 'no-alert-before')
  const send = callable(calls, 0)
  if (send.length === 0) return quiet(state, unsent(calls))
  const counted = { ...state, sent: state.sent + 1, lastSent: now.wall, unpairedUps: 0, quiet: null }
  return { period: quirks.otherAlertsCount ? counted : state, send, quiet: null }
}

/** A success ends the outage for every period, told or not; only a strict alertevery keeps its clock. */
export function afterSuccess(state: PeriodState, alertevery: AlertEvery | null): PeriodState {
  const lastSent = alertevery?.unless === 'strict' ? state.lastSent : null
  const { sent, windowStart, quiet: reason, firstSent } = state
  const clear = sent === 0 && windowStart === null && reason === null && firstSent === null
  if (clear && state.lastSent === lastSent && state.escalated === 0) return state
  return { ...state, sent: 0, lastSent, windowStart: null, firstSent: null, escalated: 0, quiet: null }
}

/** An acknowledgement ended with a changed summary: the failure begins anew, but for the number of alerts sent. */
export const afterUnack = (state: PeriodState): PeriodState => ({
  ...state,
  lastSent: null,
  windowStart: null,
  windowCount: 0,
})

/** `clear timers`: the clocks that the period's own words keep begin anew. */
export const withoutTimers = (state: PeriodState, { alertevery, alertafter }: Period): PeriodState => ({
  ...state,
  lastSent: alertevery === null ? state.lastSent : null,
  windowStart: alertafter.time === null && alertafter.window === null ? state.windowStart : null,
})

/**
 * Without alertevery, mon tells at every failing check. A receiver is told once of a failure, and again when other hosts fail
 * or the exit status is another one; with alertevery it is told as often as that allows, like everybody. One that is named
 * since has not been told.
 */
function isToldAlready(call: AlertCall, state: PeriodState, { alertevery }: Period, failure: Failure): boolean {
  if (call.receiver === undefined || alertevery !== null || state.lastSent === null) return false
  return state.toldOf === failure.of && isAmong(call, failure.announced)
}

export const quiet = (state: PeriodState, reason: QuietReason): Decision => ({
  period: state.quiet === reason ? state : { ...state, quiet: reason },
  send: [],
  quiet: reason,
})

const nothing = (period: PeriodState): Decision => ({ period, send: [], quiet: null })

const callable = (calls: readonly AlertCall[], exit: number): readonly AlertCall[] =>
  calls.filter((call) => call.missing !== true && inRange(call.exit, exit))

const unsent = (calls: readonly AlertCall[]): QuietReason =>
  calls.every((call) => call.missing === true) ? 'alert-missing' : 'exit-out-of-range'

/** The throttles that leave every counter as it is. */
function firstReason(state: PeriodState, period: Period, failure: Failure, now: Now): QuietReason | null {
  if (!inRange(period.alertexitrange, failure.exit)) return 'alertexitrange'
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
  { consecutive, again }: Failure,
  now: Now,
): { period: PeriodState; reason: QuietReason | null } {
  if (alertafter.count !== null && consecutive < alertafter.count) return { period: state, reason: 'alertafter-count' }
  if (alertafter.window !== null) return inWindow(state, alertafter.window, again, now)
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
  again: boolean,
  now: Now,
): { period: PeriodState; reason: QuietReason | null } {
  if (again) return { period: state, reason: state.windowCount < count ? 'alertafter-window' : null }
  const over = state.windowStart === null || since(state.windowStart, now) > time
  const windowCount = over ? 1 : state.windowCount + 1
  const period = { ...state, windowCount, windowStart: windowCount === 1 ? now.wall : state.windowStart }
  return { period, reason: windowCount < count ? 'alertafter-window' : null }
}

const inRange = (range: ExitRange | null, exit: number): boolean =>
  range === null || (exit >= range.from && exit <= range.to)
