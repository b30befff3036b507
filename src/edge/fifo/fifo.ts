/**
 * Named pipes that lines are written to without ever waiting. Each is held open for reading and for writing, so that lines
 * wait for a reader that comes late, as far as the pipe holds them; a reader never sees an end of file while we run.
 * One that was missing is made, and removed again by closeFifos; one that was there is used as it is.
 * Source: fifo(7), pipe(7) ("PIPE_BUF": a line arrives whole or not at all); keepalived.conf(5), "notify_fifo".
 */
import {
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  lstatSync,
  openSync,
  type Stats,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { errnoName, libc } from '../libc.ts'

/** Whom a FIFO is given to when it is made. `groupReads`: the group was asked for by name. */
export interface FifoOwner {
  readonly uid: number
  readonly gid: number
  readonly groupReads: boolean
}

export type FifoOpened =
  /** `remark`: what the operator should know besides; empty if nothing. */
  | { readonly kind: 'open'; readonly remark: string }
  /** `text` is a sentence about the path. */
  | { readonly kind: 'refused'; readonly text: string }

export type FifoWritten =
  | { readonly kind: 'written'; readonly remark: string }
  /** The pipe holds no more: nobody has read for long. */
  | { readonly kind: 'full' }
  /** No pipe takes such a line in one piece. */
  | { readonly kind: 'too-long' }
  | { readonly kind: 'refused'; readonly text: string }

/** What the kernel writes in one piece or not at all, the line's end included (linux/limits.h PIPE_BUF). */
export const LINE_MOST_BYTES = 4096
/** FIFOs held open at once. */
const FIFOS_MOST = 100
/**
 * What keepalived's becomes under its umask: who reads a line takes it away from the reader it is for. Less our umask.
 */
const MODE = 0o600
/** Where it is given to a group, which could not read it otherwise. */
const MODE_FOR_GROUP = 0o640
/** Somebody else may make or remove the same path at the same moment; then it is looked at again. */
const LOOKS = 3

interface Fifo {
  readonly fd: number
  readonly path: string
  /** Which file it is: another may take its place at the path. */
  readonly dev: number
  readonly ino: number
  readonly madeByUs: boolean
  readonly remark: string
}

const fifos = new Map<string, Fifo>()

const mkfifo: (path: string, mode: number) => number = libc.func('int mkfifo(const char *path, uint32_t mode)')

/** Makes it if it is missing: called at the start, so that a reader finds it before the first line. */
export function openFifo(path: string, owner: FifoOwner | null): FifoOpened {
  const fifo = fifoAt(path, owner)
  return 'text' in fifo ? fifo : { kind: 'open', remark: fifo.remark }
}

/** `line` without its end. */
export function writeLine(path: string, line: string, owner: FifoOwner | null): FifoWritten {
  const bytes = Buffer.from(`${line}\n`)
  if (bytes.length > LINE_MOST_BYTES) return { kind: 'too-long' }
  const fifo = fifoAt(path, owner)
  if ('text' in fifo) return fifo
  try {
    writeSync(fifo.fd, bytes)
    return { kind: 'written', remark: fifo.remark }
  } catch (error) {
    const errno = errnoOf(error)
    return errno === 'EAGAIN' ? { kind: 'full' } : refused(`${path} could not be written to (${errno})`)
  }
}

/** At the end of the daemon: lets go of all, and removes those that we made, if they are still what is there. */
export function closeFifos(): void {
  for (const fifo of [...fifos.values()]) {
    close(fifo)
    if (fifo.madeByUs && isStill(fifo, look(fifo.path))) remove(fifo.path)
  }
}

/** The one that is open, if it is still what stands at the path; else what stands there now. */
function fifoAt(path: string, owner: FifoOwner | null): Fifo | Refused {
  const open = fifos.get(path)
  if (open !== undefined) {
    if (isStill(open, look(path))) return open
    close(open)
  }
  if (fifos.size >= FIFOS_MOST) return refused(`${path} was not opened: ${FIFOS_MOST} FIFOs are open already`)
  for (let looks = 0; looks < LOOKS; looks += 1) {
    const opened = openedAt(path, owner)
    if (opened === 'changed') continue
    if (!('text' in opened)) fifos.set(path, opened)
    return opened
  }
  return refused(`${path} changes again and again: somebody else makes and removes it`)
}

function openedAt(path: string, owner: FifoOwner | null): Fifo | Refused | 'changed' {
  const found = look(path)
  if (typeof found === 'string' && found !== 'ENOENT') return refused(`${path} could not be looked at (${found})`)
  if (typeof found !== 'string') return isFifo(found, path) ?? opened(path, null, false)
  if (mkfifo(path, owner?.groupReads === true ? MODE_FOR_GROUP : MODE) === 0) return opened(path, owner, true)
  const errno = errnoName()
  if (errno === 'EEXIST') return 'changed'
  return refused(`${path} could not be made: ${known[errno] ?? errno}`)
}

const known: Readonly<Record<string, string>> = {
  ENOENT: 'its directory does not exist (ENOENT)',
  EACCES: 'upalert may not write to its directory (EACCES)',
  EROFS: 'its file system is read-only (EROFS)',
  ENOTDIR: 'a part of the path is no directory (ENOTDIR)',
}

/** `null`: it is one. A link could lead to any file, so that none is followed. */
function isFifo(stat: Stats, path: string): Refused | null {
  if (stat.isFIFO()) return null
  const what = stat.isSymbolicLink()
    ? 'a symbolic link'
    : stat.isDirectory()
      ? 'a directory'
      : stat.isFile()
        ? 'an ordinary file'
        : 'no FIFO'
  return refused(`${path} is ${what}: remove it, and a FIFO is made in its place`)
}

function opened(path: string, owner: FifoOwner | null, madeByUs: boolean): Fifo | Refused | 'changed' {
  let fd: number
  try {
    // Open for both, a FIFO opens at once; O_NOFOLLOW, since it may have become a link after the look.
    fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOFOLLOW)
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === 'ENOENT' || errno === 'ELOOP') return 'changed'
    return refused(`${path} could not be opened: ${errno === 'EACCES' ? 'upalert may not (EACCES)' : errno}`)
  }
  const stat = fstatSync(fd)
  if (!stat.isFIFO()) {
    closeSync(fd)
    return 'changed'
  }
  const remark = owner === null ? '' : givenTo(fd, owner)
  return { fd, path, dev: stat.dev, ino: stat.ino, madeByUs, remark }
}

/** A line in a FIFO of ours is better than none: what could not be given away is told, and used. */
function givenTo(fd: number, { uid, gid }: FifoOwner): string {
  try {
    fchownSync(fd, uid, gid)
    return ''
  } catch (error) {
    return `it could not be given to user ${uid}, group ${gid} (${errnoOf(error)}); only root can`
  }
}

type Refused = Extract<FifoOpened, { kind: 'refused' }>

const refused = (text: string): Refused => ({ kind: 'refused', text })

const isStill = ({ dev, ino }: Fifo, found: Stats | string): boolean =>
  typeof found !== 'string' && found.dev === dev && found.ino === ino

/** What is at the path itself, or the errno's name. */
function look(path: string): Stats | string {
  try {
    return lstatSync(path)
  } catch (error) {
    return errnoOf(error)
  }
}

function close(fifo: Fifo): void {
  fifos.delete(fifo.path)
  closeSync(fifo.fd)
}

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // Gone already, or in a directory that we may not write to any more: nothing is left to be done.
  }
}

const errnoOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error)
