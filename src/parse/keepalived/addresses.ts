/** Addresses, ports, nets and ways of forwarding as keepalived.conf writes them: words of their own, never host:port. */
import type { Family } from '../../model/table.ts'
import { parseAddress } from '../text/endpoint.ts'
import { quoted } from '../text/visible.ts'
import { spanOf, type Word } from './line.ts'
import { type Args, integer, one, oneOf, type Value } from './values.ts'

export interface Address {
  readonly family: Family
  /** Canonical: dotted for IPv4, RFC 5952 for IPv6. */
  readonly address: string
}

/** `port: null`: none was written. */
export interface AddressAndPort extends Address {
  readonly port: number | null
}

/** How packets reach a real server. */
export type Forwarding = { readonly method: 'NAT' | 'DR' } | { readonly method: 'TUN'; readonly tunnel: Tunnel }

export interface Tunnel {
  readonly type: 'ipip' | 'gue' | 'gre'
  /** For gue alone; null otherwise. */
  readonly port: number | null
  readonly checksum: 'nocsum' | 'csum' | 'remcsum'
}

export const port: Value<number> = integer(1, 65_535)

export const address: Value<Address> = one(
  'an IP address, such as 10.1.1.2 or 2001:db8::2',
  (text) => parseAddress(text) ?? undefined,
  addressRemedy,
)

export const addressAndPort: Value<AddressAndPort> = {
  wants: 'an IP address, and a port from 1 to 65535',
  read: (args) => {
    const word = args.take()
    if (word === undefined) return args.missing()
    const found = parseAddress(word.text)
    if (found === null) return args.wrong(word, addressRemedy(word.text) ?? undefined)
    return withPort(args, found)
  },
}

/** The port that may stand behind an address. 0 is none, as keepalived has it. */
export function withPort<T extends object>(args: Args, found: T): (T & { readonly port: number | null }) | null {
  const next = args.take()
  if (next === undefined) return { ...found, port: null }
  if (/^\d{1,5}$/.test(next.text) && Number(next.text) <= 65_535) {
    return { ...found, port: Number(next.text) || null }
  }
  const hint = 'write the port as a number from 1 to 65535: keepalived.conf knows no names of services'
  args.report.error('port', spanOf(next), `${quoted(next.text)} is no port`, hint)
  return null
}

export function addressRemedy(text: string): string | null {
  const bracketed = /^\[([^\]]*)\](?::(\d+))?$/.exec(text)
  if (bracketed !== null) return `write it without brackets: ${bracketed[1]} ${bracketed[2] ?? ''}`.trim()
  const port = /^([^:]+):(\d{1,5})$/.exec(text)
  if (port !== null) return `put a blank between address and port: ${port[1]} ${port[2]}`
  if (/^[\d.]+$/.test(text)) return 'an IPv4 address has four numbers from 0 to 255, without leading zeros'
  if (/\/\d+$/.test(text)) return 'write the address without the length of its net'
  if (/^[a-z0-9.-]+$/i.test(text)) return 'write its IP address: the kernel table holds no names'
  return null
}

/** Clients that count as one: a netmask for IPv4, a length for IPv6; as a length for both. */
export const granularity: Value<{ readonly family: Family; readonly prefix: number }> = one(
  'an IPv4 netmask such as 255.255.255.0, or for IPv6 a length from 1 to 128',
  (text) => {
    if (/^\d{1,3}$/.test(text)) {
      const prefix = Number(text)
      return prefix >= 1 && prefix <= 128 ? { family: 6, prefix } : undefined
    }
    const mask = parseAddress(text)
    if (mask === null || mask.family !== 4) return undefined
    const bits = mask.address.split('.').reduce((all, part) => all + Number(part).toString(2).padStart(8, '0'), '')
    return /^1+0*$/.test(bits) ? { family: 4, prefix: bits.lastIndexOf('1') + 1 } : undefined
  },
)

const tunnelPort = integer(1, 65_535)

/** `NAT`, `DR`, `TUN [type ipip|gue|gre] [port N] [nocsum|csum|remcsum]`. */
export const forwarding: Value<Forwarding> = {
  wants: 'NAT, DR, or TUN [type ipip|gue|gre] [port N] [nocsum|csum|remcsum]',
  read: (args) => {
    const method = oneOf(['NAT', 'DR', 'TUN']).read(args)
    if (method === null) return null
    return method === 'TUN' ? readTunnel(args) : { method }
  },
}

function readTunnel(args: Args): Forwarding | null {
  let type: Tunnel['type'] = 'ipip'
  let port: number | null = null
  let checksum: Tunnel['checksum'] | null = null
  let checksumWord: Word | null = null
  let portWord: Word | null = null
  for (let word = args.take(); word !== undefined; word = args.take()) {
    if (word.text === 'type') {
      const found = oneOf(['ipip', 'gue', 'gre']).read(args)
      if (found === null) return null
      type = found
    } else if (word.text === 'port') {
      portWord = word
      port = tunnelPort.read(args)
      if (port === null) return null
    } else if (word.text === 'nocsum' || word.text === 'csum' || word.text === 'remcsum') {
      checksumWord = word
      checksum = word.text
    } else return args.wrong(word)
  }
  const fault = tunnelFault(type, portWord, checksumWord)
  if (fault !== null) {
    args.report.error('tunnel', spanOf(fault.word ?? args.keyword), fault.message, fault.hint)
    return null
  }
  return { method: 'TUN', tunnel: { type, port, checksum: checksum ?? 'nocsum' } }
}

const article = (type: Tunnel['type']) => (type === 'ipip' ? 'an ipip' : `a ${type}`)

/** linux/ip_vs.h: only gue has a port, ipip has no checksum, gre has no remote checksum. */
function tunnelFault(type: Tunnel['type'], port: Word | null, checksum: Word | null) {
  if (type === 'gue' && port === null) {
    return { word: null, message: 'a gue tunnel needs a port', hint: 'write TUN type gue port 5555' }
  }
  if (type !== 'gue' && port !== null) {
    return { word: port, message: `${article(type)} tunnel has no port`, hint: 'take it out, or write type gue' }
  }
  const none = type === 'ipip' || (type === 'gre' && checksum?.text === 'remcsum')
  if (checksum === null || !none) return null
  const hint = type === 'ipip' ? 'take it out, or write type gue or gre' : 'write csum or nocsum'
  return { word: checksum, message: `${quoted(checksum.text)} is not for ${article(type)} tunnel`, hint }
}
