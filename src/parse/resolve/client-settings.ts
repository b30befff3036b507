/** Who may talk to the daemon over the network, and how: those globals -> ClientSettings. mon manual, "Global Variables". */
import type { ClientSettings } from '../../model/client-settings.ts'
import {
  DEFAULT_AUTHFILE,
  DEFAULT_AUTHTYPES,
  DEFAULT_BIND,
  DEFAULT_CLTIMEOUT,
  DEFAULT_PAMSERVICE,
  DEFAULT_PORT,
  DEFAULT_USERFILE,
  LONGEST_CLIENT_PATTERN,
  MOST_CLIENT_PATTERNS,
} from '../defaults.ts'
import { slice, spanOf } from '../mon/lines.ts'
import { clientPattern } from '../text/client-pattern.ts'
import { hostFault } from '../text/host.ts'
import { quoted } from '../text/visible.ts'
import { plainWords } from '../text/words.ts'
import type { SettingReader } from './setting-reader.ts'

const LAST_PORT = 65_535

export function readClientSettings(settings: SettingReader): ClientSettings {
  const port = { least: 1, most: LAST_PORT, fallback: DEFAULT_PORT }
  return {
    authfile: settings.file('authfile', DEFAULT_AUTHFILE),
    authtypes: readAuthtypes(settings),
    userfile: settings.file('userfile', DEFAULT_USERFILE),
    pamservice: settings.text('pamservice', DEFAULT_PAMSERVICE),
    serverbind: readBind('serverbind', settings),
    trapbind: readBind('trapbind', settings),
    serverport: settings.count('serverport', 'a port', port),
    trapport: settings.count('trapport', 'a port', port),
    clientallow: readClientallow(settings),
    cltimeout: settings.duration('cltimeout', DEFAULT_CLTIMEOUT),
    monremote: settings.text('monremote', ''),
  }
}

const AUTHTYPES = ['getpwnam', 'userfile', 'trustlocal', 'pam', 'shadow']

function readAuthtypes(settings: SettingReader): readonly string[] {
  const value = settings.value('authtype')
  if (value === undefined) return DEFAULT_AUTHTYPES
  const { report } = settings
  const words = plainWords(value)
  for (const word of words) {
    if (word.text === 'shadow') {
      const message = '"shadow" never lets anybody in, as in mon'
      report.warning('authtype-shadow', spanOf(word), message, 'write getpwnam, which knows shadow passwords as well')
    } else if (!AUTHTYPES.includes(word.text)) {
      const nearest = report.nearest(word.text, AUTHTYPES)
      const hint = `${nearest === null ? '' : `did you mean ${nearest}? `}one of ${AUTHTYPES.slice(0, 4).join(', ')}`
      report.error('authtype-unknown', spanOf(word), `${quoted(word.text)} is not a way of logging in`, hint)
    }
  }
  return words.map(({ text }) => text)
}

/** Addresses or names, which are looked up when the daemon starts, with blanks or commas between; `*` is every IPv4 address. */
function readBind(name: 'serverbind' | 'trapbind', settings: SettingReader): string {
  const value = settings.value(name)
  if (value === undefined) return DEFAULT_BIND
  for (const word of plainWords(value)) {
    for (const text of word.text.split(',')) {
      const fault = text === '' || text === '*' ? null : hostFault(text.replace(/^\[(.*)\]$/, '$1'))
      if (fault === null) continue
      const hint = 'addresses of this machine or its names, blanks between; * for every IPv4 address, :: for all'
      settings.report.error('setting-value', spanOf(word), fault.message, hint)
    }
  }
  return value.text
}

function readClientallow(settings: SettingReader): readonly string[] {
  const value = settings.value('clientallow')
  if (value === undefined) return []
  const words = plainWords(value)
  const sound = words.slice(0, MOST_CLIENT_PATTERNS).filter((word) => {
    if (word.text.length <= LONGEST_CLIENT_PATTERN && clientPattern(word.text) !== null) return true
    const message = `${quoted(word.text)} is not a regular expression`
    settings.report.error('setting-value', spanOf(word), message, 'write addresses such as 10.1.2.3, or 10.1.2.\\d+')
    return false
  })
  const next = words[MOST_CLIENT_PATTERNS]
  if (next !== undefined) {
    const rest = slice(next.line, next.from, value.to)
    const message = `more than ${MOST_CLIENT_PATTERNS} regular expressions`
    settings.report.error('setting-value', spanOf(rest), message, 'write fewer that match more')
  }
  return sound.map(({ text }) => text)
}
