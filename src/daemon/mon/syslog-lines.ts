/**
 * What the daemon tells syslog of an entry that it remembers: in mon's words where mon has some, in its own where mon
 * keeps silent about something that an operator should hear of. Failures and alerts are notes, and told with the logs.
 * Source: the log of mon 1.3.6; mon says why it keeps quiet at each failure, here it is once for each reason. What it says
 * at each turn of a monitor that it does not find is told at a start and a reset.
 */

import type { Syslog } from '../../edge/syslog.ts'
import { callsOf } from '../../engine/consult.ts'
import { noHostsText } from '../../engine/readiness.ts'
import { sentence } from '../../engine/words.ts'
import type { Entry } from '../../model/entry.ts'
import type { AlertCall, Model } from '../../model/model.ts'
import { groupName } from '../../model/names.ts'
import { periodName } from '../../model/period.ts'
import type { SyslogMessage } from '../../wire/mon/syslog.ts'
import { messages, type SuppressReason } from '../../wire/mon/syslog-messages.ts'

/** The configuration in force. */
interface About {
  readonly file: string
  readonly model: Model
}

/** Says a line once, where several periods keep quiet for a reason that is the service's. */
export function toSyslog({ log }: Pick<Syslog, 'log'>, about: () => About): (entry: Entry) => void {
  let former: Entry | null = null
  const told = new Set<string>()
  return (entry) => {
    const again = entry.kind === 'quiet' && former?.kind === 'quiet' && isOfOneEvent(entry, former)
    if (!again) told.clear()
    former = entry
    for (const line of syslogLines(entry, about())) {
      if (again && told.has(line.text)) continue
      told.add(line.text)
      log(line)
    }
  }
}

const isOfOneEvent = (one: Quiet, other: Quiet): boolean =>
  one.service === other.service && one.at === other.at && one.cause === other.cause

export function syslogLines(entry: Entry, about: About): readonly SyslogMessage[] {
  switch (entry.kind) {
    case 'quiet':
      return entry.reason === 'alert-missing' ? missingAlerts(entry, about.model) : quiet(entry)
    case 'delivery':
      return entry.outcome === 'sent' ? [] : [{ priority: 'err', text: sentence(entry) }]
    case 'held':
      return held(entry)
    case 'daemon':
      return daemon(entry, about)
    default:
      return []
  }
}

type Quiet = Extract<Entry, { kind: 'quiet' }>

function quiet(entry: Quiet): readonly SyslogMessage[] {
  const [group = '', service = ''] = entry.service.split('/')
  const word = suppressions[entry.reason]
  if (word !== undefined) return [messages.suppressed({ group, service, label: entry.period }, word)]
  switch (entry.reason) {
    case 'no-alert-before':
    case 'unpaired': {
      const why = entry.alert === 'ack' ? 'ackWithoutDown' : 'upWithoutDown'
      return [messages.suppressed({ group, service, label: entry.period }, why)]
    }
    case 'acknowledged':
      return [messages.acknowledged({ group, service })]
    case 'stopped':
      return [messages.stopped({ group, service })]
    case 'disabled':
    case 'watch-disabled':
      return [messages.disabled({ group, service })]
    case 'outbox-full':
    case 'depend-unknown':
      return [{ priority: 'err', text: sentence(entry) }]
    default:
      return []
  }
}

/** Those that this event would have called. */
function missingAlerts({ service, period: name, alert }: Quiet, model: Model): readonly SyslogMessage[] {
  const periods = model.services[model.serviceIndex.get(service) ?? -1]?.periods ?? []
  return noAlerts(periods.filter(({ label }) => periodName(label) === name).flatMap((one) => callsOf(one, alert)))
}

function held(entry: Extract<Entry, { kind: 'held' }>): readonly SyslogMessage[] {
  if (entry.text === null) return []
  const [group = '', service = ''] = entry.service.split('/')
  if (entry.text === noHostsText(groupName(group))) return [messages.noHosts({ group, service })]
  return [{ priority: 'info', text: sentence(entry) }]
}

const suppressions: Readonly<Partial<Record<string, SuppressReason>>> = {
  'numalerts-reached': 'numalerts',
  alertevery: 'alertevery',
  'alertafter-count': 'consecutive',
  'alertafter-time': 'numval',
  'alertafter-window': 'numTimeval',
}

function daemon({ what, text }: Extract<Entry, { kind: 'daemon' }>, { file, model }: About): readonly SyslogMessage[] {
  switch (what) {
    case 'started':
      return [messages.started(), ...notFound(model)]
    case 'reloaded':
      return [messages.resetting(file), ...notFound(model)]
    case 'reload-refused':
      return [messages.resetting(file), messages.configurationRefused(text)]
    case 'trouble':
      return [{ priority: 'err', text }]
    case 'stood-still':
    case 'forgotten':
    case 'clock-stepped':
    case 'memory-table':
      return [{ priority: 'warning', text }]
    default:
      return []
  }
}

/** What the configuration names and no directory has. */
function notFound({ services }: Model): readonly SyslogMessage[] {
  const monitors = services.map(({ monitorMissing }) => monitorMissing.split(/\s/, 1)[0] ?? '')
  const calls = services.flatMap(({ periods, redistribute }) => [
    ...(redistribute === null ? [] : [redistribute]),
    ...periods.flatMap((of) => [of.alerts, of.upalerts, of.startupalerts, of.ackalerts, of.disablealerts].flat()),
  ])
  return [
    ...[...new Set(monitors)].filter((name) => name !== '').map((name) => messages.noMonitor(name)),
    ...noAlerts(calls),
  ]
}

const noAlerts = (calls: readonly AlertCall[]): readonly SyslogMessage[] =>
  [...new Set(calls.flatMap(({ missing, script }) => (missing === true ? [script] : [])))].map((name) =>
    messages.noAlert(name),
  )
