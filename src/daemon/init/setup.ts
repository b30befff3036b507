/**
 * The commands that make plain machines a director and its real servers, for one configuration: what `upalert doctor` would
 * ask for one by one, told beforehand and in the right order. Debian 12: iproute2, procps, ifupdown.
 * Sources: LVS-HOWTO on LVS-NAT, LVS-DR and LVS-Tun; Linux Documentation/networking/ip-sysctl.
 */
import ipaddr from 'ipaddr.js'
import { outward } from '../../doctor/addresses.ts'
import { familyOf } from '../../doctor/finding.ts'
import { wayTo } from '../../doctor/nat.ts'
import { defaultRoutes } from '../../doctor/routes.ts'
import {
  allServers,
  loopback,
  type Setup,
  type SetupServer,
  type SetupService,
  virtualAddresses,
} from '../../doctor/setup.ts'
import type { Facts } from '../../model/facts.ts'
import { type Step, stepsText } from './setup-text.ts'
import { tunnelSteps } from './setup-tunnel.ts'

type Server = SetupServer & { readonly service: SetupService }

/** Real servers of one sort that a heading names. */
const NAMED = 12

/** A shell script with comments, for the director and for every sort of real server. */
export function setupScript(setup: Setup, facts: Facts): string {
  const servers = allServers(setup).filter(({ forward, id }) => forward !== 'local' && !loopback(id.address))
  const sections = [
    heading('On the director'),
    ...stepsText(directorSteps(setup, servers, facts)),
    ...realSections(servers, facts),
  ]
  return `${sections.join('\n').trimEnd()}\n`
}

const heading = (text: string): string => `## ${text}`

function directorSteps(setup: Setup, servers: readonly Server[], facts: Facts): readonly Step[] {
  const natted = servers.filter(({ forward }) => forward === 'masq')
  const uses = (family: 4 | 6) => natted.some(({ id }) => id.family === family)
  return [
    { kind: 'module', why: 'The balancer of the kernel.', module: 'ip_vs' },
    ...(uses(4)
      ? [
          {
            kind: 'sysctl',
            why: 'NAT: answers of the real servers pass through.',
            path: 'net/ipv4/ip_forward',
            value: 1,
          } as const,
        ]
      : []),
    ...(uses(6) ? forwarding6(facts) : []),
    ...oneWire(natted, facts),
    ...virtualAddresses(setup).flatMap(({ address }) => directorAddress(address, facts)),
  ]
}

/** A machine that forwards listens to routers' advertisements only if it is told to. */
function forwarding6(facts: Facts): readonly Step[] {
  const advertised = new Set(
    defaultRoutes(facts, 6).flatMap(({ protocol, device }) => (protocol === 'ra' && device !== null ? [device] : [])),
  )
  return [
    ...[...advertised].map(
      (device): Step => ({
        kind: 'sysctl',
        why: 'Its own default route comes from a router, and shall go on doing so.',
        path: `net/ipv6/conf/${device}/accept_ra`,
        value: 2,
      }),
    ),
    {
      kind: 'sysctl',
      why: 'NAT: answers of the real servers pass through.',
      path: 'net/ipv6/conf/all/forwarding',
      value: 1,
    },
  ]
}

/** Virtual address and real servers on one wire: nobody is to be told of a shorter way than through the director. */
function oneWire(natted: readonly Server[], facts: Facts): readonly Step[] {
  const devices = new Set<string>()
  for (const { id, service } of natted) {
    const way = wayTo(id.address, facts)
    if (id.family !== 4 || way?.kind !== 'out' || service.id.kind !== 'address') continue
    if (way.gateway === null && facing(service.id.address, facts) === way.device) devices.add(way.device)
  }
  const why = 'Clients and real servers may be on one wire: the director tells nobody of a shorter way.'
  return (devices.size === 0 ? [] : ['all', ...devices]).map((device) => ({
    kind: 'sysctl',
    why,
    path: `net/ipv4/conf/${device}/send_redirects`,
    value: 0,
  }))
}

const holder = (address: string, facts: Facts): string | null =>
  facts.links.kind === 'unseen'
    ? null
    : (facts.links.value.find(({ addresses }) => addresses.some((at) => at.address === address))?.name ?? null)

const facing = (address: string, facts: Facts): string | null => holder(address, facts) ?? outward(address, facts)

function directorAddress(address: string, facts: Facts): readonly Step[] {
  const on = holder(address, facts)
  if (on !== null) return [{ kind: 'remark', text: `${address} is on ${on} already.` }]
  const device = outward(address, facts)
  return [
    {
      kind: 'address',
      why:
        device === null
          ? 'The virtual address; DEVICE is the interface towards the clients.'
          : 'The virtual address. With two directors VRRP moves it, and this line is left out.',
      address,
      device: device ?? 'DEVICE',
      more: [],
    },
  ]
}

/** Real servers that need the same are told the same, once. */
function realSections(servers: readonly Server[], facts: Facts): readonly string[] {
  const machines = new Map<string, Server[]>()
  for (const server of servers) {
    const machine = machines.get(server.id.address) ?? []
    machine.push(server)
    machines.set(server.id.address, machine)
  }
  const sorts = new Map<string, { readonly addresses: string[]; readonly steps: readonly Step[] }>()
  for (const [address, roles] of machines) {
    const steps = realSteps(roles, facts)
    const key = JSON.stringify(steps)
    const sort = sorts.get(key) ?? { addresses: [], steps }
    sort.addresses.push(address)
    sorts.set(key, sort)
  }
  return [...sorts.values()].flatMap(({ addresses, steps }) => [
    '',
    heading(`On ${addresses.length === 1 ? 'the real server' : 'each of the real servers'} ${named(addresses)}`),
    ...stepsText(steps),
    ...doctorLine(machines.get(addresses[0] ?? '') ?? [], facts),
  ])
}

