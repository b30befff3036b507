/**
 * Loads plugins: ES modules named in the configuration that export monitors or alerts. What is wrong with one is said in
 * a sentence with its place; a plugin that is wrong is left out as a whole. The contract is told in docs/plugins.md.
 */
import { stat } from 'node:fs/promises'
import { resolve as resolvePath } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Alert } from '../model/alert.ts'
import type { Place, Settings } from '../model/model.ts'
import type { Monitor } from '../model/monitor.ts'
import { guardAlert } from './plugin-alert.ts'
import { guardMonitor, reasonOf } from './plugin-guard.ts'
import { isRecord, type PluginAlert, type PluginMonitor, readAlert, readMonitor } from './plugin-shape.ts'

export interface LoadedPlugins {
  readonly monitors: ReadonlyMap<string, Monitor>
  readonly alerts: ReadonlyMap<string, Alert>
  readonly problems: readonly PluginProblem[]
}

export interface PluginProblem {
  /** Stable, for programs. */
  readonly code: 'plugin-missing' | 'plugin-load' | 'plugin-shape' | 'plugin-name'
  readonly place: Place
  /** A sentence without its full stop. */
  readonly message: string
  readonly hint: string
}

/** Names that a plugin may not take. */
export interface TakenNames {
  readonly monitors: ReadonlySet<string>
  readonly alerts: ReadonlySet<string>
}

/** A module whose top level waits for ever must not keep the daemon from starting; in milliseconds. */
const LOAD_LIMIT_MS = 10_000
/** Characters of an exception's text that are shown. */
const REASON_LIMIT = 300

/** Paths are relative to `directory`, that of the configuration file. A file that has changed is loaded anew. */
export async function loadPlugins(
  plugins: Settings['plugins'],
  directory: string,
  taken: TakenNames,
): Promise<LoadedPlugins> {
  const monitors = new Map<string, Monitor>()
  const alerts = new Map<string, Alert>()
  const problems: PluginProblem[] = []
  for (const { path, place } of plugins) {
    const loaded = await load(resolvePath(directory, path), path)
    const parts = 'message' in loaded ? loaded : sortedOut(loaded, path)
    if ('message' in parts) {
      problems.push({ ...parts, place })
      continue
    }
    const clash = nameClash(parts, path, {
      monitors: new Set([...taken.monitors, ...monitors.keys()]),
      alerts: new Set([...taken.alerts, ...alerts.keys()]),
    })
    if (clash !== null) {
      problems.push({ ...clash, place })
      continue
    }
    for (const monitor of parts.monitors) monitors.set(monitor.name, guardMonitor(monitor))
    for (const alert of parts.alerts) alerts.set(alert.name, guardAlert(alert))
  }
  return { monitors, alerts, problems }
}

type Trouble = Omit<PluginProblem, 'place'>

/** What a module exports, or why it could not be loaded. */
async function load(file: string, written: string): Promise<{ exports: Record<string, unknown> } | Trouble> {
  let version: string
  try {
    const { mtimeMs, size, isFile } = await stat(file).then((found) => ({ ...found, isFile: found.isFile() }))
    if (!isFile) return missing(`the plugin ${written} is not a file`, file)
    version = `${mtimeMs}-${size}`
  } catch {
    return missing(`there is no plugin ${written}`, file)
  }
  try {
    // Node keeps every module it has loaded under its address; a changed file needs a new one.
    const exports: unknown = await withLimit(import(`${pathToFileURL(file).href}?version=${version}`))
    return { exports: isRecord(exports) ? { ...exports } : {} }
  } catch (error) {
    const message = `the plugin ${written} could not be loaded: ${reasonOf(error).replace(/\s+/g, ' ').slice(0, REASON_LIMIT)}`
    return { code: 'plugin-load', message, hint: `try it: node --check ${file}` }
  }
}

const missing = (message: string, file: string): Trouble => ({
  code: 'plugin-missing',
  message,
  hint: `the path is relative to the configuration file, so this is ${file}`,
})

async function withLimit<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const text = `it was still loading after ${LOAD_LIMIT_MS / 1000} s`
    timer = setTimeout(() => reject(new Error(text)), LOAD_LIMIT_MS)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

interface Parts {
  readonly monitors: readonly PluginMonitor[]
  readonly alerts: readonly PluginAlert[]
}

/** A property may be a getter that throws. */
function sortedOut(loaded: { exports: Record<string, unknown> }, path: string): Parts | Trouble {
  try {
    return sortOut(loaded, path)
  } catch (error) {
    return shapeTrouble(`what the plugin ${path} exports cannot be looked at: ${reasonOf(error)}`)
  }
}

/** `export default` one or a list, and by name `monitor`, `monitors`, `alert`, `alerts`. */
function sortOut({ exports }: { exports: Record<string, unknown> }, path: string): Parts | Trouble {
  const all = ['default', 'monitor', 'monitors', 'alert', 'alerts'].flatMap((name) => list(exports[name]))
  const monitors: PluginMonitor[] = []
  const alerts: PluginAlert[] = []
  // The same object exported under two names is one thing.
  for (const part of new Set(all)) {
    const read = isRecord(part) && 'send' in part ? readAlert(part) : readMonitor(part)
    if (typeof read === 'string') return shapeTrouble(`the plugin ${path} exports something else: ${read}`)
    if (read.kind === 'alert') alerts.push(read)
    else monitors.push(read)
  }
  if (monitors.length + alerts.length > 0) return { monitors, alerts }
  return shapeTrouble(`the plugin ${path} exports neither a monitor nor an alert`)
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value])

const shapeTrouble = (message: string): Trouble => ({
  code: 'plugin-shape',
  message,
  hint: 'docs/plugins.md says what a plugin exports, with an example',
})

function nameClash({ monitors, alerts }: Parts, path: string, taken: TakenNames): Trouble | null {
  const names = [
    ...twice(monitors, taken.monitors).map((name) => `monitor ${name}`),
    ...twice(alerts, taken.alerts).map((name) => `alert ${name}`),
  ]
  if (names.length === 0) return null
  const message = `the plugin ${path} exports the ${names.join(' and the ')}, and there is one of that name already`
  return { code: 'plugin-name', message, hint: 'give it another name in its file' }
}

function twice(modules: readonly { readonly name: string }[], taken: ReadonlySet<string>): string[] {
  const seen = new Set(taken)
  return modules.flatMap(({ name }) => (seen.size === seen.add(name).size ? [name] : []))
}
