/**
 * One daemon for one state directory. The lock is flock(2) on a file in it: the kernel gives it back when the process
 * ends, however it ends, so there is no stale lock to clean up after kill -9. Source: flock(2).
 */
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import koffi from 'koffi'
import { errnoName, libc } from '../libc.ts'
import { APPEND, giveToOwner } from './owner.ts'

export type Lock =
  | { readonly kind: 'locked'; release(): void }
  /** `pid` of the holder; `null` if the file does not tell. */
  | { readonly kind: 'held'; readonly pid: number | null }
  | { readonly kind: 'failed'; readonly errno: string }

/** sys/file.h */
const LOCK_EX = 2
const LOCK_NB = 4

const flock = libc.func('int flock(int fd, int operation)')

/** Takes the lock, or says at once who has it. */
export function lockFile(path: string): Lock {
  let fd: number
  try {
    // Node opens with O_CLOEXEC: a monitor program never inherits the lock and outlives us with it.
    fd = openSync(path, APPEND, 0o600)
    giveToOwner(fd, dirname(path))
  } catch (error) {
    return { kind: 'failed', errno: error instanceof Error && 'code' in error ? String(error.code) : String(error) }
  }
  if (flock(fd, LOCK_EX | LOCK_NB) !== 0) {
    const errno = errnoName(koffi.errno())
    const pid = Number.parseInt(readFileSync(path, 'utf8'), 10)
    closeSync(fd)
    if (errno !== 'EAGAIN' && errno !== 'EWOULDBLOCK') return { kind: 'failed', errno }
    return { kind: 'held', pid: Number.isSafeInteger(pid) ? pid : null }
  }
  note(fd)
  return { kind: 'locked', release: () => closeSync(fd) }
}

/** Writes our pid for whoever is refused. On a full disk the lock holds all the same, it only cannot say whose it is. */
function note(fd: number): void {
  try {
    ftruncateSync(fd, 0)
    writeSync(fd, `${process.pid}\n`)
  } catch {
    return
  }
}
