/** Whether a director has the addresses that clients send to, and answers for them. */
import type { Facts, Link, LinkAddress } from '../model/facts.ts'
import { alone, type Finding, finding, greater, listed, quotedWords, toSet, unseenFinding } from './finding.ts'
import { defaultRoutes } from './routes.ts'
import { type Setup, type VirtualAddress, virtualAddresses } from './setup.ts'

export function addressFindings(setup: Setup, facts: Facts): readonly Finding[] {
  const addresses = virtualAddresses(setup)
  if (addresses.length === 0) return []
  if (facts.links.kind === 'unseen') return [unseenFinding('Whether the virtual addresses are here', facts.links.why)]
  const links = facts.links.value
  return addresses.flatMap((virtual) => {
    const holders = holdersOf(virtual.address, links)
    if (setup.standby) return holders.flatMap((holder) => notStandingBy(virtual, holder))
    return holders.length === 0 ? absent(virtual, facts) : present(virtual, holders, facts)
  })
}

export interface Holder {
  readonly link: Link
  readonly at: LinkAddress
}

export const holdersOf = (address: string, links: readonly Link[]): readonly Holder[] =>
  links.flatMap((link) => link.addresses.filter((at) => at.address === address).map((at) => ({ link, at })))

function absent({ address, names }: VirtualAddress, facts: Facts): readonly Finding[] {
  const way = facts.ways.get(address)
  // A local route takes packets for a whole network of addresses that no interface has.
  if (way?.kind === 'seen' && way.value.kind === 'local') return []
  const device = outward(address, facts) ?? 'DEVICE'
  const command = quotedWords('ip', 'address', 'add', alone(address), 'dev', device)
  const text = `${address} of ${listed(names)} is on no interface of this machine, so no client’s packet reaches IPVS.`
  return [
    finding('error', 'virtual-address-absent', text, {
      mend: [command],
      lasting: addressLasting(address, device),
      hint: 'with two directors VRRP moves the address, and the one that stands by is asked with --standby',
    }),
  ]
}

function present({ address, names }: VirtualAddress, holders: readonly Holder[], facts: Facts): readonly Finding[] {
  const whose = `${address} of ${listed(names)}`
  const found: Finding[] = []
  const up = holders.filter(({ link }) => link.up)
  for (const { link } of up.length > 0 ? [] : holders) {
    const text = `${whose} is on ${link.name}, which is down, so no client’s packet comes in by it.`
    found.push(
      finding('error', 'virtual-address-down', text, {
        mend: [quotedWords('ip', 'link', 'set', 'dev', link.name, 'up')],
      }),
    )
  }
  for (const { link, at } of holders) {
    if (!at.duplicate) continue
    const text = `${whose} on ${link.name} is not in use here: another machine on that link has it.`
    const prefixed = `${address}/${at.prefix}`
    found.push(
      finding('error', 'virtual-address-duplicate', text, {
        mend: [
          quotedWords('ip', 'address', 'del', prefixed, 'dev', link.name),
          quotedWords('ip', 'address', 'add', prefixed, 'dev', link.name),
        ],
        hint: 'take it from the other machine first',
      }),
    )
  }
  return [...found, ...silent(whose, address, up, facts)]
}

/** On lo alone it is answered for only as long as arp_ignore lets it be: what a real server needs, and a director must not have. */
function silent(whose: string, address: string, holders: readonly Holder[], facts: Facts): readonly Finding[] {
  if (address.includes(':') || holders.length === 0 || holders.some(({ link }) => link.arp && link.kind !== 'dummy'))
    return []
  const device = outward(address, facts)
  if (device === null || (greater(facts, device, 'arp_ignore') ?? 0) === 0) return []
  const on = holders.map(({ link }) => link.name)
  const text = `${whose} is on ${listed(on)} only, and arp_ignore on ${device} keeps this machine from answering ARP for it: no client finds the director, unless a router is told of it.`
  return [
    finding('warning', 'virtual-address-silent', text, {
      mend: [
        ...on.map((name) => quotedWords('ip', 'address', 'del', alone(address), 'dev', name)),
        quotedWords('ip', 'address', 'add', alone(address), 'dev', device),
      ],
      lasting: addressLasting(address, device),
    }),
  ]
}

function notStandingBy({ address, names }: VirtualAddress, { link, at }: Holder): readonly Finding[] {
  if (link.loopback) return []
  const text = `${address} of ${listed(names)} is on ${link.name} although this director stands by: two machines answer for it, and clients reach either.`
  return [
    finding('error', 'virtual-address-twice', text, {
      mend: [quotedWords('ip', 'address', 'del', `${address}/${at.prefix}`, 'dev', link.name)],
      lasting: 'take it out of the static network configuration: whatever moves it adds it',
    }),
  ]
}

/** The interface that faces whoever is to reach this address; `null` if there is none. */
export function outward(address: string, facts: Facts): string | null {
  const way = facts.ways.get(address)
  if (way?.kind === 'seen' && way.value.kind === 'out') return way.value.device
  const family = address.includes(':') ? 6 : 4
  const out = defaultRoutes(facts, family)[0]?.device
  if (out != null) return out
  const links = facts.links.kind === 'seen' ? facts.links.value : []
  return links.find((link) => link.up && link.arp && link.kind !== 'dummy')?.name ?? null
}

/** `more`: further words of the command. */
export const addressLasting = (address: string, device: string, more = ''): string =>
  `"up ip address add ${alone(address)} dev ${device}${more}" below "iface ${device}" in /etc/network/interfaces, or "Address=${alone(address)}"${more === '' ? '' : ' with "PreferredLifetime=0"'} in the file for ${device} in /etc/systemd/network`

/**
 * Packets of clients that come in by the virtual address's interface, but whose way back leads out of another one, fail the
 * strict reverse path filter without a trace.
 */
export function reversePath(setup: Setup, facts: Facts): readonly Finding[] {
  if (facts.links.kind === 'unseen' || facts.routes.kind === 'unseen') return []
  const links = facts.links.value
  const out = defaultRoutes(facts, 4).flatMap(({ device }) => device ?? [])
  const [first] = out
  if (first === undefined) return []
  const devices = new Map<string, string[]>()
  for (const { address, names } of virtualAddresses(setup)) {
    for (const { link } of holdersOf(address, links)) {
      if (address.includes(':') || link.loopback || !link.arp || out.includes(link.name)) continue
      devices.set(link.name, [...(devices.get(link.name) ?? []), ...names])
    }
  }
  return [...devices].flatMap(([device, names]) => {
    if (greater(facts, device, 'rp_filter') !== 1) return []
    const text = `rp_filter is 1 (strict) on ${device}, where ${listed(names)} listens, and the default route leaves by ${first}: clients that are not in a network of ${device} are dropped without a word.`
    return [finding('note', 'rp-filter', text, toSet([`net/ipv4/conf/${device}/rp_filter`, 2]))]
  })
}
