/** Where things are: the configuration that is meant, and the directories it names. The daemon and the command line agree by this file. */
import { accessSync, constants, existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Settings } from '../model/model.ts'
import { DEFAULT_STATEDIR } from '../parse/defaults.ts'

/** The directory of package.json, from src/ and from dist/src/ alike. */
export const packageRoot: string = (() => {
  let directory = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(directory, 'package.json')) && dirname(directory) !== directory)
    directory = dirname(directory)
  return directory
})()

/** The example that comes with the package; `npm start` runs it. */
export const shippedConfiguration: string = join(packageRoot, 'config', 'mon.cf')

/** The file meant where none is named: $UPALERT_CONFIG, /etc/upalert/mon.cf, or the shipped example. */
export function configurationFile(named: string | undefined): string {
  if (named !== undefined) return fromWhereTheUserStood(named)
  const { UPALERT_CONFIG } = process.env
  if (UPALERT_CONFIG !== undefined && UPALERT_CONFIG !== '') return resolve(UPALERT_CONFIG)
  return existsSync('/etc/upalert/mon.cf') ? '/etc/upalert/mon.cf' : shippedConfiguration
}

/** npm runs scripts in the package's directory; a relative name means the one where its user typed it. */
function fromWhereTheUserStood(path: string): string {
  const { INIT_CWD } = process.env
  const here = resolve(path)
  if (isAbsolute(path) || existsSync(here) || INIT_CWD === undefined) return here
  const there = resolve(INIT_CWD, path)
  return existsSync(there) ? there : here
}

export interface Directories {
  readonly basedir: string
  readonly cfbasedir: string
  readonly statedir: string
  readonly logdir: string
  readonly mondir: readonly string[]
  readonly alertdir: readonly string[]
  readonly socket: string
}

/**
 * Relative directories are under basedir, as in mon; a relative basedir is seen from the configuration file, so that it
 * means the same to the daemon and to whoever asks it from elsewhere.
 */
export function directoriesOf(settings: Settings, file: string): Directories {
  const basedir = resolve(dirname(file), settings.basedir)
  const under = (path: string): string => resolve(basedir, path)
  const statedir = settings.statedir === DEFAULT_STATEDIR ? standardStatedir() : under(settings.statedir)
  return {
    basedir,
    cfbasedir: resolve(dirname(file), settings.cfbasedir),
    statedir,
    logdir: under(settings.logdir),
    mondir: settings.mondir.map(under),
    alertdir: settings.alertdir.map(under),
    socket: settings.socket === '' ? join(statedir, 'upalert.sock') : under(settings.socket),
  }
}

/** /var/lib/upalert for whoever may write it; for an ordinary user the place the XDG base directory specification names. */
function standardStatedir(): string {
  if (process.getuid?.() === 0 || mayWrite(DEFAULT_STATEDIR)) return DEFAULT_STATEDIR
  const { XDG_STATE_HOME } = process.env
  return join(XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'upalert')
}

function mayWrite(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK)
    return true
  } catch {
    return false
  }
}
