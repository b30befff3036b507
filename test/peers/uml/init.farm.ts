/**
 * The farm of farm.ts as plain machines: addresses of their own and a way to each other, and nothing of LVS. Every real
 * server's gateway is the router on its switch, which is wrong for those behind NAT.
 */
import { CLIENT, DIRECTOR, farmScript, real, VIRTUAL_ADDRESS, VIRTUAL_ADDRESS6 } from './farm.ts'

const REALS = 6

/** The virtual address of each virtual server, and the numbers of its real servers. */
export const VIRTUALS = {
  nat: { address: '192.168.1.120', reals: [1, 2] },
  dr: { address: '192.168.1.121', reals: [3, 4] },
  tun: { address: '192.168.1.122', reals: [5, 6] },
  nat6: { address: '2001:db8:1::120', reals: [1, 2] },
  dr6: { address: '2001:db8:1::121', reals: [3, 4] },
  tun6: { address: '2001:db8:1::122', reals: [5, 6] },
} as const
export type VirtualName = keyof typeof VIRTUALS

const REAL_LINES: Readonly<Record<VirtualName, (number: number) => string>> = {
  nat: (number) => `${real(number).address}:8080`,
  dr: (number) => real(number).address,
  tun: (number) => real(number).address,
  nat6: (number) => `[${real(number).address6}]:8080`,
  dr6: (number) => real(number).address6,
  tun6: (number) => real(number).address,
}

const NAMES: readonly VirtualName[] = ['nat', 'dr', 'tun', 'nat6', 'dr6', 'tun6']

export const ANSWERS = `mailto = none
database = none
${NAMES.map((name) => {
  const { address, reals } = VIRTUALS[name]
  return `
virtual = ${name}
address = ${address}
port = http
forward = ${name.replace('6', '')}
${reals.map((number) => `real = ${REAL_LINES[name](number)}`).join('\n')}
check = http /
scheduler = rr
`
}).join('')}`

export function plainScript(): string {
  const reals = Array.from({ length: REALS }, (_, i) => real(i + 1).name)
  return `${farmScript({ reals: REALS, answers: 'past-director' })}
ip -n ${DIRECTOR} addr del ${VIRTUAL_ADDRESS}/32 dev outside
ip -n ${DIRECTOR} addr del ${VIRTUAL_ADDRESS6}/128 dev outside
ip netns exec ${DIRECTOR} sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0
ip -n ${CLIENT} addr add 2001:db8:9::1/64 dev c1 nodad
ip -n switch addr add 2001:db8:9::fe/64 dev r0 nodad
ip -n switch addr add 2001:db8:2::fe/64 dev bridge nodad
ip -n switch route add 2001:db8:1::/64 via 2001:db8:9::1
ip netns exec switch sysctl -qw net.ipv6.conf.all.forwarding=1
${reals.map(plain).join('\n')}
`
}

function plain(name: string): string {
  return `ip -n ${name} addr del ${VIRTUAL_ADDRESS}/32 dev lo
ip -n ${name} -6 route replace default via 2001:db8:2::fe
ip netns exec ${name} sysctl -qw net.ipv4.conf.all.arp_ignore=0 net.ipv4.conf.all.arp_announce=0`
}
