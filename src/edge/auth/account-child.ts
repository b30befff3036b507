/**
 * The process that looks one user up and ends: passwd(5), and shadow(5) where it may read it, through the C library, so
 * that whatever nsswitch.conf(5) names is asked too. Name services are other people's code, as PAM's modules are.
 * The question comes on standard input, the answer leaves on descriptor 3.
 * Source: getpwnam(3), getspnam(3), shadow(5); the layout of the two structures is the same in glibc and musl.
 */
import { accessSync, constants, readFileSync, writeSync } from 'node:fs'
import koffi, { type TypeObject } from 'koffi'
import { LONGEST_HASH } from '../../model/auth.ts'
import { errnoName, libc } from '../libc.ts'
import { type Account, isAccountQuestion } from './account-words.ts'
import { endWithParent } from './end-with-parent.ts'

/** Room for the texts of one entry, in bytes. */
const ENTRY_TEXT = 65_536
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

const SHADOW = '/etc/shadow'
const NOT_FOR_US = 'the password is in the shadow file, which this process may not read; run as root, or use userfile'
/** Not found is no error; but some name services say so with one of these numbers (getpwnam(3)). */
const ALSO_NONE = new Set(['ENOENT', 'ESRCH', 'EBADF'])

endWithParent()
writeSync(3, JSON.stringify(answer()))

function answer(): Account {
  const question: unknown = JSON.parse(readFileSync(0, 'utf8'))
  if (!isAccountQuestion(question)) return { kind: 'failed', text: 'the question to the user database is garbled' }
  const { name, today } = question
  const user = ask(getpwnam, name, passwdEntry)
  if (user.kind === 'failed') return { kind: 'failed', text: `the user database does not answer (${user.errno})` }
  if (user.kind === 'none') return { kind: 'none' }
  if (textOf(user.entry.password) !== 'x') return account(textOf(user.entry.password), false)
  return inShadow(name, today)
}

function inShadow(name: string, today: number): Account {
  const shadow = getspnam === null ? ({ kind: 'none' } as const) : ask(getspnam, name, shadowEntry)
  if (shadow.kind === 'failed') {
    return { kind: 'failed', text: isDenied(shadow.errno) ? NOT_FOR_US : `the shadow file fails (${shadow.errno})` }
  }
  // A file that may not be read is told as an entry that is not there.
  if (shadow.kind === 'none') return isReadable(SHADOW) ? account('x', false) : { kind: 'failed', text: NOT_FOR_US }
  const lastDay = numberOf(shadow.entry.expires)
  return account(textOf(shadow.entry.password), lastDay >= 0 && Math.floor(today / SECONDS_A_DAY) >= lastDay)
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return true
  } catch {
    return false
  }
}

type Found =
  | { readonly kind: 'found'; readonly entry: Readonly<Record<string, unknown>> }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly errno: string }

type Foreign = ReturnType<typeof libc.func>

function ask(lookup: Foreign, name: string, type: TypeObject): Found {
  const entry = Buffer.alloc(koffi.sizeof(type))
  const text = Buffer.alloc(ENTRY_TEXT)
  const found = Buffer.alloc(8)
  const status: number = lookup(name, entry, text, text.length, found)
  const errno = status === 0 ? null : errnoName(status)
  if (errno !== null && !ALSO_NONE.has(errno)) return { kind: 'failed', errno }
  if (errno !== null || found.every((byte) => byte === 0)) return { kind: 'none' }
  return { kind: 'found', entry: koffi.decode(koffi.address(entry), type) }
}

function shadowFunction(): Foreign | null {
  try {
    return libc.func('int getspnam_r(const char *name, void *entry, void *text, size_t size, void *found)')
  } catch {
    return null
  }
}

/** What is too long to be a hash stays too long, and the answer short. */
function account(hash: string, expired: boolean): Account {
  return { kind: 'account', hash: hash.slice(0, LONGEST_HASH + 1), expired }
}

function isDenied(errno: string): boolean {
  return errno === 'EACCES' || errno === 'EPERM'
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function numberOf(value: unknown): number {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : -1
}
