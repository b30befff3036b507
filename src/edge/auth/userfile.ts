/**
 * mon's userfile: `NAME : HASH` on a line, as htpasswd writes it. Read at every login, so that a change counts at once.
 * Source: mon manual, "userfile"; blanks around name and hash do not count, a later line for a name wins.
 */
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

export type Userfile =
  | { readonly kind: 'users'; readonly hashes: ReadonlyMap<string, string> }
  /** `text` is a sentence without its full stop. */
  | { readonly kind: 'failed'; readonly text: string }

/** Ten thousand users fit; a larger file is refused, since it is read at every login. In bytes. */
export const LARGEST_USERFILE = 1024 * 1024

/** Never rejects. */
export async function readUserfile(path: string): Promise<Userfile> {
  let file: FileHandle | undefined
  try {
    // Not waiting: whoever put a FIFO there would stop all logins.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const about = await file.stat()
    if (!about.isFile()) return failed(`${path} is not a file`)
    if (about.size > LARGEST_USERFILE) return failed(`${path} is larger than ${LARGEST_USERFILE} bytes`)
    const bytes = Buffer.alloc(LARGEST_USERFILE + 1)
    let length = 0
    for (;;) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length)
      if (bytesRead === 0) break
      length += bytesRead
    }
    if (length > LARGEST_USERFILE) return failed(`${path} is larger than ${LARGEST_USERFILE} bytes`)
    return { kind: 'users', hashes: userHashes(bytes.toString('utf8', 0, length)) }
  } catch (error) {
    return failed(`${path} cannot be read (${error instanceof Error && 'code' in error ? error.code : error})`)
  } finally {
    await file?.close().catch(() => {})
  }
}

/** A line without a colon names a user without a hash, who can never log in. */
export function userHashes(text: string): ReadonlyMap<string, string> {
  const hashes = new Map<string, string>()
  for (const line of text.split('\n')) {
    const entry = line.trim()
    if (entry === '' || entry.startsWith('#')) continue
    const colon = entry.indexOf(':')
    const name = colon < 0 ? entry : entry.slice(0, colon).trimEnd()
    hashes.set(name, colon < 0 ? '' : entry.slice(colon + 1).trimStart())
  }
  return hashes
}

const failed = (text: string): Userfile => ({ kind: 'failed', text })
