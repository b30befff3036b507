/** The commands for director and real servers, as text; that they work is shown in peers/uml/init.test.ts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setupScript } from '../../../src/daemon/init/setup.ts'
import { setupOf } from '../../../src/doctor/setup.ts'
import type { Facts } from '../../../src/model/facts.ts'
import { machine } from './machine.ts'
import { modelled } from './modelled.ts'
import { addressesOffered, domainOf } from './offered.ts'

/** The headings and commands, without comments. */
const commands = (model: Parameters<typeof setupOf>[0], facts: Facts = machine({})): readonly string[] =>
  setupScript(setupOf(model), facts)
    .split('\n')
    .filter((line) => line !== '' && !/^#(?!#)/.test(line))

const vectors = [
  {
    name: 'NAT: the director forwards, and is the gateway by its own address on that network',
    model: modelled('nat', '192.0.2.10', ['10.1.1.2:8080', '10.1.1.3']),
    says: [
      '## On the director',
      'modprobe ip_vs',
      'sysctl -w net.ipv4.ip_forward=1',
      'ip address replace 192.0.2.10/32 dev eth0',
      '## On each of the real servers 10.1.1.2, 10.1.1.3',
      'ip -4 route replace default via 10.1.1.1',
    ],
  },
  {
    name: 'NAT on one network: no redirects',
    model: modelled('nat', '192.0.2.10', ['192.0.2.20']),
    says: [
      '## On the director',
      'modprobe ip_vs',
      'sysctl -w net.ipv4.ip_forward=1',
      'sysctl -w net.ipv4.conf.all.send_redirects=0',
      'sysctl -w net.ipv4.conf.eth0.send_redirects=0',
      'ip address replace 192.0.2.10/32 dev eth0',
      '## On the real server 192.0.2.20',
      'ip -4 route replace default via 192.0.2.1',
    ],
  },
  {
    name: 'direct routing: ARP is suppressed before the address is there',
    model: modelled('dr', '192.0.2.10', ['10.1.1.2']),
    says: [
      '## On the director',
      'modprobe ip_vs',
      'ip address replace 192.0.2.10/32 dev eth0',
      '## On the real server 10.1.1.2',
      'sysctl -w net.ipv4.conf.all.arp_ignore=1',
      'sysctl -w net.ipv4.conf.all.arp_announce=2',
      'ip address replace 192.0.2.10/32 dev lo',
    ],
  },
  {
    name: 'direct routing over IPv6: no ARP to suppress, and the address is never a source',
    model: modelled('dr', '2001:db8:1::10', ['2001:db8:2::2']),
    says: [
      '## On the director',
      'modprobe ip_vs',
      'ip address replace 2001:db8:1::10/128 dev eth0',
      '## On the real server 2001:db8:2::2',
      'ip address replace 2001:db8:1::10/128 dev lo preferred_lft 0 nodad',
    ],
  },
  {
    name: 'a tunnel: its end is up, has the address, and a filter that lets clients in',
    model: modelled('tun', '192.0.2.10', ['198.51.100.2']),
    says: [
      '## On the director',
      'modprobe ip_vs',
      'ip address replace 192.0.2.10/32 dev eth0',
      '## On the real server 198.51.100.2',
      'sysctl -w net.ipv4.conf.all.arp_ignore=1',
      'sysctl -w net.ipv4.conf.all.arp_announce=2',
      'modprobe ipip',
      'ip link set dev tunl0 up',
      'ip address replace 192.0.2.10/32 dev tunl0',
      'sysctl -w net.ipv4.conf.tunl0.rp_filter=2',
    ],
  },
  {
    name: 'GUE: a port where it is taken apart',
    model: modelled('tun', '192.0.2.10', ['198.51.100.2 tunnel gue tunnel_port 7777']),
    says: [
      '## On the director',
      'modprobe ip_vs',
      'ip address replace 192.0.2.10/32 dev eth0',
      '## On the real server 198.51.100.2',
      'sysctl -w net.ipv4.conf.all.arp_ignore=1',
      'sysctl -w net.ipv4.conf.all.arp_announce=2',
      'modprobe fou',
      'ip fou add port 7777 gue',
      'modprobe ipip',
      'ip link set dev tunl0 up',
      'ip address replace 192.0.2.10/32 dev tunl0',
      'sysctl -w net.ipv4.conf.tunl0.rp_filter=2',
    ],
  },
  {
    name: 'IPv4 in IPv6: the tunnel is told to take it',
    model: modelled('tun', '192.0.2.10', ['2001:db8:9::2']),
    says: [
      '## On the director',
      'modprobe ip_vs',
      'ip address replace 192.0.2.10/32 dev eth0',
      '## On the real server 2001:db8:9::2',
      'sysctl -w net.ipv4.conf.all.arp_ignore=1',
      'sysctl -w net.ipv4.conf.all.arp_announce=2',
      'modprobe ip6_tunnel',
      'ip -6 tunnel change ip6tnl0 mode any',
      'ip link set dev ip6tnl0 up',
      'ip address replace 192.0.2.10/32 dev ip6tnl0',
      'sysctl -w net.ipv4.conf.ip6tnl0.rp_filter=2',
    ],
  },
  {
    name: 'where nothing can be seen, the names to fill in are capital',
    model: modelled('nat', '192.0.2.10', ['10.1.1.2']),
    facts: machine({ blind: true, defaultRoute: false }),
    says: [
      '## On the director',
      'modprobe ip_vs',
      'sysctl -w net.ipv4.ip_forward=1',
      'ip address replace 192.0.2.10/32 dev DEVICE',
      '## On the real server 10.1.1.2',
      'ip -4 route replace default via DIRECTOR',
    ],
  },
  {
    name: 'an address that is here already is not added again, and a firewall mark has none',
    model: modelled('nat', '192.0.2.10', ['10.1.1.2'], 'fwmark 80'),
    facts: machine({ outside: ['192.0.2.10/32'] }),
    says: [
      '## On the director',
      'modprobe ip_vs',
      'sysctl -w net.ipv4.ip_forward=1',
      '## On the real server 10.1.1.2',
      'ip -4 route replace default via 10.1.1.1',
    ],
  },
]

for (const { name, model, facts, says } of vectors) test(name, () => assert.deepEqual(commands(model, facts), says))

test('what makes it lasting is told below, in the words of Debian’s files', () => {
  const text = setupScript(setupOf(modelled('dr', '192.0.2.10', ['10.1.1.2'])), machine({}))
  assert.match(
    text,
    /# {3}\/etc\/sysctl\.d\/60-lvs\.conf:\n# {5}net\.ipv4\.conf\.all\.arp_ignore = 1\n# {5}net\.ipv4\.conf\.all\.arp_announce = 2\n# {3}\/etc\/network\/interfaces:\n# {5}iface lo inet loopback\n# {9}up ip address replace 192\.0\.2\.10\/32 dev lo\n/,
  )
  assert.match(text, /# {3}upalert doctor --real --forward dr --vip 192\.0\.2\.10 --port 80\n/)
})

test('an address that stands alone on an interface is proposed first; loopback and links are not', () => {
  assert.deepEqual(addressesOffered(machine({ outside: ['192.0.2.10/32'] })), [
    '192.0.2.10 eth0',
    '192.0.2.1 eth0',
    '2001:db8:1::1 eth0',
    '10.1.1.1 eth1',
    '2001:db8:2::1 eth1',
  ])
})

for (const [mailname, host, domain] of [
  ['example.org\n', 'director.example.com', 'example.org'],
  ['', 'director.example.com', 'example.com'],
  ['not a name', 'director', 'director'],
  ['\u001b[2J', 'bad name', ''],
] as const)
  test(`mail of ${host} with ${JSON.stringify(mailname)} in /etc/mailname is of "${domain}"`, (t) => {
    assert.equal(domainOf(t, mailname, host), domain)
  })
