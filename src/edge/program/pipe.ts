/**
 * Pipes made by hand. Node connects a child with socket pairs, and a program that opens /dev/stdin or /dev/stderr
 * again (`echo … >/dev/stderr`) gets ENXIO from a socket; two of Node's also lose the order between what a program
 * writes to standard output and to standard error. mon hands over one pipe for both (spec: mon, 2.6 and 3.9).
 */
import { closeSync } from 'node:fs'
import { Socket } from 'node:net'
import { errnoName, libc } from '../libc.ts'

/** The two ends of a pipe, as file descriptors. Nothing that is started meanwhile inherits them (O_CLOEXEC). */
export interface Pipe {
  readonly read: number
  readonly write: number
}

/** asm-generic/fcntl.h: not handed on to a program that is executed. */
const O_CLOEXEC = 0o2000000
const pipe2: (ends: number[], flags: number) => number = libc.func('int pipe2(_Out_ int *ends, int flags)')

/** A new pipe, or the name of the error: EMFILE when no file descriptor is left. */
export function openPipe(): Pipe | string {
  const ends = [-1, -1]
  if (pipe2(ends, O_CLOEXEC) !== 0) return errnoName()
  const [read = -1, write = -1] = ends
  return { read, write }
}

/** The stream that reads from our end; what is closed under it ends quietly. */
export function readerOf(fd: number): Socket {
  return new Socket({ fd, readable: true, writable: false }).on('error', () => {})
}

/** Writes everything and closes; a program that does not read its input (EPIPE) is its own business. */
export function writeAndClose(fd: number, bytes: Uint8Array): Socket {
  const socket = new Socket({ fd, readable: false, writable: true }).on('error', () => socket.destroy())
  socket.end(bytes)
  return socket
}

/** Closes our copy of a descriptor that only the child needed. */
export function closeEnd(fd: number): void {
  closeSync(fd)
}