const WORDS: Readonly<Record<string, string>> = { masq: 'nat', route: 'dr', tunnel: 'tun' }

/** Who asks the doctor there is told what is still missing; one machine of two kinds would have to ask twice. */
function doctorLine(roles: readonly Server[], facts: Facts): readonly string[] {
  const [role] = roles
  if (role === undefined || roles.some(({ forward }) => forward !== role.forward)) return []
  const addresses = role.forward === 'masq' ? [] : virtualsOf(roles)
  const director = directorFor(role.id.address, new Set(virtualsOf(roles)), facts)
  const ports = [...new Set(roles.map(({ id }) => id.port))].filter((port) => port > 0).slice(0, NAMED)
  const { tunnel } = role
  const wrapping =
    tunnel === null || tunnel.type === 'ipip'
      ? []
      : [`--tunnel ${tunnel.type}${tunnel.type === 'gue' ? ` --gue-port ${tunnel.port}` : ''}`]
  // By the director's address the doctor knows what the packets are wrapped in.
  const mixed = role.forward === 'tunnel' && addresses.some((address) => familyOf(address) !== role.id.family)
  const words = [
    `--forward ${WORDS[role.forward]}`,
    ...(addresses.length === 0 ? [] : [`--vip ${addresses.join(' ')}`]),
    ...wrapping,
    ...(role.forward === 'masq' || mixed ? [`--director ${director ?? 'DIRECTOR'}`] : []),
    ...(ports.length === 0 ? [] : [`--port ${ports.join(' ')}`]),
  ]
  return ['# What it still lacks, asked there:', `#   upalert doctor --real ${words.join(' ')}`]
}

const named = (addresses: readonly string[]): string =>
  addresses.length <= NAMED
    ? addresses.join(', ')
    : `${addresses.slice(0, NAMED).join(', ')} and ${addresses.length - NAMED} more`

function realSteps(roles: readonly Server[], facts: Facts): readonly Step[] {
  const by = (forward: string) => roles.filter((role) => role.forward === forward)
  const [natted, routed, tunnelled] = [by('masq'), by('route'), by('tunnel')]
  return [
    ...(routed.length + tunnelled.length > 0 ? quiet([...routed, ...tunnelled]) : []),
    ...virtualsOf(routed).map((address) => ofLoopback(address)),
    ...tunnelSteps(tunnelled),
    ...gateways(natted, facts),
    ...(natted.length > 0 && routed.length + tunnelled.length > 0
      ? [
          {
            kind: 'remark',
            text: 'Take care: by NAT the gateway must be the director, and by direct routing or tunnel it must not; one machine cannot do both.',
          } as const,
        ]
      : []),
    ...(natted.length === 0 && routed.length + tunnelled.length > 0
      ? [{ kind: 'remark', text: 'The default gateway stays the router: answers go straight to the clients.' } as const]
      : []),
    ...(roles.some(({ service }) => service.id.kind === 'mark' && natted.length < roles.length)
      ? [
          {
            kind: 'remark',
            text: 'A firewall mark has no address: do the same for each address that the rule marks.',
          } as const,
        ]
      : []),
  ]
}

export const virtualsOf = (roles: readonly Server[]): readonly string[] => [
  ...new Set(roles.flatMap(({ service: { id } }) => (id.kind === 'address' ? [id.address] : []))),
]

/** Before the address is there: added first, it would be announced for a moment. IPv6 needs none of it. */
function quiet(roles: readonly Server[]): readonly Step[] {
  if (virtualsOf(roles).every((address) => familyOf(address) === 6)) return []
  return [
    {
      kind: 'sysctl',
      why: 'Only the director answers ARP for the virtual address; this comes before the address itself.',
      path: 'net/ipv4/conf/all/arp_ignore',
      value: 1,
    },
    {
      kind: 'sysctl',
      why: 'Nor does this machine ask for others in its name.',
      path: 'net/ipv4/conf/all/arp_announce',
      value: 2,
    },
  ]
}

/** A deprecated IPv6 address is never chosen as the source of what the machine itself sends. */
const ofLoopback = (address: string): Step => ({
  kind: 'address',
  why: 'The virtual address, alone and on lo.',
  address,
  device: 'lo',
  more: familyOf(address) === 6 ? ['preferred_lft', '0', 'nodad'] : [],
})

/** By NAT all answers go back through the director. */
function gateways(natted: readonly Server[], facts: Facts): readonly Step[] {
  const virtual = new Set(virtualsOf(natted))
  const found = new Map(natted.map(({ id }) => [id.family, directorFor(id.address, virtual, facts)]))
  return [...found].map(([family, director]) => ({
    kind: 'gateway',
    why:
      director === null
        ? "NAT: answers go back through the director; DIRECTOR is its address on this machine's network."
        : 'NAT: answers go back through the director. With two directors name the address that moves between them.',
    family,
    director: director ?? 'DIRECTOR',
  }))
}

/** The director's own address in the network of a real server. */
function directorFor(address: string, virtual: ReadonlySet<string>, facts: Facts): string | null {
  const way = wayTo(address, facts)
  if (way?.kind !== 'out' || way.gateway !== null || facts.links.kind === 'unseen') return null
  const link = facts.links.value.find(({ name }) => name === way.device)
  const at = link?.addresses.find(
    (one) => one.family === familyOf(address) && !virtual.has(one.address) && inside(address, one.address, one.prefix),
  )
  return at?.address ?? null
}

function inside(address: string, network: string, prefix: number): boolean {
  return ipaddr.parse(address).match(ipaddr.parseCIDR(`${network}/${prefix}`))
}
