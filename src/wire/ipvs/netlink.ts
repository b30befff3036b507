/**
 * Netlink messages as bytes: header, generic header, attributes, padding, acknowledgements, and the request that finds a
 * generic family's number by its name. Nothing here knows IPVS.
 * Source: linux/netlink.h, linux/genetlink.h; RFC 3549 for the header. Integers are in the machine's own order.
 */

/** Bytes that are not what they claim to be; `text` says where it went wrong. */
export interface Malformed {
  readonly kind: 'malformed'
  readonly text: string
}

/** linux/netlink.h, struct nlmsghdr, and what follows it. */
export interface NetlinkMessage {
  readonly type: number
  readonly flags: number
  readonly sequence: number
  readonly port: number
  readonly payload: Uint8Array
}

/** linux/genetlink.h, struct genlmsghdr, and the attributes behind it. */
interface GenericMessage {
  readonly command: number
  readonly attributes: Attributes
}

/** Attributes by their type without the flag bits; if one is repeated the last counts, as in the kernel's own parser. */
export type Attributes = ReadonlyMap<number, Uint8Array>

/** NLMSG_* and NLM_F_* of linux/netlink.h. */
export const NLMSG_ERROR = 2
export const NLMSG_DONE = 3
const NLM_F_REQUEST = 0x001
const NLM_F_ACK = 0x004
/** In an answer: the list changed while it was read. IPVS of Linux 6.1 never says so; families that count changes do. */
export const NLM_F_DUMP_INTR = 0x010
const NLM_F_DUMP = 0x300
/** Every message that a change is sent with, and every list: what ipvsadm and keepalived send too. */
export const COMMAND_FLAGS = NLM_F_REQUEST | NLM_F_ACK
/** Only a refusal is answered (netlink(7), NLMSG_ERROR). */
export const QUIET_FLAGS = NLM_F_REQUEST
export const DUMP_FLAGS = COMMAND_FLAGS | NLM_F_DUMP

/** linux/genetlink.h: the family that knows the others, and its one command that we use. */
export const GENL_ID_CTRL = 16
const CTRL_CMD_GETFAMILY = 3
const CTRL_ATTR_FAMILY_ID = 1
const CTRL_ATTR_FAMILY_NAME = 2

export const MESSAGE_HEADER = 16
export const GENERIC_HEADER = 4
const ATTRIBUTE_HEADER = 4
export const NLA_F_NESTED = 0x8000
/** Masks NLA_F_NESTED and NLA_F_NET_BYTEORDER away; the kernel sets them or not as it likes. */
export const NLA_TYPE_MASK = 0x3fff

export const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1
const utf8 = new TextEncoder()
const latin1 = new TextDecoder('latin1')

const aligned = (length: number): number => (length + 3) & ~3
const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

export function encodeMessage(message: NetlinkMessage): Uint8Array {
  const bytes = new Uint8Array(MESSAGE_HEADER + message.payload.length)
  const header = view(bytes)
  header.setUint32(0, bytes.length, littleEndian)
  header.setUint16(4, message.type, littleEndian)
  header.setUint16(6, message.flags, littleEndian)
  header.setUint32(8, message.sequence, littleEndian)
  header.setUint32(12, message.port, littleEndian)
  bytes.set(message.payload, MESSAGE_HEADER)
  return bytes
}

/** All messages of one datagram. */
export function decodeMessages(datagram: Uint8Array): readonly NetlinkMessage[] | Malformed {
  const messages: NetlinkMessage[] = []
  const headers = view(datagram)
  let at = 0
  while (at < datagram.length) {
    if (datagram.length - at < MESSAGE_HEADER) return malformed(`a message header is cut off at byte ${at}`)
    const length = headers.getUint32(at, littleEndian)
    if (length < MESSAGE_HEADER || at + length > datagram.length) {
      return malformed(`the message at byte ${at} says it is ${length} bytes long, ${datagram.length - at} are there`)
    }
    messages.push({
      type: headers.getUint16(at + 4, littleEndian),
      flags: headers.getUint16(at + 6, littleEndian),
      sequence: headers.getUint32(at + 8, littleEndian),
      port: headers.getUint32(at + 12, littleEndian),
      payload: datagram.subarray(at + MESSAGE_HEADER, at + length),
    })
    at += aligned(length)
  }
  return messages
}

/** A generic message's payload: version 1, then attributes already encoded. */
export function encodeGeneric(command: number, attributes: readonly Uint8Array[]): Uint8Array {
  return joined([Uint8Array.of(command, 1, 0, 0), ...attributes])
}

