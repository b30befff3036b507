/**
 * `HOST[:PORT]` in an alert's options: a name or an address, and a port where it is another than the usual one. An IPv6
 * address stands in brackets as soon as a port follows (RFC 3986 §3.2.2), and may stand bare where none does.
 */
import type { OptionProperty } from '../model/module.ts'

export interface HostPort {
  /** A name, or an address without brackets. */
  readonly host: string
  readonly port: number
}

/** From 1 to 65535. */
const PORT_PATTERN = '([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])'

/** JSON Schema draft-07: what can be told from the form alone. */
export const HOST_PORT_PATTERN = `^(\\[[0-9A-Fa-f:.]+(%[\\w.-]+)?\\]|[A-Za-z0-9_.-]+)(:${PORT_PATTERN})?$|^[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*$`

/** The pattern in words. */
export const HOST_PORT_FORM =
  'a host or host:port, with a port from 1 to 65535; an IPv6 address before a port in brackets'

/** Characters of a host and a port: a name has at most 253 (RFC 1035 2.3.4). */
export const HOST_PORT_LENGTH = 270

/** `null`: it is none, or its port is no port. */
export function parseHostPort(text: string, usual: number): HostPort | null {
  if (!new RegExp(HOST_PORT_PATTERN).test(text)) return null
  const bracketed = /^\[(.*)\](?::(\d+))?$/.exec(text)
  const plain = /^([^:]*)(?::(\d+))?$/.exec(text)
  const found = bracketed ?? plain
  if (found === null) return { host: text, port: usual }
  const port = found[2] === undefined ? usual : Number(found[2])
  return port >= 1 && port <= 65_535 ? { host: found[1] ?? '', port } : null
}

/** As people write it, the port always with it. */
export const hostPortText = ({ host, port }: HostPort): string => `${host.includes(':') ? `[${host}]` : host}:${port}`

/** Receivers of one alert line. */
const HOSTS_MOST = 50
/** RFC 1035 2.3.4. */
const LONGEST_NAME = 253

/** The words of a line that name machines by name or address alone: their port, one for all, is an option of its own. */
export const hostsProperty = (description: string): OptionProperty => ({
  type: 'array',
  description,
  items: {
    type: 'string',
    pattern: '^[A-Za-z0-9_.:-]+$',
    form: 'a name or an address, without brackets and without a port',
    maxLength: LONGEST_NAME,
  },
  minItems: 1,
  maxItems: HOSTS_MOST,
})
