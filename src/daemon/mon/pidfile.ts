/** The pid file of `upalert mon`, for init scripts. Source: mon manual, "pidfile". */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readWhole } from '../../edge/files/whole-file.ts'
import type { LogSettings } from '../../model/client-settings.ts'

/** mon's own places: the first directory that is there. */
const DIRECTORIES = ['/run/mon', '/run', '/etc']

/** The path that is meant; `null`: none. */
export function pidfilePath({ pidfile }: LogSettings, standard: boolean): string | null {
  if (pidfile.written) return pidfile.path === '' ? null : pidfile.path
  const directory = standard ? DIRECTORIES.find((path) => existsSync(path)) : undefined
  return directory === undefined ? null : join(directory, 'mon.pid')
}

/**
 * Written in place, as by mon: a daemon that is not root may own the file and not its directory, and `/dev/null` stays
 * what it is. mon passes over one that cannot be written; here that is said. `null` if all is well.
 */
export function writePidfile(path: string, pid: number): string | null {
  try {
    writeFileSync(path, `${pid}\n`, { mode: 0o644 })
    return null
  } catch (error) {
    return `the pid file ${path} could not be written: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** Only while it is ours: a daemon that was started meanwhile has its own in that place. */
export function removePidfile(path: string, pid: number): void {
  const read = readWhole(path)
  if (read.kind !== 'text' || read.text.trim() !== String(pid)) return
  try {
    rmSync(path, { force: true })
  } catch {
    // Its directory belongs to somebody else; the next start writes into it.
  }
}
