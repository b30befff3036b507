/**
 * Which words of a hostgroup can be a host that is connected to: an address, or a name that can be looked up.
 * Source: RFC 1123 2.1; an underscore is let pass, as resolvers do. The same rule as edge/probe/resolve.ts has.
 */
import { parseAddress } from './endpoint.ts'
import { quoted } from './visible.ts'

interface HostFault {
  /** A sentence without its full stop. */
  readonly message: string
  readonly hint: string
}

/** RFC 1035 2.3.4: 255 octets on the wire are 253 characters, and a label has at most 63. */
const LONGEST_NAME = 253
const NAME = /^(?!-)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?$/
/** No top-level domain is a number, so such a thing is an address with a slip in it. */
const ENDS_IN_NUMBER = /(^|\.)\d+\.?$/
/** RFC 4007 11: the interface behind a link-local address. */
const ZONE = /%[A-Za-z0-9_.-]{1,32}$/

/** What is wrong with a host, or `null`. */
export function hostFault(text: string): HostFault | null {
  if (parseAddress(text.includes(':') ? text.replace(ZONE, '') : text) !== null) return null
  if (text.length <= LONGEST_NAME && NAME.test(text) && !ENDS_IN_NUMBER.test(text)) return null
  return { message: `${quoted(text)} is neither an address nor a name that can be looked up`, hint: remedyOf(text) }
}

function remedyOf(text: string): string {
  if (/[,;]/.test(text)) return 'separate hosts by blanks, with no other sign'
  if (text.includes('#')) return 'a comment has a line of its own'
  const bracketed = /^\[([^\]]*)\](?::(\d+))?$/.exec(text)
  if (bracketed !== null) return bracketed[2] === undefined ? `write ${bracketed[1]}` : withPort(bracketed)
  if (/^[0-9a-f.:]+\/\d+$/i.test(text)) return 'a hostgroup has hosts, not networks: write each host'
  if (text.includes('/')) return 'write the host alone; the page is an option of the monitor'
  const port = /^([^:]+):(\w+)$/.exec(text)
  if (port !== null) return withPort(port)
  if (/^[\d.]+$/.test(text)) return 'an IPv4 address has four parts from 0 to 255, without leading zeros'
  return text.includes(':')
    ? 'write an IPv6 address such as 2001:db8::1'
    : 'a name has letters, digits and - in parts of at most 63, with dots between them'
}

const withPort = ([, host, port]: RegExpExecArray) =>
  `write ${host}; the port is an option of the monitor, such as -p ${port}`
