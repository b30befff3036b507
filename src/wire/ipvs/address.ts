/**
 * Addresses between their canonical text (RFC 5952 for IPv6) and the bytes that the kernel has them in.
 */
import ipaddr from 'ipaddr.js'
import type { Family } from '../../model/table.ts'

/** 4 or 16 bytes, or `null` if the text is no address of that family. */
export function addressBytes(family: Family, text: string): Uint8Array | null {
  if (family === 4) return fourBytes(text)
  // inet_ntop(3) writes ::102:304 so; ipaddr.js would take it for ::ffff:1.2.3.4.
  const compatible = /^::(\d+\.\d+\.\d+\.\d+)$/.exec(text)?.[1]
  if (compatible !== undefined) {
    const four = fourBytes(compatible)
    return four === null ? null : Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ...four)
  }
  return ipaddr.IPv6.isValid(text) && !text.includes('%') ? bytesOf(ipaddr.IPv6.parse(text)) : null
}

/** `null` if there are too few bytes. Bytes beyond an IPv4 address's four are padding. */
export function addressText(family: Family, bytes: Uint8Array): string | null {
  if (bytes.length < (family === 4 ? 4 : 16)) return null
  return addressTextAt(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, family)
}

/** The address that begins there; the caller knows that enough bytes follow. */
export function addressTextAt(view: DataView, at: number, family: Family): string {
  if (family === 4)
    return `${view.getUint8(at)}.${view.getUint8(at + 1)}.${view.getUint8(at + 2)}.${view.getUint8(at + 3)}`
  const groups = Array.from({ length: 8 }, (_, i) => view.getUint16(at + 2 * i, false).toString(16))
  return shortened(groups)
}

/** Whether packets to it reach one machine: not 0.0.0.0, ::, a multicast, broadcast, IPv6 link-local or IPv4-mapped address. */
export function isUnicast(family: Family, text: string): boolean {
  const bytes = addressBytes(family, text)
  if (bytes === null || bytes.every((byte) => byte === 0)) return false
  const [first = 0, second = 0] = bytes
  if (family === 6) return first !== 0xff && !isMapped(bytes) && !(first === 0xfe && (second & 0xc0) === 0x80)
  return (first < 224 || first > 239) && !bytes.every((byte) => byte === 255)
}

/** Four decimal numbers without leading zeros, as ipaddr.js takes them; written out, since tables have thousands. */
function fourBytes(text: string): Uint8Array | null {
  const parts = text.split('.')
  if (parts.length !== 4) return null
  const bytes = new Uint8Array(4)
  for (const [i, part] of parts.entries()) {
    const number = Number(part)
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || number > 255) return null
    bytes[i] = number
  }
  return bytes
}

/** RFC 5952 §4.2: the first of the longest runs of two or more zero groups becomes `::`. */
function shortened(groups: readonly string[]): string {
  let from = 0
  let longest = 1
  for (let at = 0; at < groups.length; at += 1) {
    let run = 0
    while (groups[at + run] === '0') run += 1
    if (run > longest) [from, longest] = [at, run]
    at += run
  }
  if (longest < 2) return groups.join(':')
  return `${groups.slice(0, from).join(':')}::${groups.slice(from + longest).join(':')}`
}

/** `::ffff:1.2.3.4`: a way to write an IPv4 address, not one of a machine. */
function isMapped(bytes: Uint8Array): boolean {
  return bytes[10] === 0xff && bytes[11] === 0xff && bytes.subarray(0, 10).every((byte) => byte === 0)
}

function bytesOf(address: { toByteArray(): number[] }): Uint8Array {
  return Uint8Array.from(address.toByteArray())
}
