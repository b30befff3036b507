/**
 * Who is told of one event of one service: first what holds for the service as a whole, then each of its periods.
 * Source: mon manual, "DECIDING WHEN TO SEND ALERTS"; the order of the steps is the program's.
 */
import { type AlertKind, isFailing } from '../model/alert.ts'
import type { QuietReason } from '../model/entry.ts'
import type { AlertCall, Period, Service } from '../model/model.ts'
import type { Id } from '../model/names.ts'
import { inPeriod } from '../model/period.ts'
import type { Quirks } from '../model/quirks.ts'
import type { Ack, Disabled, PeriodState, ServiceState } from '../model/state.ts'
import { type Milliseconds, milliseconds, type Now, since } from '../model/units.ts'
import { firstLine, namedSummary } from './message.ts'
import { afterUnack, type Decision, onFailure, onOccasion, onRecovery, quiet, type Rules } from './notify.ts'
import { freshPeriod } from './start.ts'

/** What bears on who is told, besides the service itself. */
export interface Circumstances {
  readonly quirks: Quirks
  /** The scheduler is stopped. */
  readonly stopped: boolean
  readonly watchDisabled: Disabled | null
  /** The id of the event: what begins with it is called by it. */
  readonly event: Id
}

/** The event, as far as periods look at it. */
export interface Occasion {
  readonly kind: Exclude<AlertKind, 'test'>
  readonly exit: number
  readonly output: string
  /** A failure has ended with it; a success after a success is only told to redistribute. */
  readonly ends: boolean
  /** Nothing has failed anew: it is told again because what held it back is over. */
  readonly again?: true
}

/** What one period decided: calls to make, or the reason for making none. */
export interface Telling {
  /** `null`: the service's redistribute. */
  readonly period: Period | null
  readonly alert: AlertKind
  readonly send: readonly AlertCall[]
  readonly quiet: QuietReason | null
  /** The quiet reason is the same as last time, so it needs no entry of its own. */
  readonly repeated: boolean
  /** The period's state before; `null` for redistribute. */
  readonly before: PeriodState | null
  /** The acknowledgement that stood when this was decided; redistribute hears of one that this event ends. */
  readonly ack: Ack | null
  /** Of no period, and told because they were told of the failure. */
  readonly owed?: true
  /** Further people, because nobody has acknowledged: no upalert line is written for them. */
  readonly escalates?: true
  /** Why they are told now: see AlertMessage. */
  readonly because?: string
}

export interface Consulted {
  readonly state: ServiceState
  readonly tellings: readonly Telling[]
}

/** `state` is the service's at the event: status and counts are new, what was printed is still the former event's. */
export function consult(
  state: ServiceState,
  service: Service,
  occasion: Occasion,
  about: Circumstances,
  now: Now,
): Consulted {
  const { kind } = occasion
  if (about.stopped) return silent(state, service, kind, 'stopped')
  const all = service.redistribute === null ? [] : [redistribution(service.redistribute, kind, state.ack)]
  if (kind === 'up' && !asksPeriods(service, occasion, about.quirks)) return { state, tellings: all }
  const asked = consultPeriods(state, service, occasion, about, now)
  return { state: asked.state, tellings: [...all, ...asked.tellings] }
}

function consultPeriods(
  state: ServiceState,
  service: Service,
  occasion: Occasion,
  about: Circumstances,
  now: Now,
): Consulted {
  const { kind } = occasion
  const calm = calmed(state, kind, now)
  if (calm !== null) return silent(state, service, kind, calm)
  if (about.watchDisabled !== null) return silent(state, service, kind, 'watch-disabled')
  if (state.disabled !== null) return silent(state, service, kind, 'disabled')
  const unexplained = explained(state, service, kind)
  if (unexplained !== null) return silent(state, service, kind, unexplained)

  const heard = unackedBy(state, service, occasion, about.quirks)
  if (heard.ack !== null && !ignoresAck.has(kind)) return silent(heard, service, kind, 'acknowledged')
  const asked = eachPeriod(heard, service, kind, (period, of) => decision(period, of, heard, occasion, about, now))
  if (state.ack === null || heard.ack !== null) return asked
  // Whoever took care of it wants to know why it rings again.
  const { who, comment } = state.ack
  const because = `${who || 'somebody'} had acknowledged it (${comment || 'no comment'}), and what the check says has changed`
  return { ...asked, tellings: asked.tellings.map((telling) => ({ ...telling, because })) }
}

/** What changes too often, or is worked on, is told of later, or not at all. */
function calmed({ flapping, maintenance }: ServiceState, kind: AlertKind, now: Now): QuietReason | null {
  // The change with which it begins is the last that is told.
  const flaps = flapping.since !== null && flapping.since !== now.wall
  if (flaps && (isFailing(kind) || kind === 'up')) return 'flapping'
  return maintenance !== null && isFailing(kind) ? 'maintenance' : null
}

const ignoresAck: ReadonlySet<AlertKind> = new Set(['up', 'ack', 'disable'])

const redistribution = (call: AlertCall, alert: AlertKind, ack: Ack | null): Telling => ({
  period: null,
  alert,
  send: call.missing === true ? [] : [call],
  quiet: null,
  repeated: false,
  before: null,
  ack,
})

