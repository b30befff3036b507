/**
 * What mon writes down for others: lines to syslog that log watchers know, the two histories that clients ask for, the
 * alert history's file, and the downtime log. Source: mon manual, "histlength", "historicfile", "dtlogging".
 */
import { join } from 'node:path'
import { type Appender, appender } from '../../edge/files/appender.ts'
import { readWhole } from '../../edge/files/whole-file.ts'
import type { Syslog } from '../../edge/syslog.ts'
import type { AlertKind } from '../../model/alert.ts'
import type { Note } from '../../model/effect.ts'
import type { LogSettings } from '../../model/model.ts'
import { seconds, type WallTime, wallTime } from '../../model/units.ts'
import { downtimeHeader, encodeDowntime } from '../../wire/mon/downtime.ts'
import { encodeAlertHistory, encodeFailureHistory, type HistoryType, keptHistory } from '../../wire/mon/history.ts'
import { messages } from '../../wire/mon/syslog-messages.ts'

export interface MonLogs {
  note(note: Note): void
  /** Takes over a configuration: a header in the downtime log, and the alert history from its file. As at each start. */
  begin(settings: LogSettings, logdir: string): void
  /** Oldest first. */
  alertHistory(): readonly string[]
  failureHistory(): readonly string[]
  /** How many entries of each history are kept; a client may set it. */
  kept(): number
  keep(entries: number): void
  /** What was written is in its file. */
  settled(): Promise<void>
}

export interface MonLogDoors {
  readonly syslog: Syslog | null
  now(): WallTime
  /** Something to tell the operator. */
  trouble(text: string): void
}

export function createMonLogs(doors: MonLogDoors): MonLogs {
  const started = doors.now()
  let alerts: string[] = []
  let failures: string[] = []
  let most = 0
  let historicFile: Appender | null = null
  let downtimeLog: Appender | null = null

  function begin(settings: LogSettings, logdir: string): void {
    most = settings.histlength
    historicFile = null
    if (settings.historicfile !== '') {
      const path = join(logdir, settings.historicfile)
      historicFile = appenderFor(path)
      alerts = pastAlerts(path, settings, doors.now())
    }
    downtimeLog = settings.dtlogging ? appenderFor(join(logdir, settings.dtlogfile)) : null
    downtimeLog?.append(downtimeHeader(doors.now()))
    trim()
  }

  function appenderFor(path: string): Appender {
    return appender(path, (reason) => {
      doors.syslog?.log(messages.cannotAppend(path, reason))
      doors.trouble(`nothing can be added to ${path}: ${reason}`)
    })
  }

  const newest = (list: string[]): string[] => (list.length > most ? list.slice(list.length - most) : list)

  function trim(): void {
    alerts = newest(alerts)
    failures = newest(failures)
  }

  function note(of: Note): void {
    switch (of.kind) {
      case 'failure':
        doors.syslog?.log(messages.failure(of))
        failures.push(encodeFailureHistory(of))
        break
      case 'calling':
        calling(of)
        break
      case 'recovered': {
        const { group, service, at, summary } = of
        const firstFailure = of.firstFailure ?? started
        downtimeLog?.append(
          encodeDowntime({ timeUp: at, group, service, firstFailure, interval: seconds(of.interval), summary }),
        )
        break
      }
      case 'control':
        break
    }
    // Cut in steps, so that a storm does not copy the list at each failure.
    if (alerts.length > 2 * most || failures.length > 2 * most) trim()
  }

  function calling(of: Extract<Note, { kind: 'calling' }>): void {
    const { group, service, at, script: path, argumentText: args, summary } = of
    const type = historyTypes[of.alert]
    const known = { type, path, group, service, args, summary }
    doors.syslog?.log(messages.calling(known))
    if (!of.counts || type === 'testalert') return
    const line = encodeAlertHistory({ ...known, type, at })
    alerts.push(line)
    historicFile?.append(`${line}\n`)
  }

  return {
    note,
    begin,
    alertHistory: () => newest(alerts),
    failureHistory: () => newest(failures),
    kept: () => most,
    keep(entries) {
      most = entries
      trim()
    },
    async settled() {
      await historicFile?.settled()
      await downtimeLog?.settled()
    },
  }
}

const historyTypes: Readonly<Record<AlertKind, HistoryType | 'testalert'>> = {
  failure: 'alert',
  up: 'upalert',
  startup: 'startupalert',
  ack: 'ackalert',
  disable: 'disablealert',
  trap: 'trapalert',
  traptimeout: 'traptimeoutalert',
  test: 'testalert',
}

/** A file that is not there yet is no trouble: the first alert makes it. */
function pastAlerts(path: string, { historictime, histlength }: LogSettings, now: WallTime): string[] {
  const read = readWhole(path)
  if (read.kind === 'unreadable') return []
  const since = historictime === 0 ? null : wallTime(now - historictime)
  return [...keptHistory(read.text, { since, most: histlength })]
}
