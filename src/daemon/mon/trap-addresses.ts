/**
 * The addresses of the host names in auth.cf's trap section, as they were when the file was read. A name that does not
 * resolve keeps the addresses that it had, since a name server that is down must not lock out who sends traps; it is
 * looked up again until it resolves.
 */
import { type Turnstile, turnstile } from '../../edge/auth/turnstile.ts'
import { canonical } from '../../parse/text/endpoint.ts'

export interface LookupLimits {
  /** A name server that is silent holds a reading of the file up no longer than this. In milliseconds, as all of these. */
  readonly wait: number
  /** For looking up all that is missing, once. */
  readonly round: number
  /** From the end of one round to the next. */
  readonly again: number
}

export const LOOKUP_LIMITS: LookupLimits = { wait: 5_000, round: 30_000, again: 60_000 }

/**
 * getaddrinfo occupies one of Node's four threads until the resolver gives up, and libuv runs no more than two of them at
 * once: a third would only wait in front of the names that checks look up.
 */
const LOOKUPS_AT_ONCE = 2
/** Of rounds that have been given up while the resolver still kept their names; more than ever come together. */
const LOOKUPS_WAITING = 64
/** Names that are written out in a complaint. */
const NAMES_SHOWN = 10

/** As lookup of node:dns/promises with all addresses; rejects when there are none. */
export type Lookup = (name: string) => Promise<readonly { readonly address: string }[]>

export interface LookupDoors {
  readonly lookup: Lookup
  readonly limits: LookupLimits
  /** A sentence without its full stop for the operator: later, when more of the names have addresses. */
  tell(text: string): void
}

export interface TrapAddresses {
  /** By name. It changes as answers come. */
  readonly addresses: ReadonlyMap<string, readonly string[]>
  /** Every name has been asked for, or has had its time. */
  readonly asked: Promise<void>
  /** A sentence without its full stop about the names that are missing; empty: none is. */
  complaint(): string
  /** No name is looked up any more. */
  close(): void
}

/** Shared by all that follow one another, so that lookups which the resolver does not let go of are counted. */
export const lookupPlaces = (): Turnstile => turnstile({ atOnce: LOOKUPS_AT_ONCE, waiting: LOOKUPS_WAITING })

/** `former`: what names stood for until now. Nothing here rejects. */
export function trapAddresses(
  names: readonly string[],
  former: ReadonlyMap<string, readonly string[]>,
  places: Turnstile,
  { lookup, limits, tell }: LookupDoors,
): TrapAddresses {
  const addresses = new Map(names.map((name) => [name, former.get(name) ?? []]))
  const missing = new Set(names)
  const closing = new AbortController()
  const closed = new Promise<void>((resolve) => {
    closing.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  /** How many were missing when the operator last heard of it; `null`: nobody has asked yet. */
  let told: number | null = null
  let timer: NodeJS.Timeout | undefined

  async function askFor(name: string): Promise<void> {
    const answers = await lookup(name).catch(() => null)
    missing.delete(name)
    if (answers === null) {
      // Behind those that have not been asked for yet.
      missing.add(name)
      return
    }
    addresses.set(
      name,
      answers.map(({ address }) => canonical(address)),
    )
    if (missing.size === 0) report()
  }

  /** An answer that comes after its round is taken all the same. */
  async function round(): Promise<void> {
    let over = false
    const queue = [...missing].values()
    const worker = async (): Promise<void> => {
      for (const name of queue) {
        const turn = await places(async () => {
          if (!over && !closing.signal.aborted) await askFor(name)
        })
        if (over || closing.signal.aborted || turn === null) return
      }
    }
    await within(limits.round, Promise.all(Array.from({ length: LOOKUPS_AT_ONCE }, worker)), closed)
    over = true
    if (closing.signal.aborted || missing.size === 0) return
    report()
    timer = setTimeout(() => void round(), limits.again).unref()
  }

  function report(): void {
    if (told === null || missing.size >= told || closing.signal.aborted) return
    told = missing.size
    tell(
      told === 0 ? 'all host names in the trap section of auth.cf have addresses now' : complaintOf(missing, addresses),
    )
  }

  return {
    addresses,
    asked: within(limits.wait, round(), closed),
    complaint() {
      told = missing.size
      return complaintOf(missing, addresses)
    },
    close() {
      closing.abort()
      clearTimeout(timer)
    },
  }
}

function complaintOf(missing: ReadonlySet<string>, addresses: ReadonlyMap<string, readonly string[]>): string {
  const has = (name: string): boolean => (addresses.get(name) ?? []).length > 0
  const kept = [...missing].filter(has)
  const lost = [...missing].filter((name) => !has(name))
  const parts = [
    ...(kept.length > 0 ? [`${listed(kept)}, whose traps are taken from the addresses of before`] : []),
    ...(lost.length > 0 ? [`${listed(lost)}, whose traps are refused`] : []),
  ]
  if (parts.length === 0) return ''
  return `auth.cf names hosts that do not resolve: ${parts.join('; ')}; they are looked up again every minute`
}

function listed(names: readonly string[]): string {
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : ''
  return `${names.slice(0, NAMES_SHOWN).join(', ')}${more}`
}

/** Until `work` is done, or `milliseconds` have passed, or it is `closed`. */
async function within(milliseconds: number, work: Promise<unknown>, closed: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds).unref()
  })
  await Promise.race([work, late, closed])
  clearTimeout(timer)
}
