/**
 * A load balancer's network inside one guest, in network namespaces: a client, a director that owns the virtual address,
 * and real servers on a switch behind it. Made by shell commands, since the guest is slow at JavaScript.
 *
 *   client 192.168.1.1 --- 192.168.1.9, 192.168.1.110 director 10.1.1.1 --- switch --- real1 10.1.1.2, real2 10.1.1.3 …
 *
 * With NAT the director is the real servers' gateway. For direct routing they have the virtual address on their loopback,
 * do not answer ARP for it, and the switch routes their answers to the client past the director.
 */

export interface Farm {
  readonly reals: number
  /** Whether the real servers answer through the director (NAT) or past it (IPv4 only). NAT if nothing is said. */
  readonly answers?: 'through-director' | 'past-director'
}

export const CLIENT = 'client'
export const DIRECTOR = 'director'
export const VIRTUAL_ADDRESS = '192.168.1.110'
export const VIRTUAL_ADDRESS6 = '2001:db8:1::110'

/** The namespace and addresses of real server 1, 2, 3 … */
export function real(number: number): { readonly name: string; readonly address: string; readonly address6: string } {
  return { name: `real${number}`, address: `10.1.1.${number + 1}`, address6: `2001:db8:2::${number + 1}` }
}

/** The shell commands that build the network; put them at the head of a guest's script. */
export function farmScript(farm: Farm): string {
  const past = farm.answers === 'past-director'
  const reals = Array.from({ length: farm.reals }, (_, index) =>
    realScript(index + 1, past ? '10.1.1.254' : '10.1.1.1'),
  )
  const direct = Array.from({ length: farm.reals }, (_, index) => directScript(index + 1))
  return `
for name in ${CLIENT} ${DIRECTOR} switch; do ip netns add $name; ip -n $name link set lo up; done
ip link add c0 netns ${CLIENT} type veth peer name outside netns ${DIRECTOR}
ip link add inside netns ${DIRECTOR} type veth peer name p0 netns switch
ip -n switch link add bridge type bridge
ip -n switch link set p0 master bridge
ip -n switch link set p0 up
ip -n switch link set bridge up
${addresses(DIRECTOR, 'outside', '192.168.1.9/24', '2001:db8:1::9/64')}
${addresses(DIRECTOR, 'outside', `${VIRTUAL_ADDRESS}/32`, `${VIRTUAL_ADDRESS6}/128`)}
${addresses(DIRECTOR, 'inside', '10.1.1.1/24', '2001:db8:2::1/64')}
${addresses(CLIENT, 'c0', '192.168.1.1/24', '2001:db8:1::1/64')}
ip -n ${CLIENT} route add default via 192.168.1.9
ip -n ${CLIENT} -6 route add default via 2001:db8:1::9
ip netns exec ${DIRECTOR} sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ip netns exec ${DIRECTOR} sysctl -qw net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.inside.send_redirects=0
${reals.join('\n')}
${past ? `${PAST_DIRECTOR}${direct.join('\n')}` : ''}
`
}

/** The switch is a router for what goes back to the client. */
const PAST_DIRECTOR = `
ip link add c1 netns ${CLIENT} type veth peer name r0 netns switch
ip -n ${CLIENT} addr add 192.168.2.1/24 dev c1
ip -n ${CLIENT} link set c1 up
ip -n switch addr add 192.168.2.254/24 dev r0
ip -n switch link set r0 up
ip -n switch addr add 10.1.1.254/24 dev bridge
ip -n switch route add 192.168.1.0/24 via 192.168.2.1
ip netns exec switch sysctl -qw net.ipv4.ip_forward=1
`

/** LVS-HOWTO, "the ARP problem": the switches are set before the address is there. */
function directScript(number: number): string {
  const { name } = real(number)
  return `
ip netns exec ${name} sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
ip -n ${name} addr add ${VIRTUAL_ADDRESS}/32 dev lo`
}

function realScript(number: number, gateway: string): string {
  const { name, address, address6 } = real(number)
  return `
ip netns add ${name}
ip -n ${name} link set lo up
ip link add eth0 netns ${name} type veth peer name p${number} netns switch
ip -n switch link set p${number} master bridge
ip -n switch link set p${number} up
${addresses(name, 'eth0', `${address}/24`, `${address6}/64`)}
ip -n ${name} route add default via ${gateway}
ip -n ${name} -6 route add default via 2001:db8:2::1`
}

function addresses(namespace: string, device: string, address: string, address6: string): string {
  return `ip -n ${namespace} addr add ${address} dev ${device}
ip -n ${namespace} addr add ${address6} dev ${device} nodad
ip -n ${namespace} link set ${device} up`
}
