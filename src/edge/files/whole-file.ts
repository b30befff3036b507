/**
 * Small files that are read and replaced as a whole: mon's state files, a pid file. One that root makes in a directory of
 * another user becomes that user's, so that a mon of that user can go on with it.
 */
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { FRESH, giveToOwner } from '../journal/owner.ts'

/** Bytes of a file that is read as a whole; mon's state of 10,000 services has about 10 MB. */
const LARGEST = 64 * 1024 * 1024

export type Read =
  | { readonly kind: 'text'; readonly text: string; readonly modified: Date }
  /** `errno` is its name; `reason` a sentence's tail. */
  | { readonly kind: 'unreadable'; readonly errno: string; readonly reason: string }

export function readWhole(path: string): Read {
  let fd = -1
  try {
    // A pipe that nobody writes to would be waited for.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const { size, mtime } = fstatSync(fd)
    if (size > LARGEST) return { kind: 'unreadable', errno: 'EFBIG', reason: `it has more than ${LARGEST} bytes` }
    const bytes = Buffer.alloc(size)
    const length = readSync(fd, bytes, 0, size, 0)
    return { kind: 'text', text: bytes.subarray(0, length).toString('utf8'), modified: mtime }
  } catch (error) {
    return { kind: 'unreadable', errno: errnoOf(error), reason: reasonOf(error) }
  } finally {
    if (fd >= 0) closeSync(fd)
  }
}

/** All of it or nothing, also over a crash: written beside it, synced, and moved into its place. `null`, or why not. */
export function replaceWhole(path: string, text: string, mode = 0o640): string | null {
  const fresh = `${path}.new`
  let fd = -1
  try {
    fd = openSync(fresh, FRESH, mode)
    giveToOwner(fd, dirname(path))
    // Unlike one write, it goes on after a part of it was taken, and so finds out that a disk is full.
    writeFileSync(fd, text)
    fsyncSync(fd)
    closeSync(fd)
    fd = -1
    renameSync(fresh, path)
    return null
  } catch (error) {
    if (fd >= 0) closeSync(fd)
    return removed(fresh) ? reasonOf(error) : `${reasonOf(error)}; ${fresh} is left over`
  }
}

function removed(path: string): boolean {
  try {
    rmSync(path, { force: true })
    return true
  } catch {
    return false
  }
}

const errnoOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
