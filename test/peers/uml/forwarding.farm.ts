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
${inside(CLIENT, ['addr add 192.168.2.1/24 dev c1', 'addr add 2001:db8:9::1/64 dev c1 nodad', 'link set c1 up'])}
${inside('switch', [
  'addr add 192.168.2.254/24 dev r0',
  'addr add 2001:db8:9::fe/64 dev r0 nodad',
  'link set r0 up',
  'addr add 10.1.1.254/24 dev bridge',
  'addr add 2001:db8:2::fe/64 dev bridge nodad',
  'route add 192.168.1.0/24 via 192.168.2.1',
  'route add 2001:db8:1::/64 via 2001:db8:9::1',
])}
ip netns exec switch sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1`

/** The first virtual address of each family is there already. */
const onDirector = inside(DIRECTOR, [
  ...Object.values(VIPS)
    .filter((address) => address !== VIPS.nat && address !== VIPS.nat6)
    .map((address) => `addr add ${single(address)} dev outside`),
  'addr add 10.2.1.1/24 dev inside',
])

function translated(number: number): string {
  return inside(real(number).name, [`addr add ${adminAddress(number)}/24 dev eth0`])
}

/** The switches are set before the address is there, or the first ARP request gets an answer. */
function direct(number: number): string {
  const { name } = real(number)
  return `${silent(name)}
${inside(name, [...PAST_DIRECTOR, `addr add ${single(VIPS.dr)} dev lo`, `addr add ${single(VIPS.dr6)} dev lo`])}`
}

function tunnelled(number: number): string {
  const { name, address } = real(number)
  return `${silent(name)} net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.tunl0.rp_filter=0
${inside(name, [
  ...PAST_DIRECTOR,
  'link set tunl0 up',
  `addr add ${single(VIPS.tun)} dev tunl0`,
  `addr add ${single(VIPS.gue)} dev tunl0`,
  `fou add port ${GUE_PORT} gue`,
  `link add gre1 type gre local ${address}`,
  'link set gre1 up',
  `addr add ${single(VIPS.gre)} dev gre1`,
])}`
}

const silent = (name: string): string =>
  `ip netns exec ${name} sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2`

const PAST_DIRECTOR = ['route replace default via 10.1.1.254', 'route replace default via 2001:db8:2::fe']

/** Many commands of `ip` in one process, which costs as much in the guest as a hundred commands. */
function inside(namespace: string, commands: readonly string[]): string {
  return `ip -n ${namespace} -batch - <<COMMANDS\n${commands.join('\n')}\nCOMMANDS`
}

function single(address: string): string {
  return address.includes(':') ? `${address}/128 nodad` : `${address}/32`
}
