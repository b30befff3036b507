/**
 * The ARP problem: every real server by direct routing has the virtual address, and only the director may answer for it.
 * Source: Linux Documentation/networking/ip-sysctl (arp_ignore, arp_announce), net/ipv4/arp.c; LVS-HOWTO, "ARP problem".
 */
import ipaddr from 'ipaddr.js'
import type { Facts, Link } from '../../model/facts.ts'
import { holdersOf } from '../addresses.ts'
import { type Finding, finding, greater, listed, toSet, unseenFinding } from '../finding.ts'
import { hidden, ofFamily, type RealServer } from './subject.ts'

/** IPv6 needs none of it: an address on lo is not answered for on another interface. */
export function arpFindings({ addresses, forward }: RealServer, facts: Facts): readonly Finding[] {
  const virtual = ofFamily(addresses, 4)
  if (virtual.length === 0 || facts.links.kind === 'unseen') return []
  const links = facts.links.value
  const wires = links.filter((link) => link.up && link.arp && !hidden(link))
  // Through a tunnel the director may be anywhere; on a wire without the address's network nobody asks for it.
  const asked = forward === 'dr' ? wires : wires.filter((link) => virtual.some((address) => isOnWire(address, link)))
  if (asked.length === 0) return []
  if (asked.some(({ name }) => greater(facts, name, 'arp_ignore') === null))
    return [
      unseenFinding(
        'Whether this machine answers ARP for the virtual address',
        'net.ipv4.conf.*.arp_ignore cannot be read',
      ),
    ]
  const filtered = facts.arpFilter.kind === 'seen' ? facts.arpFilter.value : null
  return [...ignore(virtual, asked, links, facts, filtered), ...announce(virtual, asked, facts, filtered)]
}

function ignore(
  virtual: readonly string[],
  asked: readonly Link[],
  links: readonly Link[],
  facts: Facts,
  filtered: boolean | null,
): readonly Finding[] {
  const bad = asked.filter(({ name }) => !keepsQuiet(greater(facts, name, 'arp_ignore') ?? 0, virtual, links))
  if (bad.length === 0) return []
  const names = bad.map(({ name }) => name)
  const text = `This machine answers ARP for ${listed(virtual)} on ${listed(names)} (arp_ignore ${greater(facts, names[0] ?? '', 'arp_ignore')}): some clients or routers reach it directly and past the director.`
  return [judged('arp-ignore', text, names, 'arp_ignore', 1, filtered)]
}

/**
 * arp_ignore(): 1 and 2 answer only for addresses of the interface that is asked; 3 for all but those of scope host, 8 for
 * none; other numbers are as good as 0.
 */
function keepsQuiet(value: number, virtual: readonly string[], links: readonly Link[]): boolean {
  if (value === 3) return virtual.every((address) => holdersOf(address, links).every(({ at }) => at.scope === 'host'))
  return value === 1 || value === 2 || value === 8
}

function announce(
  virtual: readonly string[],
  asked: readonly Link[],
  facts: Facts,
  filtered: boolean | null,
): readonly Finding[] {
  const bad = asked.map(({ name }) => name).filter((name) => (greater(facts, name, 'arp_announce') ?? 0) < 2)
  if (bad.length === 0) return []
  const text = `This machine may ask for others’ addresses in the name of ${listed(virtual)} on ${listed(bad)} (arp_announce ${greater(facts, bad[0] ?? '', 'arp_announce')}): whoever hears it sends the clients’ packets here instead of to the director.`
  return [judged('arp-announce', text, bad, 'arp_announce', 2, filtered)]
}

/** Set for `all`, so that an interface that comes later is covered, and for those that are there. */
function judged(
  code: string,
  text: string,
  devices: readonly string[],
  name: string,
  value: number,
  filtered: boolean | null,
): Finding {
  const unknown =
    filtered === null ? '; if rules of arptables or nftables hide it, which this user cannot see, all is well' : ''
  const words = toSet(...['all', ...devices].map((device) => [`net/ipv4/conf/${device}/${name}`, value] as const))
  if (filtered !== true)
    return finding('error', code, text, { ...words, hint: `set it before the address is added${unknown}` })
  return finding(
    'note',
    code,
    `${text.slice(0, -1)} — unless the ARP filter rules that there are keep it from that.`,
    words,
  )
}

function isOnWire(address: string, link: Link): boolean {
  return link.addresses.some(
    (at) =>
      at.family === 4 && at.prefix < 32 && ipaddr.parse(address).match(ipaddr.parseCIDR(`${at.address}/${at.prefix}`)),
  )
}
