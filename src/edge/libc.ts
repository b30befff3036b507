/**
 * The C library that Node itself is linked with, called through koffi; nothing is compiled at install.
 * The doors that need a system call Node does not offer (netlink, ICMP sockets) declare their functions on it.
 */
import { constants } from 'node:os'
import koffi from 'koffi'

/** The running process: every symbol of its C library is in it (glibc and musl alike). */
export const libc = koffi.load(null)

/** The name of the last failed call's errno, as in errno(3): "EPERM". */
export function errnoName(errno: number = koffi.errno()): string {
  return names.get(errno) ?? `errno ${errno}`
}

const names = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]))
