/** The globals of mon.cf -> Settings, each value checked, defaults filled in. Source: mon manual, "Global Variables". */
import type { DemoServer, Settings, WrittenPeriod } from '../../model/model.ts'
import { asMon13, asPromised, type Quirks } from '../../model/quirks.ts'
import { type Milliseconds, milliseconds } from '../../model/units.ts'
import {
  DEFAULT_ALERTDIR,
  DEFAULT_BASEDIR,
  DEFAULT_CFBASEDIR,
  DEFAULT_DATABASE,
  DEFAULT_DEP_RECUR_LIMIT,
  DEFAULT_LOGDIR,
  DEFAULT_MAILSERVER,
  DEFAULT_MAXPROCS,
  DEFAULT_MONDIR,
  DEFAULT_RANDSTART,
  DEFAULT_SOCKET,
  DEFAULT_STATEDIR,
  defaultMailfrom,
  GREATEST_DEP_RECUR_LIMIT,
  LONGEST_SOCKET_PATH,
  MOST_RELAYS,
} from '../defaults.ts'
import { type MonFile, QUIRKS_NAMES, type QuirksName } from '../mon/file.ts'
import { placeOfSlice, type Slice, spanOf } from '../mon/lines.ts'
import type { GlobalWord } from '../mon/words.ts'
import { parsePeriod } from '../period.ts'
import { isFault, parseEndpoint } from '../text/endpoint.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { plainWords } from '../text/words.ts'
import { readClientSettings } from './client-settings.ts'
import { readFifos } from './fifo-settings.ts'
import { readLogSettings } from './log-settings.ts'
import { readNotifySettings } from './notify-settings.ts'
import { readReload } from './reload-settings.ts'
import { reportServiceDefaults } from './service-defaults.ts'
import { SettingReader, textIn } from './setting-reader.ts'
import type { Given, Surroundings } from './surroundings.ts'
import { readKeepalived, readTableSettings } from './table-settings.ts'

/** More monitor programs at once than any machine runs. */
const GREATEST_MAXPROCS = 10_000
const MOST_DEMO_SERVERS = 100

export function resolveGlobals(
  file: MonFile,
  { environment, hostname, ...given }: Pick<Surroundings, 'environment' | 'hostname'> & Given,
  report: Report,
): Settings {
  const reader = new SettingReader(file.globals, given, report)
  reportServiceDefaults(file.globals, report)
  return resolveSettings(file, reader, { environment, hostname })
}

function resolveSettings(
  file: MonFile,
  settings: SettingReader,
  { environment, hostname }: Pick<Surroundings, 'environment' | 'hostname'>,
): Settings {
  const { report } = settings
  const get = (name: GlobalWord) => settings.value(name)
  return {
    basedir: settings.text('basedir', DEFAULT_BASEDIR),
    cfbasedir: settings.text('cfbasedir', DEFAULT_CFBASEDIR),
    mondir: settings.words('mondir', DEFAULT_MONDIR, /:/),
    alertdir: settings.words('alertdir', DEFAULT_ALERTDIR, /:/),
    statedir: settings.text('statedir', DEFAULT_STATEDIR),
    logdir: settings.text('logdir', DEFAULT_LOGDIR),
    quirks: readQuirks(get('quirks'), file.quirks, report),
    maxprocs: settings.count('maxprocs', 'a number of monitors', {
      most: GREATEST_MAXPROCS,
      fallback: DEFAULT_MAXPROCS,
    }),
    randstart: readRandstart(settings),
    database: readDatabase(get('database'), environment.DATABASE_URL, report),
    mailserver: readMailserver(get('mailserver'), report),
    mailfrom: readMailfrom(get('mailfrom'), hostname, report),
    routerId: textIn(get('router_id'), report) ?? hostname,
    socket: readSocket(get('socket'), report),
    plugins: file.globals
      .filter(({ keyword, value }) => keyword.text === 'plugin' && value.text !== '')
      .map(({ value }) => ({ path: value.text, place: placeOfSlice(value) })),
    demoServers: readDemoServers(get('demo_servers'), report),
    demoMailbox: readDemoMailbox(get('demo_mailbox'), report),
    excludePeriod: readExcludePeriod(get('exclude_period'), report),
    depRecurLimit: settings.count('dep_recur_limit', 'a number of steps', {
      most: GREATEST_DEP_RECUR_LIMIT,
      fallback: DEFAULT_DEP_RECUR_LIMIT,
    }),
    startupalertsOnReset: settings.flag('startupalerts_on_reset'),
    clients: readClientSettings(settings),
    logs: readLogSettings(settings),
    table: { ...readTableSettings(settings), fifos: readFifos(file.globals, report) },
    notify: readNotifySettings(settings),
    reload: readReload(settings),
    keepalived: readKeepalived(file.globals),
  }
}

/** The reader of the file has decided which count; here is only seen whether the word is one of them. */
function readQuirks(value: Slice | undefined, counts: QuirksName, report: Report): Quirks {
  if (value !== undefined && !QUIRKS_NAMES.some((name) => name === value.text)) {
    const message = `${quoted(value.text)} is not a set of quirks`
    report.error('setting-value', spanOf(value), message, 'write mon-1.3 to have everything as mon has it, or none')
  }
  return counts === 'mon-1.3' ? asMon13 : asPromised
}

