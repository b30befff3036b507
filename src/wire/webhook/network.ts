/**
 * Which addresses a webhook may be sent to. A webhook's URL is a way out of the director: without a limit, a name that
 * points to a neighbour, to the machine itself or to a cloud's metadata service would be posted to with the director's
 * rights. So only addresses of the public Internet are reached, and what the operator allows besides.
 * Sources: the IANA special-purpose address registries (RFC 6890), as ipaddr.js has them; RFC 6052 (NAT64).
 */
import ipaddr from 'ipaddr.js'

/** A network in CIDR form. */
export type Network = readonly [ipaddr.IPv4 | ipaddr.IPv6, number]

/** `10.0.0.0/8`, or one address; `null` if it is neither. */
export function parseNetwork(text: string): Network | null {
  const slash = text.includes('/')
  if (slash) return ipaddr.isValidCIDR(text) ? ipaddr.parseCIDR(text) : null
  if (!ipaddr.isValid(text)) return null
  const address = ipaddr.process(text)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

/** Why nothing may be sent to this address; `null` if it may. */
export function addressFault(text: string, allowed: readonly Network[]): string | null {
  if (!ipaddr.isValid(text)) return `${text} is no address`
  // An IPv4 address mapped into IPv6 (::ffff:10.0.0.1) reaches the IPv4 address.
  const address = ipaddr.process(text)
  if (allowed.some((network) => holds(network, address))) return null
  const inside = embedded(address)
  if (inside !== null && allowed.some((network) => holds(network, inside))) return null
  const range = rangeOf(inside ?? address)
  return range === 'unicast' ? null : `${text} is ${RANGES[range] ?? 'not an address of the public Internet'}`
}

function holds([network, bits]: Network, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (network.kind() === 'ipv4' && address.kind() === 'ipv4') return address.match(network, bits)
  if (network.kind() === 'ipv6' && address.kind() === 'ipv6') return address.match(network, bits)
  return false
}

/** Where DNS64 answers, 64:ff9b::192.0.2.1 reaches that IPv4 address, so that one is judged. */
function embedded(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | null {
  if (address.kind() !== 'ipv6' || !address.match(NAT64, 96)) return null
  return new ipaddr.IPv4(address.toByteArray().slice(12))
}

const NAT64 = ipaddr.parse('64:ff9b::')
/** All global unicast addresses that IANA has given out (RFC 4291 §2.4); elsewhere ipaddr.js knows only what has a name. */
const GLOBAL_UNICAST = ipaddr.parse('2000::')

function rangeOf(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  const range = address.range()
  if (range !== 'unicast' || address.kind() === 'ipv4') return range
  return address.match(GLOBAL_UNICAST, 3) ? 'unicast' : 'reserved'
}

const RANGES: Readonly<Record<string, string>> = {
  private: 'a private address',
  loopback: 'this machine itself',
  linkLocal: 'a link-local address',
  uniqueLocal: 'a unique local address',
  deprecatedSiteLocal: 'a site-local address',
  carrierGradeNat: 'an address of a carrier-grade NAT',
  multicast: 'a multicast address',
  broadcast: 'the broadcast address',
  unspecified: 'no address of a host',
  reserved: 'a reserved address',
}
