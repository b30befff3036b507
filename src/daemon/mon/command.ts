/**
 * `upalert mon`: mon(8)'s options, defaults and quirks, so that an init script needs one word changed.
 * Source: mon(8), "OPTIONS"; what mon takes where neither option nor file says anything.
 */
import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type MonOptions, monUsage, parseMonOptions } from '../../cli/mon-options.ts'
import { milliseconds } from '../../model/units.ts'
import { formatProblems } from '../../parse/problem.ts'
import type { GivenSettings } from '../../parse/resolve/surroundings.ts'
import { type LoadOptions, loadConfiguration } from '../configuration.ts'
import { runDaemon } from '../run.ts'
import { isUsable } from '../usable.ts'
import { authProblems } from './auth-check.ts'
import { goToBackground, isBackground, tellStarter } from './background.ts'

/** Misuse of the command line (sysexits.h, EX_USAGE); mon ends with 0 here. */
const MISUSE = 64

export async function monCommand(words: readonly string[], version: string): Promise<number> {
  const line = parseMonOptions(words)
  switch (line.kind) {
    case 'help':
      process.stdout.write(`${monUsage}\n`)
      return 0
    case 'version':
      process.stdout.write(`upalert ${version}\n`)
      return 0
    case 'misuse':
      process.stderr.write(`upalert mon: ${line.text}\n`)
      return MISUSE
    case 'run':
      return runMon(line.options)
  }
}

async function runMon(options: MonOptions): Promise<number> {
  const { basedir, cfbasedir = '/etc/mon', configfile = join(cfbasedir, 'mon.cf') } = options
  if (basedir !== undefined && !isDirectory(basedir)) {
    process.stderr.write(`upalert mon: the base directory ${basedir} does not exist\n`)
    return 1
  }
  const given = givenBy(options, resolve(cfbasedir))
  const background = isBackground()
  if (options.fork === true && !background) return fork(configfile, given)
  if (background) process.umask(0o022)
  return runDaemon({
    file: configfile,
    demo: false,
    given,
    mon: {
      loadstate: options.loadstate === undefined ? null : [options.loadstate || 'disabled'],
      stopped: options.stopped === true,
      lookAgain: sleepOf(options),
      echo: options.debug !== undefined,
      started(trouble) {
        if (background) tellStarter(trouble)
      },
    },
  })
}

/** What is wrong in its files is told here: the process in the background has only monerrfile to tell it to. */
async function fork(configfile: string, given: LoadOptions): Promise<number> {
  const configuration = await loadConfiguration(configfile, given)
  const problems = [...configuration.problems, ...(await authProblems(configuration, { standard: true }))]
  if (problems.length > 0) process.stderr.write(`${formatProblems(problems)}\n`)
  if (!isUsable(configuration) || problems.some(({ severity }) => severity === 'error')) return 2
  return goToBackground(configuration.model.settings.logs.monerrfile)
}

/** `-i 0` would never sleep; mon takes it for its default. */
const sleepOf = ({ sleep }: MonOptions) =>
  sleep === undefined || Number(sleep) === 0 ? undefined : milliseconds(Number(sleep) * 1000)

/** Options win over the file; mon's own defaults count where it is silent. An empty value counts as none, as in mon. */
function givenBy(options: MonOptions, cfbasedir: string): LoadOptions {
  const { alertdir, authfile, basedir, statedir, logdir, maxkeep, maxprocs, port, randstart, scriptdir } = options
  // Seen from where it is typed; in the file it is seen from the file.
  const base = basedir === undefined ? undefined : resolve(basedir)
  const winning = { alertdir, authfile, basedir: base, statedir, logdir, randstart, mondir: scriptdir }
  // A number of 0 counts as not given.
  const numbers = { histlength: maxkeep, maxprocs, serverport: port, trapport: options.trapport }
  return {
    options: {
      ...defined(winning, (value) => value !== ''),
      ...defined(numbers, (value) => Number(value) !== 0),
      ...defined({ pidfile: options.pidfile === undefined ? undefined : resolved(options.pidfile) }),
    },
    fallbacks: {
      quirks: 'mon-1.3',
      cfbasedir,
      syslog_facility: options.syslogfacility || 'daemon',
      ...defined({ statedir: firstThere('/var/state/mon', '/var/lib/mon'), logdir: firstThere('/var/log/mon') }),
    },
    ...(options.m4 === undefined ? {} : { m4: options.m4 }),
  }
}

/** `-P ''`: none. */
const resolved = (path: string): string => (path === '' ? '' : resolve(path))

type Perhaps = { readonly [Word in keyof GivenSettings]?: string | undefined }

function defined(values: Perhaps, wanted: (value: string) => boolean = () => true): GivenSettings {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && wanted(value)))
}

const firstThere = (...directories: string[]): string | undefined => directories.find(isDirectory)

const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
