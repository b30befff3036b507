/**
 * Slows down who guesses passwords. Attempts from one address come one behind the other, at a distance that doubles with
 * each failure and shrinks again with time; the client waits for its answer meanwhile. An honest client behind the same
 * address waits too, a few seconds, and is not locked out.
 */
import { type Milliseconds, milliseconds, minutes, seconds, type Uptime, uptime } from '../../model/units.ts'
import { addressBytes } from '../../wire/ipvs/address.ts'

/** Failures that cost nothing: people mistype. */
export const FREE_FAILURES = 3
/** The distance after these; it doubles with each further failure, up to the longest: some ten thousand guesses a day. */
const FIRST_DISTANCE = seconds(1)
const LONGEST_DISTANCE = seconds(8)
/** Who would wait longer is refused at once; a client is hung up on after 30 s of silence anyway (cltimeout). */
export const LONGEST_WAIT = seconds(20)
/** One failure is forgotten in each of these. */
export const FORGET_EACH = minutes(1)
/** Failures that are counted; more change nothing but how long they are remembered. */
const MOST_FAILURES = 15
/** Addresses that are remembered; beyond, the one that has been quiet for longest is forgotten. */
export const MOST_ADDRESSES = 4096

export type Turn =
  /** Compare the password after this long, and tell what came of it. */
  | { readonly kind: 'wait'; readonly delay: Milliseconds }
  /** Say no without comparing anything. */
  | { readonly kind: 'refuse' }

export interface Backoff {
  /** Asked before each attempt. It counts as a failure until `succeeded`, so that many at once are no way around. */
  attempt(address: string, now: Uptime): Turn
  /** The attempt that `attempt` let through was right. */
  succeeded(address: string): void
  /** How many addresses are remembered. */
  readonly size: number
}

interface Guesser {
  failures: number
  /** When one failure was last forgotten, or the first made. */
  since: Uptime
  /** When the last attempt was compared, or will be. */
  last: Uptime
}

export function backoff(): Backoff {
  /** The one that was quiet for longest comes first. */
  const guessers = new Map<string, Guesser>()
  return {
    attempt(address, now) {
      const key = networkOf(address)
      const guesser = forgotten(guessers.get(key) ?? { failures: 0, since: now, last: now }, now)
      guessers.delete(key)
      guessers.set(key, guesser)
      if (guessers.size > MOST_ADDRESSES) guessers.delete(guessers.keys().next().value ?? '')
      const at = uptime(Math.max(now, guesser.last + distance(guesser.failures)))
      if (at - now > LONGEST_WAIT) return { kind: 'refuse' }
      guesser.failures = Math.min(guesser.failures + 1, MOST_FAILURES)
      guesser.last = at
      return { kind: 'wait', delay: milliseconds(at - now) }
    },
    succeeded(address) {
      const key = networkOf(address)
      const guesser = guessers.get(key)
      if (guesser === undefined) return
      guesser.failures -= 1
      if (guesser.failures <= 0) guessers.delete(key)
    },
    get size() {
      return guessers.size
    },
  }
}

function forgotten(guesser: Guesser, now: Uptime): Guesser {
  const rounds = Math.floor((now - guesser.since) / FORGET_EACH)
  if (guesser.failures === 0 || rounds >= guesser.failures) return { failures: 0, since: now, last: guesser.last }
  return { ...guesser, failures: guesser.failures - rounds, since: uptime(guesser.since + rounds * FORGET_EACH) }
}

function distance(failures: number): Milliseconds {
  if (failures < FREE_FAILURES) return milliseconds(0)
  return milliseconds(Math.min(FIRST_DISTANCE * 2 ** (failures - FREE_FAILURES), LONGEST_DISTANCE))
}

/** Who has one IPv6 address has the whole /64 around it (RFC 4291 2.5.4). */
export function networkOf(address: string): string {
  const plain = address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
  const bytes = plain.includes(':') ? addressBytes(6, plain) : null
  return bytes === null ? plain : Buffer.from(bytes.subarray(0, 8)).toString('hex')
}
