/** The doctor of a real server: one thing wrong with an otherwise sound machine, and exactly that is found. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Severity } from '../../src/doctor/finding.ts'
import { realFindings } from '../../src/doctor/real/real.ts'
import type { RealWords } from '../../src/doctor/real/subject.ts'
import { type Facts, seen, unseen } from '../../src/model/facts.ts'
import { at, link, out, realServer, route, VIP, VIP6 } from './machine.ts'

const dr: RealWords = {
  addresses: [VIP],
  forward: 'dr',
  director: '192.0.2.1',
  tunnel: 'ipip',
  port: 6080,
  ports: [],
}
const tun: RealWords = { ...dr, forward: 'tun' }
const nat: RealWords = { ...dr, forward: 'nat' }

const lo = (...addresses: Parameters<typeof link>[1]) => link('lo', ['127.0.0.1/8', ...addresses])
const eth0 = (...addresses: string[]) => link('eth0', ['192.0.2.2/24', ...addresses])
const tunl0 = (...addresses: string[]) =>
  link('tunl0', addresses, { kind: 'ipip', takes: 'any', arp: false, mtu: 1480 })
const ip6tnl0 = (takes: string) => link('ip6tnl0', [], { kind: 'ip6tnl', takes, arp: false, mtu: 1452 })
const small = [route({ advmss: 1440 })]
const tunnelled = (change: Parameters<typeof realServer>[0] = {}) =>
  realServer({ links: [lo(), eth0(), tunl0(`${VIP}/32`)], routes: small, ...change })
const behindNat = (change: Parameters<typeof realServer>[0] = {}) =>
  realServer({ links: [lo(), eth0()], routes: [route({ gateway: '192.0.2.1' })], ...change })

interface Vector {
  readonly name: string
  readonly words: RealWords
  readonly facts: Facts
  readonly finds: readonly (readonly [Severity, string, RegExp, ...string[]])[]
}

const ignore = (device: string) => ['all', device].map((name) => `sysctl -w net.ipv4.conf.${name}.arp_ignore=1`)
const announce = (device: string) => ['all', device].map((name) => `sysctl -w net.ipv4.conf.${name}.arp_announce=2`)
const arp = (arpIgnore: number, arpAnnounce: number) => ({
  sysctls: { 'net/ipv4/conf/all/arp_ignore': arpIgnore, 'net/ipv4/conf/all/arp_announce': arpAnnounce },
})

const vectors: readonly Vector[] = [
  {
    name: 'a sound real server by direct routing has nothing wrong',
    words: { ...dr, ports: [80] },
    facts: realServer(),
    finds: [],
  },
  { name: 'a sound real server by tunnel has nothing wrong', words: tun, facts: tunnelled(), finds: [] },
  { name: 'a sound real server by NAT has nothing wrong', words: nat, facts: behindNat(), finds: [] },
  {
    name: 'the virtual address is missing',
    words: dr,
    facts: realServer({ links: [lo(), eth0()] }),
    finds: [['error', 'real-vip-absent', /on no interface/, 'ip address add 192.0.2.10/32 dev lo']],
  },
  {
    name: 'the virtual address is missing by tunnel',
    words: tun,
    facts: tunnelled({ links: [lo(), eth0(), tunl0()] }),
    finds: [['error', 'real-vip-absent', /on no interface/, 'ip address add 192.0.2.10/32 dev tunl0']],
  },
  {
    name: 'ARP is answered and sent for the virtual address',
    words: dr,
    facts: realServer(arp(0, 0)),
    finds: [
      ['error', 'arp-ignore', /answers ARP for 192\.0\.2\.10 on eth0/, ...ignore('eth0')],
      ['error', 'arp-announce', /in the name of 192\.0\.2\.10 on eth0/, ...announce('eth0')],
    ],
  },
  {
    name: 'arp_announce 1 is not enough, since the virtual address is in the same network',
    words: dr,
    facts: realServer(arp(1, 1)),
    finds: [['error', 'arp-announce', /arp_announce 1/, ...announce('eth0')]],
  },
  {
    name: 'the interface’s own switches are as good as those for all',
    words: dr,
    facts: realServer({
      sysctls: {
        ...arp(0, 0).sysctls,
        'net/ipv4/conf/eth0/arp_ignore': 1,
        'net/ipv4/conf/eth0/arp_announce': 2,
      },
    }),
    finds: [],
  },
  { name: 'arp_ignore 8 answers for nothing', words: dr, facts: realServer(arp(8, 2)), finds: [] },
  {
    name: 'arp_ignore 3 answers for addresses that are not of scope host',
    words: dr,
    facts: realServer(arp(3, 2)),
    finds: [['error', 'arp-ignore', /arp_ignore 3/, ...ignore('eth0')]],
  },
  {
    name: 'arp_ignore 3 with the virtual address in scope host',
    words: dr,
    facts: realServer({ ...arp(3, 2), links: [lo(at(`${VIP}/32`, { scope: 'host' })), eth0()] }),
    finds: [],
  },
  {
    name: 'arp_ignore 4 means nothing to the kernel',
    words: dr,
    facts: realServer(arp(4, 2)),
    finds: [['error', 'arp-ignore', /arp_ignore 4/, ...ignore('eth0')]],
  },
  {
    name: 'with rules of arptables the doctor does not judge',
    words: dr,
    facts: realServer({ ...arp(0, 2), facts: { arpFilter: seen(true) } }),
    finds: [['note', 'arp-ignore', /unless the ARP filter rules/, ...ignore('eth0')]],
  },
  {
    name: 'a tunnelled server on another network is asked by nobody',
    words: { ...tun, addresses: ['198.51.100.10'] },
    facts: tunnelled({ ...arp(0, 0), links: [lo(), eth0(), tunl0('198.51.100.10/32')] }),
    finds: [],
  },
  {
    name: 'the virtual address on the wire itself',
    words: dr,
    facts: realServer({ links: [lo(), eth0(`${VIP}/32`)] }),
    finds: [
      [
        'error',
        'real-vip-on-wire',
        /answers for it on the wire/,
        'ip address del 192.0.2.10/32 dev eth0',
        'ip address add 192.0.2.10/32 dev lo',
      ],
    ],
  },
  {
    name: 'the virtual address on lo with its whole network',
    words: dr,
    facts: realServer({ links: [lo(`${VIP}/24`), eth0()] }),
    finds: [
      [
        'error',
        'real-vip-network',
        /every address of it for its own/,
        'ip address del 192.0.2.10/24 dev lo',
        'ip address add 192.0.2.10/32 dev lo',
      ],
    ],
  },
  {
    name: 'the virtual address on a dummy that is down',
    words: dr,
    facts: realServer({
      links: [lo(), eth0(), link('dummy0', [`${VIP}/32`], { kind: 'dummy', up: false, arp: false })],
    }),
    finds: [['error', 'real-vip-down', /dummy0, which is down/, 'ip link set dev dummy0 up']],
  },
  {
    name: 'an IPv6 virtual address that may be chosen as a source',
    words: { ...dr, addresses: [VIP6], director: null },
    facts: realServer({ links: [lo(`${VIP6}/128`), eth0()], ...arp(0, 0) }),
    finds: [['warning', 'real-vip-preferred', /source/, 'ip address change 2001:db8::10/128 dev lo preferred_lft 0']],
  },
  {
    name: 'IPv6 on lo needs nothing of ARP',
    words: { ...dr, addresses: [VIP6], director: null },
    facts: realServer({ links: [lo(at(`${VIP6}/128`, { deprecated: true })), eth0()], ...arp(0, 0) }),
    finds: [],
  },
  {
    name: 'an IPv6 virtual address on the wire is moved to lo as one that is never a source',
    words: { ...dr, addresses: [VIP6], director: null },
    facts: realServer({ links: [lo(), eth0(`${VIP6}/64`)] }),
    finds: [
      [
        'error',
        'real-vip-on-wire',
        /past the director/,
        'ip address del 2001:db8::10/64 dev eth0',
        'ip address add 2001:db8::10/128 dev lo preferred_lft 0 nodad',
      ],
    ],
  },
  {
    name: 'no tunnel device',
    words: tun,
    facts: tunnelled({ links: [lo(`${VIP}/32`), eth0()] }),
    finds: [['error', 'tunnel-device', /no tunnel device tunl0/, 'modprobe ipip', 'ip link set dev tunl0 up']],
  },
  {
    name: 'the tunnel device is down',
    words: tun,
    facts: tunnelled({ links: [lo(`${VIP}/32`), eth0(), { ...tunl0(), up: false }] }),
    finds: [['error', 'tunnel-device', /tunl0 is down/, 'ip link set dev tunl0 up']],
  },
  {
    name: 'a strict reverse path filter on the tunnel, by way of all',
    words: tun,
    facts: tunnelled({ sysctls: { 'net/ipv4/conf/all/rp_filter': 1 } }),
    finds: [['error', 'tunnel-rp-filter', /strict\) on tunl0/, 'sysctl -w net.ipv4.conf.tunl0.rp_filter=2']],
  },
  {
    name: 'even a loose reverse path filter drops what leaves a tunnel device without an address',
    words: tun,
    facts: tunnelled({
      links: [lo(`${VIP}/32`), eth0(), tunl0()],
      sysctls: { 'net/ipv4/conf/all/rp_filter': 2 },
    }),
    finds: [['error', 'tunnel-rp-filter', /no IPv4 address and rp_filter 2/, 'ip address add 192.0.2.10/32 dev tunl0']],
  },
  {
    name: 'without a reverse path filter the tunnel device needs no address',
    words: tun,
    facts: tunnelled({ links: [lo(`${VIP}/32`), eth0(), tunl0()] }),
    finds: [],
  },
  {
    name: 'a loose one on the tunnel outweighs a strict one for all',
    words: tun,
    facts: tunnelled({ sysctls: { 'net/ipv4/conf/all/rp_filter': 1, 'net/ipv4/conf/tunl0/rp_filter': 2 } }),
    finds: [],
  },
  {
    name: 'segments too large for the tunnel',
    words: tun,
    facts: tunnelled({ routes: [route({ metric: 100 })] }),
    finds: [
      [
        'warning',
        'tunnel-advmss',
        /1460 bytes.*carries 1440/,
        'ip -4 route replace default via 192.0.2.254 dev eth0 metric 100 advmss 1440',
      ],
    ],
  },
  {
    name: 'no probing of path MTU is noted',
    words: tun,
    facts: tunnelled({ sysctls: { 'net/ipv4/tcp_mtu_probing': 0 } }),
    finds: [['note', 'tcp-mtu-probing', /large answers hang/, 'sysctl -w net.ipv4.tcp_mtu_probing=1']],
  },
  {
    name: 'GUE without anybody on its port',
    words: { ...tun, tunnel: 'gue' },
    facts: tunnelled({ routes: [route({ advmss: 1400 })] }),
    finds: [['error', 'gue-port', /UDP port 6080/, 'modprobe fou', 'ip fou add port 6080 gue']],
  },
  {
    name: 'GUE with its port',
    words: { ...tun, tunnel: 'gue' },
    facts: tunnelled({ routes: [route({ advmss: 1400 })], facts: { fouPorts: seen([6080]) } }),
    finds: [],
  },
  {
    name: 'IPv4 in IPv6 needs a tunnel device that is told so',
    words: { ...tun, director: '2001:db8::1' },
    facts: tunnelled({ links: [lo(`${VIP}/32`), eth0(), ip6tnl0('ip6ip6')], routes: [route({ advmss: 1400 })] }),
    finds: [
      [
        'error',
        'tunnel-device',
        /takes IPv6 only/,
        'ip -6 tunnel change ip6tnl0 mode any',
        'ip link set dev ip6tnl0 up',
      ],
    ],
  },
  {
    name: 'by NAT the default gateway is somebody else',
    words: nat,
    facts: behindNat({ routes: [route()] }),
    finds: [['error', 'gateway', /gateway is 192\.0\.2\.254/, 'ip -4 route replace default via 192.0.2.1']],
  },
  {
    name: 'by NAT there is no default gateway',
    words: nat,
    facts: behindNat({ routes: [] }),
    finds: [['error', 'gateway', /no default gateway/, 'ip -4 route replace default via 192.0.2.1']],
  },
  {
    name: 'by NAT one of two next hops is somebody else',
    words: nat,
    facts: behindNat({ routes: [route({ gateway: '192.0.2.1' }), route()] }),
    finds: [['error', 'gateway', /192\.0\.2\.1 and 192\.0\.2\.254/, 'ip -4 route replace default via 192.0.2.1']],
  },
  {
    name: 'a director that is no neighbour can be no gateway',
    words: { ...nat, director: '198.51.100.1' },
    facts: behindNat({ ways: { '198.51.100.1': out('eth0', '192.0.2.1') } }),
    finds: [['error', 'gateway', /must be the director \(198\.51\.100\.1\)/]],
  },
  {
    name: 'by NAT nothing can be said without the director’s address',
    words: { ...nat, director: null },
    facts: behindNat(),
    finds: [['warning', 'unseen', /say --director/]],
  },
  {
    name: 'by NAT the virtual address must be absent',
    words: nat,
    facts: behindNat({ links: [lo(`${VIP}/32`), eth0()] }),
    finds: [['error', 'real-vip-present', /must not have it/, 'ip address del 192.0.2.10/32 dev lo']],
  },
  {
    name: 'by direct routing the default gateway must not be the director',
    words: dr,
    facts: realServer({ routes: [route({ gateway: '192.0.2.1' })] }),
    finds: [['error', 'gateway-director', /drops packets that come from it/]],
  },
  {
    name: 'a strict reverse path filter where the director hands packets in and answers do not leave',
    words: dr,
    facts: realServer({ routes: [route({ device: 'eth1' })], sysctls: { 'net/ipv4/conf/eth0/rp_filter': 1 } }),
    finds: [['error', 'rp-filter', /strict\) on eth0.*leave by eth1/, 'sysctl -w net.ipv4.conf.eth0.rp_filter=2']],
  },
  {
    name: 'a service that listens on the machine’s own address alone passes checks and serves nobody',
    words: { ...dr, ports: [81] },
    facts: realServer(),
    finds: [['error', 'not-listening', /listens on 192\.0\.2\.2 and not on 192\.0\.2\.10.*checks .* pass/]],
  },
  { name: 'by NAT that is where packets arrive', words: { ...nat, ports: [81] }, facts: behindNat(), finds: [] },
  {
    name: 'by NAT a service on loopback serves nobody',
    words: { ...nat, ports: [82] },
    facts: behindNat(),
    finds: [['error', 'not-listening', /listens on 127\.0\.0\.1 only/]],
  },
  {
    name: 'no service at all',
    words: { ...dr, ports: [83] },
    facts: realServer(),
    finds: [['error', 'not-listening', /Nothing listens on port 83/]],
  },
  {
    name: 'what nobody said is found on the machine, and told',
    words: { ...dr, addresses: [], forward: null },
    facts: realServer(),
    finds: [
      ['note', 'guessed-forward', /by direct routing/],
      ['note', 'guessed-vip', /192\.0\.2\.10, found on lo/],
    ],
  },
  {
    name: 'an address on a tunnel device speaks for a tunnel',
    words: { ...tun, addresses: [], forward: null },
    facts: tunnelled(),
    finds: [
      ['note', 'guessed-forward', /by tunnel/],
      ['note', 'guessed-vip', /found on tunl0/],
    ],
  },
  {
    name: 'no virtual address said and none found',
    words: { ...dr, addresses: [] },
    facts: realServer({ links: [lo(), eth0()] }),
    finds: [['error', 'no-vip', /every packet/]],
  },
  {
    name: 'without the program ip nobody claims that the virtual address is missing',
    words: { ...dr, addresses: [], director: null },
    facts: realServer({ facts: { links: unseen('ip is not here') } }),
    finds: [['warning', 'unseen', /ip is not here; say --vip/]],
  },
  {
    name: 'without the program ip nothing is guessed',
    words: dr,
    facts: realServer({ facts: { links: unseen('ip is not here'), routes: unseen('ip is not here') } }),
    finds: [
      ['warning', 'unseen', /virtual address is could not be judged/],
      ['warning', 'unseen', /default gateway could not be judged/],
    ],
  },
]

for (const { name, words, facts, finds } of vectors) {
  test(name, () => {
    const findings = realFindings(words, facts)
    assert.deepEqual(
      findings.map(({ severity, code, mend }) => [severity, code, ...mend]),
      finds.map(([severity, code, , ...mend]) => [severity, code, ...mend]),
      findings.map(({ text }) => text).join('\n'),
    )
    for (const [i, [, , text]] of finds.entries()) assert.match(findings[i]?.text ?? '', text)
  })
}
