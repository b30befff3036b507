/** The globals of mon.cf -> Settings, each value checked, defaults filled in. Source: mon manual, "Global Variables". */
import type { DemoServer, Settings } from '../../model/model.ts'
import type { Milliseconds } from '../../model/units.ts'
import {
  DEFAULT_ALERTDIR,
  DEFAULT_BASEDIR,
  DEFAULT_CFBASEDIR,
  DEFAULT_DATABASE,
  DEFAULT_LOGDIR,
  DEFAULT_MAILSERVER,
  DEFAULT_MAXPROCS,
  DEFAULT_MONDIR,
  DEFAULT_RANDSTART,
  DEFAULT_SOCKET,
  DEFAULT_STATEDIR,
  defaultMailfrom,
  LONGEST_SOCKET_PATH,
} from '../defaults.ts'
import type { MonFile, Statement } from '../mon/file.ts'
import { placeOfSlice, type Slice, spanOf } from '../mon/lines.ts'
import { parseDuration } from '../text/duration.ts'
import { isFault, parseEndpoint } from '../text/endpoint.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { plainWords } from '../text/words.ts'
import type { Surroundings } from './surroundings.ts'

/** More monitor programs at once than any machine runs. */
const GREATEST_MAXPROCS = 10_000
const MOST_DEMO_SERVERS = 100

export function resolveSettings(
  file: MonFile,
  { environment, hostname }: Pick<Surroundings, 'environment' | 'hostname'>,
  report: Report,
): Settings {
  const globals = lastOfEach(file.globals, report)
  const get = (name: string) => globals.get(name)?.value
  const text = (name: string, fallback: string) => (get(name) === undefined ? fallback : (get(name)?.text ?? ''))
  return {
    basedir: text('basedir', DEFAULT_BASEDIR),
    cfbasedir: text('cfbasedir', DEFAULT_CFBASEDIR),
    mondir: directories(get('mondir'), DEFAULT_MONDIR),
    alertdir: directories(get('alertdir'), DEFAULT_ALERTDIR),
    statedir: text('statedir', DEFAULT_STATEDIR),
    logdir: text('logdir', DEFAULT_LOGDIR),
    maxprocs: readMaxprocs(get('maxprocs'), report),
    randstart: readDuration(get('randstart'), report) ?? DEFAULT_RANDSTART,
    database: readDatabase(get('database'), environment.DATABASE_URL, report),
    mailserver: readMailserver(get('mailserver'), report),
    mailfrom: readMailfrom(get('mailfrom'), hostname, report),
    socket: readSocket(get('socket'), report),
    plugins: file.globals
      .filter(({ keyword, value }) => keyword.text === 'plugin' && value.text !== '')
      .map(({ value }) => ({ path: value.text, place: placeOfSlice(value) })),
    demoServers: readDemoServers(get('demo_servers'), report),
    demoMailbox: readDemoMailbox(get('demo_mailbox'), report),
  }
}

/** The later of two settings counts, as in mon; `plugin` may stand more than once. */
function lastOfEach(globals: readonly Statement[], report: Report): ReadonlyMap<string, Statement> {
  const settings = new Map<string, Statement>()
  for (const statement of globals) {
    const { keyword, value } = statement
    if (keyword.text !== 'plugin') reportAgain(settings.get(keyword.text), statement, report)
    if (value.text === '') {
      report.error('setting-value', spanOf(keyword), `${quoted(keyword.text)} has no value`, 'write one behind the "="')
    } else settings.set(keyword.text, statement)
  }
  return settings
}

function reportAgain(before: Statement | undefined, { keyword }: Statement, report: Report): void {
  if (before === undefined) return
  const { line } = placeOfSlice(before.keyword)
  const message = `${quoted(keyword.text)} was set in line ${line} already`
  report.warning('setting-again', spanOf(keyword), message, 'this later one counts; remove one of them')
}

function directories(value: Slice | undefined, fallback: readonly string[]): readonly string[] {
  return value === undefined ? fallback : value.text.split(':').filter((path) => path !== '')
}

/** mon never runs a monitor if this is not a number; here that is an error. */
function readMaxprocs(value: Slice | undefined, report: Report): number {
  if (value === undefined) return DEFAULT_MAXPROCS
  const count = /^\d{1,5}$/.test(value.text) ? Number(value.text) : null
  if (count !== null && count <= GREATEST_MAXPROCS) return count
  const hint = `a whole number up to ${GREATEST_MAXPROCS}; 0 for no limit`
  report.error('setting-value', spanOf(value), `${quoted(value.text)} is not a number of monitors`, hint)
  return DEFAULT_MAXPROCS
}

export function readDuration(value: Slice | undefined, report: Report): Milliseconds | null {
  if (value === undefined) return null
  const parsed = parseDuration(value.text)
  if (parsed.kind === 'duration') return parsed.duration
  report.error(parsed.code, spanOf(value), parsed.message, parsed.hint)
  return null
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

function readMailserver(value: Slice | undefined, report: Report): string {
  if (value === undefined) return DEFAULT_MAILSERVER
  if (/^smtps?:\/\/[^\s/?]+\/?(\?\S*)?$/.test(value.text) && isUrl(value.text)) return value.text
  const isHost = /^[\w.-]{1,255}(:\d{1,5})?$/.test(value.text)
  const hint = isHost ? `write smtp://${value.text}` : 'smtp://host:port, or smtps://host:port for TLS from the start'
  report.error('setting-value', spanOf(value), `${quoted(value.text)} names no mail server`, hint)
  return DEFAULT_MAILSERVER
}

/** Long URLs are refused unread. */
const isUrl = (text: string) => text.length < 2000 && URL.canParse(text)

function readMailfrom(value: Slice | undefined, hostname: string, report: Report): string {
  if (value === undefined) return defaultMailfrom(hostname)
  if (/^[^\s@<>]{1,64}@[^\s@<>]{1,255}$/.test(value.text)) return value.text
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
