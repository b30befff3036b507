/**
 * The system's own users: passwd(5), and shadow(5) where this process may read it, through the C library, so that
 * whatever nsswitch.conf(5) names is asked too. Asked on a thread: a directory service may take its time.
 * Source: getpwnam(3), getspnam(3), shadow(5); the layout of the two structures is the same in glibc and musl.
 */
import { accessSync, constants } from 'node:fs'
import koffi, { type TypeObject } from 'koffi'
import { errnoName, libc } from '../libc.ts'

export type Account =
  /** `hash` as it is stored: it may be locked. */
  | { readonly kind: 'account'; readonly hash: string; readonly expired: boolean }
  | { readonly kind: 'none' }
  /** `text` is a sentence without its full stop. */
  | { readonly kind: 'failed'; readonly text: string }

/** Room for the texts of one entry, in bytes. */
const ENTRY_TEXT = 65_536
/** login(1) takes shorter ones still. */
const LONGEST_NAME = 256
const SECONDS_A_DAY = 86_400

const passwdEntry = koffi.struct({
  name: 'char *',
  password: 'char *',
  uid: 'uint32_t',
  gid: 'uint32_t',
  gecos: 'char *',
  directory: 'char *',
  shell: 'char *',
})
const shadowEntry = koffi.struct({
  name: 'char *',
  password: 'char *',
  lastChange: 'long',
  least: 'long',
  most: 'long',
  warning: 'long',
  inactive: 'long',
  expires: 'long',
  flag: 'unsigned long',
})

const getpwnam = libc.func('int getpwnam_r(const char *name, void *entry, void *text, size_t size, void *found)')
const getspnam = shadowFunction()

/** `today`: seconds since 1970, for accounts that have run out. Never rejects. */
export async function accountOf(name: string, today: number): Promise<Account> {
  if (name === '' || name.length > LONGEST_NAME || name.includes('\0')) return { kind: 'none' }
  const user = await ask(getpwnam, name, passwdEntry)
  if (user.kind === 'failed') return { kind: 'failed', text: `the user database does not answer (${user.errno})` }
  if (user.kind === 'none') return { kind: 'none' }
  if (textOf(user.entry.password) !== 'x') return account(textOf(user.entry.password), false)
  return inShadow(name, today)
}

async function inShadow(name: string, today: number): Promise<Account> {
  const shadow = getspnam === null ? ({ kind: 'none' } as const) : await ask(getspnam, name, shadowEntry)
  if (shadow.kind === 'failed') {
    return { kind: 'failed', text: isDenied(shadow.errno) ? NOT_FOR_US : `the shadow file fails (${shadow.errno})` }
  }
  // A file that may not be read is told as an entry that is not there.
  if (shadow.kind === 'none') return isReadable(SHADOW) ? account('x', false) : { kind: 'failed', text: NOT_FOR_US }
  const lastDay = numberOf(shadow.entry.expires)
  return account(textOf(shadow.entry.password), lastDay >= 0 && Math.floor(today / SECONDS_A_DAY) >= lastDay)
}

const SHADOW = '/etc/shadow'
const NOT_FOR_US = 'the password is in the shadow file, which this process may not read; run as root, or use userfile'
const isDenied = (errno: string): boolean => errno === 'EACCES' || errno === 'EPERM'

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return true
  } catch {
    return false
  }
}

const account = (hash: string, expired: boolean): Account => ({ kind: 'account', hash, expired })

type Found =
  | { readonly kind: 'found'; readonly entry: Readonly<Record<string, unknown>> }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly errno: string }

type Foreign = ReturnType<typeof libc.func>

/** Not found is no error; but some name services say so with one of these numbers (getpwnam(3)). */
const ALSO_NONE = new Set(['ENOENT', 'ESRCH', 'EBADF'])

function ask(lookup: Foreign, name: string, type: TypeObject): Promise<Found> {
  const entry = Buffer.alloc(koffi.sizeof(type))
  const text = Buffer.alloc(ENTRY_TEXT)
  const found = Buffer.alloc(8)
  return new Promise((resolve) => {
    lookup.async(name, entry, text, text.length, found, (error: unknown, status: unknown) => {
      resolve(error ? { kind: 'failed', errno: 'EINVAL' } : answerOf(status, entry, found, type))
      text.fill(0)
    })
  })
}

function answerOf(status: unknown, entry: Buffer, found: Buffer, type: TypeObject): Found {
  const errno = typeof status === 'number' && status !== 0 ? errnoName(status) : null
  if (errno !== null && !ALSO_NONE.has(errno)) return { kind: 'failed', errno }
  if (errno !== null || found.every((byte) => byte === 0)) return { kind: 'none' }
  return { kind: 'found', entry: koffi.decode(koffi.address(entry), type) }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
const numberOf = (value: unknown): number =>
  typeof value === 'number' || typeof value === 'bigint' ? Number(value) : -1

function shadowFunction(): Foreign | null {
  try {
    return libc.func('int getspnam_r(const char *name, void *entry, void *text, size_t size, void *found)')
  } catch {
    return null
  }
}
