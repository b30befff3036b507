/**
 * The key that signs links: 32 bytes that chance made once, in the state directory, readable by the daemon alone. Links that
 * were sent before a restart count after it as well.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { signatureText } from '../wire/ack-link.ts'

/** As long as what SHA-256 gives (RFC 2104 §3). */
const KEY_BYTES = 32
/** Permissions of anybody but the owner. */
const OTHERS = 0o077

export interface LinkKey {
  sign(text: string): string
  /** In constant time. */
  fits(text: string, signature: string): boolean
}

export type OpenedKey =
  /** `remark`: what happened to the links that were sent before, as a sentence; empty: nothing. */
  | { readonly kind: 'key'; readonly key: LinkKey; readonly remark: string }
  | { readonly kind: 'failed'; readonly text: string }

/** A key that is cut short, unreadable or no secret is no key: a new one takes its place. */
export function openLinkKey(statedir: string): OpenedKey {
  const path = join(statedir, 'link.key')
  const found = stored(path)
  if (found.kind === 'key') return { kind: 'key', key: keyOf(found.bytes), remark: '' }
  try {
    const key = keyOf(made(path))
    const remark =
      found.why === '' ? '' : `links in messages that were sent before do not count any more: ${path} ${found.why}`
    return { kind: 'key', key, remark }
  } catch (error) {
    const text = `messages have no links to acknowledge by: ${path} cannot be made (${reasonOf(error)})`
    return { kind: 'failed', text }
  }
}

type Stored =
  | { readonly kind: 'key'; readonly bytes: Buffer }
  /** Empty: there was none yet. */
  | { readonly kind: 'none'; readonly why: string }

function stored(path: string): Stored {
  try {
    const { size, mode } = statSync(path)
    if (size !== KEY_BYTES) return { kind: 'none', why: `had ${size} bytes instead of ${KEY_BYTES}` }
    if ((mode & OTHERS) !== 0) return { kind: 'none', why: 'could be read by others' }
    return { kind: 'key', bytes: readFileSync(path) }
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    return { kind: 'none', why: isMissing ? '' : `could not be read (${reasonOf(error)})` }
  }
}

/** Whole or not at all, and on disk before a link is made with it. */
function made(path: string): Buffer {
  const bytes = randomBytes(KEY_BYTES)
  const fresh = `${path}.new`
  // One that a crash left may have another owner or other permissions.
  rmSync(fresh, { force: true })
  synced(openSync(fresh, 'wx', 0o600), (file) => writeFileSync(file, bytes))
  renameSync(fresh, path)
  try {
    synced(openSync(dirname(path), 'r'), () => {})
  } catch {
    // Not every file system can do that to a directory; the key counts all the same.
  }
  return bytes
}

function synced(file: number, write: (file: number) => void): void {
  try {
    write(file)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function keyOf(bytes: Buffer): LinkKey {
  const sign = (text: string): string => signatureText(createHmac('sha256', bytes).update(text).digest())
  return {
    sign,
    fits(text, signature) {
      const [own, theirs] = [Buffer.from(sign(text)), Buffer.from(signature)]
      return own.length === theirs.length && timingSafeEqual(own, theirs)
    },
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
