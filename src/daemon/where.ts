/** Where the daemon that runs on a configuration listens: `upalert run`, or `upalert mon` with mon's own directories. */
import { existsSync } from 'node:fs'
import { directoriesIn } from './configuration.ts'
import { givenBy } from './mon/given.ts'

/** The socket of whichever is there; `null` if the file cannot be read. */
export function socketFor(file: string): string | null {
  const own = directoriesIn(file)?.socket ?? null
  if (own !== null && existsSync(own)) return own
  const mons = directoriesIn(file, givenBy({}, '/etc/mon'))?.socket ?? null
  return mons !== null && existsSync(mons) ? mons : own
}
