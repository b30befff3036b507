/** The key that signs links: 32 bytes that chance made once, in the state directory, readable by the daemon alone. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { SIGNATURE_LENGTH } from '../wire/ack-link.ts'

const KEY_BYTES = 32

export interface LinkKey {
  sign(text: string): string
  /** In constant time. */
  fits(text: string, signature: string): boolean
}

export type OpenedKey =
  | { readonly kind: 'key'; readonly key: LinkKey }
  | { readonly kind: 'failed'; readonly text: string }

/** A key that is cut short or unreadable is no key: a new one takes its place, and links sent before are worth nothing. */
export function openLinkKey(statedir: string): OpenedKey {
  const path = join(statedir, 'link.key')
  try {
    return { kind: 'key', key: keyOf(stored(path) ?? made(path)) }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { kind: 'failed', text: `messages have no links to acknowledge by: ${path} cannot be made (${why})` }
  }
}

function stored(path: string): Buffer | null {
  try {
    const bytes = readFileSync(path)
    return bytes.length === KEY_BYTES ? bytes : null
  } catch {
    return null
  }
}

function made(path: string): Buffer {
  const bytes = randomBytes(KEY_BYTES)
  const file = openSync(`${path}.new`, 'w', 0o600)
  try {
    writeSync(file, bytes)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(`${path}.new`, path)
  return bytes
}

function keyOf(bytes: Buffer): LinkKey {
  const sign = (text: string): string =>
    createHmac('sha256', bytes).update(text).digest('base64url').slice(0, SIGNATURE_LENGTH)
  return {
    sign,
    fits(text, signature) {
      const [own, theirs] = [Buffer.from(sign(text)), Buffer.from(signature)]
      return own.length === theirs.length && timingSafeEqual(own, theirs)
    },
  }
}
