/**
 * What the daemon itself knows of a service, under the names by which mon's `get` reads it: keywords of mon.cf, and with
 * an underscore in front what changes. Times are epoch seconds, lengths seconds; empty is what is not set.
 * Source: mon's README.variables; the answers of mon 1.3.6 to `get`.
 */
import { ackText } from '../../engine/message.ts'
import type { Milliseconds, WallTime } from '../../model/units.ts'
import { secondsLeft, wholeSeconds } from '../../wire/mon/seconds.ts'
import type { MonitorRun } from './daemon.ts'
import type { Named } from './named-service.ts'
import { timerOf } from './opstatus-fields.ts'

type Read = (named: Named, run: MonitorRun) => string

const time = (at: WallTime | null, never = '0'): string => (at === null ? never : String(wholeSeconds(at)))
const length = (of: Milliseconds | null): string => (of === null ? '' : String(of / 1000))
const flag = (on: boolean): string => (on ? '1' : '')

const INTERNAL: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['description', ({ service }) => service.description],
  ['interval', ({ service: { timing } }) => (timing?.kind === 'every' ? length(timing.interval) : '')],
  ['failure_interval', ({ service }) => length(service.failureInterval)],
  ['randskew', ({ service: { timing } }) => (timing?.kind === 'every' ? length(timing.randskew) : '')],
  ['monitor', ({ service }) => service.monitor?.text ?? service.monitorMissing],
  ['traptimeout', ({ service }) => length(service.traptimeout)],
  ['trapduration', ({ service }) => length(service.trapduration)],
  ['exclude_period', ({ service }) => service.excludePeriod?.text ?? ''],
  ['exclude_hosts', ({ service }) => service.excludeHosts.join(' ')],
  ['allow_empty_group', ({ service }) => flag(service.allowEmptyGroup)],
  ['unack_summary', ({ service }) => flag(service.unackSummary)],
  ['redistribute', ({ service }) => service.redistribute?.text ?? ''],
  ['depend', ({ service }) => service.dependencies.written.depend],
  ['alertdepend', ({ service }) => service.dependencies.written.alertdepend],
  ['monitordepend', ({ service }) => service.dependencies.written.monitordepend],
  ['hostdepend', ({ service }) => service.dependencies.written.hostdepend],
  ['dep_memory', ({ service }) => length(service.depMemory)],
  ['disable', ({ state }) => flag(state.disabled !== null)],
  ['_op_status', ({ state }) => String(state.opstatus)],
  ['_last_op_status', ({ state }) => String(state.lastOpstatus)],
  ['_exitval', ({ state }) => state.exitval ?? 'undef'],
  ['_ack', ({ state }) => time(state.ack?.at ?? null)],
  ['_ack_comment', ({ state }) => (state.ack === null ? '' : ackText(state.ack))],
  ['_consec_failures', ({ state }) => String(state.consecutive)],
  ['_failure_count', ({ state }) => String(state.failureCount)],
  ['_alert_count', ({ state }) => String(state.alertCount)],
  ['_last_check', ({ state }) => time(state.lastCheck, '')],
  ['_last_success', ({ state }) => time(state.lastSuccess)],
  ['_last_failure', ({ state }) => time(state.lastFailure)],
  ['_first_failure', ({ state }) => time(state.firstFailure)],
  ['_last_failure_time', ({ state }) => time(state.failedAt, '')],
  ['_last_failure_summary', ({ state }) => state.failedSummary],
  ['_last_summary', ({ state }) => state.summary],
  ['_last_detail', ({ state }) => state.detail],
  ['_last_output', ({ state }) => state.lastOutput ?? ''],
  ['_failure_output', ({ state }) => state.lastFailingOutput ?? ''],
  ['_last_trap', ({ state }) => time(state.lastTrap)],
  ['_depend_status', ({ state }) => (state.dependOk === null ? '' : String(Number(state.dependOk)))],
  ['_timer', (_, run) => String(secondsLeft(timerOf(run)))],
  ['_monitor_duration', ({ state }) => (state.lastDuration === null ? '-1' : String(wholeSeconds(state.lastDuration)))],
  ['_monitor_running', (_, run) => String(Number(run.running))],
])

/** Keywords that a client must not take for a variable of its own, although nothing is answered to them. */
const KEYWORDS = new Set(['periods', 'dep_behavior', 'ENV'])

/** Everything with an underscore in front is the daemon's. */
export const isInternal = (name: string): boolean => name.startsWith('_') || INTERNAL.has(name) || KEYWORDS.has(name)

/** Empty for what this daemon does not have. */
export const internalValue = (name: string, named: Named, run: MonitorRun): string =>
  INTERNAL.get(name)?.(named, run) ?? ''
