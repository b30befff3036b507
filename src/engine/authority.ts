/**
 * Whether a command or a trap is allowed: decided from auth.cf alone, passwords apart.
 * Source: mon manual, "AUTHENTICATION FILE"; the order as in mon 1.3.6, tried against it.
 */
import type { AuthFile, CommandRule, TrapRule } from '../model/auth.ts'

interface Permission {
  readonly allowed: boolean
  /** A line says no to this user, and not just yes to others. */
  readonly denied: boolean
  /** The line of auth.cf that decided, in words for the log; nothing in it comes from the client. */
  readonly why: string
}

/**
 * `command` in lower case; `user` is who has logged in on this connection, `null` for nobody. A denial concerns only who
 * is logged in: `start: !AUTH_ANY, all` lets none but strangers start, as with mon.
 */
export function mayCommand(file: AuthFile, command: string, user: string | null): Permission {
  const rule = file.commands.get(command)
  if (rule === undefined) return no('auth.cf has no line for this command')
  if (user !== null && rule.denied.has(user)) return denial('auth.cf denies it to this user by name')
  if (user !== null && rule.noUser) return denial('auth.cf denies it to everybody who is logged in (!AUTH_ANY)')
  if (rule.all) return yes('auth.cf allows it to all')
  return user === null ? no(forStrangers(rule)) : forUser(rule, user)
}

function forUser(rule: CommandRule, user: string): Permission {
  if (rule.anyUser) return yes('auth.cf allows it to everybody who is logged in (AUTH_ANY)')
  if (rule.users.has(user)) return yes('auth.cf allows it to this user by name')
  return no('auth.cf does not name this user')
}

const forStrangers = ({ anyUser, users }: CommandRule): string =>
  anyUser || users.size > 0 ? 'auth.cf asks for a login first' : 'auth.cf allows it to nobody'

const yes = (why: string): Permission => ({ allowed: true, denied: false, why })
const no = (why: string): Permission => ({ allowed: false, denied: false, why })
const denial = (why: string): Permission => ({ allowed: false, denied: true, why })

interface TrapPermission {
  /** The entries that apply to this sender; none: it may send nothing. */
  readonly rules: readonly TrapRule[]
  /** One of them is for user `*`: accepted whoever it says it is, without a password. */
  readonly anybody: boolean
}

/**
 * The entries for the address `from` (canonical). If the file has entries for host `*`, those and no others, as with mon.
 * `resolved`: what the names of the file stood for when it was loaded, by name in lower case; canonical addresses.
 */
export function trapRules(
  file: AuthFile,
  from: string,
  resolved: ReadonlyMap<string, readonly string[]>,
): TrapPermission {
  const forAll = file.traps.filter(({ host }) => host.kind === 'any')
  const rules = forAll.length > 0 ? forAll : file.traps.filter((rule) => isFor(rule, plainAddress(from), resolved))
  return { rules, anybody: rules.some(({ user }) => user === '*') }
}

function isFor({ host }: TrapRule, from: string, resolved: ReadonlyMap<string, readonly string[]>): boolean {
  if (host.kind === 'address') return host.address === from
  return host.kind === 'name' && (resolved.get(host.name) ?? []).includes(from)
}

/**
 * The entry whose hash the packet's password must match; `null`: this user may send nothing. `*` is no user's name: mon
 * lets a packet with usr='*' pass from anywhere, without a password.
 */
export function trapUserRule(rules: readonly TrapRule[], user: string): TrapRule | null {
  return user === '*' ? null : (rules.findLast((rule) => rule.user === user) ?? null)
}

/** The names whose addresses `trapRules` wants to know, each once. */
export function trapNames(file: AuthFile): readonly string[] {
  return [...new Set(file.traps.flatMap(({ host }) => (host.kind === 'name' ? [host.name] : [])))]
}

/** What a socket for both families calls ::ffff:192.0.2.1 is 192.0.2.1. */
const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
