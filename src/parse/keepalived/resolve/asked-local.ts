/** Checks that connect to nobody: MISC_CHECK runs a program, FILE_CHECK reads a number from a file. */
import type { Checker } from '../file.ts'
import { spanOf } from '../line.ts'
import type { Around } from './around.ts'
import type { AskedOptions, Times } from './asked.ts'
import { accountOf } from './commands.ts'

type MiscCheck = Extract<Checker, { readonly kind: 'MISC_CHECK' }>
type FileCheck = Extract<Checker, { readonly kind: 'FILE_CHECK' }>

/** keepalived.conf(5), track_file. */
const DEFAULT_TRACK_WEIGHT = 1

export function miscOptions({ settings }: MiscCheck, times: Times, around: Around): AskedOptions | null {
  const { misc_path, misc_timeout, misc_dynamic, user } = settings
  if (misc_path === undefined) return null
  const own = misc_timeout?.value ?? 0
  return {
    module: 'misc',
    options: {
      command: misc_path.value.argv,
      timeout: own > 0 ? own : times.interval / 1000,
      ...(misc_dynamic === undefined ? {} : { dynamic: true }),
      ...accountOf(user?.value ?? misc_path.value, around),
    },
    words: {
      command: misc_path.at,
      ...(user === undefined ? {} : { user: user.at, group: user.at }),
      ...(misc_timeout === undefined ? {} : { timeout: misc_timeout.at }),
    },
  }
}

/** A weight of 0 is none, as in keepalived: then that of the track_file counts. */
export function fileOptions({ settings }: FileCheck, { file, report }: Around): AskedOptions | null {
  const { track_file, weight } = settings
  const tracked = file.trackFiles.find(({ name }) => name.text === track_file?.value)
  if (track_file === undefined || tracked?.settings.file === undefined) return null
  const path = tracked.settings.file
  if (!path.value.startsWith('/')) {
    report.error('track-file', spanOf(path.at), 'the path of this file is not absolute', 'begin it with a /')
    return null
  }
  const own = weight !== undefined && weight.value.weight !== 0 ? weight : tracked.settings.weight
  return {
    module: 'file',
    options: {
      path: path.value,
      weight: own?.value.weight ?? DEFAULT_TRACK_WEIGHT,
      reverse: own?.value.reverse ?? false,
    },
    words: { path: path.at, ...(own === undefined ? {} : { weight: own.at }) },
  }
}
