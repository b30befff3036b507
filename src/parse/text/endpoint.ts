/** Addresses and ports as mon.cf writes them: `192.0.2.1:80`, `[2001:db8::1]:443/udp`, `10.1.1.2:http`. */
import ipaddr from 'ipaddr.js'
import type { Family, Protocol } from '../../model/table.ts'
import { quoted } from './visible.ts'

interface Address {
  readonly family: Family
  /** Canonical: dotted for IPv4, RFC 5952 for IPv6. */
  readonly address: string
}

export interface Endpoint extends Address {
  /** `null`: none was written. */
  readonly port: number | null
  readonly protocol: Protocol | null
}

interface EndpointFault {
  readonly kind: 'fault'
  readonly message: string
  readonly hint: string
}

/** IANA's names for the ports that load balancers serve. */
const PORTS: Readonly<Record<string, number>> = {
  'ftp-data': 20,
  ftp: 21,
  ssh: 22,
  telnet: 23,
  smtp: 25,
  domain: 53,
  http: 80,
  www: 80,
  pop3: 110,
  ntp: 123,
  nntp: 119,
  imap: 143,
  imap2: 143,
  snmp: 161,
  ldap: 389,
  https: 443,
  submissions: 465,
  smtps: 465,
  syslog: 514,
  submission: 587,
  ldaps: 636,
  imaps: 993,
  pop3s: 995,
  mysql: 3306,
  postgresql: 5432,
  sip: 5060,
  redis: 6379,
  'http-alt': 8080,
}

/** Characters of the longest endpoint there can be, with room to spare. */
const LONGEST = 100

/** `null` where the text is not an address (a name, most likely). IPv4 needs its four decimal parts. */
export function parseAddress(text: string): Address | null {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) {
    const parts = text.split('.')
    if (parts.some((part) => Number(part) > 255 || (part.length > 1 && part.startsWith('0')))) return null
    return { family: 4, address: text }
  }
  if (!text.includes(':') || text.includes('%') || text.length > 45) return null
  if (!ipaddr.IPv6.isValid(text)) return null
  return { family: 6, address: ipaddr.IPv6.parse(text).toRFC5952String() }
}

/** The address in its canonical form where it is one, any other text as it is: to compare hosts. */
export const canonical = (text: string): string => parseAddress(text.replace(/^\[(.*)\]$/, '$1'))?.address ?? text

/** The same of an address in brackets with a port behind it, `[2001:DB8::2]:80`; and of an address alone. */
export function canonicalEnd(text: string): string {
  const [, address, port] = /^\[(.+)\]:(\d{1,5})$/.exec(text) ?? []
  return address === undefined ? canonical(text) : `[${canonical(address)}]:${port}`
}

export function parsePort(text: string): number | null {
  if (/^\d{1,5}$/.test(text)) return Number(text) <= 65535 ? Number(text) : null
  return Object.hasOwn(PORTS, text) ? (PORTS[text] ?? null) : null
}

/** `nearest` finds the port name that was meant. */
export function parseEndpoint(
  text: string,
  nearest: (word: string, candidates: Iterable<string>) => string | null,
): Endpoint | EndpointFault {
  if (text.length > LONGEST) return fault(`${quoted(text)} is not an address`, 'write 192.0.2.1:80 or [2001:db8::1]:80')
  const match = /^(?:\[([^\]]*)\]|([^:[\]/]*)|([^[\]/]*:[^[\]/]*:[^[\]/]*))(?::([^:/]*))?(?:\/(.*))?$/.exec(text)
  if (match === null) return fault(`${quoted(text)} is not an address`, 'write 192.0.2.1:80 or [2001:db8::1]:80')
  const [, bracketed, plain, bare, portText, protocolText] = match
  const address = parseAddress(bracketed ?? plain ?? bare ?? '')
  if (bare !== undefined && address !== null && portText === undefined) {
    return { ...address, port: null, protocol: protocolOf(protocolText) }
  }
  if (bare !== undefined) return fault(`${quoted(text)} is not an address`, ipv6Remedy(bare))
  if (address === null) return addressFault(bracketed ?? plain ?? '')
  const port = portText === undefined ? null : parsePort(portText)
  if (portText !== undefined && port === null) return portFault(portText, nearest(portText, Object.keys(PORTS)))
  const protocol = protocolOf(protocolText)
  if (protocolText !== undefined && protocol === null) {
    return fault(`${quoted(protocolText)} is not a protocol`, 'write /tcp, /udp or /sctp')
  }
  return { ...address, port, protocol }
}

const fault = (message: string, hint: string): EndpointFault => ({ kind: 'fault', message, hint })

export const isFault = (value: Endpoint | EndpointFault): value is EndpointFault => 'kind' in value

const protocolOf = (text: string | undefined): Protocol | null =>
  text === 'tcp' || text === 'udp' || text === 'sctp' ? text : null

function addressFault(text: string): EndpointFault {
  if (/^[\d.]+$/.test(text)) {
    return fault(`${quoted(text)} is not an IPv4 address`, 'four numbers from 0 to 255: 192.0.2.1:80')
  }
  const hint = 'write its IP address: the kernel table holds no names'
  return fault(`${quoted(text)} is not an IP address`, hint)
}

function portFault(text: string, nearest: string | null): EndpointFault {
  const hint =
    nearest === null ? 'a port is a number from 0 to 65535, or a name such as http' : `did you mean ${nearest}?`
  return fault(`${quoted(text)} is not a port`, hint)
}

/** `2001:db8::1:443`: is that a port at the end? Nobody can tell. */
function ipv6Remedy(text: string): string {
  const at = text.lastIndexOf(':')
  return `put an IPv6 address in brackets: [${text.slice(0, at).slice(0, 45)}]:${text.slice(at + 1, at + 6)}`
}