/** No time at all is as if nothing were written, as in mon. */
function readRandstart(settings: SettingReader): Milliseconds | null {
  const randstart = settings.duration('randstart', milliseconds(0))
  return randstart === 0 ? DEFAULT_RANDSTART : randstart
}

export function readExcludePeriod(value: Slice | undefined, report: Report): WrittenPeriod | null {
  if (value === undefined || value.text === '') return null
  const when = parsePeriod(value, report)
  return when === null ? null : { text: value.text, when }
}

function readDatabase(value: Slice | undefined, fromEnvironment: string | undefined, report: Report): string {
  if (value === undefined)
    return fromEnvironment === undefined || fromEnvironment === '' ? DEFAULT_DATABASE : fromEnvironment
  const { text } = value
  if (text === 'none' || text === 'embedded' || /^postgres(ql)?:\/\/./.test(text)) return text
  const nearest = report.nearest(text, ['none', 'embedded'])
  const hint = `${nearest === null ? '' : `did you mean ${nearest}? `}none, embedded, or postgres://user@host/database`
  report.error('setting-value', spanOf(value), `${quoted(text)} names no database`, hint)
  return DEFAULT_DATABASE
}

/** Several are tried in order. */
function readMailserver(value: Slice | undefined, report: Report): string {
  if (value === undefined) return DEFAULT_MAILSERVER
  const relays = plainWords(value)
  const over = relays[MOST_RELAYS]
  if (over !== undefined) {
    const message = `more than ${MOST_RELAYS} mail servers`
    report.error('setting-value', spanOf(over), message, 'leave some out: each is tried before a mail waits')
  }
  for (const relay of relays.slice(0, MOST_RELAYS)) reportRelay(relay, report)
  return relays.map(({ text }) => text).join(' ')
}

function reportRelay(relay: Slice, report: Report): void {
  const { text } = relay
  if (/^smtps?:\/\/[^\s/?]+\/?(\?\S*)?$/.test(text) && isUrl(text)) return
  const isHost = /^[\w.-]{1,255}(:\d{1,5})?$/.test(text)
  const hint = isHost ? `write smtp://${text}` : 'smtp://host:port, or smtps://host:port for TLS from the start'
  report.error('setting-value', spanOf(relay), `${quoted(text)} names no mail server`, hint)
}

/** Long URLs are refused unread. */
const isUrl = (text: string) => text.length < 2000 && URL.canParse(text)

/** An address, or as keepalived may have it a name that the relay knows. */
export const isSender = (text: string): boolean => /^[^\s@<>]{1,64}(?:@[^\s@<>]{1,255})?$/.test(text)

function readMailfrom(value: Slice | undefined, hostname: string, report: Report): string {
  if (value === undefined) return defaultMailfrom(hostname)
  if (isSender(value.text)) return value.text
  const message = `${quoted(value.text)} is not a mail address`
  report.error('setting-value', spanOf(value), message, 'write the bare address: upalert@example.com')
  return defaultMailfrom(hostname)
}

function readSocket(value: Slice | undefined, report: Report): string {
  if (value === undefined) return DEFAULT_SOCKET
  if (new TextEncoder().encode(value.text).length <= LONGEST_SOCKET_PATH) return value.text
  const message = `the path of this socket is too long for the kernel`
  report.error('setting-value', spanOf(value), message, `at most ${LONGEST_SOCKET_PATH} bytes (unix(7), sun_path)`)
  return DEFAULT_SOCKET
}

/** `127.0.0.1:8081 127.0.0.2:8082*`: the one with the star fails every minute. */
function readDemoServers(value: Slice | undefined, report: Report): DemoServer[] {
  if (value === undefined) return []
  const servers: DemoServer[] = []
  for (const word of plainWords(value).slice(0, MOST_DEMO_SERVERS)) {
    const text = word.text.replace(/,$/, '')
    const end = readEnd(word, text.replace(/\*$/, ''), report)
    if (end !== null) servers.push({ ...end, fails: text.endsWith('*'), place: placeOfSlice(word) })
  }
  return servers
}

function readDemoMailbox(value: Slice | undefined, report: Report): Settings['demoMailbox'] {
  if (value === undefined) return null
  const end = readEnd(value, value.text, report)
  return end === null ? null : { ...end, place: placeOfSlice(value) }
}

function readEnd(
  word: Slice,
  text: string,
  report: Report,
): { readonly address: string; readonly port: number } | null {
  const end = parseEndpoint(text, (name, known) => report.nearest(name, known))
  const hint = 'write address:port, as 127.0.0.1:8081 or [::1]:8081'
  if (isFault(end)) report.error('setting-value', spanOf(word), end.message, hint)
  else if (end.port === null || end.protocol !== null) {
    report.error('setting-value', spanOf(word), `${quoted(text)} is not an address with a port`, hint)
  } else return { address: end.address, port: end.port }
  return null
}
