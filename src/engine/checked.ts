/**
 * One run of a monitor -> new verdicts, and who is told. The order of steps is mon's (an event's processing in the mon
 * program, step for step); what we add is the verdict per host, and that pools follow it before anybody is told.
 */
import type { AlertKind } from '../model/alert.ts'
import type { QuietReason } from '../model/entry.ts'
import type { AlertCall, Period, Service } from '../model/model.ts'
import { inPeriod } from '../model/period.ts'
import type { CheckResult, HostResult } from '../model/result.ts'
import type { HostState, PeriodState, ServiceState } from '../model/state.ts'
import { type Milliseconds, type Now, since } from '../model/units.ts'
import { type Judgement, judge, nextStreak, outcome } from './judge.ts'
import { outputKept, summaryKept } from './limits.ts'
import { namedSummary, outputOf } from './message.ts'
import { afterSuccess, onFailure, onRecovery } from './notify.ts'
import { freshPeriod } from './start.ts'

export interface Checked {
  readonly state: ServiceState
  readonly hostChanges: readonly { readonly index: number; readonly change: NonNullable<Judgement['change']> }[]
  /** The service's own change of status; `null` if it stands. */
  readonly change: {
    readonly from: 'untested' | 'up' | 'down'
    readonly to: 'up' | 'down'
    readonly lasted: Milliseconds | null
  } | null
  readonly tellings: readonly PeriodTelling[]
}

/** What one period decided: calls to make, or the reason for making none. */
export interface PeriodTelling {
  readonly period: Period
  readonly alert: AlertKind
  readonly send: readonly AlertCall[]
  readonly quiet: QuietReason | null
  /** The quiet reason is the same as last time, so it needs no entry of its own. */
  readonly repeated: boolean
}

export function checked(
  state: ServiceState,
  service: Service,
  result: CheckResult,
  took: Milliseconds,
  now: Now,
): Checked {
  const judged = judgeHosts(state, service, result, now)
  const streak = nextStreak(state.streak, result.exit)
  const seen: ServiceState = {
    ...state,
    // A passing streak is only counted as far as it matters, so that a service that is well changes nothing on disk.
    streak:
      streak.kind === 'passing' && state.status.kind === 'up' && state.streak.kind === 'passing'
        ? state.streak
        : streak,
    performance: result.performance,
    hosts: judged.hosts,
    lastCheck: now.wall,
    lastDuration: took,
    warnings: sameList(state.warnings, result.warnings) ? state.warnings : result.warnings,
  }
  const base = { hostChanges: judged.changes }
  switch (outcome(streak, state.status.kind === 'down', judged.hosts, service)) {
    case 'pending':
      return { ...base, state: seen, change: null, tellings: [] }
    case 'failing':
      return { ...base, ...failing(seen, service, result, now) }
    case 'passing':
      return { ...base, ...passing(seen, service, result, now) }
  }
}

function judgeHosts(state: ServiceState, service: Service, result: CheckResult, now: Now) {
  const results = new Map<string, HostResult>(result.hosts.map((host) => [host.host, host]))
  const judgements = state.hosts.map((host): Judgement => {
    const said = results.get(host.host)
    return said === undefined ? { host, change: null } : judge(host, said, service, now)
  })
  const hosts: readonly HostState[] = judgements.map((judgement) => judgement.host)
  const changes = judgements.flatMap(({ change }, index) => (change === null ? [] : [{ index, change }]))
  return { hosts, changes }
}

type Outcome = Pick<Checked, 'state' | 'change' | 'tellings'>

