/** The trap section of auth.cf: `HOST USER HASH`. A line that is none of it is skipped, as mon does, and told. */
import { hashKind, type TrapRule } from '../../model/auth.ts'
import { placeOf, type Source } from '../source.ts'
import { parseAddress } from '../text/endpoint.ts'
import { hostFault } from '../text/host.ts'
import type { Report } from '../text/report.ts'
import { type AuthLine, type Part, quotedPart, spanOf, wordsOf } from './lines.ts'

/** Entries that are kept; each costs a look for every trap that comes in. */
export const MOST_TRAP_RULES = 10_000

export class TrapRules {
  readonly #rules: TrapRule[] = []
  /** Host and user -> the line of the entry. */
  readonly #lines = new Map<string, number>()
  readonly #shown: Source
  readonly #report: Report
  #firstWithHost: Part | null = null

  constructor(shown: Source, report: Report) {
    this.#shown = shown
    this.#report = report
  }

  take(line: AuthLine): void {
    const [host, user, hash, ...more] = wordsOf(line)
    if (host === undefined || user === undefined || hash === undefined || more.length > 0) {
      this.#reportForm(line)
      return
    }
    const where = hostOf(host.text)
    if (where === null) {
      this.#reportHost(host)
      return
    }
    if (this.#rules.length === MOST_TRAP_RULES) {
      this.#reportMany(line)
      return
    }
    if (where.kind !== 'any') this.#firstWithHost ??= host
    this.#reportAgain(host, user)
    this.#reportHash(user, hash)
    this.#rules.push({ host: where, user: user.text, hash: hash.text })
  }

  finish(): readonly TrapRule[] {
    if (this.#firstWithHost !== null && this.#rules.some(({ host }) => host.kind === 'any')) {
      const message = 'this entry and all others for one host do not count, since there is an entry for host *'
      const hint = 'remove the entries for *, or repeat this one with * as its host'
      this.#warn('trap-host-unused', this.#firstWithHost, message, hint)
    }
    return this.#rules
  }

  #reportForm(line: AuthLine): void {
    const message = 'a line of the trap section has three words; this one is skipped'
    const hint = line.text.includes(':')
      ? 'write HOST USER HASH; commands stand below the line: command section'
      : 'write HOST USER HASH, or HOST * * for traps without a password'
    this.#warn('trap-form', line, message, hint)
  }

  #reportHost(host: Part): void {
    const message = `${quotedPart(this.#shown, host)} is neither an address nor a name that can be looked up; this entry is skipped`
    const hint = host.text.includes('/')
      ? 'networks are not known here: write each host, or *'
      : 'write *, an IPv4 or IPv6 address, or a name'
    this.#warn('trap-host', host, message, hint)
  }

  #reportMany(line: AuthLine): void {
    if (this.#lines.has('')) return
    this.#lines.set('', 0)
    const message = `more than ${MOST_TRAP_RULES} entries for traps; the rest is skipped`
    this.#warn('trap-entries', line, message, 'write one entry with * as its host')
  }

  #reportAgain(host: Part, user: Part): void {
    const key = `${host.text.toLowerCase()} ${user.text}`
    const line = this.#lines.get(key)
    if (line !== undefined) {
      const message = `line ${line} already has an entry for this host and user; the later one counts`
      this.#warn('trap-again', user, message, 'remove one of the two')
    }
    this.#lines.set(key, placeOf(this.#shown, host.start).line)
  }

  /** The hash itself is never in a message. */
  #reportHash(user: Part, hash: Part): void {
    const kind = hashKind(hash.text)
    if (user.text === '*' || (kind !== 'plain' && kind !== 'locked')) return
    const message =
      kind === 'plain'
        ? 'this is not the hash of a password, so no trap of this user will be taken'
        : 'no password opens this, so no trap of this user will be taken'
    this.#warn('trap-hash', hash, message, 'make one with: openssl passwd -6')
  }

  #warn(code: string, part: Part, message: string, hint: string): void {
    this.#report.warning(code, spanOf(this.#shown, part), message, hint)
  }
}

function hostOf(text: string): TrapRule['host'] | null {
  if (text === '*') return { kind: 'any' }
  const address = parseAddress(text)
  if (address !== null) return { kind: 'address', address: address.address }
  return hostFault(text) === null ? { kind: 'name', name: text.toLowerCase() } : null
}
