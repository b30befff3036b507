/**
 * Addresses between their canonical text (RFC 5952 for IPv6) and the bytes that the kernel has them in.
 */
import ipaddr from 'ipaddr.js'
import type { Family } from '../../model/table.ts'

/** 4 or 16 bytes, or `null` if the text is no address of that family. */
export function addressBytes(family: Family, text: string): Uint8Array | null {
  if (family === 4) return ipaddr.IPv4.isValidFourPartDecimal(text) ? bytesOf(ipaddr.IPv4.parse(text)) : null
  return ipaddr.IPv6.isValid(text) && !text.includes('%') ? bytesOf(ipaddr.IPv6.parse(text)) : null
}

/** `null` if there are too few bytes. Bytes beyond an IPv4 address's four are padding. */
export function addressText(family: Family, bytes: Uint8Array): string | null {
  if (family === 4) return bytes.length < 4 ? null : bytes.subarray(0, 4).join('.')
  return bytes.length < 16 ? null : new ipaddr.IPv6([...bytes.subarray(0, 16)]).toRFC5952String()
}

/** Whether packets to it reach one machine: not 0.0.0.0, ::, a multicast, broadcast or IPv6 link-local address. */
export function isUnicast(family: Family, text: string): boolean {
  const bytes = addressBytes(family, text)
  if (bytes === null || bytes.every((byte) => byte === 0)) return false
  const [first = 0, second = 0] = bytes
  if (family === 6) return first !== 0xff && !(first === 0xfe && (second & 0xc0) === 0x80)
  return (first < 224 || first > 239) && !bytes.every((byte) => byte === 255)
}

function bytesOf(address: { toByteArray(): number[] }): Uint8Array {
  return Uint8Array.from(address.toByteArray())
}
