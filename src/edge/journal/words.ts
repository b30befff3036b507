/** What the journal says to the operator when the disk does not do as it should. */
import { join } from 'node:path'
import type { Lock } from './lock.ts'

export function refusal(statedir: string, lock: Exclude<Lock, { kind: 'locked' }>): string {
  if (lock.kind === 'failed') {
    const path = join(statedir, 'lock')
    return cannotUse(statedir, path, Object.assign(new Error(), { code: lock.errno, path }))
  }
  const holder = lock.pid === null ? 'Another upalert' : `The upalert with process id ${lock.pid}`
  return `${holder} is using ${statedir}. Stop it first, or give this one a statedir of its own in mon.cf.`
}

/** `directory` is what was to be used in the state directory; the error may know a file more exactly. */
export function cannotUse(statedir: string, directory: string, error: unknown): string {
  const code = errorCode(error)
  const user = process.getuid?.() ?? '?'
  const advice = 'set statedir in mon.cf to a directory of its own'
  if (code === 'EACCES' || code === 'EPERM')
    return (
      `User id ${user} may not use ${pathOf(error) ?? directory}. Give ${statedir} with all that is in it to that ` +
      `user (chown -R ${user} ${statedir}), or ${advice}.`
    )
  if (code === 'EROFS') return `${directory} is on a file system that is mounted read-only. Remount it, or ${advice}.`
  if (code === 'ENOSPC' || code === 'EDQUOT') return `The disk with ${directory} is full. Make room, or ${advice}.`
  if (code === 'ENOTDIR' || code === 'EEXIST') return `Part of ${directory} is a file, not a directory: ${advice}.`
  return `${directory} cannot be used (${code}): ${advice}.`
}

export function refusedText(directory: string, error: unknown): string {
  const tail = 'State and history are kept in memory meanwhile, and a crash now would forget them.'
  if (isFull(error)) return `The disk with ${directory} is full. ${tail} Make room; the journal goes on by itself.`
  return `${pathOf(error) ?? directory} cannot be written (${errorCode(error)}). ${tail} Check the disk; the journal goes on by itself.`
}

export function lostText(directory: string, { from, to }: { readonly from: number; readonly to: number }): string {
  return (
    `${directory} held all the history it may while PostgreSQL did not take it: commits ${from} to ${to} were ` +
    'deleted and will be missing there. Bring the database back, or set "database = none".'
  )
}

export function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(errorCode(error))
}

export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}

/** The file that the system refused; a write to one that is open does not name it. */
const pathOf = (error: unknown): string | null =>
  error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : null

export function tooSlow(directory: string): string {
  return `The disk with ${directory} is too slow for what happens: this is in memory only.`
}
