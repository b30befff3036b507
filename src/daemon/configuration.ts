/**
 * From a file's name to a Model, or to the problems that stand in its way. The daemon's start, its reload and
 * `upalert check` all come through here, so that what was checked is what runs.
 */
import { readdirSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { alerts as builtInAlerts } from '../../alerts/index.ts'
import { monitors as builtInMonitors } from '../../monitors/index.ts'
import type { Alert } from '../model/alert.ts'
import { machineZone } from '../model/calendar/zone.ts'
import { emptyModel } from '../model/empty-model.ts'
import type { Model } from '../model/model.ts'
import type { Monitor } from '../model/monitor.ts'
import { fileProblem, loadMon } from '../parse/check.ts'
import { joined } from '../parse/director/join.ts'
import type { Part } from '../parse/director/part.ts'
import { foreignIn } from '../parse/foreign.ts'
import type { MonFile } from '../parse/mon/file.ts'
import { parseMon } from '../parse/mon.ts'
import type { Problem } from '../parse/problem.ts'
import type { DirectorFormat, Format } from '../parse/recognise.ts'
import type { Given } from '../parse/resolve/surroundings.ts'
import { programPaths, resolve, settingsOf, unknownNames } from '../parse/resolve.ts'
import { loadPlugins, type PluginProblem } from '../runtime/plugins.ts'
import { alertFaults } from './alert-faults.ts'
import { configurationBytes } from './configuration-bytes.ts'
import { type ConfigurationText, textOf } from './configuration-text.ts'
import { type DirectorFile, formatOfBytes, readDirector } from './director/files.ts'
import { namedFiles } from './director/named.ts'
import { understood } from './director/parts.ts'
import { isProgram, isReadable } from './files.ts'
import { type Expanded, expandM4, expandM4Sync, m4For } from './m4.ts'
import { type Directories, directoriesOf } from './paths.ts'
import { absolute, fileProblems, spanAt, templateWarnings } from './settings-files.ts'

/** What the command line says besides the file's name. */
export interface LoadOptions extends Given {
  /** The file is put through this m4 first; empty: `m4` from the search path. A file named *.m4 always is. */
  readonly m4?: string
  /** What `@ID` lines of a keepalived.conf are chosen by (keepalived's -i); otherwise the host's name up to the first dot. */
  readonly configId?: string
}

export interface Configuration {
  readonly file: string
  /** A reload reads the file with the same. */
  readonly given: LoadOptions
  /** `null` if the file cannot be used; then at least one problem is an error. */
  readonly model: Model | null
  readonly problems: readonly Problem[]
  /** Problems beyond the number that is kept. */
  readonly omitted: number
  readonly directories: Directories | null
  readonly monitors: ReadonlyMap<string, Monitor>
  readonly alerts: ReadonlyMap<string, Alert>
  /** All that was read. */
  readonly written: ConfigurationText
  /** `null`: it could not be read. */
  readonly format: Format | null
  /** Of other tools' files, in the order read. */
  readonly parts: readonly Part[]
}

const nothing = {
  model: null,
  omitted: 0,
  directories: null,
  monitors: builtInMonitors,
  alerts: builtInAlerts,
  written: textOf([]),
  format: null,
  parts: [],
}

export async function loadConfiguration(file: string, given: LoadOptions = {}): Promise<Configuration> {
  const program = m4For(file, given.m4)
  const read = program === null || !isReadable(file) ? readBytes(file) : await expandM4(file, program)
  if (read.kind === 'failed') return { ...nothing, file, given, problems: read.problems }
  const format = program === null ? formatOfBytes(read.bytes) : 'mon'
  if (format !== 'mon') return loadDirector(file, read.bytes, format, given)
  const loaded = loadMon(file, read.bytes, { ...given, fromM4: program !== null })
  if (loaded.kind === 'unreadable') return { ...nothing, file, given, problems: [...read.problems, ...loaded.problems] }
  return understand(file, loaded.file, given, read.problems)
}

/** A file of another tool by itself: what it has no words for is as in an empty mon.cf. */
async function loadDirector(
  file: string,
  bytes: Uint8Array,
  format: DirectorFormat,
  given: LoadOptions,
): Promise<Configuration> {
  const read = readDirector(file, bytes, format, configurationId(given.configId))
  if (read.kind === 'failed') return { ...nothing, file, given, problems: read.problems }
  return understand(file, noMon(file), { ...given, ...withoutDatabase(given) }, [], read.file)
}

const noMon = (file: string) => parseMon({ file, text: '' })

/** Nobody expects a PostgreSQL of these; the history is in the journal, and in a database that DATABASE_URL names. */
function withoutDatabase({ options }: LoadOptions): Pick<LoadOptions, 'options'> {
  const named = (process.env.DATABASE_URL ?? '') !== '' || options?.database !== undefined
  return named ? {} : { options: { ...options, database: 'none' } }
}

/** The globals of a file alone, for whoever only wants to find the daemon that runs on it. `null` if it cannot be read. */
export function directoriesIn(file: string, given: Given = {}): Directories | null {
  const program = m4For(file, undefined)
  const read = program === null || !isReadable(file) ? readBytes(file) : expandM4Sync(file, program)
  if (read.kind === 'failed') return null
  if (program === null && formatOfBytes(read.bytes) !== 'mon') {
    return directoriesOf(settingsOf(noMon(file), { ...about(), ...given }), file)
  }
  const loaded = loadMon(file, read.bytes, { fromM4: program !== null })
  return loaded.kind === 'parsed' ? directoriesOf(settingsOf(loaded.file, { ...about(), ...given }), file) : null
}

function readBytes(file: string): Expanded {
  const read = configurationBytes(file)
  if (read.kind === 'unreadable') return { kind: 'failed', problems: [fileProblem(file, read.reason)] }
  return { kind: 'expanded', bytes: read.bytes, problems: [] }
}

/** The id that `@ID` lines are chosen by: what -i says, else the host's name up to the first dot, as in keepalived. */
const configurationId = (given: string | undefined): string => given ?? hostname().split('.')[0] ?? ''

const about = () => ({ environment: process.env, hostname: hostname() })

async function understand(
  file: string,
  parsed: MonFile,
  given: LoadOptions,
  former: readonly Problem[],
  alone?: DirectorFile,
): Promise<Configuration> {
  const { m4: _, configId, ...words } = given
  const settings = settingsOf(parsed, { ...about(), ...words })
  const directories = directoriesOf(settings, file)
  const taken = { monitors: new Set(builtInMonitors.keys()), alerts: new Set(builtInAlerts.keys()) }
  const plugins = await loadPlugins(settings.plugins, dirname(file), taken)
  const monitors = new Map([...builtInMonitors, ...plugins.monitors])
  const alerts = new Map([...builtInAlerts, ...plugins.alerts])
  const paths = programPaths(parsed)
  const programs = {
    monitors: programsIn(directories.mondir, paths.monitors),
    alerts: programsIn(directories.alertdir, paths.alerts),
  }
  const resolved =
    alone === undefined
      ? resolve(parsed, { ...about(), ...words, ...{ monitors, alerts, programs }, ...judging(alerts) })
      : { model: emptyModel(settings), problems: [], omitted: 0, open: [] }
  const beside = namedFiles(settings.keepalived, file, configurationId(configId), alone)
  const others = await understood(beside.files, { monitors, alerts })
  const said = new Set([...parsed.globals.map(({ keyword }) => keyword.text), ...Object.keys(given.options ?? {})])
  const { model: joint, problems: clashes } = joined(resolved.model ?? emptyModel(settings), others.parts, said)
  const found = [
    ...plugins.problems.map((problem) => asProblem(problem, parsed)),
    ...fileProblems(settings, directories, parsed),
  ]
  const besides = [
    ...beside.unreadable.map((problem) => asProblem(problem, parsed)),
    ...beside.problems,
    ...others.problems,
    ...clashes,
  ]
  // Of a file that is wrong nobody knows what it would have named.
  const allRead = besides.every(({ severity }) => severity === 'warning')
  const remarks = [
    ...besides,
    ...(allRead ? unknownNames(resolved.open, joint) : []),
    ...templateWarnings(settings, directories, parsed),
  ]
  const sound = found.length === 0 && resolved.model !== null && remarks.every(({ severity }) => severity === 'warning')
  const model = sound ? { ...joint, settings: absolute(joint.settings, directories) } : null
  const problems = [...former, ...found, ...resolved.problems, ...remarks]
  const omitted = resolved.omitted + others.omitted
  const written = textOf([parsed.source, ...beside.files.flatMap(({ file: { sources } }) => sources)])
  const format: Format = alone?.format ?? 'mon'
  const { parts } = others
  const whole = { file, given, model, problems, omitted, directories, monitors, alerts, written, format, parts }
  const foreign = foreignIn(alone?.file.source ?? parsed.source, problems)
  return foreign === null ? whole : { ...whole, model: null, problems: [foreign], omitted: 0 }
}

const judging = (alerts: ReadonlyMap<string, Alert>) => ({ timeZone: machineZone(), alertFaults: alertFaults(alerts) })

/** A problem with a place in the mon.cf, of a plugin or another file that it names. */
type Placed = Omit<PluginProblem, 'code'> & { readonly code: string }

const asProblem = ({ code, place, message, hint }: Placed, parsed: MonFile): Problem => ({
  code,
  severity: 'error',
  span: spanAt(place, parsed),
  message,
  hint,
})

/** Executables by name; of two with one name the one found first counts. */
function programsIn(directories: readonly string[], paths: readonly string[]): ReadonlyMap<string, string> {
  const programs = new Map<string, string>()
  for (const directory of directories) {
    for (const name of namesIn(directory)) {
      const path = join(directory, name)
      if (!programs.has(name) && isProgram(path)) programs.set(name, path)
    }
  }
  for (const path of paths) if (isProgram(path)) programs.set(path, path)
  return programs
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}
