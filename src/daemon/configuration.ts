/**
 * From a file's name to a Model, or to the problems that stand in its way. The daemon's start, its reload and
 * `upalert check` all come through here, so that what was checked is what runs.
 */
import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { alerts as builtInAlerts } from '../../alerts/index.ts'
import { monitors as builtInMonitors } from '../../monitors/index.ts'
import type { Alert } from '../model/alert.ts'
import type { Model } from '../model/model.ts'
import type { Monitor } from '../model/monitor.ts'
import { fileProblem, loadMon } from '../parse/check.ts'
import type { MonFile } from '../parse/mon/file.ts'
import type { Problem } from '../parse/problem.ts'
import type { Given } from '../parse/resolve/surroundings.ts'
import { programPaths, resolve, settingsOf } from '../parse/resolve.ts'
import { loadPlugins, type PluginProblem } from '../runtime/plugins.ts'
import { type Directories, directoriesOf } from './paths.ts'

/** What the command line says besides the file's name. */
export interface LoadOptions extends Given {
  /** The file is put through this m4 first; empty: `m4` from the search path. A file named *.m4 always is. */
  readonly m4?: string
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
}

const nothing = { model: null, omitted: 0, directories: null, monitors: builtInMonitors, alerts: builtInAlerts }

export async function loadConfiguration(file: string, given: LoadOptions = {}): Promise<Configuration> {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(file)
  } catch (error) {
    return { ...nothing, file, given, problems: [fileProblem(file, reasonText(error))] }
  }
  const loaded = loadMon(file, bytes)
  if (loaded.kind === 'unreadable') return { ...nothing, file, given, problems: loaded.problems }
  return understand(file, loaded.file, given)
}

/** The globals of a file alone, for whoever only wants to find the daemon that runs on it. `null` if it cannot be read. */
export function directoriesIn(file: string): Directories | null {
  try {
    const loaded = loadMon(file, readFileSync(file))
    return loaded.kind === 'parsed' ? directoriesOf(settingsOf(loaded.file, about()), file) : null
  } catch {
    return null
  }
}

const about = () => ({ environment: process.env, hostname: hostname() })

async function understand(file: string, parsed: MonFile, given: LoadOptions): Promise<Configuration> {
  const { m4: _, ...words } = given
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
  const resolved = resolve(parsed, { ...about(), ...words, monitors, alerts, programs })
  const problems = [...plugins.problems.map((problem) => asProblem(problem, parsed)), ...resolved.problems]
  const usable = plugins.problems.length === 0 ? resolved.model : null
  const model = usable === null ? null : { ...usable, settings: { ...usable.settings, ...directories } }
  return { file, given, model, problems, omitted: resolved.omitted, directories, monitors, alerts }
}

function asProblem({ code, place, message, hint }: PluginProblem, { source }: MonFile): Problem {
  const lineStart = source.text.split('\n', place.line - 1).reduce((sum, line) => sum + line.length + 1, 0)
  const start = lineStart + place.column - 1
  const end = source.text.indexOf('\n', start)
  return { code, severity: 'error', span: { source, start, end: end === -1 ? source.text.length : end }, message, hint }
}

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

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function reasonText(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  switch (code) {
    case 'ENOENT':
      return 'it does not exist'
    case 'EACCES':
      return 'this user may not read it'
    case 'EISDIR':
      return 'it is a directory'
    default:
      return error instanceof Error ? error.message : String(error)
  }
}
