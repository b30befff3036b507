/**
 * The request of keepalived's HTTP_GET and SSL_GET, byte for byte: a server that knows it from there sees no other, and a
 * digest taken by genhash is of the same page.
 * Source: keepalived.conf(5), HTTP_GET, http_protocol; what 2.2.7 sends.
 */

export type GetProtocol = '1.0' | '1.0C' | '1.1'

interface GetRequest {
  /** Path and query, sent as they stand. */
  readonly path: string
  readonly protocol: GetProtocol
  /** The Host header. */
  readonly host: string
}

/** Anything in one line: neither path nor host is escaped. Fit for a JSON Schema `pattern`. */
export const ONE_LINE_PATTERN = '^[^\\x00-\\x1f\\x7f]+$'

export function encodeGet({ path, protocol, host }: GetRequest): Buffer {
  const version = protocol === '1.1' ? '1.1' : '1.0'
  const close = protocol === '1.0' ? '' : 'Connection: close\r\n'
  return Buffer.from(`GET ${path} HTTP/${version}\r\nUser-Agent: KeepAliveClient\r\n${close}Host: ${host}\r\n\r\n`)
}

/** Always with the port, 80 included; an IPv6 address in brackets and without its zone. */
export function addressHost(address: string, port: number): string {
  const [bare = ''] = address.split('%')
  return bare.includes(':') ? `[${bare}]:${port}` : `${bare}:${port}`
}
