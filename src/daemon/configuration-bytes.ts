/**
 * The bytes of a configuration file. What is no ordinary file could have no end, or nobody at its other end, so only a
 * shell's own pipes are read besides; these give their bytes once, and so they are kept.
 */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { LARGEST_FILE } from '../parse/source.ts'

export type ConfigurationBytes =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** A sentence's tail: "it does not exist". */
  | { readonly kind: 'unreadable'; readonly reason: string }

/** Pipes that were read, by their names. */
const drained = new Map<string, Uint8Array>()

/** A shell's <(…) or |, at whose other end is somebody. */
const OF_A_SHELL = /^\/(?:dev|proc\/self)\/(?:fd\/\d+|stdin)$/

export function configurationBytes(path: string): ConfigurationBytes {
  try {
    const stat = statSync(path)
    if (stat.isFile()) return bytesOf(path)
    if (stat.isDirectory()) return unreadable('it is a directory')
    if (!OF_A_SHELL.test(path)) return unreadable(stat.isFIFO() ? NOBODY_THERE : 'it is no ordinary file')
    const known = drained.get(path)
    const read = known === undefined ? bytesOf(path) : { kind: 'bytes' as const, bytes: known }
    if (read.kind === 'bytes') drained.set(path, read.bytes)
    return read
  } catch (error) {
    return unreadable(reasonText(error))
  }
}

const NOBODY_THERE = 'it is a FIFO, and nobody knows whether anybody writes into it'

const unreadable = (reason: string): ConfigurationBytes => ({ kind: 'unreadable', reason })

/** One byte more than is ever parsed, so that whoever decodes them sees that there are too many. */
function bytesOf(path: string): ConfigurationBytes {
  const fd = openSync(path, 'r')
  try {
    const parts: Buffer[] = []
    let left = LARGEST_FILE + 1
    const chunk = Math.min(left, Math.max(65_536, fstatSync(fd).size))
    while (left > 0) {
      const part = Buffer.allocUnsafe(Math.min(chunk, left))
      const count = readSync(fd, part, 0, part.length, null)
      if (count === 0) break
      parts.push(part.subarray(0, count))
      left -= count
    }
    return { kind: 'bytes', bytes: Buffer.concat(parts) }
  } finally {
    closeSync(fd)
  }
}

export function reasonText(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  switch (code) {
    case 'ENOENT':
      return 'it does not exist'
    case 'EACCES':
      return 'this user may not read it'
    case 'EISDIR':
      return 'it is a directory'
    case 'ELOOP':
      return 'its symbolic links go round in a circle'
    default:
      return error instanceof Error ? error.message : String(error)
  }
}
