/** The pid file of `upalert mon`, for init scripts. Source: mon manual, "pidfile". */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { readWhole, replaceWhole } from '../../edge/files/whole-file.ts'
import type { LogSettings } from '../../model/model.ts'

/** mon's own places: the first directory that is there. */
const DIRECTORIES = ['/run/mon', '/run', '/etc']

/** The path that is meant; `null`: none. */
export function pidfilePath({ pidfile }: LogSettings, standard: boolean): string | null {
  if (pidfile.written) return pidfile.path === '' ? null : pidfile.path
  const directory = standard ? DIRECTORIES.find((path) => existsSync(path)) : undefined
  return directory === undefined ? null : join(directory, 'mon.pid')
}

/** mon passes over one that cannot be written; here that is said. `null` if all is well. */
export function writePidfile(path: string, pid: number): string | null {
  const reason = replaceWhole(path, `${pid}\n`, 0o644)
  return reason === null ? null : `the pid file ${path} could not be written: ${reason}`
}

/** Only while it is ours: a daemon that was started meanwhile has its own in that place. */
export function removePidfile(path: string, pid: number): void {
  const read = readWhole(path)
  if (read.kind === 'text' && read.text.trim() === String(pid)) rmSync(path, { force: true })
}
