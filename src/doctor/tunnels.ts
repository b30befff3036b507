/** Tunnels from the director: what is wrapped must still fit, or the client be told so. */
import type { Facts } from '../model/facts.ts'
import type { TableTunnel } from '../model/table.ts'
import { type Finding, finding, listed, quotedWords, sysctl, toSet } from './finding.ts'
import { wayTo } from './nat.ts'
import { allServers, type Setup } from './setup.ts'

/** Bytes that wrapping adds (ip_vs_xmit.c): the outer header, for gue UDP and GUE's own, for gre its own. */
export function overhead(tunnel: TableTunnel, outer: 4 | 6): number {
  const header = outer === 6 ? 40 : 20
  switch (tunnel.type) {
    case 'ipip':
      return header
    case 'gue':
      return header + 12 + (tunnel.checksum === 'remote' ? 8 : 0)
    case 'gre':
      return header + 4 + (tunnel.checksum === 'none' ? 0 : 4)
  }
}

/** What nearly every network on the way to a client carries. */
const USUAL_MTU = 1500

export function tunnelFindings(setup: Setup, facts: Facts): readonly Finding[] {
  const tight = new Map<string, { readonly texts: string[]; readonly mtu: number; extra: number }>()
  let tunnels = 0
  for (const { tunnel, id, text } of allServers(setup)) {
    if (tunnel === null) continue
    tunnels++
    const way = wayTo(id.address, facts)
    if (way?.kind !== 'out') continue
    const mtu = way.mtu ?? linkMtu(way.device, facts)
    const extra = overhead(tunnel, id.family)
    if (mtu === null || mtu - extra >= USUAL_MTU) continue
    const one = tight.get(way.device) ?? { texts: [], mtu, extra }
    one.texts.push(text)
    one.extra = Math.max(one.extra, extra)
    tight.set(way.device, one)
  }
  return [...(tunnels > 0 ? discovery(facts) : []), ...[...tight].map(([device, one]) => room(device, one))]
}

function linkMtu(device: string, facts: Facts): number | null {
  if (facts.links.kind === 'unseen') return null
  return facts.links.value.find(({ name }) => name === device)?.mtu ?? null
}

function discovery(facts: Facts): readonly Finding[] {
  if (sysctl(facts, 'net/ipv4/vs/pmtu_disc') !== 0) return []
  const text =
    'net.ipv4.vs.pmtu_disc is 0: clients are not told when a packet is too large for the tunnel, and it goes on in fragments.'
  return [finding('warning', 'pmtu-disc', text, toSet(['net/ipv4/vs/pmtu_disc', 1]))]
}

function room(
  device: string,
  { texts, mtu, extra }: { texts: readonly string[]; mtu: number; extra: number },
): Finding {
  const text = `${device} carries ${mtu} bytes, of which the tunnel to ${listed(texts)} takes ${extra}: requests of more than ${mtu - extra} bytes need the client to heed "fragmentation needed", which some firewalls swallow (uploads hang).`
  const command = quotedWords('ip', 'link', 'set', 'dev', device, 'mtu', String(USUAL_MTU + extra))
  return finding('note', 'tunnel-mtu', text, {
    mend: [command],
    lasting: `"mtu ${USUAL_MTU + extra}" below "iface ${device}" in /etc/network/interfaces, or "MTUBytes=${USUAL_MTU + extra}" in the file for ${device} in /etc/systemd/network`,
    hint: `only if every switch and real server on the way carries it; otherwise let the real servers announce smaller segments: "upalert doctor --real --forward tun" there prints the command`,
  })
}
