/**
 * `upalert mon`: mon(8)'s options, defaults and quirks, so that an init script needs one word changed.
 * Source: mon(8), "OPTIONS"; what mon takes where neither option nor file says anything.
 */
import { join, resolve } from 'node:path'
import { type MonOptions, monUsage, parseMonOptions } from '../../cli/mon-options.ts'
import { milliseconds } from '../../model/units.ts'
import { formatProblems } from '../../parse/problem.ts'
import { type LoadOptions, loadConfiguration } from '../configuration.ts'
import { runDaemon } from '../run.ts'
import { isUsable } from '../usable.ts'
import { authProblems } from './auth-check.ts'
import { goToBackground, isBackground, tellStarter } from './background.ts'
import { givenBy, isDirectory } from './given.ts'

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
      background,
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
