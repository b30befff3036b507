/**
 * Whether a client is who it says: the words of `authtype`, tried in their order until one says yes.
 * Whatever goes wrong, a missing library as well as a full queue, is a no. A user who does not exist costs as long as a
 * wrong password: it is compared with another's hash.
 * Source: mon manual, "authtype"; what differs from mon is in docs/authentication.md.
 */
import { createHash } from 'node:crypto'
import { hashKind } from '../../model/auth.ts'
import { accountOf } from './account.ts'
import type { Account } from './account-words.ts'
import { askPam } from './pam.ts'
import { type Comparison, comparePassword, type Password } from './password.ts'
import { turnstile } from './turnstile.ts'
import { readUserfile } from './userfile.ts'

export interface AuthSettings {
  /** The words of authtype, as they stand in mon.cf. */
  readonly types: readonly string[]
  /** Absolute path. */
  readonly userfile: string
  readonly pamservice: string
}

export interface Login {
  readonly ok: boolean
  /** The word of authtype that said yes; empty after a no. */
  readonly by: string
  /** It is the name of a user, who has another password. */
  readonly wrongPassword?: true
  /** For the log: why, without the user's name, which may be a mistyped password, and without any password. */
  readonly text: string
}

/** `from`: the client's address. Never rejects. */
export type Authenticator = (user: string, password: Password, from: string) => Promise<Login>

/**
 * Logins worked on at once, and those that wait. Whatever they wait for, no thread does with them, but for one that
 * hashes: directories and PAM are asked in processes of their own, which have deadlines.
 */
const LOGINS_AT_ONCE = 8
const LOGINS_WAITING = 128
/** Longer names are nobody's. */
const LONGEST_USER = 256
/**
 * Hashes of a password that nobody knows, compared where there is no user: as Debian makes them for its own users, and
 * for a crypt(3) that does not know that kind, an older one.
 */
const DECOYS = [
  '$y$j9T$F5Jx5fExrKuPp53xLKQ..1$1cM9Y.I0YHo6JNDdqfYjX5OOzc8uaWZqTgO3l1YBdy0',
  '$6$saltstring$mPS8yAGxWP52OAUhAa6dl0bMd9aWB3QJLAcZsnFcjKgonDT1.u8.KFAZys/MSJhlV7Ln8unNS.AAzy2QUXBgz0',
]

/** `null` is a yes, a text why not. */
type Way = (attempt: Attempt) => Promise<string | null>

interface Attempt {
  readonly user: string
  readonly password: Password
  readonly from: string
  readonly settings: AuthSettings
  readonly account: (name: string) => Promise<Account>
  /** What the system's users have for hashes, as far as logins have shown: the decoy for those who are none. */
  readonly usual: { hash: string | null }
}

/** `account` stands in for the system's user database in tests. */
export function authenticator(
  settings: AuthSettings,
  account: Attempt['account'] = (name) => accountOf(name, Date.now() / 1000),
): Authenticator {
  const through = turnstile({ atOnce: LOGINS_AT_ONCE, waiting: LOGINS_WAITING })
  const usual: Attempt['usual'] = { hash: null }
  return async (user, password, from) => {
    if (user === '' || user.length > LONGEST_USER || user.includes('\0')) return no('no name of a user was given')
    const login = await through(() => tryAll({ user, password, from, settings, account, usual }))
    return login ?? no('too many logins are under way')
  }
}

async function tryAll(attempt: Attempt): Promise<Login> {
  const reasons: string[] = []
  let wrongPassword = false
  for (const type of attempt.settings.types) {
    const reason = await tryOne(type, attempt)
    if (reason === null) return { ok: true, by: type, text: `accepted by ${type}` }
    if (reason === WRONG_PASSWORD) wrongPassword = true
    reasons.push(`${type}: ${reason}`)
  }
  const failed = no(reasons.length === 0 ? 'authtype names nothing that could accept a login' : reasons.join('; '))
  return wrongPassword ? { ...failed, wrongPassword } : failed
}

async function tryOne(type: string, attempt: Attempt): Promise<string | null> {
  const way = ways.get(type)
  if (way === undefined) return UNKNOWN_TYPE
  // mon asks for a password everywhere but here.
  if (attempt.password.length === 0 && type !== 'trustlocal') return 'no password was given'
  try {
    return await way(attempt)
  } catch (error) {
    return `it failed (${error instanceof Error ? error.name : 'unknown'})`
  }
}

const ways: ReadonlyMap<string, Way> = new Map([
  ['getpwnam', byAccount],
  ['userfile', byUserfile],
  ['pam', byPam],
  ['trustlocal', byPlace],
  ['shadow', async () => SHADOW],
])

const WRONG_PASSWORD = 'wrong password'
/** The words of authtype that can ever say yes. */
export const AUTH_TYPES: readonly string[] = ['getpwnam', 'userfile', 'pam', 'trustlocal']
export const UNKNOWN_TYPE = 'upalert knows no such type of login; it never succeeds'
export const SHADOW = 'mon accepts this word, but it never succeeds; write getpwnam, which reads the shadow file too'

async function byAccount({ user, password, account, usual }: Attempt): Promise<string | null> {
  const found = await account(user)
  if (found.kind !== 'account') {
    await decoy(password, usual.hash)
    return found.kind === 'none' ? 'there is no such user' : found.text
  }
  if (isUsable(found.hash)) usual.hash = found.hash
  const reason = await compared(password, found.hash, usual.hash)
  return reason === null && found.expired ? 'the account has expired' : reason
}

async function byUserfile({ user, password, settings }: Attempt): Promise<string | null> {
  const file = await readUserfile(settings.userfile)
  if (file.kind === 'failed') return file.text
  const hash = file.hashes.get(user)
  if (hash !== undefined) return compared(password, hash, anothers(user, file.hashes))
  await decoy(password, anothers(user, file.hashes))
  return `the user is not in ${settings.userfile}`
}

async function byPam({ user, password, from, settings }: Attempt): Promise<string | null> {
  const words = { service: settings.pamservice, user, password: Buffer.from(password).toString('base64'), from }
  const answer = await askPam(words)
  return answer.kind === 'accepted' ? null : answer.text
}

/** Programs on this machine that have asked for the password themselves: mon.cgi behind a web server. */
async function byPlace({ from }: Attempt): Promise<string | null> {
  const here = from === '127.0.0.1' || from === '::1' || from === '::ffff:127.0.0.1'
  return here ? null : 'the client is not on this machine'
}

async function compared(password: Password, hash: string, other: string | null): Promise<string | null> {
  const comparison = await comparePassword(password, hash)
  if (comparison.kind === 'same') return null
  if (comparison.kind === 'different') return WRONG_PASSWORD
  await decoy(password, other)
  return comparison.text
}

/** Takes the time of a comparison. */
async function decoy(password: Password, hash: string | null = null): Promise<void> {
  let done: Comparison | null = hash === null ? null : await comparePassword(password, hash)
  for (const one of DECOYS) {
    if (done === null || done.kind === 'unusable') done = await comparePassword(password, one)
  }
}

/** For a name always the same entry, so that a file with several kinds of hashes does not tell names from non-names. */
function anothers(user: string, hashes: ReadonlyMap<string, string>): string | null {
  const usable = [...hashes.values()].filter(isUsable)
  const number = createHash('sha256').update(user).digest().readUInt32BE()
  return usable[number % Math.max(1, usable.length)] ?? null
}

const isUsable = (hash: string): boolean => !['locked', 'plain'].includes(hashKind(hash))

const no = (text: string): Login => ({ ok: false, by: '', text })
