/**
 * The farm of farm.ts with six real servers and a virtual address for every way of forwarding, so that one boot shows
 * them all. real1 and real2 answer through the director (NAT); the others answer past it, by the router on their switch.
 * The shell commands are those that docs/forwarding.md tells an operator to give on each kind of real server.
 */
import { CLIENT, DIRECTOR, farmScript, real } from './farm.ts'

/** The virtual address of each example in config/examples, by the file's name. */
export const EXAMPLES = {
  nat: '192.168.1.110',
  'nat-remap': '192.168.1.111',
  dr: '192.168.1.112',
  tun: '192.168.1.113',
  local: '192.168.1.116',
  nat6: '2001:db8:1::110',
  dr6: '2001:db8:1::112',
} as const

/** And of the tunnels that mon.cf has no word for. */
export const VIPS = { ...EXAMPLES, gue: '192.168.1.114', gre: '192.168.1.115' } as const

/** The port of GUE that the real servers unwrap. */
export const GUE_PORT = 6080

/** Kernel modules that tunnels need beside the usual ones. */
export const MODULES = ['ip_vs', 'ip_vs_rr', 'ip_vs_wlc', 'veth', 'bridge', 'ipip', 'fou', 'ip_gre']

const REALS = 6
/** Their second addresses, on the network of the operators. */
export const adminAddress = (number: number): string => `10.2.1.${number + 1}`

export function forwardingScript(): string {
  return `${farmScript({ reals: REALS })}
${router}
${onDirector}
${[1, 2].map(translated).join('\n')}
${[3, 4].map(direct).join('\n')}
${[5, 6].map(tunnelled).join('\n')}
`
}

/** What the real servers answer to clients goes over the switch's own router: 10.1.1.254 and 2001:db8:2::fe. */
const router = `
ip link add c1 netns ${CLIENT} type veth peer name r0 netns switch
ip -n ${CLIENT} addr add 192.168.2.1/24 dev c1
ip -n ${CLIENT} addr add 2001:db8:9::1/64 dev c1 nodad
ip -n ${CLIENT} link set c1 up
ip -n switch addr add 192.168.2.254/24 dev r0
ip -n switch addr add 2001:db8:9::fe/64 dev r0 nodad
ip -n switch link set r0 up
ip -n switch addr add 10.1.1.254/24 dev bridge
ip -n switch addr add 2001:db8:2::fe/64 dev bridge nodad
ip -n switch route add 192.168.1.0/24 via 192.168.2.1
ip -n switch -6 route add 2001:db8:1::/64 via 2001:db8:9::1
ip netns exec switch sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1`

const onDirector = `
${Object.values(VIPS)
  .slice(1)
  .filter((address) => address !== VIPS.nat6)
  .map((address) => `ip -n ${DIRECTOR} addr add ${single(address)} dev outside`)
  .join('\n')}
ip -n ${DIRECTOR} addr add 10.2.1.1/24 dev inside`

function translated(number: number): string {
  return `ip -n ${real(number).name} addr add ${adminAddress(number)}/24 dev eth0`
}

/** The switches are set before the address is there, or the first ARP request gets an answer. */
function direct(number: number): string {
  const { name } = real(number)
  return `${pastDirector(name)}
ip netns exec ${name} sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
ip -n ${name} addr add ${single(VIPS.dr)} dev lo
ip -n ${name} addr add ${single(VIPS.dr6)} dev lo`
}

function tunnelled(number: number): string {
  const { name, address } = real(number)
  return `${pastDirector(name)}
ip netns exec ${name} sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
ip netns exec ${name} sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.tunl0.rp_filter=0
ip -n ${name} link set tunl0 up
ip -n ${name} addr add ${single(VIPS.tun)} dev tunl0
ip -n ${name} addr add ${single(VIPS.gue)} dev tunl0
ip -n ${name} fou add port ${GUE_PORT} gue
ip -n ${name} link add gre1 type gre local ${address}
ip -n ${name} link set gre1 up
ip -n ${name} addr add ${single(VIPS.gre)} dev gre1`
}

function pastDirector(name: string): string {
  return `ip -n ${name} route replace default via 10.1.1.254
ip -n ${name} -6 route replace default via 2001:db8:2::fe`
}

function single(address: string): string {
  return address.includes(':') ? `${address}/128 nodad` : `${address}/32`
}
