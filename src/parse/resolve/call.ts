/**
 * `monitor http.monitor -p 8080` and `alert exit=2-3 mail.alert admin@…` -> Call: which module carries it out, with
 * which options. A built-in written without its suffix always wins; with the suffix, an executable found along mondir
 * or alertdir does, so that a site's own http.monitor stays in force. Where mon's own program of that name has options
 * of another meaning, a module that speaks them takes the call, and ours if only ours knows all the words.
 * Source: mon manual, "monitor", "alert".
 */
import type { AlertCall, Call } from '../../model/model.ts'
import { placeOfSlice, type Slice, skipBlanks, slice, spanOf } from '../mon/lines.ts'
import { fillDefaults, type Options, parseOptions } from '../options.ts'
import { parseExitRange } from '../text/exit-range.ts'
import { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { splitWords } from '../text/words.ts'
import type { Receivers } from './receivers.ts'
import type { NamedShape, Surroundings } from './surroundings.ts'

/** How the names of one sort of module are found. */
interface Realm {
  readonly what: 'monitor' | 'alert'
  readonly modules: ReadonlyMap<string, NamedShape>
  readonly programs: ReadonlyMap<string, string>
  /** The module that runs executables. */
  readonly runner: string
  /** mon's names for what we have under another one. */
  readonly synonyms: Readonly<Record<string, string>>
  /** mon's names, suffix and all, for the modules that take the options of mon's program. */
  readonly stands: Readonly<Record<string, string>>
  readonly directories: readonly string[]
  readonly setting: 'mondir' | 'alertdir'
}

export interface Naming {
  readonly surroundings: Surroundings
  readonly mondir: readonly string[]
  readonly alertdir: readonly string[]
  /** Those that `alert to NAME` may call; inside a receiver there are none. */
  readonly receivers: Receivers | null
}

/** The module that runs executables, by what it is called for; its option `command` holds the words. */
const RUNNERS = { monitor: 'script', alert: 'program' } as const

const MONITOR_SYNONYMS = { fping: 'ping', phttp: 'http', sslcert: 'ssl' }
const MONITOR_STANDS = {
  'tcp.monitor': 'mon-tcp',
  'http.monitor': 'mon-http',
  'phttp.monitor': 'mon-phttp',
  'ping.monitor': 'mon-ping',
  'sslcert.monitor': 'mon-sslcert',
}
const ALERT_SYNONYMS = { page: 'pager', qpage: 'pager', virtualserver: 'ipvs', lvs: 'ipvs' }

export function resolveMonitor(value: Slice, naming: Naming, report: Report): Call | null {
  const withHosts = !value.text.endsWith(';;')
  const command = withHosts ? value : slice(value.line, value.from, value.to - 2)
  const call = resolveCall(command, value, withHosts, monitorRealm(naming), report)
  if (call === null) return null
  const { program: _, ...rest } = call
  return rest
}

/** An alert line: `exit=2-3 NAME WORDS`. */
export interface AlertLine {
  /** `none`: what stands there is no range, so that mon takes it for the alert's name. */
  readonly exit: AlertCall['exit'] | 'none'
  readonly command: Slice
  readonly whole: Slice
}

export function splitAlert(value: Slice, report: Report): AlertLine {
  const range = /^exit[ \t]*=[ \t]*(\S*)[ \t]*/i.exec(value.text)
  if (range === null) return { exit: null, command: value, whole: value }
  const at = value.from + range[0].length
  const exit = readExitRange(slice(value.line, value.from, at), range[1] ?? '', report)
  return { exit, command: slice(value.line, at, value.to), whole: value }
}

/** One that is not found, or whose words are wrong, is `missing`: with quirks the rest of the file works without it. */
export function resolveAlert({ exit, command, whole }: AlertLine, naming: Naming, report: Report): AlertCall {
  const call = resolveCall(command, whole, true, alertRealm(naming), report)
  if (call === null || exit === 'none') return missingAlert(exit === 'none' ? whole : command, exit, whole)
  const { program, ...rest } = call
  const { module, options } = rest
  for (const fault of naming.surroundings.alertFaults?.(module, options) ?? []) {
    report.warning(
      'alert-faults',
      spanOf(command),
      fault,
      'mend it; until then nothing, or not these words, can be sent by it',
    )
  }
  const traits = traitsOf(naming.surroundings.alerts.get(module), options)
  return { ...rest, exit, ...nameOfAlert(program, rest, alertRealm(naming).runner, command), ...traits }
}

/** What shared code has to know of a way of telling without asking which one it is. */
function traitsOf(shape: NamedShape | undefined, options: unknown): Pick<AlertCall, 'combines' | 'keepAlive'> {
  return {
    ...(shape?.combines?.(options) === true ? { combines: true } : {}),
    ...(shape?.keepAlive === true ? { keepAlive: true } : {}),
  }
}

function missingAlert(command: Slice, exit: AlertLine['exit'], whole: Slice): AlertCall {
  const [name, rest = ''] = /^(\S*)\s*(.*)$/s.exec(command.text)?.slice(1) ?? []
  return {
    module: RUNNERS.alert,
    options: { command: [name ?? ''] },
    text: whole.text,
    withHosts: true,
    place: placeOfSlice(whole),
    exit: exit === 'none' ? null : exit,
    script: name ?? '',
    argumentText: rest,
    missing: true,
  }
}

/** What clients and logs are told: the program's path or the module's name, and what stands behind it, unsplit. */
function nameOfAlert(
  program: Slice,
  { module, options }: Call,
  runner: string,
  command: Slice,
): Pick<AlertCall, 'script' | 'argumentText'> {
  const { text } = command.line
  const argumentText = text.slice(skipBlanks(text, program.to, command.to), command.to)
  const words = typeof options === 'object' && options !== null && 'command' in options ? options.command : null
  const script = module === runner && Array.isArray(words) ? String(words[0] ?? module) : module
  return { script, argumentText }
}

const monitorRealm = ({ surroundings, mondir }: Naming): Realm => ({
  what: 'monitor',
  modules: surroundings.monitors,
  programs: surroundings.programs.monitors,
  runner: RUNNERS.monitor,
  synonyms: MONITOR_SYNONYMS,
  stands: MONITOR_STANDS,
  directories: mondir,
  setting: 'mondir',
})

const alertRealm = ({ surroundings, alertdir }: Naming): Realm => ({
  what: 'alert',
  modules: surroundings.alerts,
  programs: surroundings.programs.alerts,
  runner: RUNNERS.alert,
  synonyms: ALERT_SYNONYMS,
  stands: {},
  directories: alertdir,
  setting: 'alertdir',
})

/** Whether a word could be an alert line's first: no length of time is one. */
export function isAlertName(text: string, naming: Naming): boolean {
  const realm = alertRealm(naming)
  const stem = stemOf(text, realm)
  return realm.programs.has(text) || realm.modules.has(stem) || Object.hasOwn(realm.synonyms, stem)
}

function readExitRange(part: Slice, text: string, report: Report): AlertLine['exit'] {
  const parsed = parseExitRange(text)
  if (parsed !== null && !parsed.odd) return parsed.range
  const hint = 'write exit=N or exit=N-M, from 0 to 255'
  report.error('exit-range', spanOf(part), `${quoted(text)} is not a range of exit statuses`, hint)
  return parsed?.range ?? 'none'
}

function resolveCall(part: Slice, whole: Slice, withHosts: boolean, realm: Realm, report: Report): NamedCall | null {
  const split = splitWords(part)
  const comment = split.words.find(beginsComment) ?? null
  if (split.kind === 'unbalanced' && comment === null) {
    const sign = split.quote.text.charAt(0)
    const message = sign === '\\' ? 'nothing stands behind this \\' : `this ${sign} opens a quotation that never closes`
    report.error(
      'quote',
      spanOf(split.quote),
      message,
      `write another ${sign} behind it, or \\${sign} for the character itself`,
    )
    return withoutWords(split.words[0], whole, realm, report)
  }
  const [name, ...words] = split.words
  // An apostrophe in a comment opens a quotation, so that nobody knows which words a program would get.
  if (comment !== null && (split.kind === 'unbalanced' || name === comment)) {
    reportComment(comment, 'error', report)
    return null
  }
  if (name === undefined || name.text === '') {
    const message = `here the name of ${realm.what === 'alert' ? 'an alert' : 'a monitor'} is missing`
    report.error('call-name', spanOf(whole), message, `known: ${[...realm.modules.keys()].join(', ')}`)
    return null
  }
  const found = findModule(name, words, realm, report)
  if (found === null) return null
  const { module, options, program = name } = found
  return { module, options, text: whole.text, withHosts, place: placeOfSlice(name), program }
}

/** mon splits what has such a quotation into no words at all, and calls an alert all the same. */
function withoutWords(name: Slice | undefined, whole: Slice, realm: Realm, report: Report): NamedCall | null {
  const path = realm.what === 'monitor' || name === undefined ? undefined : realm.programs.get(name.text)
  if (path === undefined || name === undefined) return null
  const found = callProgram(path, name, [], realm, report)
  return found === null
    ? null
    : { ...found, text: whole.text, withHosts: true, place: placeOfSlice(name), program: name }
}

/** With the word that names the program, or the module. */
type NamedCall = Call & { readonly program: Slice }

interface Found {
  /** The word of the program behind the name of the module that runs it. */
  readonly program?: Slice
  readonly module: string
  readonly options: Options
}

function findModule(name: Slice, words: readonly Slice[], realm: Realm, report: Report): Found | null {
  const stem = stemOf(name.text, realm)
  const own = realm.modules.get(name.text)
  if (own !== undefined) return callModule(own, name, words, realm, report)
  const path = realm.programs.get(name.text)
  if (path !== undefined) return callProgram(path, name, words, realm, report)
  const synonym = Object.hasOwn(realm.synonyms, stem) ? realm.synonyms[stem] : undefined
  const builtIn = realm.modules.get(stem) ?? (synonym === undefined ? undefined : realm.modules.get(synonym))
  const stand = Object.hasOwn(realm.stands, name.text) ? realm.modules.get(realm.stands[name.text] ?? '') : undefined
  // What neither takes is told of mon's options: its name was called.
  const taking = [stand, builtIn].find((one) => one !== undefined && takes(one, name, words, realm))
  const called = taking ?? stand ?? builtIn
  if (called !== undefined) return callModule(called, name, words, realm, report)
  reportUnknown(name, realm, report)
  return null
}

/** Whether a module knows all of the words; nothing is reported. */
function takes(shape: NamedShape, name: Slice, words: readonly Slice[], realm: Realm): boolean {
  return callModule(shape, name, words, realm, new Report()) !== null
}

/** Without the suffix that mon's programs carry, in which two names would always be alike. */
function stemOf(name: string, { what }: Realm): string {
  return name.endsWith(`.${what}`) ? name.slice(0, -what.length - 1) : name
}

function callModule(
  shape: NamedShape,
  name: Slice,
  words: readonly Slice[],
  realm: Realm,
  report: Report,
): Found | null {
  if (shape.name !== realm.runner) {
    const comment = words.findIndex(beginsComment)
    reportComment(words[comment], 'error', report)
    const options = parseOptions(shape, name, comment < 0 ? words : words.slice(0, comment), report)
    return options === null ? null : { module: shape.name, options }
  }
  const options = parseOptions(shape, name, words, report)
  if (options === null) return null
  const command = Array.isArray(options.command) ? options.command.map(String) : []
  const program = words.find((word) => word.text === command[0])
  const path = realm.programs.get(command[0] ?? '')
  if (path !== undefined) reportComment(words.find(beginsComment), 'warning', report)
  if (path !== undefined) {
    const found = { module: shape.name, options: { ...options, command: [path, ...command.slice(1)] } }
    return program === undefined ? found : { ...found, program }
  }
  reportUnknown(program ?? name, realm, report)
  return null
}

/** An executable called by its own name: everything behind it is its arguments. */
function callProgram(path: string, name: Slice, words: readonly Slice[], realm: Realm, report: Report): Found | null {
  reportComment(words.find(beginsComment), 'warning', report)
  const command = { command: [path, ...words.map((word) => word.text)] }
  const shape = realm.modules.get(realm.runner)
  const options = shape === undefined ? command : fillDefaults(shape, command, name, new Map(), report)
  return options === null ? null : { module: realm.runner, options }
}

/** Written as it is, not in quotes. */
export const beginsComment = ({ line, from }: Slice) => line.text[from] === '#'

/** For a program of the site it may be a word that is meant. */
export function reportComment(word: Slice | undefined, severity: 'error' | 'warning', report: Report): void {
  if (word === undefined) return
  const span = spanOf(slice(word.line, word.from, word.line.text.length))
  const message = 'comments have lines of their own: a # behind text is a word like any other'
  const quotes = ', or in quotes if the program wants it'
  const hint = `put it on a line of its own${severity === 'warning' ? quotes : ''}`
  report[severity]('comment-behind-text', span, message, hint)
}

function reportUnknown(name: Slice, realm: Realm, report: Report): void {
  if (name.text.startsWith('/')) {
    const message = `${quoted(name.text)} is not an executable file`
    report.error(`${realm.what}-unknown`, spanOf(name), message, 'look at its path and its mode: chmod +x')
    return
  }
  const known = [...realm.modules.keys(), ...realm.programs.keys(), ...Object.keys(realm.synonyms)]
  const stems = new Map(known.map((one) => [stemOf(one, realm), one]))
  const stem = report.nearest(stemOf(name.text, realm), stems.keys())
  const nearest = stem === null ? (stems.get(stemOf(name.text, realm)) ?? null) : (stems.get(stem) ?? null)
  const where = `neither built in nor an executable in ${realm.setting} (${realm.directories.join(':')})`
  const hint = nearest === null ? `built in: ${[...realm.modules.keys()].join(', ')}` : `did you mean ${nearest}?`
  report.error(`${realm.what}-unknown`, spanOf(name), `${quoted(name.text)} is ${where}`, hint)
}
