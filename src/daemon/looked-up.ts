/**
 * Addresses of names of hosts, looked up as the C library does and never waited for: whoever asks gets what is known by
 * now. A name is asked for again after a while; if that fails, what was found before still counts.
 */
import { lookup } from 'node:dns/promises'

/** Throws, or finds nothing, where nobody knows the name. */
export type Resolver = (name: string) => Promise<readonly string[]>

/** `waits`: it is being looked up for the first time. `addresses`: none, if nobody has ever known it. */
export interface Known {
  readonly waits: boolean
  readonly addresses: readonly string[]
}

export interface Names {
  of(name: string): Known
  /** Those that nobody asks about any more are forgotten. */
  keepOnly(names: ReadonlySet<string>): void
}

/** Names that are asked for at the same time: each takes one of Node's four threads, until it is answered. */
const AT_ONCE = 2
/** Names that are looked up at all. */
const MOST_NAMES = 1000
/** Addresses of a name that count. */
const MOST_ADDRESSES = 64
/** For so long a first answer is waited for. */
const PATIENCE_MS = 5000
/** After this time a name is asked for again. */
const FRESH_MS = 30_000

interface Asked {
  addresses: readonly string[]
  /** When it was asked for first, and when it shall be asked for next. */
  readonly since: number
  answered: boolean
  nextAt: number
}

/** `clock`: milliseconds that never go back. */
export function namesLookedUp(resolve: Resolver = allAddresses, clock = () => performance.now()): Names {
  const all = new Map<string, Asked>()
  const asking = new Set<string>()
  const ask = async (name: string): Promise<void> => {
    asking.add(name)
    const found = await resolve(name).catch(() => [])
    asking.delete(name)
    const asked = all.get(name)
    if (asked !== undefined) {
      asked.answered = true
      asked.nextAt = clock() + FRESH_MS
      if (found.length > 0) asked.addresses = [...new Set(found)].sort().slice(0, MOST_ADDRESSES)
    }
    askNext()
  }
  const askNext = (): void => {
    const now = clock()
    for (const [name, { nextAt }] of all) {
      if (asking.size >= AT_ONCE) return
      if (nextAt <= now && !asking.has(name)) void ask(name)
    }
  }
  return {
    of(name) {
      const now = clock()
      const known = all.get(name) ?? { addresses: [], since: now, answered: false, nextAt: now }
      if (!all.has(name)) {
        if (all.size >= MOST_NAMES) return { waits: false, addresses: [] }
        all.set(name, known)
      }
      if (known.nextAt <= now) askNext()
      return { waits: !known.answered && now - known.since < PATIENCE_MS, addresses: known.addresses }
    },
    keepOnly(names) {
      for (const name of all.keys()) if (!names.has(name)) all.delete(name)
    },
  }
}

const allAddresses: Resolver = async (name) => (await lookup(name, { all: true })).map(({ address }) => address)
