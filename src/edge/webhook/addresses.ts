/**
 * From a URL's host to the addresses that may be reached. A name is looked up once, what it gives is judged, and the
 * connection goes to exactly these addresses: no second answer of a name server can come between check and connect.
 */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { addressFault, type Network } from '../../wire/webhook/network.ts'

export type Found =
  | { readonly kind: 'found'; readonly list: readonly Address[] }
  | { readonly kind: 'none'; readonly text: string }

export interface Address {
  readonly address: string
  readonly family: 4 | 6
}

/** Addresses of one name that are tried in turn. */
const ADDRESSES_TRIED = 4

/** `allowed`: networks that may be reached besides the public Internet; `everywhere`: nothing is refused. */
export async function addressesOf(
  url: URL,
  allowed: readonly Network[] | 'everywhere',
  signal: AbortSignal,
): Promise<Found> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const literal = isIP(host)
  const all = literal === 0 ? await named(host, signal) : [{ address: host, family: literal === 6 ? 6 : 4 } as const]
  if (typeof all === 'string') return { kind: 'none', text: all }
  if (allowed === 'everywhere') return { kind: 'found', list: all.slice(0, ADDRESSES_TRIED) }
  const judged = all.map((one) => ({ one, fault: addressFault(one.address, allowed) }))
  const open = judged.flatMap(({ one, fault }) => (fault === null ? [one] : []))
  if (open.length > 0) return { kind: 'found', list: open.slice(0, ADDRESSES_TRIED) }
  const faults = judged.map(({ fault }) => fault).join(', ')
  const hint = 'allow its network with --allow or webhook_allow if that is meant'
  return { kind: 'none', text: `is not sent anything: ${faults}; ${hint}` }
}

/** Lookups that run; identical ones share one, since each takes a thread of Node's pool of four. */
const pending = new Map<string, Promise<readonly Address[] | string>>()

/** By the system's own resolver, so that /etc/hosts counts; it cannot be cancelled, so the deadline leaves it behind. */
function named(host: string, signal: AbortSignal): Promise<readonly Address[] | string> {
  const shared = pending.get(host)
  const found = shared ?? looked(host).finally(() => pending.delete(host))
  if (shared === undefined) pending.set(host, found)
  return Promise.race([found, aborted(signal)])
}

async function looked(host: string): Promise<readonly Address[] | string> {
  try {
    const all = await lookup(host, { all: true })
    return all.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    return code === 'ENOTFOUND' ? 'has a name that is not known' : `has a name that could not be looked up: ${code}`
  }
}

function aborted(signal: AbortSignal): Promise<string> {
  const late = 'has a name that was not looked up in time'
  if (signal.aborted) return Promise.resolve(late)
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(late), { once: true }))
}
