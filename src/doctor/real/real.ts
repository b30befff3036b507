/**
 * The doctor of a real server. What it must be like differs with the way of forwarding: LVS-HOWTO, chapters on LVS-NAT,
 * LVS-DR and LVS-Tun. ARP comes before the address: added in the other order, the address is announced for a moment.
 */
import type { Facts } from '../../model/facts.ts'
import type { Finding } from '../finding.ts'
import { realAddressFindings } from './addresses.ts'
import { arpFindings } from './arp.ts'
import { listeningFindings } from './listening.ts'
import { type RealWords, understood } from './subject.ts'
import { realTunnelFindings } from './tunnel.ts'
import { wayFindings } from './ways.ts'

export function realFindings(words: RealWords, facts: Facts): readonly Finding[] {
  const { real, guesses } = understood(words, facts)
  return [
    ...guesses,
    ...(real.forward === 'nat' ? [] : arpFindings(real, facts)),
    ...realTunnelFindings(real, facts),
    ...realAddressFindings(real, facts),
    ...wayFindings(real, facts),
    ...listeningFindings(real, facts),
  ]
}
