/** What takes the director's tunnel packets apart, lets them in, and keeps clients' requests small enough for it. */
import type { Facts, Link } from '../../model/facts.ts'
import type { Family } from '../../model/table.ts'
import { addressLasting } from '../addresses.ts'
import {
  alone,
  type Finding,
  familyOf,
  finding,
  greater,
  quotedWords,
  sysctl,
  toSet,
  unseenFinding,
} from '../finding.ts'
import { defaultRoutes } from '../routes.ts'
import { overhead } from '../tunnels.ts'
import { isTunnel, ofFamily, type RealServer } from './subject.ts'

interface Device {
  readonly name: string
  readonly module: string
  /** IPv4 in IPv6: ip6tnl0 takes it only once it is told to. */
  readonly mode?: 'any'
}

/** Every kernel has these once the module is loaded; they take whatever no other tunnel claims. */
const FALLBACK: Readonly<Record<string, Device>> = {
  'ipip 4 in 4': { name: 'tunl0', module: 'ipip' },
  'ipip 6 in 4': { name: 'sit0', module: 'sit' },
  'ipip 4 in 6': { name: 'ip6tnl0', module: 'ip6_tunnel', mode: 'any' },
  'ipip 6 in 6': { name: 'ip6tnl0', module: 'ip6_tunnel' },
  'gre 4': { name: 'gre0', module: 'ip_gre' },
  'gre 6': { name: 'ip6gre0', module: 'ip6_gre' },
}

/** The outer family is that of the real server's own address; without a director named, as the virtual address's. */
const outer = (address: string, { director }: RealServer): Family => familyOf(director ?? address)

function deviceFor(address: string, real: RealServer): Device {
  const around = outer(address, real)
  const key = real.tunnel === 'gre' ? `gre ${around}` : `ipip ${familyOf(address)} in ${around}`
  return FALLBACK[key] ?? { name: 'tunl0', module: 'ipip' }
}

export const tunnelDevice = (address: string, real: RealServer): string => deviceFor(address, real).name

export function realTunnelFindings(real: RealServer, facts: Facts): readonly Finding[] {
  if (real.forward !== 'tun') return []
  if (facts.links.kind === 'unseen') return [unseenFinding('The tunnel device', facts.links.why)]
  const devices = new Map(real.addresses.map((address) => [tunnelDevice(address, real), deviceFor(address, real)]))
  return [
    ...[...devices.values()].flatMap((device) => ends(device, facts)),
    ...(real.tunnel === 'gue' ? udpPort(real, facts) : []),
    ...filters(real, facts),
    ...segments(real, facts),
    ...probing(facts),
  ]
}

function ends({ name, module, mode }: Device, facts: Facts): readonly Finding[] {
  const links = facts.links.kind === 'seen' ? facts.links.value : []
  const same = links.filter((link) => isTunnel(link) && kindOf(name).includes(link.kind))
  const takesIt = ({ takes }: Link) => mode !== 'any' || takes !== 'ip6ip6'
  if (same.some((link) => link.up && takesIt(link))) return []
  const there = links.some((link) => link.name === name)
  const up = quotedWords('ip', 'link', 'set', 'dev', name, 'up')
  const ready = [...(mode === undefined ? [] : [`ip -6 tunnel change ${name} mode ${mode}`]), up]
  const isUp = same.some((link) => link.up)
  const text = isUp
    ? `The tunnel device ${name} takes IPv6 only: IPv4 packets from the director are dropped.`
    : there
      ? `The tunnel device ${name} is down: packets from the director are not unwrapped, and dropped.`
      : `There is no tunnel device ${name}: packets from the director are refused as of an unknown protocol.`
  const absent = facts.modules.get(module) === 'missing'
  return [
    finding('error', 'tunnel-device', text, {
      mend: there ? ready : [`modprobe ${module}`, ...ready],
      lasting: `"${module}" in /etc/modules-load.d/lvs.conf, and "auto ${name}" with "iface ${name} inet manual" and "up ${ready.join(' && ')}" in /etc/network/interfaces`,
      hint: absent ? `the kernel ${facts.release} has no module ${module}: install the kernel’s other modules` : '',
    }),
  ]
}

function kindOf(name: string): readonly string[] {
  if (name === 'tunl0') return ['ipip']
  if (name === 'sit0') return ['sit']
  if (name === 'ip6tnl0') return ['ip6tnl']
  return name === 'gre0' ? ['gre'] : ['ip6gre']
}

