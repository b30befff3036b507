/** The engine's state in the words of mon's state files, and back. Source: mon's files `opstatus` and `disabled`. */

import { ackText } from '../../engine/message.ts'
import type { LoadedService, LoadedState } from '../../model/event.ts'
import type { Service } from '../../model/model.ts'
import { type GroupName, groupName, host, type ServiceKey, serviceKey, serviceName } from '../../model/names.ts'
import type { Opstatus } from '../../model/opstatus.ts'
import type { Ack, ServiceState, State } from '../../model/state.ts'
import { type Disabled, decodeDisabledFile, encodeDisabledFile } from '../../wire/mon/disabled-file.ts'
import { decodeOpstatusFile, encodeOpstatusFile, type SavedService } from '../../wire/mon/state-file.ts'

/** The text of the file `opstatus`. */
export function opstatusFile({ model, services }: State): string {
  const saved = model.services.flatMap((service, i): SavedService[] => {
    const state = services[i]
    if (state === undefined) return []
    const periods = service.periods.map(({ label }, at) => {
      const period = state.periods[at]
      return {
        label,
        lastAlert: period?.lastSent ?? null,
        alertSent: period?.sent ?? 0,
        firstFailTime: period?.windowStart ?? null,
        failcount: period?.windowCount ?? 0,
      }
    })
    return [{ group: service.group, service: service.name, ...valuesOf(state, service), periods }]
  })
  return encodeOpstatusFile(saved)
}

function valuesOf(state: ServiceState, { traptimeout }: Service): Omit<SavedService, 'group' | 'service' | 'periods'> {
  return {
    opStatus: state.opstatus,
    failureCount: state.failureCount,
    alertCount: state.alertCount,
    lastSuccess: state.lastSuccess,
    firstSuccess: null,
    consecFailures: state.consecutive,
    lastFailure: state.lastFailure,
    firstFailure: state.firstFailure,
    lastSummary: state.summary,
    lastFailureTime: state.failedAt,
    lastFailureSummary: state.failedSummary,
    lastFailureDetail: '',
    lastDetail: state.detail,
    ack: state.ack?.at ?? null,
    ackComment: state.ack === null ? '' : ackText(state.ack),
    lastTrap: state.lastTrap,
    lastTraphost: '',
    exitval: state.exitval,
    lastCheck: state.lastCheck,
    lastOpStatus: state.lastOpstatus,
    failureOutput: state.lastFailingOutput ?? '',
    // The whole of it: mon takes nothing for run out, and would tell of a trap that nobody waited for.
    trapTimer: traptimeout,
  }
}

/** The text of the file `disabled`. */
export function disabledFile({ model, services, controls }: State): string {
  const hosts = Object.values(controls.hosts).flatMap((disabled) =>
    disabled.map((one): Disabled => ({ kind: 'host', host: one.host })),
  )
  const watches = Object.keys(controls.watches).map((group): Disabled => ({ kind: 'watch', group }))
  const off = model.services.flatMap(({ group, name }, i): Disabled[] =>
    services[i]?.disabled == null ? [] : [{ kind: 'service', group, service: name }],
  )
  return encodeDisabledFile([...hosts, ...watches, ...off])
}

export interface Loaded {
  readonly loaded: LoadedState
  /** Lines that could not be read, as sentences. */
  readonly complaints: readonly string[]
}

/** `null`: that file is not asked for, or not there. */
export function loadedFrom(opstatus: string | null, disabled: string | null): Loaded {
  const saved = opstatus === null ? null : decodeOpstatusFile(opstatus)
  const entries = disabled === null ? null : decodeDisabledFile(disabled)
  const said = [...(saved?.complaints ?? []), ...(entries?.complaints ?? [])]
  return {
    loaded: { services: (saved?.services ?? []).flatMap(loadedService), disabled: switchedOff(entries?.entries ?? []) },
    complaints: said.map(({ line, text }) => `line ${line} ${text}`),
  }
}

function loadedService(saved: SavedService): LoadedService[] {
  const { opStatus, lastOpStatus } = saved
  if (!isOpstatus(opStatus)) return []
  return [
    {
      key: serviceKey(groupName(saved.group), serviceName(saved.service)),
      opstatus: opStatus,
      lastOpstatus: isOpstatus(lastOpStatus) ? lastOpStatus : opStatus,
      failureCount: saved.failureCount,
      alertCount: saved.alertCount,
      consecutive: saved.consecFailures,
      lastSuccess: saved.lastSuccess,
      lastFailure: saved.lastFailure,
      firstFailure: saved.firstFailure,
      failedAt: saved.lastFailureTime,
      failedSummary: saved.lastFailureSummary,
      lastTrap: saved.lastTrap,
      lastCheck: saved.lastCheck,
      exit: saved.exitval,
      summary: saved.lastSummary,
      detail: saved.lastDetail,
      ack: saved.ack === null ? null : { at: saved.ack, ...ackOf(saved.ackComment) },
      lastFailingOutput: saved.failureOutput,
      periods: saved.periods.map(({ label, lastAlert, alertSent, firstFailTime, failcount }) => ({
        label,
        lastSent: lastAlert,
        sent: alertSent,
        windowStart: firstFailTime,
        windowCount: failcount,
      })),
    },
  ]
}

/** 8 and 9 never come from the daemon, and mean nothing to it. */
const isOpstatus = (code: number): code is Opstatus => code >= 0 && code <= 7

/** mon keeps who acknowledged in the comment: `USER: TEXT`. */
function ackOf(text: string): Pick<Ack, 'who' | 'comment'> {
  const [, who, comment] = /^([^:\s]*): ([\s\S]*)$/.exec(text) ?? []
  return who === undefined || comment === undefined ? { who: '', comment: text } : { who, comment }
}

function switchedOff(entries: readonly Disabled[]): LoadedState['disabled'] {
  const watches: GroupName[] = []
  const services: ServiceKey[] = []
  const hosts = entries.flatMap((entry) => (entry.kind === 'host' ? [host(entry.host)] : []))
  for (const entry of entries) {
    if (entry.kind === 'watch') watches.push(groupName(entry.group))
    else if (entry.kind === 'service') services.push(serviceKey(groupName(entry.group), serviceName(entry.service)))
  }
  return { hosts, watches, services }
}
