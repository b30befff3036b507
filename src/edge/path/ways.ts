/** Asks the kernel, by `ip` of iproute2, by which interface and from which address it reaches each real server. */
import { isIP } from 'node:net'
import type { Uptime } from '../../model/units.ts'
import { clock, elapsed } from '../clock.ts'
import { programEnvironment, runProgram } from '../program/process.ts'
import type { Way } from './needs.ts'

/** Addresses asked for in one run: their answers, about 250 bytes each, stay far below what is kept of its output. */
const BATCH = 150
/** One run reads no file and talks to nobody but the kernel. */
const DEADLINE_MS = 10_000

/** A route that changes is noticed after this long, one that is missing at once. */
const KEPT_MS = 60_000

/** One way for each address, never a rejection. */
export type ReadWays = (addresses: Iterable<string>) => Promise<ReadonlyMap<string, Way>>

/** Remembers the ways of the last call for a minute: paths are looked after every few seconds, and routes stay. */
export function openWays(read: ReadWays = readWays): ReadWays {
  let known: ReadonlyMap<string, { readonly way: Way; readonly at: Uptime }> = new Map()
  return async (addresses) => {
    const wanted = [...new Set(addresses)]
    const fresh = new Map(
      wanted.flatMap((address) => {
        const kept = known.get(address)
        return kept === undefined || elapsed(kept.at) > KEPT_MS ? [] : [[address, kept]]
      }),
    )
    const at = clock.uptime()
    const asked = await read(wanted.filter((address) => !fresh.has(address)))
    for (const [address, way] of asked) if (way.kind !== 'none') fresh.set(address, { way, at })
    known = fresh
    return new Map([...asked, ...[...fresh].map(([address, { way }]) => [address, way] as const)])
  }
}

export const readWays: ReadWays = async (addresses) => {
  const ways = new Map<string, Way>()
  // Anything else would be a command of its own to a program that runs as root.
  const wanted = [...new Set(addresses)].filter((address) => isIP(address) !== 0)
  for (let from = 0; from < wanted.length; from += BATCH) {
    const answer = await ask(wanted.slice(from, from + BATCH))
    // Whatever hangs or is not there would be so for all the rest as well.
    const batch = wanted.slice(from, typeof answer === 'string' ? wanted.length : from + BATCH)
    for (const address of batch) {
      const none = { kind: 'none', text: typeof answer === 'string' ? answer : 'there is no route' } as const
      ways.set(address, typeof answer === 'string' ? none : (answer.get(address) ?? none))
    }
    if (typeof answer === 'string') break
  }
  return ways
}

/** Without an answer, why. A line that `ip` cannot answer is left out, and it goes on (-force). */
async function ask(addresses: readonly string[]): Promise<ReadonlyMap<string, Way> | string> {
  const path = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`
  const run = await runProgram({
    command: ['ip', '-j', '-force', '-batch', '-'],
    environment: programEnvironment({ PATH: path, LC_ALL: 'C' }),
    input: Buffer.from(addresses.map((address) => `route get ${address}\n`).join('')),
    directory: null,
    signal: AbortSignal.timeout(DEADLINE_MS),
    runAs: null,
    leftovers: 'end',
  })
  if (run.end.kind === 'not-started') return `${run.end.text} (Debian package iproute2)`
  if (run.end.kind !== 'exited') return '"ip route get" did not come to its end'
  // An address whose line is cut off would seem to have no way.
  if (run.truncated) return '"ip route get" said more than was asked'
  return parseWays(run.output.toString('utf8'))
}

/** Lines of `ip -j route get`: one JSON list each, with complaints about others between them. */
export function parseWays(text: string): ReadonlyMap<string, Way> {
  const ways = new Map<string, Way>()
  for (const line of text.split('\n')) {
    const route = routeIn(line)
    if (route === null || typeof route.dst !== 'string') continue
    ways.set(route.dst, wayOf(route))
  }
  return ways
}

type Fields = Readonly<Record<string, unknown>>

function routeIn(line: string): Fields | null {
  if (!line.startsWith('[')) return null
  try {
    const parsed: unknown = JSON.parse(line)
    const first: unknown = Array.isArray(parsed) ? parsed[0] : null
    return typeof first === 'object' && first !== null ? { ...first } : null
  } catch {
    return null
  }
}

function wayOf({ type, dev, prefsrc }: Fields): Way {
  if (type === 'local') return { kind: 'local' }
  if (type !== undefined && type !== 'unicast') return { kind: 'none', text: `its route is "${String(type)}"` }
  if (typeof dev === 'string' && typeof prefsrc === 'string') return { kind: 'out', device: dev, source: prefsrc }
  return { kind: 'none', text: 'its route has no interface' }
}
