/** A director with 192.0.2.1/24 on eth0 and 10.1.1.1/24 on eth1, and a default route. */
import { type Facts, type Link, type LinkAddress, seen, unseen, type Way } from '../../../src/model/facts.ts'

interface Changes {
  readonly defaultRoute?: boolean
  /** Further addresses on eth0. */
  readonly outside?: readonly string[]
  /** Nothing of the network can be seen. */
  readonly blind?: boolean
}

export function machine({ defaultRoute = true, outside = [], blind = false }: Changes): Facts {
  const links = [
    link('eth0', ['192.0.2.1/24', '2001:db8:1::1/64', ...outside]),
    link('eth1', ['10.1.1.1/24', '2001:db8:2::1/64']),
  ]
  return {
    release: '6.1.0-18-amd64',
    uid: 0,
    capabilities: seen(new Set(['NET_ADMIN', 'NET_RAW'])),
    sysctls: new Map(),
    links: blind ? unseen('the program ip cannot be started here') : seen(links),
    routes: seen(defaultRoute ? ([4, 6] as const).map((family) => ({ ...route, family })) : []),
    extraRules: seen(0),
    modules: new Map(),
    ways: blind ? new Map() : new WaysOf(),
    ipvs: { present: true, connections: seen(0), tableBits: seen(12) },
    arpFilter: seen(false),
    fouPorts: seen([]),
    listeners: seen([]),
    marks: seen(new Set()),
  }
}

const route = {
  to: 'default',
  gateway: '192.0.2.254',
  device: 'eth0',
  table: 'main',
  protocol: '',
  metric: 0,
  advmss: null,
}

/** Whoever asks for an address is told the way that such a machine would take. */
class WaysOf extends Map<string, ReturnType<typeof seen<Way>>> {
  override get(address: string) {
    if (address === '10.1.1.1') return seen<Way>({ kind: 'local' })
    const inside = address.startsWith('10.1.1.') || address.startsWith('2001:db8:2::')
    const outside = address.startsWith('192.0.2.') || address.startsWith('2001:db8:1::')
    const gateway = inside || outside ? null : '192.0.2.254'
    return seen<Way>({ kind: 'out', device: inside ? 'eth1' : 'eth0', gateway, mtu: null })
  }
}

function link(name: string, addresses: readonly string[]): Link {
  return {
    name,
    kind: '',
    takes: '',
    up: true,
    loopback: false,
    arp: true,
    mtu: 1500,
    addresses: addresses.map(addressOf),
  }
}

function addressOf(text: string): LinkAddress {
  const [address = '', prefix] = text.split('/')
  const family = address.includes(':') ? 6 : 4
  return { family, address, prefix: Number(prefix), scope: 'global', deprecated: false, duplicate: false }
}
