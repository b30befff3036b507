/** Machines for the doctor's vectors: a sound director and a sound real server, and how each differs from it in one thing. */
import type { Facts, Link, LinkAddress, Route, Way } from '../../src/model/facts.ts'
import { seen } from '../../src/model/facts.ts'

export const VIP = '192.0.2.10'
export const VIP6 = '2001:db8::10'
export const ROUTER = '192.0.2.254'

const conf = (device: string, values: Readonly<Record<string, number>>) =>
  Object.entries(values).map(([name, value]) => [`net/ipv4/conf/${device}/${name}`, String(value)] as const)

const QUIET = { forwarding: 1, rp_filter: 0, send_redirects: 0, arp_ignore: 0, arp_announce: 0 }

/** Every switch as the doctor wants it for a director with NAT. */
const SYSCTLS: readonly (readonly [string, string])[] = [
  ['net/ipv4/ip_forward', '1'],
  ['net/ipv4/tcp_mtu_probing', '1'],
  ['net/ipv4/ping_group_range', '1\t0'],
  ['net/netfilter/nf_conntrack_count', '10'],
  ['net/netfilter/nf_conntrack_max', '1000'],
  ['net/ipv6/conf/all/forwarding', '1'],
  ...['all', 'eth0', 'eth1', 'tunl0'].flatMap((device) => conf(device, QUIET)),
  ...Object.entries({
    expire_nodest_conn: 1,
    expire_quiescent_template: 1,
    conn_reuse_mode: 1,
    conntrack: 0,
    drop_entry: 0,
    drop_packet: 0,
    secure_tcp: 0,
    sloppy_tcp: 0,
    sloppy_sctp: 0,
    snat_reroute: 1,
    pmtu_disc: 1,
  }).map(([name, value]) => [`net/ipv4/vs/${name}`, String(value)] as const),
]

export function at(text: string, more: Partial<LinkAddress> = {}): LinkAddress {
  const [address = '', prefix] = text.split('/')
  const family = address.includes(':') ? 6 : 4
  return { family, address, prefix: Number(prefix), scope: 'global', deprecated: false, duplicate: false, ...more }
}

export const link = (name: string, addresses: readonly (string | LinkAddress)[], more: Partial<Link> = {}): Link => ({
  name,
  kind: '',
  takes: '',
  up: true,
  loopback: name === 'lo',
  arp: name !== 'lo',
  mtu: 1500,
  addresses: addresses.map((one) => (typeof one === 'string' ? at(one) : one)),
  ...more,
})

export const route = (more: Partial<Route> = {}): Route => ({
  family: 4,
  to: 'default',
  gateway: ROUTER,
  device: 'eth0',
  table: 'main',
  protocol: '',
  metric: 0,
  advmss: null,
  ...more,
})

export const out = (device: string, gateway: string | null = null, mtu: number | null = null): Way => ({
  kind: 'out',
  device,
  gateway,
  mtu,
})

export interface Change {
  readonly facts?: Partial<Facts>
  /** By path; `null` takes one away. */
  readonly sysctls?: Readonly<Record<string, number | string | null>>
  readonly ways?: Readonly<Record<string, Way>>
  readonly links?: readonly Link[]
  readonly routes?: readonly Route[]
}

/** Clients on eth0, real servers 10.1.1.0/24 on eth1; 192.0.2.0/24 on eth0 has real servers by direct routing. */
export const director = (change: Change = {}): Facts =>
  machine(
    {
      links: [
        link('lo', ['127.0.0.1/8', '::1/128']),
        link('eth0', ['192.0.2.1/24', `${VIP}/32`, `${VIP6}/128`]),
        link('eth1', ['10.1.1.1/24'], { mtu: 9000 }),
      ],
      routes: [route()],
      ways: { [VIP]: { kind: 'local' }, [VIP6]: { kind: 'local' } },
    },
    change,
  )

/** 10.1.1.2 by direct routing, with the virtual address on lo and its own router. */
export const realServer = (change: Change = {}): Facts =>
  machine(
    {
      links: [link('lo', ['127.0.0.1/8', '::1/128', `${VIP}/32`]), link('eth0', ['192.0.2.2/24'])],
      routes: [route()],
      ways: { [VIP]: { kind: 'local' }, '192.0.2.1': out('eth0') },
      sysctls: { 'net/ipv4/conf/all/arp_ignore': 1, 'net/ipv4/conf/all/arp_announce': 2 },
    },
    change,
  )

function machine(base: Change, { facts, sysctls, ways, links, routes }: Change): Facts {
  const values = new Map(SYSCTLS)
  for (const [path, value] of Object.entries({ ...base.sysctls, ...sysctls })) {
    if (value === null) values.delete(path)
    else values.set(path, String(value))
  }
  return {
    release: '6.1.0-18-amd64',
    uid: 0,
    capabilities: seen(new Set(['NET_ADMIN', 'NET_RAW'])),
    sysctls: values,
    links: seen(links ?? base.links ?? []),
    routes: seen(routes ?? base.routes ?? []),
    extraRules: seen(0),
    modules: new Map([
      ['ip_vs', 'loaded'],
      ['ip_vs_wlc', 'loadable'],
    ]),
    ways: new Map(Object.entries({ ...base.ways, ...ways }).map(([address, way]) => [address, seen(way)])),
    ipvs: { present: true, connections: seen(0), tableBits: seen(12) },
    arpFilter: seen(false),
    fouPorts: seen([]),
    listeners: seen([
      { protocol: 'tcp', address: '0.0.0.0', port: 80 },
      { protocol: 'tcp', address: '192.0.2.2', port: 81 },
      { protocol: 'tcp', address: '127.0.0.1', port: 82 },
    ]),
    marks: seen(new Set<number>()),
    ...facts,
  }
}
