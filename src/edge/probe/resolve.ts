/**
 * From a host as the operator wrote it to one address. A name is looked up the way every other program of this machine
 * does it (getaddrinfo(3): /etc/hosts, then what nsswitch.conf says); the first address of the family asked for is taken,
 * and no second one is tried, so that a check always says something about one address.
 */
import { lookup } from 'node:dns'
import { isIP } from 'node:net'
import type { Family } from '../../model/table.ts'
import type { Attempt } from './attempt.ts'
import { limitText } from './attempt.ts'

export type Resolved =
  | { readonly kind: 'address'; readonly address: string; readonly family: Family }
  /** Nothing was learned about the host. `text` is a sentence's tail. */
  | { readonly kind: 'failed'; readonly code: ResolveCode; readonly text: string }

type ResolveCode =
  | 'bad-host'
  | 'wrong-family'
  | 'name-not-found'
  | 'lookup-failed'
  | 'lookup-timed-out'
  | 'lookups-full'
  | 'aborted'

/**
 * getaddrinfo occupies a thread of Node's pool of four until the resolver gives up, and the journal writes through the
 * same pool: two lookups at once leave two threads for everything else.
 */
const LOOKUPS_AT_ONCE = 2

/**
 * Lookups that wait for their turn: room for a few checks of a thousand names each. Behind a dead resolver more names are
 * told so instead of growing the line.
 */
const LOOKUPS_WAITING = 10_000

/** RFC 1035 2.3.4: a name has at most 255 octets on the wire, which is 253 characters, and a label 63. */
const LONGEST_NAME = 253
const NAME = /^(?!-)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?$/
/** No top-level domain is a number, so such a thing is an address with a slip in it. */
const ENDS_IN_NUMBER = /(^|\.)\d+\.?$/

export async function resolve(host: string, family: Family | null, attempt: Attempt): Promise<Resolved> {
  const literal = isIP(host)
  if (literal === 4 || literal === 6) {
    if (family === null || family === literal) return { kind: 'address', address: host, family: literal }
    const text = `could not be checked: it is an IPv${literal} address, and IPv${family} was asked for`
    return { kind: 'failed', code: 'wrong-family', text }
  }
  if (host.length > LONGEST_NAME || !NAME.test(host) || ENDS_IN_NUMBER.test(host)) {
    const text = 'could not be checked: it is neither an address nor a name that can be looked up'
    return { kind: 'failed', code: 'bad-host', text }
  }
  return byName(host, family, attempt)
}

type Answer = { readonly address: string; readonly family: number } | { readonly error: string }

/** Identical lookups share one run; the table holds running and waiting ones. */
const pending = new Map<string, Promise<Answer>>()
const waiting: (() => void)[] = []
let running = 0

async function byName(name: string, family: Family | null, attempt: Attempt): Promise<Resolved> {
  const answer = await firstOf(sharedLookup(name, family ?? 0), attempt)
  if (answer === 'full') {
    const text = `could not be checked: ${LOOKUPS_WAITING} names are waiting to be looked up already, so the resolver seems to be down`
    return { kind: 'failed', code: 'lookups-full', text }
  }
  if (answer === 'stopped') {
    if (attempt.stopped() === 'aborted') return { kind: 'failed', code: 'aborted', text: 'was not checked to the end' }
    const text = `could not be checked: its name was not looked up within ${limitText(attempt.limit)}`
    return { kind: 'failed', code: 'lookup-timed-out', text }
  }
  if ('address' in answer) {
    return { kind: 'address', address: answer.address, family: answer.family === 6 ? 6 : 4 }
  }
  return lookupFailure(answer.error, family)
}

function lookupFailure(error: string, family: Family | null): Resolved {
  if (error === 'ENOTFOUND' || error === 'ENODATA') {
    const what = family === null ? 'address' : `IPv${family} address`
    return { kind: 'failed', code: 'name-not-found', text: `could not be checked: its name has no ${what}` }
  }
  const text = `could not be checked: looking up its name failed (${error}); see whether the resolver in /etc/resolv.conf answers`
  return { kind: 'failed', code: 'lookup-failed', text }
}

/** The answer, or word that the attempt ended first; the lookup itself cannot be called back and ends in its own time. */
function firstOf(answer: Promise<Answer> | 'full', attempt: Attempt): Promise<Answer | 'stopped' | 'full'> {
  if (answer === 'full') return Promise.resolve(answer)
  if (attempt.signal.aborted) return Promise.resolve('stopped')
  return new Promise((settle) => {
    const onAbort = (): void => settle('stopped')
    attempt.signal.addEventListener('abort', onAbort, { once: true })
    answer.then((value) => {
      attempt.signal.removeEventListener('abort', onAbort)
      settle(value)
    })
  })
}

function sharedLookup(name: string, family: 0 | Family): Promise<Answer> | 'full' {
  const key = `${family} ${name.toLowerCase()}`
  const shared = pending.get(key)
  if (shared !== undefined) return shared
  if (pending.size >= LOOKUPS_WAITING + LOOKUPS_AT_ONCE) return 'full'

  const answer = queuedLookup(name, family).finally(() => pending.delete(key))
  pending.set(key, answer)
  return answer
}

async function queuedLookup(name: string, family: 0 | Family): Promise<Answer> {
  if (running >= LOOKUPS_AT_ONCE) await new Promise<void>((turn) => waiting.push(turn))
  else running += 1
  const answer = await new Promise<Answer>((settle) => {
    lookup(name, { family, all: false, verbatim: true }, (error, address, found) => {
      settle(error === null ? { address, family: found } : { error: error.code ?? error.message })
    })
  })
  // The turn passes on without `running` going down, so that nobody slips in between.
  const next = waiting.shift()
  if (next === undefined) running -= 1
  else next()
  return answer
}