function failing(before: ServiceState, service: Service, result: CheckResult, now: Now): Outcome {
  const summary = namedSummary(result.summary).slice(0, summaryKept)
  const output = outputOf(result.summary, result.detail).slice(0, outputKept)
  const exit = result.exit === 0 ? 1 : result.exit
  const isDown = before.status.kind === 'down'
  const consecutive = before.consecutive + 1
  const decisions = service.periods.map((period, i) => {
    const failure = {
      exit,
      consecutive,
      summary,
      output,
      lastSummary: namedSummary(firstLine(before.lastFailingOutput ?? '')).slice(0, summaryKept),
      lastOutput: before.lastFailingOutput ?? '',
      acknowledged: before.ack !== null,
      disabled: before.disabled !== null,
    }
    const periodState = before.periods[i] ?? freshPeriod(period)
    return {
      period,
      before: periodState,
      ...{ decision: onFailure(periodState, period, inPeriod(period.when, now.wall), failure, now) },
    }
  })
  const state: ServiceState = {
    ...before,
    status: before.status.kind === 'down' ? before.status : { kind: 'down', since: now.wall },
    consecutive,
    failureCount: before.failureCount + 1,
    alertCount: before.alertCount + decisions.reduce((sum, { decision }) => sum + decision.send.length, 0),
    lastFailure: now.wall,
    exit,
    summary,
    detail: result.detail.slice(0, outputKept),
    lastOutput: output,
    lastFailingOutput: output,
    periods: decisions.map(({ decision }) => decision.period),
  }
  return {
    state,
    change: isDown ? null : { from: before.status.kind, to: 'down', lasted: heldFor(before, now) },
    tellings: decisions.map(({ period, before: former, decision }) => telling(period, 'failure', former, decision)),
  }
}

function passing(before: ServiceState, service: Service, result: CheckResult, now: Now): Outcome {
  const wasDown = before.status.kind === 'down'
  const recovery = { disabled: before.disabled !== null, lasted: heldFor(before, now) ?? (0 as Milliseconds) }
  const decisions = wasDown
    ? service.periods.map((period, i) => {
        const periodState = before.periods[i] ?? freshPeriod(period)
        return {
          period,
          former: periodState,
          decision: onRecovery(periodState, period, inPeriod(period.when, now.wall), recovery),
        }
      })
    : []
  const cleared = before.periods.map((period, i) =>
    afterSuccess(decisions[i]?.decision.period ?? period, service.periods[i]?.alertevery ?? null),
  )
  const state: ServiceState = {
    ...before,
    status: before.status.kind === 'up' ? before.status : { kind: 'up', since: now.wall },
    consecutive: 0,
    alertCount: before.alertCount + decisions.reduce((sum, { decision }) => sum + decision.send.length, 0),
    lastFailure: null,
    lastSuccess: now.wall,
    exit: 0,
    summary: result.summary.slice(0, summaryKept),
    detail: result.detail.slice(0, outputKept),
    lastOutput: outputOf(result.summary, result.detail).slice(0, outputKept),
    lastFailingOutput: '',
    untold: null,
    ack: null,
    periods: sameList(before.periods, cleared) ? before.periods : cleared,
  }
  const changed = before.status.kind !== 'up'
  return {
    state,
    change: changed ? { from: before.status.kind, to: 'up', lasted: heldFor(before, now) } : null,
    tellings: decisions.map(({ period, former, decision }) => telling(period, 'up', former, decision)),
  }
}

/** How long the status held that ends now. */
const heldFor = ({ status }: ServiceState, now: Now): Milliseconds | null =>
  status.kind === 'untested' ? null : since(status.since, now)

function telling(
  period: Period,
  alert: AlertKind,
  before: PeriodState,
  { send, quiet }: { readonly send: readonly AlertCall[]; readonly quiet: QuietReason | null },
): PeriodTelling {
  return { period, alert, send, quiet, repeated: alert === 'failure' && before.quiet === quiet }
}

const firstLine = (output: string): string =>
  output.slice(0, output.indexOf('\n') === -1 ? undefined : output.indexOf('\n'))

const sameList = <T>(a: readonly T[], b: readonly T[]): boolean =>
  a.length === b.length && a.every((item, i) => item === b[i])
