/** A service and its state as the record behind a line of `list opstatus`. mon manual, moncmd, "list opstatus". */
import { ackText } from '../../engine/message.ts'
import { intervalInForce } from '../../engine/readiness.ts'
import type { Period } from '../../model/model.ts'
import type { PeriodState } from '../../model/state.ts'
import { type Milliseconds, milliseconds, type Now, since, type WallTime, wallTime } from '../../model/units.ts'
import type { OpstatusFields } from '../../wire/mon/opstatus.ts'
import type { MonitorRun } from './daemon.ts'
import type { Named } from './named-service.ts'

export function opstatusFields({ service, state }: Named, run: MonitorRun, now: Now): OpstatusFields {
  const { written } = service.dependencies
  const interval = intervalInForce(service, state)
  const { timing } = service
  return {
    group: service.group,
    service: service.name,
    opstatus: state.opstatus,
    lastOpstatus: state.lastOpstatus,
    exitval: state.exitval,
    timer: timerOf(run),
    lastSuccess: state.lastSuccess,
    lastTrap: state.lastTrap,
    lastCheck: state.lastCheck,
    ack: state.ack === null ? null : { at: state.ack.at, comment: ackText(state.ack) },
    alertsSent: sum(state.periods.filter((_, i) => counts(service.periods[i])).map(({ sent }) => sent)),
    depstatus: state.dependOk,
    depend: written.depend,
    hostdepend: written.hostdepend,
    monitordepend: written.monitordepend,
    alertdepend: written.alertdepend,
    monitor: service.monitor?.text ?? service.monitorMissing,
    lastSummary: state.summary,
    lastDetail: state.detail,
    lastFailure: state.lastFailure,
    run: interval === null ? null : { interval, monitorDuration: state.lastDuration, monitorRunning: run.running },
    excludePeriod: service.excludePeriod?.text ?? '',
    excludeHosts: service.excludeHosts,
    randskew: timing?.kind === 'every' ? timing.randskew : null,
    lastAlert: newest(state.periods),
    outage:
      state.firstFailure === null
        ? null
        : { firstFailure: state.firstFailure, failureDuration: notNegative(since(state.firstFailure, now)) },
  }
}

/** 0 while it runs, and where nothing is planned. */
export const timerOf = ({ timer, running }: MonitorRun): Milliseconds =>
  running || timer === null ? milliseconds(0) : notNegative(timer)

const counts = (period: Period | undefined): boolean => period?.alertsDontCount !== true

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

function newest(periods: readonly PeriodState[]): WallTime | null {
  const times = periods.flatMap(({ lastSent }) => (lastSent === null ? [] : [lastSent]))
  return times.length === 0 ? null : wallTime(Math.max(...times))
}

/** The clock may have been set back. */
const notNegative = (length: Milliseconds): Milliseconds => milliseconds(Math.max(0, length))
