/**
 * The globals of mon.cf, each found where it counts: what the command line gives wins over the file, and the file over
 * the fallbacks of whoever asks. Each reader checks one sort of value and answers the default after a mistake.
 */
import { type Milliseconds, milliseconds } from '../../model/units.ts'
import type { Statement } from '../mon/file.ts'
import { type LogicalLine, placeOfSlice, type Slice, slice, spanOf } from '../mon/lines.ts'
import { type GlobalWord, SERVICE_DEFAULTS } from '../mon/words.ts'
import { LONGEST_DURATION, parseDuration } from '../text/duration.ts'
import { FLAG_HINT, parseFlag } from '../text/flag.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { splitWords } from '../text/words.ts'
import type { Given, GivenSettings } from './surroundings.ts'

interface Found {
  readonly statement: Statement
  /** Somebody wrote it, into the file or on the command line. */
  readonly written: boolean
}

export class SettingReader {
  readonly report: Report
  readonly #found: ReadonlyMap<string, Found>

  constructor(globals: readonly Statement[], { options = {}, fallbacks = {} }: Given, report: Report) {
    this.report = report
    const found = new Map<string, Found>()
    for (const statement of given('built-in settings', fallbacks)) addTo(found, { statement, written: false })
    for (const statement of lastOfEach(globals, report)) addTo(found, { statement, written: true })
    for (const statement of given('command line', options)) addTo(found, { statement, written: true })
    this.#found = found
  }

  /** The value, if there is one to read. */
  value(name: GlobalWord): Slice | undefined {
    const value = this.#found.get(name)?.statement.value
    return value === undefined || value.text === '' ? undefined : value
  }

  isWritten(name: GlobalWord): boolean {
    return this.#found.get(name)?.written === true
  }

  /** Where nothing may be written as well: it counts as that. */
  text(name: GlobalWord, fallback: string): string {
    const found = this.#found.get(name)
    if (found === undefined) return fallback
    const { text } = found.statement.value
    return text === '' && !MAY_BE_EMPTY.has(name) ? fallback : text
  }

  words(name: GlobalWord, fallback: readonly string[], separator: RegExp): readonly string[] {
    const value = this.value(name)
    return value === undefined ? fallback : value.text.split(separator).filter((word) => word !== '')
  }

  /** mon takes any text for a number. */
  count(name: GlobalWord, what: string, { least = 0, most, fallback }: Range): number {
    const value = this.value(name)
    if (value === undefined) return fallback
    const digits = /^\d{1,9}/.exec(value.text)?.[0] ?? ''
    const count = digits === '' ? fallback : Number(digits)
    if (digits === value.text && count >= least && count <= most) return count
    const hint = `a whole number from ${least} to ${most}${name === 'maxprocs' ? '; 0 for no limit' : ''}`
    this.report.error('setting-number', spanOf(value), `${quoted(value.text)} is not ${what}`, hint)
    return count >= least && count <= most ? count : fallback
  }

  /** No time at all may be meant. */
  duration(name: GlobalWord, fallback: Milliseconds): Milliseconds {
    const value = this.value(name)
    if (value === undefined) return fallback
    return readDuration(value, this.report, { zero: true }) ?? fallback
  }

  flag(name: GlobalWord): boolean {
    const value = this.value(name)
    if (value === undefined) return false
    const flag = parseFlag(value.text)
    if (flag === null) {
      this.report.error('setting-flag', spanOf(value), `${quoted(value.text)} is neither yes nor no`, FLAG_HINT)
    }
    return flag ?? false
  }

  /** A file of its own: `written` also tells the daemon that somebody wants it. */
  file(name: GlobalWord, fallback: string) {
    const value = this.value(name)
    const written = value !== undefined && this.isWritten(name)
    return { path: value?.text ?? fallback, written, place: written ? placeOfSlice(value) : null }
  }
}

interface Range {
  readonly least?: number
  readonly most: number
  readonly fallback: number
}

/** A text to the end of its line; in double quotes where it has outer blanks. `null`: nothing is written. */
export function textIn(value: Slice | undefined, report: Report): string | null {
  if (value === undefined) return null
  if (!value.text.startsWith('"')) return value.text
  const split = splitWords(value)
  const [word, extra] = split.words
  if (split.kind === 'words' && word !== undefined && extra === undefined) return word.text
  const message = `${quoted(value.text)} is not one text in quotes`
  report.error(
    'quoted-text',
    spanOf(value),
    message,
    'leave the quotes out, or put them around all of it, with \\" for one inside',
  )
  return null
}

export function readDuration(
  value: Slice | undefined,
  report: Report,
  { zero = false }: { readonly zero?: boolean } = {},
): Milliseconds | null {
  if (value === undefined) return null
  const parsed = parseDuration(value.text, { zero })
  if (parsed.kind === 'duration') return parsed.duration
  report.error(parsed.code, spanOf(value), parsed.message, parsed.hint)
  return parsed.code === 'interval-too-long' ? milliseconds(LONGEST_DURATION) : null
}

/** Nothing behind the "=" means: none. */
const MAY_BE_EMPTY = new Set<string>(['pidfile', 'historicfile', 'monremote', 'exclude_period', 'syslog_facility'])
/** mon takes nothing for a value where that makes no sense; of the others it refuses it, or does not know them. */
const EMPTY_IN_MON = new Set<string>([
  ...['basedir', 'cfbasedir', 'alertdir', 'mondir', 'statedir', 'logdir', 'authtype', 'pamservice', 'serverport'],
  ...['trapport', 'clientallow', 'maxprocs', 'histlength', 'monerrfile', 'dtlogging', 'dtlogfile', 'dep_recur_limit'],
  'startupalerts_on_reset',
])
/** These may stand several times, and each counts. */
const REPEATED = new Set<string>(['plugin', 'keepalived', 'director', 'notify_fifo', ...SERVICE_DEFAULTS])

const addTo = (found: Map<string, Found>, one: Found) => found.set(one.statement.keyword.text, one)

/** The later of two settings counts, as in mon. */
function lastOfEach(globals: readonly Statement[], report: Report): Iterable<Statement> {
  const settings = new Map<string, Statement>()
  for (const statement of globals) {
    const { keyword, value } = statement
    if (!REPEATED.has(keyword.text)) reportAgain(settings.get(keyword.text), statement, report)
    if (value.text === '' && !MAY_BE_EMPTY.has(keyword.text)) reportEmpty(keyword, report)
    else settings.set(keyword.text, statement)
  }
  return settings.values()
}

function reportEmpty(keyword: Slice, report: Report): void {
  const code = EMPTY_IN_MON.has(keyword.text) ? 'setting-empty' : 'setting-value'
  report.error(code, spanOf(keyword), `${quoted(keyword.text)} has no value`, 'write one behind the "="')
}

function reportAgain(before: Statement | undefined, { keyword }: Statement, report: Report): void {
  if (before === undefined) return
  const { line } = placeOfSlice(before.keyword)
  const message = `${quoted(keyword.text)} was set in line ${line} already`
  report.warning('setting-again', spanOf(keyword), message, 'this later one counts; remove one of them')
}

/** As if somebody had written them into a file of that name. */
function given(file: string, settings: GivenSettings): Statement[] {
  return Object.entries(settings).map(([name, value]) => {
    const text = `${name} = ${value}`
    const line: LogicalLine = { source: { file, text }, text, runs: [{ at: 0, offset: 0 }] }
    return { keyword: slice(line, 0, name.length), value: slice(line, name.length + 3, text.length) }
  })
}
