/** struct sockaddr_in and sockaddr_in6, as the C library takes them. Source: ip(7), ipv6(7); linux/in.h, linux/in6.h. */
import { endianness } from 'node:os'
import type { Family } from '../../model/table.ts'
import { addressBytes } from '../../wire/ipvs/address.ts'
import { libc } from '../libc.ts'

const ifNametoindex = libc.func('uint32_t if_nametoindex(const char *name)')

/** AF_INET and AF_INET6. */
export const DOMAIN = { 4: 2, 6: 10 } as const
export const ADDRESS_LENGTH = { 4: 16, 6: 28 } as const
const PORT_AT = 2
/** Offset of the address behind family, port and (version 6) flow label; of the scope behind that. */
export const ADDRESS_AT = { 4: 4, 6: 8 } as const
const SCOPE_AT = 24

/** The family in this machine's byte order, all else as on the wire. `bindIf` is the scope of an address without a zone. */
export function socketAddress(family: Family, text: string, port = 0, bindIf?: string): Uint8Array {
  const [address = '', zone = bindIf] = text.split('%')
  const bytes = new Uint8Array(ADDRESS_LENGTH[family])
  const view = new DataView(bytes.buffer)
  const little = endianness() === 'LE'
  view.setUint16(0, DOMAIN[family], little)
  view.setUint16(PORT_AT, port)
  bytes.set(addressBytes(family, address) ?? [], ADDRESS_AT[family])
  if (family === 6 && zone !== undefined && zoned(text)) view.setUint32(SCOPE_AT, ifNametoindex(zone), little)
  return bytes
}

/** RFC 4291 §2.4: fe80::/10, which means nothing without an interface (RFC 4007 §11). */
export const isLinkLocal = (address: string): boolean => /^fe[89ab][0-9a-f]:/i.test(address)

const zoned = (address: string): boolean => address.includes('%') || isLinkLocal(address)