export function decodeGeneric(payload: Uint8Array): GenericMessage | Malformed {
  const command = payload[0]
  if (command === undefined || payload.length < GENERIC_HEADER) return malformed('a generic header is cut off')
  const attributes = decodeAttributes(payload.subarray(GENERIC_HEADER))
  return isMalformed(attributes) ? attributes : { command, attributes }
}

/** One attribute, padded to four bytes; its length counts the header but not the padding. */
export function attribute(type: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(aligned(ATTRIBUTE_HEADER + payload.length))
  const header = view(bytes)
  header.setUint16(0, ATTRIBUTE_HEADER + payload.length, littleEndian)
  header.setUint16(2, type, littleEndian)
  bytes.set(payload, ATTRIBUTE_HEADER)
  return bytes
}

export function nested(type: number, attributes: readonly Uint8Array[]): Uint8Array {
  return attribute(type | NLA_F_NESTED, joined(attributes))
}

export function decodeAttributes(bytes: Uint8Array): Attributes | Malformed {
  const attributes = new Map<number, Uint8Array>()
  let at = 0
  while (at < bytes.length) {
    if (bytes.length - at < ATTRIBUTE_HEADER) return malformed(`an attribute header is cut off at byte ${at}`)
    const header = view(bytes.subarray(at))
    const length = header.getUint16(0, littleEndian)
    if (length < ATTRIBUTE_HEADER || at + length > bytes.length) {
      return malformed(`the attribute at byte ${at} says it is ${length} bytes long, ${bytes.length - at} are there`)
    }
    attributes.set(
      header.getUint16(2, littleEndian) & NLA_TYPE_MASK,
      bytes.subarray(at + ATTRIBUTE_HEADER, at + length),
    )
    at += aligned(length)
  }
  return attributes
}

/** An acknowledgement's errno as a positive number, 0 for success; or `null` if the payload is too short for one. */
export function decodeErrno(payload: Uint8Array): number | null {
  return payload.length < 4 ? null : Math.abs(view(payload).getInt32(0, littleEndian))
}

/** Asks the controller for a family's number. The numbers are given out at run time: never write one down. */
export function encodeFamilyRequest(name: string): Uint8Array {
  return encodeGeneric(CTRL_CMD_GETFAMILY, [attribute(CTRL_ATTR_FAMILY_NAME, textBytes(name))])
}

export function decodeFamilyReply(payload: Uint8Array): number | Malformed {
  const message = decodeGeneric(payload)
  if (isMalformed(message)) return message
  return unsigned(message.attributes, CTRL_ATTR_FAMILY_ID) ?? malformed('the family reply carries no family number')
}

export function malformed(text: string): Malformed {
  return { kind: 'malformed', text }
}

export function isMalformed<T>(value: T | Malformed): value is Malformed {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'malformed'
}

export const u8Bytes = (value: number): Uint8Array => Uint8Array.of(value)

export function u16Bytes(value: number): Uint8Array {
  const bytes = new Uint8Array(2)
  view(bytes).setUint16(0, value, littleEndian)
  return bytes
}

export function u32Bytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  view(bytes).setUint32(0, value, littleEndian)
  return bytes
}

/** Text with the zero byte behind it that the kernel insists on. */
export function textBytes(text: string): Uint8Array {
  return utf8.encode(`${text}\0`)
}

/** An integer of 1, 2, 4 or 8 bytes, whichever the sender chose; `null` where it is missing or of another length. */
export function unsigned(attributes: Attributes, type: number): number | null {
  const bytes = attributes.get(type)
  if (bytes === undefined) return null
  const number = view(bytes)
  if (bytes.length === 1) return number.getUint8(0)
  if (bytes.length === 2) return number.getUint16(0, littleEndian)
  if (bytes.length === 4) return number.getUint32(0, littleEndian)
  return bytes.length === 8 ? Number(number.getBigUint64(0, littleEndian)) : null
}

export function port(attributes: Attributes, type: number): number | null {
  const bytes = attributes.get(type)
  return bytes?.length === 2 ? view(bytes).getUint16(0, false) : null
}

/** Text up to its zero byte. Latin-1, so that no byte is lost or refused. */
export function text(attributes: Attributes, type: number): string | null {
  const bytes = attributes.get(type)
  if (bytes === undefined) return null
  const end = bytes.indexOf(0)
  return latin1.decode(end < 0 ? bytes : bytes.subarray(0, end))
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