/** A dependency that fails, or never could be worked out, explains the failure; ends and starts are told all the same. */
function explained(state: ServiceState, { dependencies }: Service, kind: AlertKind): QuietReason | null {
  if (dependencies.alerts === null || kind === 'up' || kind === 'startup' || state.dependOk === true) return null
  return state.dependOk === null ? 'depend-unknown' : 'depends'
}

/** mon asks the periods at each success of a service with redistribute, which shows with no_comp_alerts only. */
const asksPeriods = (service: Service, { ends }: Occasion, quirks: Quirks): boolean =>
  ends
    ? service.redistribute !== null || service.periods.some(({ upalerts }) => upalerts.length > 0)
    : service.redistribute !== null && quirks.oneUnpairedUpalert

/** With unack_summary, a summary that changed in more than blanks ends the acknowledgement. */
function unackedBy(
  state: ServiceState,
  service: Service,
  { kind, output }: Occasion,
  { otherAlertsCount }: Quirks,
): ServiceState {
  if (state.ack === null || !endsByChange(state.ack, service) || ignoresAck.has(kind)) return state
  // A start brings no news of the failure; mon takes its empty output for a changed summary.
  if (kind === 'startup' && !otherAlertsCount) return state
  const bare = (text: string | null): string => summaryOf(text ?? '').replace(/\s/g, '')
  if (bare(output) === bare(state.lastFailingOutput)) return state
  return { ...state, ack: null, consecutive: 1, periods: state.periods.map(afterUnack) }
}

/** What the check says ends it, when that changes. */
export const endsByChange = ({ by }: Ack, { unackSummary }: Service): boolean =>
  by === undefined ? unackSummary : by === 'change'

function decision(
  period: PeriodState,
  of: Period,
  state: ServiceState,
  { kind, exit, output, again }: Occasion,
  { quirks }: Circumstances,
  now: Now,
): Decision {
  if (!inPeriod(of.when, now.wall))
    return callsOf(of, kind).length === 0 ? none(period) : quiet(period, 'outside-period')
  const rules: Rules = { quirks, now }
  switch (kind) {
    case 'up':
      return onRecovery(period, of, outageOf(state, now), rules)
    case 'startup':
    case 'ack':
    case 'disable':
      return onOccasion(period, of, kind, rules)
    case 'failure':
    case 'trap':
    case 'traptimeout': {
      const { consecutive, lastFailingOutput } = state
      const former = { lastSummary: summaryOf(lastFailingOutput ?? ''), lastOutput: lastFailingOutput ?? '' }
      const failing = { exit, consecutive, summary: summaryOf(output), output, ...former }
      const heard = { announced: state.announced, of: failingText(state, exit), again: again === true }
      return onFailure(period, of, { ...failing, ...heard }, rules)
    }
  }
}

/** What fails, whatever words the check has for it today: the hosts and the exit status. */
const failingText = ({ hosts }: ServiceState, exit: number): string =>
  [exit, ...hosts.flatMap(({ host, verdict }) => (verdict.kind === 'down' ? [host] : []))].join(' ')

const none = (period: PeriodState): Decision => ({ period, send: [], quiet: null })

const outageOf = ({ firstFailure }: ServiceState, now: Now): Milliseconds =>
  milliseconds(firstFailure === null ? 0 : Math.max(0, since(firstFailure, now)))

/** Every period is quiet for a reason that is the service's. */
const silent = (state: ServiceState, service: Service, kind: Occasion['kind'], reason: QuietReason): Consulted =>
  eachPeriod(state, service, kind, (period, of) =>
    callsOf(of, kind).length === 0 ? none(period) : quiet(period, reason),
  )

function eachPeriod(
  state: ServiceState,
  service: Service,
  kind: Occasion['kind'],
  decide: (period: PeriodState, of: Period) => Decision,
): Consulted {
  const decisions = service.periods.map((of, i) => {
    const before = state.periods[i] ?? freshPeriod(of)
    return { of, before, ...decide(before, of) }
  })
  const periods = decisions.map(({ period }) => period)
  const same = periods.every((period, i) => period === state.periods[i])
  const sent = decisions.reduce((sum, { send }) => sum + send.length, 0)
  return {
    state: same && sent === 0 ? state : { ...state, periods, alertCount: state.alertCount + sent },
    tellings: decisions.map(({ of, before, send, quiet: reason }) => ({
      period: of,
      alert: kind,
      send,
      quiet: reason,
      repeated: isFailing(kind) && before.quiet === reason,
      before,
      ack: state.ack,
    })),
  }
}

/** The list of a period that answers to this kind of event. */
export function callsOf(period: Period, kind: AlertKind): readonly AlertCall[] {
  switch (kind) {
    case 'up':
      return period.upalerts
    case 'startup':
      return period.startupalerts
    case 'ack':
      return period.ackalerts
    case 'disable':
      return period.disablealerts
    default:
      return period.alerts
  }
}

/** mon's summary of an output: its first line, or the words for none. */
export const summaryOf = (output: string): string => namedSummary(firstLine(output))
