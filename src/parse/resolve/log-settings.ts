/** Files and logs for others to read: those globals -> LogSettings. mon manual, "Global Variables". */
import type { LogSettings } from '../../model/client-settings.ts'
import { milliseconds } from '../../model/units.ts'
import {
  DEFAULT_DTLOGFILE,
  DEFAULT_HISTLENGTH,
  DEFAULT_MONERRFILE,
  DEFAULT_SYSLOG_FACILITY,
  GREATEST_HISTLENGTH,
} from '../defaults.ts'
import { spanOf } from '../mon/lines.ts'
import { quoted } from '../text/visible.ts'
import type { SettingReader } from './setting-reader.ts'

export function readLogSettings(settings: SettingReader): LogSettings {
  const entries = { most: GREATEST_HISTLENGTH, fallback: DEFAULT_HISTLENGTH }
  return {
    histlength: settings.count('histlength', 'a number of entries', entries),
    historicfile: settings.text('historicfile', ''),
    historictime: settings.duration('historictime', milliseconds(0)),
    dtlogging: settings.flag('dtlogging'),
    dtlogfile: settings.text('dtlogfile', DEFAULT_DTLOGFILE),
    syslogFacility: readFacility(settings),
    pidfile: { path: settings.text('pidfile', ''), written: settings.isWritten('pidfile') },
    monerrfile: settings.text('monerrfile', DEFAULT_MONERRFILE),
  }
}

/** RFC 5424 6.2.1, by their names in syslog(3). */
const FACILITIES = [
  ...['auth', 'authpriv', 'cron', 'daemon', 'ftp', 'kern', 'lpr', 'mail', 'news', 'syslog', 'user', 'uucp'],
  ...['local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'],
]

/** `LOG_DAEMON` is `daemon`, as to mon. */
function readFacility(settings: SettingReader): string {
  const text = settings.text('syslog_facility', DEFAULT_SYSLOG_FACILITY)
  const value = settings.value('syslog_facility')
  const facility = text.toLowerCase().replace(/^log_/, '')
  if (facility === '' || value === undefined || FACILITIES.includes(facility)) return facility
  const nearest = settings.report.nearest(facility, FACILITIES)
  const hint = nearest === null ? 'daemon, user, local0 … local7, or another of syslog(3)' : `did you mean ${nearest}?`
  settings.report.error('setting-facility', spanOf(value), `${quoted(text)} is not a facility of syslog`, hint)
  return DEFAULT_SYSLOG_FACILITY
}
