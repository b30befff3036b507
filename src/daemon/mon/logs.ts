/**
 * What mon writes down for others: lines to syslog that log watchers know, the two histories that clients ask for, the
 * alert history's file, and the downtime log. Source: mon manual, "histlength", "historicfile", "dtlogging".
 */
import { resolve } from 'node:path'
import { type Appender, appender } from '../../edge/files/appender.ts'
import { readWhole } from '../../edge/files/whole-file.ts'
import type { Syslog } from '../../edge/syslog.ts'
import type { AlertKind } from '../../model/alert.ts'
import type { LogSettings } from '../../model/client-settings.ts'
import type { Note } from '../../model/effect.ts'
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
    const { historicfile, dtlogging, dtlogfile } = settings
    const before = historicFile
    historicFile = historicfile === '' ? null : appenderFor(resolve(logdir, historicfile), before)
    // What is remembered may be ahead of its file.
    const past = historicFile === null || historicFile === before ? alerts.join('\n') : textOf(historicFile.path)
    if (past !== null) alerts = keptAlerts(past, settings, doors.now())
    downtimeLog = dtlogging ? appenderFor(resolve(logdir, dtlogfile), downtimeLog) : null
    downtimeLog?.append(downtimeHeader(doors.now()))
    trim()
  }

  /** One that writes there already goes on: it knows what is still to be written. */
  function appenderFor(path: string, before: Appender | null): Appender {
    if (before?.path === path) return before
    return appender(path, (reason) => doors.trouble(messages.cannotAppend(path, reason).text))
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
function textOf(path: string): string | null {
  const read = readWhole(path)
  return read.kind === 'text' ? read.text : null
}

function keptAlerts(text: string, { historictime, histlength }: LogSettings, now: WallTime): string[] {
  const since = historictime === 0 ? null : wallTime(now - historictime)
  return [...keptHistory(text, { since, most: histlength })]
}
