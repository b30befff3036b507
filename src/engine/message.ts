/**
 * What an alert is told: everything about the event, fixed at the moment of the decision.
 * The MON_* variables and their values at that moment: mon manual, "ALERT PROGRAMS".
 */
import type { AlertKind, AlertMessage } from '../model/alert.ts'
import type { Service, Settings } from '../model/model.ts'
import type { Id } from '../model/names.ts'
import type { ServiceState } from '../model/state.ts'
import { type Milliseconds, milliseconds, type Now, type WallTime } from '../model/units.ts'

export interface Telling {
  readonly id: Id
  readonly kind: AlertKind
  readonly service: Service
  readonly settings: Settings
  /** The service's state after the event, except in an upalert: there the outage's, before it was cleared. */
  readonly state: ServiceState
  readonly exit: number
  readonly summary: string
  readonly detail: string
  readonly output: string
  /** Output of the event before this one. */
  readonly lastOutput: string | null
  readonly pools: readonly string[]
}

export function message(telling: Telling, now: Now): AlertMessage {
  const { service, state, kind } = telling
  const firstFailure = state.status.kind === 'down' ? state.status.since : null
  const failing =
    kind === 'up'
      ? []
      : state.hosts.flatMap(({ host, verdict }) => (verdict.kind === 'down' ? [{ host, text: verdict.text }] : []))
  return {
    id: telling.id,
    kind,
    key: service.key,
    group: service.group,
    service: service.name,
    description: service.description,
    hosts: service.hosts,
    failing,
    exit: telling.exit,
    summary: telling.summary,
    detail: telling.detail,
    output: telling.output,
    at: now.wall,
    firstFailure,
    lastFailure: state.lastFailure,
    lastSuccess: state.lastSuccess,
    lasted: kind === 'up' && firstFailure !== null ? lasted(firstFailure, now) : null,
    failures: state.consecutive,
    acknowledged: state.ack?.comment ?? null,
    pools: telling.pools,
    environment: environment(telling, firstFailure),
  }
}

const lasted = (start: WallTime, now: Now): Milliseconds => milliseconds(Math.max(0, now.wall - start))

function environment(telling: Telling, firstFailure: WallTime | null): Record<string, string> {
  const { service, state, kind } = telling
  return {
    ...service.environment,
    MON_GROUP: service.group,
    MON_SERVICE: service.name,
    MON_ALERTTYPE: kind,
    MON_RETVAL: String(telling.exit),
    MON_OPSTATUS: kind === 'up' ? '1' : '0',
    MON_LAST_SUMMARY: telling.summary,
    ...(telling.lastOutput === null ? {} : { MON_LAST_OUTPUT: telling.lastOutput }),
    MON_LAST_FAILURE: epoch(state.lastFailure),
    MON_FIRST_FAILURE: epoch(firstFailure),
    MON_LAST_SUCCESS: epoch(state.lastSuccess),
    MON_FIRST_SUCCESS: '',
    ...(service.description === '' ? {} : { MON_DESCRIPTION: service.description }),
    ...(state.ack === null ? {} : { MON_ACK: state.ack.comment }),
    ...places(telling.settings),
  }
}

/** What a monitor program is told of the event before (mon manual, "MONITOR PROGRAMS"). */
export function monitorEnvironment(service: Service, state: ServiceState, settings: Settings): Record<string, string> {
  const firstFailure = state.status.kind === 'down' ? state.status.since : null
  return {
    ...service.environment,
    MON_GROUP: service.group,
    MON_SERVICE: service.name,
    ...(state.lastCheck === null ? {} : { MON_LAST_SUMMARY: state.summary }),
    ...(state.lastOutput === null ? {} : { MON_LAST_OUTPUT: state.lastOutput }),
    MON_LAST_FAILURE: epoch(state.lastFailure),
    MON_FIRST_FAILURE: epoch(firstFailure),
    MON_LAST_SUCCESS: epoch(state.lastSuccess),
    ...(service.description === '' ? {} : { MON_DESCRIPTION: service.description }),
    ...places(settings),
  }
}

const places = ({ statedir, logdir, cfbasedir }: Settings): Record<string, string> => ({
  MON_STATEDIR: statedir,
  MON_LOGDIR: logdir,
  MON_CFBASEDIR: cfbasedir,
})

/** Whole seconds since 1970, 0 for "not in this state", as mon has it. */
const epoch = (time: WallTime | null): string => String(time === null ? 0 : Math.floor(time / 1000))

/** mon's output of an event: the summary line, and the detail below it. */
export const outputOf = (summary: string, detail: string): string =>
  detail === '' ? (summary === '' ? '' : `${summary}\n`) : `${summary}\n${detail}`

/** mon shows these words where a failing program printed none. */
export const namedSummary = (summary: string): string => (summary.trim() === '' ? '(NO SUMMARY)' : summary)
