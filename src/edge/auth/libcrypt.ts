/**
 * crypt(3) of the system: what it knows is what the system's own passwords may be. libxcrypt (Debian, Fedora, Arch) knows
 * DES, MD5, SHA-256, SHA-512, bcrypt ($2b$, and htpasswd's $2y$), scrypt and yescrypt; other C libraries know fewer.
 * A slow hash is slow on purpose, so the work is done on a thread of Node's (libuv), and only two run at once.
 * Source: crypt(3), crypt(5).
 */
import koffi, { type LibraryHandle } from 'koffi'
import { libc } from '../libc.ts'
import { turnstile } from './turnstile.ts'

/**
 * Hashes worked on at once, each of which keeps a processor busy for up to a second, and those that wait; a flood beyond
 * is turned away. Traps have a lane of their own: whoever forges them does not keep people from logging in. Node has four
 * threads, on which koffi runs these and nothing else that waits: two are always left for the journal and for names.
 */
const LANES = {
  login: turnstile({ atOnce: 1, waiting: 64 }),
  trap: turnstile({ atOnce: 1, waiting: 32 }),
}
export type Lane = keyof typeof LANES
/** Room for struct crypt_data: 32768 bytes in libxcrypt, 131232 in old versions of glibc. */
const CRYPT_DATA = 135_168

export type Crypted =
  | { readonly kind: 'hash'; readonly hash: string }
  /** This system's crypt(3) does not know that kind of hash. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'busy' }
  /** `text` is a sentence without its full stop. */
  | { readonly kind: 'missing'; readonly text: string }

/** For a message, and for whoever wants to tell it at the start. */
export const NO_LIBCRYPT =
  'there is no libcrypt on this system, so no password can be compared; install it (Debian: libcrypt1)'

type Work = (phrase: Uint8Array, setting: Uint8Array, data: Uint8Array) => Promise<string | null>

let work: Work | null | undefined

/** The hash of a password with the salt and the cost of `setting`, which may be a whole hash. Never rejects. */
export async function crypt(password: Uint8Array, setting: string, lane: Lane): Promise<Crypted> {
  work ??= findCrypt()
  const found = work
  if (found === null) return { kind: 'missing', text: NO_LIBCRYPT }
  const done = await LANES[lane](() => crypted(found, password, setting))
  return done ?? { kind: 'busy' }
}

/** Whether this system has a libcrypt at all. */
export function hasLibcrypt(): boolean {
  work ??= findCrypt()
  return work !== null
}

async function crypted(run: Work, password: Uint8Array, setting: string): Promise<Crypted> {
  const phrase = Buffer.concat([password, Buffer.of(0)])
  const data = Buffer.alloc(CRYPT_DATA)
  try {
    const hash = await run(phrase, Buffer.from(`${setting}\0`, 'latin1'), data)
    // Failure tokens begin with a star (crypt(3)): a stored "*0" must not be found equal to one.
    return hash === null || hash === '' || hash.startsWith('*') ? { kind: 'unknown' } : { kind: 'hash', hash }
  } finally {
    phrase.fill(0)
    data.fill(0)
  }
}

/** crypt_rn says null where crypt_r of some libraries says "*0"; both are told from a hash. */
function findCrypt(): Work | null {
  for (const library of libraries()) {
    const bounded = functionOf(library, 'str crypt_rn(const void *phrase, const void *setting, void *data, int size)')
    if (bounded !== null) return (phrase, setting, data) => called(bounded, [phrase, setting, data, data.length])
    const plain = functionOf(library, 'str crypt_r(const void *phrase, const void *setting, void *data)')
    if (plain !== null) return (phrase, setting, data) => called(plain, [phrase, setting, data])
  }
  return null
}

/** .so.1 is glibc's and libxcrypt's with the old names, .so.2 libxcrypt's without; musl has it in its C library. */
function* libraries(): Generator<LibraryHandle> {
  for (const name of ['libcrypt.so.1', 'libcrypt.so.2']) {
    try {
      yield koffi.load(name)
    } catch {
      // It is not there: the next one may be.
    }
  }
  yield libc
}

type Foreign = ReturnType<LibraryHandle['func']>

function functionOf(library: LibraryHandle, definition: string): Foreign | null {
  try {
    return library.func(definition)
  } catch {
    return null
  }
}

function called(run: Foreign, words: readonly (Uint8Array | number)[]): Promise<string | null> {
  return new Promise((resolve) => {
    run.async(...words, (error: unknown, hash: unknown) => resolve(!error && typeof hash === 'string' ? hash : null))
  })
}
