/**
 * Who may do what: auth.cf as the rest of the house sees it, and the kinds of password hashes there are.
 * Source: mon manual, "AUTHENTICATION FILE"; crypt(5).
 */

export interface AuthFile {
  /** By command word in lower case. A command that is not here may be given by nobody. */
  readonly commands: ReadonlyMap<string, CommandRule>
  /** In the order of the file; of two with the same host and user the later one counts. */
  readonly traps: readonly TrapRule[]
}

/** What the lines of one command say, all of them together. */
export interface CommandRule {
  /** `all`: logged in or not. */
  readonly all: boolean
  /** `AUTH_ANY`: everybody who is logged in. */
  readonly anyUser: boolean
  /** `!AUTH_ANY`: nobody who is logged in. */
  readonly noUser: boolean
  readonly users: ReadonlySet<string>
  /** `!NAME`. */
  readonly denied: ReadonlySet<string>
}

export interface TrapRule {
  readonly host: TrapHost
  /** `*`: anybody, and then the password does not count. */
  readonly user: string
  /** A hash as crypt(3) makes it, although mon's manual calls it a password. */
  readonly hash: string
}

type TrapHost =
  | { readonly kind: 'any' }
  /** Canonical: dotted for IPv4, RFC 5952 for IPv6. */
  | { readonly kind: 'address'; readonly address: string }
  /** In lower case; its addresses are looked up when the file is loaded. */
  | { readonly kind: 'name'; readonly name: string }

/** The file that says nothing: every command and every trap is refused. */
export const NOBODY: AuthFile = { commands: new Map(), traps: [] }

/** The words a client may begin a line with, in mon's spelling. */
export const COMMAND_WORDS: readonly string[] = [
  ...['ack', 'checkauth', 'clear', 'disable', 'dump', 'enable', 'get', 'getview', 'list', 'loadstate', 'login'],
  ...['protid', 'quit', 'reload', 'reset', 'savestate', 'servertime', 'set', 'setview', 'start', 'stop', 'term'],
  ...['test', 'version'],
]

export type HashKind =
  /** `$id$…` or the older `_…`: the system's crypt(3) knows what to do. */
  | 'crypt'
  /** Thirteen characters; only the first eight of the password count. */
  | 'des'
  /** htpasswd's own: `$apr1$…` and `{SHA}…`, which no crypt(3) knows. */
  | 'apr1'
  | 'sha1'
  /** No password opens it: empty, `x`, or with `!` or `*` in front, as in shadow(5). */
  | 'locked'
  /** Anything else, plain text most likely; it is never compared. */
  | 'plain'

/** Longer ones are refused; the longest that libxcrypt makes has 384 bytes (CRYPT_OUTPUT_SIZE in crypt(3)). */
export const LONGEST_HASH = 384

export function hashKind(hash: string): HashKind {
  if (hash === '' || hash === 'x' || hash.startsWith('!') || hash.startsWith('*')) return 'locked'
  if (hash.length > LONGEST_HASH) return 'plain'
  if (/^\$apr1\$[^$:]{1,8}\$[./0-9A-Za-z]{22}$/.test(hash)) return 'apr1'
  if (/^\{SHA\}[+/0-9A-Za-z]{27}=$/.test(hash)) return 'sha1'
  if (/^\$(?!apr1\$)[0-9a-z-]{1,16}[$,][!-9;-~]{20,}$/.test(hash) || /^_[./0-9A-Za-z]{19}$/.test(hash)) return 'crypt'
  return /^[./0-9A-Za-z]{13}$/.test(hash) ? 'des' : 'plain'
}