function udpPort({ port }: RealServer, { fouPorts }: Facts): readonly Finding[] {
  // Without the module there is no such port, and `ip fou` cannot ask.
  if (fouPorts.kind === 'seen' && fouPorts.value.includes(port)) return []
  const command = `ip fou add port ${port} gue`
  const text = `Nothing takes GUE packets apart on UDP port ${port}: what the director sends is refused.`
  return [
    finding('error', 'gue-port', text, {
      mend: ['modprobe fou', command],
      lasting: `"fou" in /etc/modules-load.d/lvs.conf, and "up ${command}" in /etc/network/interfaces`,
      hint: 'another port is named with --gue-port',
    }),
  ]
}

/**
 * What leaves a tunnel comes from clients, and the way to clients does not lead into the tunnel: the strict filter drops it.
 * On an interface without an IPv4 address the loose one does as well (fib_frontend.c, `no_addr`).
 */
function filters(real: RealServer, facts: Facts): readonly Finding[] {
  const links = facts.links.kind === 'seen' ? facts.links.value : []
  const addresses = ofFamily(real.addresses, 4)
  const [address] = addresses
  if (address === undefined) return []
  const kinds = addresses.flatMap((one) => kindOf(tunnelDevice(one, real)))
  return links
    .filter((link) => link.up && kinds.includes(link.kind))
    .flatMap(({ name, addresses: own }) => {
      const value = greater(facts, name, 'rp_filter')
      const bare = own.every(({ family }) => family === 6)
      if (value === null || value === 0 || (value === 2 && !bare)) return []
      const loose = toSet([`net/ipv4/conf/${name}/rp_filter`, 2])
      const add = quotedWords('ip', 'address', 'add', alone(address), 'dev', name)
      const why = bare
        ? `${name} has no IPv4 address and rp_filter ${value}, under which the kernel drops all that is unwrapped there`
        : `rp_filter is 1 (strict) on ${name}: unwrapped packets are dropped, since the way back to their clients is not the tunnel`
      return [
        finding('error', 'tunnel-rp-filter', `${why}.`, {
          // The greater of both counts, so 2 here outweighs a 1 for all.
          mend: [...(value === 1 ? (loose.mend ?? []) : []), ...(bare ? [add] : [])],
          lasting: [...(value === 1 ? [loose.lasting] : []), ...(bare ? [addressLasting(address, name)] : [])].join(
            '; ',
          ),
        }),
      ]
    })
}

/** TCP and IP headers. */
const HEADERS: Readonly<Record<Family, number>> = { 4: 40, 6: 60 }
const USUAL_MTU = 1500

/** Clients send segments as large as the server announces; the tunnel's header must fit beside them. */
function segments(real: RealServer, facts: Facts): readonly Finding[] {
  if (facts.links.kind === 'unseen' || facts.routes.kind === 'unseen') return []
  const links = facts.links.value
  return ([4, 6] as const).flatMap((family) => {
    const address = real.addresses.find((one) => familyOf(one) === family)
    const [route] = defaultRoutes(facts, family)
    const mtu = links.find(({ name }) => name === route?.device)?.mtu
    if (address === undefined || route === undefined || mtu === undefined) return []
    const extra = overhead({ type: real.tunnel, port: real.port, checksum: 'none' }, outer(address, real))
    const fits = USUAL_MTU - extra - HEADERS[family]
    if ((route.advmss ?? Math.min(mtu, USUAL_MTU) - HEADERS[family]) <= fits) return []
    const way = [
      'default',
      ...(route.gateway === null ? [] : ['via', route.gateway]),
      'dev',
      route.device ?? '',
      ...(route.metric > 0 ? ['metric', String(route.metric)] : []),
    ]
    const command = quotedWords('ip', `-${family}`, 'route', 'replace', ...way, 'advmss', String(fits))
    const text = `This machine lets clients send segments of ${route.advmss ?? Math.min(mtu, USUAL_MTU) - HEADERS[family]} bytes, and the director’s tunnel carries ${fits}: large requests hang where "fragmentation needed" does not reach the client.`
    return [
      finding('warning', 'tunnel-advmss', text, {
        mend: [command],
        lasting: `"up ${command}" in /etc/network/interfaces, or "TCPAdvertisedMaximumSegmentSize=${fits}" in the [Route] in /etc/systemd/network`,
        hint: 'or let every interface between the director and here carry larger packets',
      }),
    ]
  })
}

/** Routers that cannot carry an answer tell its source, the virtual address: that is the director. */
function probing(facts: Facts): readonly Finding[] {
  if (sysctl(facts, 'net/ipv4/tcp_mtu_probing') !== 0) return []
  const text =
    'net.ipv4.tcp_mtu_probing is 0: "fragmentation needed" for answers goes to the director, and if it gets lost there, large answers hang.'
  return [finding('note', 'tcp-mtu-probing', text, toSet(['net/ipv4/tcp_mtu_probing', 1]))]
}
