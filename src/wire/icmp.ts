/**
 * ICMP echo, version 4 and 6, between bytes and what they say.
 * Sources: RFC 792 (echo, destination unreachable, time exceeded), RFC 1071 (checksum), RFC 4443 §3 and §4 (ICMPv6),
 * RFC 791 §3.1 and RFC 8200 §3 (the headers before them).
 */
import type { Family } from '../model/table.ts'
import { addressText } from './ipvs/address.ts'

interface Echo {
  /** 0 to 65535; an ICMP datagram socket of Linux puts its own number here. */
  readonly id: number
  /** 0 to 65535. */
  readonly sequence: number
  readonly payload: Uint8Array
}

type IcmpMessage =
  | { readonly kind: 'echo-reply'; readonly echo: Echo }
  /** A router or the host itself says that a packet of ours did not arrive; `text` is a sentence's tail. */
  | { readonly kind: 'error'; readonly text: string; readonly original: Original | null }
  | { readonly kind: 'other' }

/** What an error message quotes of the packet it is about: enough to know an echo request of ours again. */
interface Original {
  readonly destination: string
  readonly id: number
  readonly sequence: number
}

interface Version {
  readonly request: number
  readonly reply: number
  readonly errors: ReadonlyMap<number, string>
  /** Words for `type/code`. */
  readonly codes: Readonly<Record<string, string>>
}

const versions: Readonly<Record<Family, Version>> = {
  4: {
    request: 8,
    reply: 0,
    errors: new Map([
      [3, 'destination unreachable'],
      [11, 'time to live exceeded on the way'],
    ]),
    codes: {
      '3/0': 'network unreachable',
      '3/1': 'host unreachable',
      '3/2': 'ICMP not spoken there',
      '3/4': 'packet too big to pass, and not to be cut',
      '3/6': 'network unknown',
      '3/7': 'host unknown',
      '3/9': 'network forbidden',
      '3/10': 'host forbidden',
      '3/13': 'forbidden by a firewall',
    },
  },
  6: {
    request: 128,
    reply: 129,
    errors: new Map([
      [1, 'destination unreachable'],
      [2, 'packet too big to pass'],
      [3, 'hop limit exceeded on the way'],
    ]),
    codes: {
      '1/0': 'no route to the host',
      '1/1': 'forbidden by a firewall',
      '1/3': 'address unreachable',
      '1/5': 'forbidden by a firewall',
      '1/6': 'route rejected',
    },
  },
}

/** Type, code, checksum, identifier, sequence number. */
const HEADER = 8
const IPV6_HEADER = 40

/**
 * An echo request. Its checksum is complete for version 4; for version 6 it covers addresses too, and the kernel always
 * fills it in (RFC 3542 §3.1), so it is left 0 here.
 */
export function encodeEchoRequest(family: Family, echo: Echo): Uint8Array {
  const bytes = new Uint8Array(HEADER + echo.payload.length)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, versions[family].request)
  view.setUint16(4, echo.id)
  view.setUint16(6, echo.sequence)
  bytes.set(echo.payload, HEADER)
  if (family === 4) view.setUint16(2, checksum(bytes))
  return bytes
}

/** An ICMP message without its IP header. A version 4 message whose checksum is wrong says nothing. */
export function decodeIcmp(family: Family, bytes: Uint8Array): IcmpMessage {
  if (bytes.length < HEADER) return { kind: 'other' }
  if (family === 4 && checksum(bytes) !== 0) return { kind: 'other' }
  const view = viewOf(bytes)
  const version = versions[family]
  const type = view.getUint8(0)
  if (type === version.reply) return { kind: 'echo-reply', echo: readEcho(bytes) }
  const error = version.errors.get(type)
  if (error === undefined) return { kind: 'other' }
  const text = version.codes[`${type}/${view.getUint8(1)}`] ?? error
  return { kind: 'error', text, original: readOriginal(family, bytes.subarray(HEADER)) }
}

/** Takes the IPv4 header off that a raw socket hands over with each packet; `null` if it is none. */
export function withoutIpv4Header(packet: Uint8Array): Uint8Array | null {
  const first = packet[0] ?? 0
  const length = (first & 0x0f) * 4
  if (first >> 4 !== 4 || length < 20 || packet.length < length) return null
  return packet.subarray(length)
}

/** RFC 1071: the ones' complement of the ones' complement sum; 0 over bytes that hold their own right checksum. */
export function checksum(bytes: Uint8Array): number {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) + (bytes[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000)
  return ~sum & 0xffff
}

function readEcho(bytes: Uint8Array): Echo {
  const view = viewOf(bytes)
  return { id: view.getUint16(4), sequence: view.getUint16(6), payload: bytes.subarray(HEADER) }
}

/** The quoted packet, if it is an echo request directly behind its IP header; of other packets nothing is ours. */
function readOriginal(family: Family, packet: Uint8Array): Original | null {
  const request = family === 4 ? withoutIpv4Header(packet) : packet.subarray(IPV6_HEADER)
  const destination = family === 4 ? packet.subarray(16, 20) : packet.subarray(24, 40)
  const protocol = family === 4 ? packet[9] : packet[6]
  if (request === null || request.length < HEADER || protocol !== (family === 4 ? 1 : 58)) return null
  if (request[0] !== versions[family].request) return null
  const { id, sequence } = readEcho(request)
  return { destination: addressText(family, destination) ?? '', id, sequence }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
