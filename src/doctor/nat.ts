/** What NAT needs of a director: replies of the real servers pass through it, and only because it forwards. */
import ipaddr from 'ipaddr.js'
import type { Facts, Link, Way } from '../model/facts.ts'
import type { Family } from '../model/table.ts'
import { holdersOf } from './addresses.ts'
import { type Finding, finding, listed, sysctl, toSet, unseenFinding } from './finding.ts'
import { defaultRoutes } from './routes.ts'
import { allServers, loopback, type Setup, type SetupServer, virtualAddresses } from './setup.ts'

export function natFindings(setup: Setup, facts: Facts): readonly Finding[] {
  const servers = allServers(setup).filter(
    ({ forward, id }) => forward === 'masq' && !loopback(id.address) && wayTo(id.address, facts)?.kind !== 'local',
  )
  return [
    ...forwarding(
      servers.filter(({ id }) => id.family === 4),
      facts,
    ),
    ...forwarding6(
      servers.filter(({ id }) => id.family === 6),
      facts,
    ),
    ...oneNetwork(setup, servers, facts),
  ]
}

export function wayTo(address: string, facts: Facts): Way | null {
  const way = facts.ways.get(address)
  return way?.kind === 'seen' ? way.value : null
}

const outDevices = (servers: readonly SetupServer[], facts: Facts): readonly string[] => [
  ...new Set(
    servers.flatMap(({ id }) => {
      const way = wayTo(id.address, facts)
      return way?.kind === 'out' ? [way.device] : []
    }),
  ),
]

function forwarding(servers: readonly SetupServer[], facts: Facts): readonly Finding[] {
  if (servers.length === 0) return []
  const whom = listed(servers.map(({ text }) => text))
  const value = sysctl(facts, 'net/ipv4/ip_forward')
  if (value === null) return [unseenFinding('Forwarding for NAT', 'net.ipv4.ip_forward cannot be read')]
  if (value === 0) {
    const text = `net.ipv4.ip_forward is 0: replies of real servers behind NAT (${whom}) stop at this machine.`
    return [finding('error', 'ip-forward', text, toSet(['net/ipv4/ip_forward', 1]))]
  }
  return outDevices(servers, facts).flatMap((device) => {
    if (sysctl(facts, `net/ipv4/conf/${device}/forwarding`) !== 0) return []
    const text = `Forwarding is off on ${device}, behind which real servers are reached by NAT: their replies stop at this machine.`
    return [finding('error', 'ip-forward', text, toSet([`net/ipv4/conf/${device}/forwarding`, 1]))]
  })
}

/** A router that forwards no longer listens to other routers' advertisements, unless accept_ra is 2. */
function forwarding6(servers: readonly SetupServer[], facts: Facts): readonly Finding[] {
  if (servers.length === 0) return []
  const whom = listed(servers.map(({ text }) => text))
  const value = sysctl(facts, 'net/ipv6/conf/all/forwarding')
  if (value === null)
    return [unseenFinding('Forwarding of IPv6 for NAT', 'net.ipv6.conf.all.forwarding cannot be read')]
  if (value !== 0) return []
  const advertised = defaultRoutes(facts, 6).flatMap(({ protocol, device }) =>
    protocol === 'ra' && device !== null ? [device] : [],
  )
  const keep = [...new Set(advertised)].map((device) => [`net/ipv6/conf/${device}/accept_ra`, 2] as const)
  const text = `net.ipv6.conf.all.forwarding is 0: replies of real servers behind NAT (${whom}) stop at this machine.`
  return [finding('error', 'ipv6-forward', text, toSet(...keep, ['net/ipv6/conf/all/forwarding', 1]))]
}

/** The virtual address and the real servers on one wire: LVS-HOWTO, "one network LVS-NAT". */
function oneNetwork(setup: Setup, servers: readonly SetupServer[], facts: Facts): readonly Finding[] {
  if (facts.links.kind === 'unseen') return []
  const links = facts.links.value
  const virtuals = virtualAddresses(setup)
  return outDevices(servers, facts).flatMap((device) => {
    const link = links.find(({ name }) => name === device)
    if (link === undefined || !virtuals.some(({ address }) => holdersOf(address, [link]).length > 0)) return []
    const there = servers.filter(({ id }) => sameWire(id.address, id.family, link))
    if (there.length === 0) return []
    return [...redirects(device, there, facts), ...bypassing(device, there)]
  })
}

const sameWire = (address: string, family: Family, link: Link): boolean =>
  link.addresses.some((at) => at.family === family && at.scope === 'global' && inside(address, at.address, at.prefix))

function inside(address: string, network: string, prefix: number): boolean {
  const one = ipaddr.parse(address)
  return one.kind() === ipaddr.parse(network).kind() && one.match(ipaddr.parseCIDR(`${network}/${prefix}`))
}

function redirects(device: string, servers: readonly SetupServer[], facts: Facts): readonly Finding[] {
  const paths = ['all', device].map((name) => `net/ipv4/conf/${name}/send_redirects`)
  // A redirect is sent if either says so.
  if (servers.every(({ id }) => id.family === 6) || paths.every((path) => sysctl(facts, path) !== 1)) return []
  const text = `send_redirects is on for ${device}, which has both the virtual address and the real servers behind NAT (${listed(servers.map(({ text }) => text))}): this machine tells them a shorter way to the clients, and replies on it are refused.`
  return [finding('warning', 'send-redirects', text, toSet(...paths.map((path) => [path, 0] as const)))]
}

function bypassing(device: string, servers: readonly SetupServer[]): readonly Finding[] {
  const text = `Real servers behind NAT (${listed(servers.map(({ text }) => text))}) are in the same network as the virtual address on ${device}: clients in that network get their replies directly, from an address that they never asked, and fail; clients from elsewhere are served.`
  const hint =
    'for clients in that network, delete the route to it on the real servers, so that all they send goes by the director: "ip route del NETWORK dev DEVICE"; or use direct routing'
  return [finding('note', 'one-network-nat', text, { hint })]
}
