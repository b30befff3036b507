/** `upalert check`: the problems of a configuration and of the files it names, as the daemon would meet them. */
import type { Problem } from '../parse/problem.ts'
import { type LoadOptions, loadConfiguration } from './configuration.ts'
import { authProblems } from './mon/auth-check.ts'
import { givenBy } from './mon/given.ts'

interface Checked {
  readonly name: string
  readonly problems: readonly Problem[]
  /** Problems beyond the number that is kept. */
  readonly omitted: number
  /** It is a mon.cf. */
  readonly ofMon: boolean
}

/** `standard`: as `upalert mon` takes it. `given`: what the command line says besides. */
export async function checkedFiles(file: string, standard: boolean, given: LoadOptions = {}): Promise<Checked> {
  const configuration = await loadConfiguration(file, { ...(standard ? givenBy({}, '/etc/mon') : {}), ...given })
  const problems = [...configuration.problems, ...(await authProblems(configuration, { standard }))]
  return { name: configuration.file, problems, omitted: configuration.omitted, ofMon: configuration.format === 'mon' }
}
