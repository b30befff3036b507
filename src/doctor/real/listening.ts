/**
 * Whether a service listens where packets arrive: on the virtual address by direct routing and tunnel, on the real server's
 * own by NAT. LVS-HOWTO 11.2: one that listens on its own address alone passes every check, and serves nobody.
 */
import type { Facts, Listener } from '../../model/facts.ts'
import { type Finding, familyOf, finding, listed, unseenFinding } from '../finding.ts'
import type { RealServer } from './subject.ts'

const PROTOCOLS = ['tcp', 'udp'] as const

export function listeningFindings(real: RealServer, { listeners }: Facts): readonly Finding[] {
  if (real.ports.length === 0) return []
  if (listeners.kind === 'unseen') return [unseenFinding('Where services listen', listeners.why)]
  return real.ports.flatMap((port) => {
    const there = listeners.value.filter((one) => one.port === port)
    if (there.length === 0) {
      const text = `Nothing listens on port ${port}: clients are refused.`
      return [finding('error', 'not-listening', text, { hint: 'start the service' })]
    }
    if (real.forward === 'nat') return onlyLoopback(port, there)
    return PROTOCOLS.flatMap((protocol) => {
      const those = there.filter((one) => one.protocol === protocol)
      return those.length === 0 ? [] : real.addresses.flatMap((address) => misses(address, port, those))
    })
  })
}

const on = (listeners: readonly Listener[]): string => listed(listeners.map(({ address }) => address))

function onlyLoopback(port: number, there: readonly Listener[]): readonly Finding[] {
  if (there.some(({ address }) => !address.startsWith('127.') && address !== '::1')) return []
  const text = `The service on port ${port} listens on ${on(there)} only: what the director sends is refused.`
  return [finding('error', 'not-listening', text, { hint: 'let it listen on all addresses' })]
}

/** A listener on `::` takes IPv4 as well, unless it asked not to, which cannot be seen. */
function misses(address: string, port: number, there: readonly Listener[]): readonly Finding[] {
  const all = familyOf(address) === 6 ? ['::'] : ['0.0.0.0', '::']
  if (there.some((one) => one.address === address || all.includes(one.address))) return []
  const text = `The service on port ${port} listens on ${on(there)} and not on ${address}: what the director sends is refused, although checks of the machine’s own address pass.`
  return [finding('error', 'not-listening', text, { hint: `let it listen on ${address} or on all addresses` })]
}
