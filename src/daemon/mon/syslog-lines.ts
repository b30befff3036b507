/**
 * What the daemon tells syslog of an entry that it remembers: in mon's words where mon has some, in its own where mon
 * keeps silent about something that an operator should hear of. Failures and alerts are notes, and told with the logs.
 * Source: the log of mon 1.3.6; mon says why it keeps quiet at each failure, here it is once for each reason.
 */
import { sentence } from '../../engine/words.ts'
import type { Entry } from '../../model/entry.ts'
import type { SyslogMessage } from '../../wire/mon/syslog.ts'
import { messages, type SuppressReason } from '../../wire/mon/syslog-messages.ts'

/** `file`: the configuration's. */
export function syslogLines(entry: Entry, file: string): readonly SyslogMessage[] {
  switch (entry.kind) {
    case 'quiet': {
      const message = quiet(entry)
      return message === null ? [] : [message]
    }
    case 'delivery':
      return entry.outcome === 'sent' ? [] : [{ priority: 'err', text: sentence(entry) }]
    case 'held':
      return entry.text === null ? [] : [{ priority: 'info', text: sentence(entry) }]
    case 'daemon':
      return daemon(entry, file)
    default:
      return []
  }
}

function quiet(entry: Extract<Entry, { kind: 'quiet' }>): SyslogMessage | null {
  const [group = '', service = ''] = entry.service.split('/')
  const word = suppressions[entry.reason]
  if (word !== undefined) return messages.suppressed({ group, service, label: entry.period }, word)
  switch (entry.reason) {
    case 'no-alert-before':
    case 'unpaired': {
      const why = entry.alert === 'ack' ? 'ackWithoutDown' : 'upWithoutDown'
      return messages.suppressed({ group, service, label: entry.period }, why)
    }
    case 'acknowledged':
      return messages.acknowledged({ group, service })
    case 'stopped':
      return messages.stopped({ group, service })
    case 'disabled':
    case 'watch-disabled':
      return messages.disabled({ group, service })
    case 'alert-missing':
    case 'outbox-full':
    case 'depend-unknown':
      return { priority: 'err', text: sentence(entry) }
    default:
      return null
  }
}

const suppressions: Readonly<Partial<Record<string, SuppressReason>>> = {
  'numalerts-reached': 'numalerts',
  alertevery: 'alertevery',
  'alertafter-count': 'consecutive',
  'alertafter-time': 'numval',
  'alertafter-window': 'numTimeval',
}

function daemon({ what, text }: Extract<Entry, { kind: 'daemon' }>, file: string): readonly SyslogMessage[] {
  switch (what) {
    case 'started':
      return [messages.started()]
    case 'reloaded':
      return [messages.resetting(file)]
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
