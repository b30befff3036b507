/**
 * Addresses of the host names in an lvs.cf or ldirectord.cf, looked up as the C library does, /etc/hosts first. Both
 * originals look names up while they read, too; a file with a name that nobody knows is refused by them as by us.
 */
import { lookup } from 'node:dns/promises'

export interface Addresses {
  readonly 4?: string
  readonly 6?: string
}

/** Names that are asked for at the same time: each takes one of Node's four threads. */
const AT_ONCE = 4
/** Names of one configuration; whoever has more has written addresses. */
const MOST_NAMES = 10_000
/** All of them together: a start or a reload does not wait for a dead name server longer than this. */
const DEADLINE_MS = 20_000

/** Those that were found; of several addresses of one family the first. */
export async function lookedUp(names: Iterable<string>): Promise<ReadonlyMap<string, Addresses>> {
  const wanted = [...new Set(names)].slice(0, MOST_NAMES)
  const found = new Map<string, Addresses>()
  const deadline = AbortSignal.timeout(DEADLINE_MS)
  const late = new Promise<void>((resolve) => deadline.addEventListener('abort', () => resolve(), { once: true }))
  const next = wanted.values()
  const worker = async (): Promise<void> => {
    for (const name of next) {
      if (deadline.aborted) return
      const addresses = await addressesOf(name)
      if (addresses !== null) found.set(name, addresses)
    }
  }
  const workers = Promise.all(Array.from({ length: AT_ONCE }, worker))
  await Promise.race([workers, late])
  return new Map(found)
}

async function addressesOf(name: string): Promise<Addresses | null> {
  try {
    const all = await lookup(name, { all: true })
    const first = (family: 4 | 6) => all.find((one) => one.family === family)?.address
    const [four, six] = [first(4), first(6)]
    return { ...(four === undefined ? {} : { 4: four }), ...(six === undefined ? {} : { 6: six }) }
  } catch {
    return null
  }
}
