/** What mon(8)'s options say besides the file, and mon's own defaults: for `upalert mon`, and for `upalert check --mon`. */
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { MonOptions } from '../../cli/mon-options.ts'
import type { GivenSettings } from '../../parse/resolve/surroundings.ts'
import type { LoadOptions } from '../configuration.ts'

/** Options win over the file; mon's own defaults count where it is silent. An empty value counts as none, as in mon. */
export function givenBy(options: MonOptions, cfbasedir: string): LoadOptions {
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
      maxprocs: '0',
      // mon has none; whoever wants the history names one.
      ...(process.env.DATABASE_URL === undefined ? { database: 'none' } : {}),
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

export const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
