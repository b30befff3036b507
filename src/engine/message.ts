/**
 * What an alert is told: everything about the event, fixed at the moment of the decision.
 * The MON_* variables and their values at that moment: mon manual, "ALERT PROGRAMS".
 */
import { type AlertKind, type AlertMessage, isFailing } from '../model/alert.ts'
import type { Service, Settings } from '../model/model.ts'
import type { Host, Id } from '../model/names.ts'
import type { Opstatus } from '../model/opstatus.ts'
import type { Ack, ServiceState } from '../model/state.ts'
import { type Milliseconds, milliseconds, type Now, type WallTime } from '../model/units.ts'
import { remedyOf } from './remedy.ts'

export interface Told {
  readonly id: Id
  readonly kind: AlertKind
  readonly isTest: boolean
  readonly service: Service
  /** Without disabled ones. */
  readonly hosts: readonly Host[]
  readonly settings: Settings
  /** The service's state after the event, except in an upalert: there the outage's, before it was cleared. */
  readonly state: ServiceState
  readonly exit: number
  /** MON_RETVAL; `null`: it is not set. */
  readonly retval: string | null
  readonly opstatus: Opstatus
  readonly summary: string
  readonly detail: string
  readonly output: string
  /** `group:service` that a trap was meant for. */
  readonly intended: string | null
  readonly pools: readonly string[]
  readonly others: readonly string[]
  /** Empty: nothing is said of it. */
  readonly traffic?: string
  readonly because?: string
  readonly gone?: true
}

export function message(told: Told, now: Now): AlertMessage {
  const { service, state, kind } = told
  const { firstFailure } = state
  const failing =
    kind === 'up'
      ? []
      : state.hosts.flatMap(({ host, verdict }) =>
          verdict.kind === 'down' && isNamed(host, told) ? [{ host, text: verdict.text }] : [],
        )
  return {
    id: told.id,
    kind,
    ...(told.isTest ? { isTest: true } : {}),
    key: service.key,
    group: service.group,
    service: service.name,
    description: service.description,
    hosts: told.hosts,
    failing,
    exit: told.exit,
    summary: told.summary,
    detail: told.detail,
    output: told.output,
    at: now.wall,
    firstFailure,
    lastFailure: state.lastFailure,
    lastSuccess: state.lastSuccess,
    lasted: kind === 'up' && firstFailure !== null ? lasted(firstFailure, now) : null,
    failures: state.consecutive,
    acknowledged: state.ack?.comment ?? null,
    pools: told.pools,
    ...(state.outage === null || told.isTest ? {} : { outage: state.outage }),
    ...remedy(told),
    ...(told.others.length === 0 ? {} : { others: told.others }),
    ...(told.traffic === undefined || told.traffic === '' ? {} : { traffic: told.traffic }),
    ...(told.because === undefined ? {} : { because: told.because }),
    ...(told.gone === true ? { gone: told.gone } : {}),
    environment: environment(told),
  }
}

/** Only of a failure that lasts. */
function remedy({ kind, service, state, isTest }: Told): { readonly remedy?: string } {
  const text = isFailing(kind) && !isTest ? remedyOf(service, state) : ''
  return text === '' ? {} : { remedy: text }
}

/** Nobody is asked about a host that is disabled or left out, so nobody is told of it. */
const isNamed = (host: Host, { hosts, service }: Told): boolean =>
  (hosts === service.hosts || hosts.includes(host)) && !service.excludeHosts.includes(host)

const lasted = (start: WallTime, now: Now): Milliseconds => milliseconds(Math.max(0, now.wall - start))

function environment(told: Told): Record<string, string> {
  const { service, state, kind, retval, intended } = told
  const summary = lastSummary(told)
  return {
    ...service.environment,
    MON_GROUP: service.group,
    MON_SERVICE: service.name,
    MON_ALERTTYPE: kind,
    ...(retval === null ? {} : { MON_RETVAL: retval }),
    MON_OPSTATUS: String(told.opstatus),
    ...(summary === null ? {} : { MON_LAST_SUMMARY: summary }),
    ...(state.lastOutput === null ? {} : { MON_LAST_OUTPUT: state.lastOutput }),
    MON_LAST_FAILURE: epoch(state.lastFailure),
    ...(isFresh(state) ? {} : { MON_FIRST_FAILURE: epoch(state.firstFailure) }),
    MON_LAST_SUCCESS: epoch(state.lastSuccess),
    MON_FIRST_SUCCESS: '',
    ...(service.description === '' ? {} : { MON_DESCRIPTION: service.description }),
    ...(state.ack === null ? {} : { MON_ACK: ackText(state.ack) }),
    ...(intended === null ? {} : { MON_TRAP_INTENDED: intended }),
    ...places(told.settings),
  }
}

/** No event has come to its end yet: mon knows of no failure, not even that there is none. */
const isFresh = ({ firstFailure, lastSuccess }: ServiceState): boolean => firstFailure === null && lastSuccess === null

/** The summary of this failing event, else of the one before; mon has none before the first, and after an empty output. */
function lastSummary({ kind, state, output }: Told): string | null {
  if (isFailing(kind)) return namedSummary(firstLine(output))
  // After a reset the output is forgotten, and the summary is not.
  if (state.lastOutput === null) return isFresh(state) ? null : state.summary
  const isDown = state.lastFailure !== null
  if (state.lastOutput === '') return isDown ? namedSummary('') : null
  const line = firstLine(state.lastOutput)
  return isDown ? namedSummary(line) : line
}

/** An acknowledgement as mon keeps it: who, and the comment; `: comment` of somebody who did not log in. */
export const ackText = ({ who, comment }: Pick<Ack, 'who' | 'comment'>): string => `${who}: ${comment}`

/** What a monitor program is told of the event before (mon manual, "MONITOR PROGRAMS"). */
export function monitorEnvironment(service: Service, state: ServiceState, settings: Settings): Record<string, string> {
  return {
    ...service.environment,
    MON_GROUP: service.group,
    MON_SERVICE: service.name,
    ...(state.lastOutput === null ? {} : { MON_LAST_SUMMARY: state.summary }),
    ...(state.lastOutput === null ? {} : { MON_LAST_OUTPUT: state.lastOutput }),
    MON_LAST_FAILURE: epoch(state.lastFailure),
    ...(isFresh(state) ? {} : { MON_FIRST_FAILURE: epoch(state.firstFailure) }),
    MON_LAST_SUCCESS: epoch(state.lastSuccess),
    ...(service.description === '' ? {} : { MON_DESCRIPTION: service.description }),
    ...(state.dependOk === null ? {} : { MON_DEPEND_STATUS: state.dependOk ? '1' : '0' }),
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

/** mon's summary of an output: its first line. */
export const firstLine = (output: string): string => {
  const end = output.indexOf('\n')
  return end === -1 ? output : output.slice(0, end)
}
