/**
 * `upalert mon`: mon(8)'s options, defaults and quirks, so that an init script needs one word changed.
 * Source: mon(8), "OPTIONS"; what mon takes where neither option nor file says anything.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type MonOptions, monUsage, parseMonOptions } from '../../cli/mon-options.ts'
import { milliseconds } from '../../model/units.ts'
import { formatProblems } from '../../parse/problem.ts'
import type { GivenSettings } from '../../parse/resolve/surroundings.ts'
import { type LoadOptions, loadConfiguration } from '../configuration.ts'
import { runDaemon } from '../run.ts'
import { isUsable } from '../usable.ts'
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
  if (basedir !== undefined && !existsSync(basedir)) {
    process.stderr.write(`upalert mon: the base directory ${basedir} does not exist\n`)
    return 1
  }
  const given = givenBy(options, cfbasedir)
  // What stands in the way is told to whoever started it, before it goes to the background.
  const configuration = await loadConfiguration(configfile, given)
  if (!isUsable(configuration)) {
    process.stderr.write(`${formatProblems(configuration.problems)}\n`)
    return 2
  }
  const { logs } = configuration.model.settings
  const background = isBackground()
  if (options.fork === true && !background) return goToBackground(logs.monerrfile)
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

/** `-i 0` would never sleep; mon takes it for its default. */
const sleepOf = ({ sleep }: MonOptions) =>
  sleep === undefined || Number(sleep) === 0 ? undefined : milliseconds(Number(sleep) * 1000)

/** Options win over the file; mon's own defaults count where it is silent. */
function givenBy(options: MonOptions, cfbasedir: string): LoadOptions {
  const {
    alertdir,
    authfile,
    basedir,
    statedir,
    logdir,
    maxkeep,
    maxprocs,
    port,
    pidfile,
    randstart,
    scriptdir,
    trapport,
  } = options
  const winning = { alertdir, authfile, basedir, statedir, logdir, pidfile, randstart, mondir: scriptdir }
  // A number of 0 counts as not given, as in mon.
  const numbers = { histlength: maxkeep, maxprocs, serverport: port, trapport }
  return {
    options: { ...defined(winning), ...defined(numbers, (value) => Number(value) !== 0) },
    fallbacks: {
      quirks: 'mon-1.3',
      cfbasedir,
      syslog_facility: options.syslogfacility ?? 'daemon',
      ...defined({ statedir: firstThere('/var/state/mon', '/var/lib/mon'), logdir: firstThere('/var/log/mon') }),
    },
    ...(options.m4 === undefined ? {} : { m4: options.m4 }),
  }
}

type Perhaps = { readonly [Word in keyof GivenSettings]?: string | undefined }

function defined(values: Perhaps, wanted: (value: string) => boolean = () => true): GivenSettings {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && wanted(value)))
}

const firstThere = (...directories: string[]): string | undefined =>
  directories.find((directory) => existsSync(directory))
