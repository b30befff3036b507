/** The doctor of a director: one thing wrong with an otherwise sound network, and exactly that is found. */
import { seen, unseen } from '../../src/model/facts.ts'
import { changed, direct, judge, marked, nat, server, setup, six, sound, tunnel, type Vector, web } from './director.ts'
import { at, link, out, route, VIP, VIP6 } from './machine.ts'

const eth0 = (...addresses: string[]) => link('eth0', ['192.0.2.1/24', ...addresses])
const lo = link('lo', ['127.0.0.1/8'])
const eth1 = link('eth1', ['10.1.1.1/24'], { mtu: 9000 })

const vectors: readonly Vector[] = [
  { name: 'a sound director with NAT has nothing wrong', setup: nat, facts: sound, finds: [] },
  { name: 'a sound director with direct routing has nothing wrong', setup: direct, facts: sound, finds: [] },
  { name: 'a sound director with tunnels has nothing wrong', setup: tunnel, facts: sound, finds: [] },
  { name: 'a sound director with IPv6 has nothing wrong', setup: six, facts: sound, finds: [] },
  {
    name: 'direct routing needs no forwarding',
    setup: direct,
    facts: changed({ sysctls: { 'net/ipv4/ip_forward': 0 } }),
    finds: [],
  },
  {
    name: 'NAT without ip_forward',
    setup: nat,
    facts: changed({ sysctls: { 'net/ipv4/ip_forward': 0 } }),
    finds: [['error', 'ip-forward', /web: 10\.1\.1\.2:80/, 'sysctl -w net.ipv4.ip_forward=1']],
  },
  {
    name: 'NAT with forwarding off on the real servers’ side',
    setup: nat,
    facts: changed({ sysctls: { 'net/ipv4/conf/eth1/forwarding': 0 } }),
    finds: [['error', 'ip-forward', /off on eth1/, 'sysctl -w net.ipv4.conf.eth1.forwarding=1']],
  },
  {
    name: 'NAT of IPv6 without forwarding',
    setup: six,
    facts: changed({ sysctls: { 'net/ipv6/conf/all/forwarding': 0 } }),
    finds: [['error', 'ipv6-forward', /stop at this machine/, 'sysctl -w net.ipv6.conf.all.forwarding=1']],
  },
  {
    name: 'turning IPv6 forwarding on keeps a default route that came by router advertisement',
    setup: six,
    facts: changed({
      sysctls: { 'net/ipv6/conf/all/forwarding': 0 },
      routes: [route(), route({ family: 6, gateway: 'fe80::1', protocol: 'ra', metric: 1024 })],
    }),
    finds: [
      [
        'error',
        'ipv6-forward',
        /stop at/,
        'sysctl -w net.ipv6.conf.eth0.accept_ra=2',
        'sysctl -w net.ipv6.conf.all.forwarding=1',
      ],
    ],
  },
  {
    name: 'the virtual address is nowhere',
    setup: nat,
    facts: changed({ links: [lo, eth0(), eth1], ways: { [VIP]: out('eth0') } }),
    finds: [['error', 'virtual-address-absent', /192\.0\.2\.10 of web/, 'ip address add 192.0.2.10/32 dev eth0']],
  },
  {
    name: 'a local route is as good as an address',
    setup: nat,
    facts: changed({ links: [lo, eth0(), eth1], ways: { [VIP]: { kind: 'local' } } }),
    finds: [],
  },
  {
    name: 'the virtual address on an interface that is down',
    setup: nat,
    facts: changed({ links: [lo, { ...eth0(`${VIP}/32`), up: false }, eth1] }),
    finds: [['error', 'virtual-address-down', /eth0, which is down/, 'ip link set dev eth0 up']],
  },
  {
    name: 'a virtual address that another machine has as well',
    setup: six,
    facts: changed({ links: [lo, link('eth0', [at(`${VIP6}/128`, { duplicate: true })]), eth1] }),
    finds: [
      [
        'error',
        'virtual-address-duplicate',
        /another machine/,
        'ip address del 2001:db8::10/128 dev eth0',
        'ip address add 2001:db8::10/128 dev eth0',
      ],
    ],
  },
  {
    name: 'the virtual address hidden on lo, as on a real server',
    setup: nat,
    facts: changed({
      links: [link('lo', ['127.0.0.1/8', `${VIP}/32`]), eth0(), eth1],
      sysctls: { 'net/ipv4/conf/all/arp_ignore': 1 },
    }),
    finds: [
      [
        'warning',
        'virtual-address-silent',
        /no client finds the director/,
        'ip address del 192.0.2.10/32 dev lo',
        'ip address add 192.0.2.10/32 dev eth0',
      ],
    ],
  },
  {
    name: 'standing by, the virtual address is rightly elsewhere',
    setup: { ...nat, standby: true },
    facts: changed({ links: [lo, eth0(), eth1] }),
    finds: [],
  },
  {
    name: 'standing by and answering for the virtual address',
    setup: { ...nat, standby: true },
    facts: sound,
    finds: [['error', 'virtual-address-twice', /two machines answer/, 'ip address del 192.0.2.10/32 dev eth0']],
  },
  {
    name: 'a real server to which there is no route',
    setup: nat,
    facts: changed({ ways: { '10.1.1.2': { kind: 'none' } } }),
    finds: [['error', 'no-route', /no route to 10\.1\.1\.2/]],
  },
  {
    name: 'direct routing through a router',
    setup: direct,
    facts: changed({ ways: { '192.0.2.2': out('eth0', '192.0.2.254') } }),
    finds: [
      [
        'error',
        'direct-route-via-gateway',
        /router 192\.0\.2\.254/,
        'ip -4 route replace 192.0.2.2 dev eth0 scope link',
      ],
    ],
  },
  {
    name: 'NAT and tunnels may go through routers',
    setup: setup(web(server('10.1.1.2'), server('10.1.1.3', 'tunnel'))),
    facts: changed({ ways: { '10.1.1.2': out('eth1', '10.1.1.254'), '10.1.1.3': out('eth1', '10.1.1.254') } }),
    finds: [],
  },
  {
    name: 'a way that could not be looked up',
    setup: nat,
    facts: (({ ways, ...rest }) => ({ ...rest, ways: new Map([...ways, ['10.1.1.2', unseen('ip is not here')]]) }))(
      sound,
    ),
    finds: [['warning', 'unseen', /way to web: 10\.1\.1\.2:80 could not be judged: ip is not here/]],
  },
  {
    name: 'a sorry server on loopback by NAT',
    setup: setup(web({ ...server('127.0.0.1'), sorry: true })),
    facts: changed({ ways: { '127.0.0.1': { kind: 'local' } } }),
    finds: [['error', 'nat-to-loopback', /sorry server web: 127\.0\.0\.1:80/]],
  },
  { name: 'a local sorry server', setup: setup(web(server('127.0.0.1', 'local'))), facts: sound, finds: [] },
  {
    name: 'an IPv6 server in an IPv4 service without a tunnel',
    setup: setup(web(server('2001:db8:1::2', 'route'))),
    facts: sound,
    finds: [['error', 'mixed-family', /by tunnel only/]],
  },
  {
    name: 'direct routing to another port',
    setup: setup(web(server('192.0.2.2', 'route', 8080))),
    facts: sound,
    finds: [['error', 'port-kept', /another port than its virtual server \(80\)/]],
  },
  {
    name: 'NAT with clients and real servers in one network, and redirects on',
    setup: setup(web(server('192.0.2.2'))),
    facts: changed({ sysctls: { 'net/ipv4/conf/all/send_redirects': 1 } }),
    finds: [
      [
        'warning',
        'send-redirects',
        /shorter way/,
        'sysctl -w net.ipv4.conf.all.send_redirects=0',
        'sysctl -w net.ipv4.conf.eth0.send_redirects=0',
      ],
      ['note', 'one-network-nat', /clients in that network get their replies directly/],
    ],
  },
  {
    name: 'a tunnel that leaves less than 1500 bytes',
    setup: tunnel,
    facts: changed({ ways: { '10.1.1.2': out('eth1', null, 1500) } }),
    finds: [['note', 'tunnel-mtu', /carries 1500 bytes.*takes 20.*more than 1480/, 'ip link set dev eth1 mtu 1520']],
  },
  {
    name: 'a tunnel whose clients are not told of large packets',
    setup: tunnel,
    facts: changed({ sysctls: { 'net/ipv4/vs/pmtu_disc': 0 } }),
    finds: [['warning', 'pmtu-disc', /fragments/, 'sysctl -w net.ipv4.vs.pmtu_disc=1']],
  },
  {
    name: 'a strict reverse path filter where clients come in and the default route does not leave',
    setup: nat,
    facts: changed({ routes: [route({ device: 'eth1' })], sysctls: { 'net/ipv4/conf/all/rp_filter': 1 } }),
    finds: [['note', 'rp-filter', /strict\) on eth0.*leaves by eth1/, 'sysctl -w net.ipv4.conf.eth0.rp_filter=2']],
  },
  {
    name: 'a mark that no rule sets',
    setup: marked,
    facts: sound,
    finds: [['warning', 'mark-unset', /sets the mark 42, by which marked/]],
  },
  {
    name: 'a mark that a rule sets',
    setup: marked,
    facts: changed({ facts: { marks: seen(new Set([42])) } }),
    finds: [],
  },
  {
    name: 'marks that an ordinary user cannot see',
    setup: marked,
    facts: changed({ facts: { marks: unseen('nft: Operation not permitted') } }),
    finds: [['warning', 'unseen', /marks of marked could not be judged: nft/]],
  },
  {
    name: 'a sync daemon on an interface that is not there',
    setup: { ...nat, syncInterfaces: ['eth7'] },
    facts: sound,
    finds: [['error', 'sync-interface', /no interface eth7/]],
  },
  {
    name: 'a sync daemon on an interface that is down',
    setup: { ...nat, syncInterfaces: ['eth2'] },
    facts: changed({ links: [lo, eth0(`${VIP}/32`), eth1, link('eth2', [], { up: false })] }),
    finds: [['error', 'sync-interface', /eth2 is down/, 'ip link set dev eth2 up']],
  },
  {
    name: 'without the program ip it is said what was not seen',
    setup: nat,
    facts: changed({ facts: { links: unseen('the program ip is not here') } }),
    finds: [['warning', 'unseen', /virtual addresses are here could not be judged/]],
  },
]

judge(vectors)
