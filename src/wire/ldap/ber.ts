/**
 * The Basic Encoding Rules as far as LDAP needs them: definite lengths, tags of one byte.
 * Source: X.690 §8.1; RFC 4511 §5.1. Bytes that are read are a stranger's: whatever does not fit gives `null`.
 */

export const BER = {
  boolean: 0x01,
  integer: 0x02,
  octetString: 0x04,
  enumerated: 0x0a,
  sequence: 0x30,
  set: 0x31,
} as const

/** One element: its tag, its length, and the parts one behind the other. */
export function element(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag]), lengthBytes(body.length), body])
}

export const octets = (text: string | Uint8Array, tag: number = BER.octetString): Buffer =>
  element(tag, typeof text === 'string' ? Buffer.from(text) : text)

/** A number from 0 to 127. */
export const small = (value: number, tag: number = BER.integer): Buffer => element(tag, Buffer.from([value]))

function lengthBytes(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  const bytes: number[] = []
  for (let left = length; left > 0; left = Math.floor(left / 256)) bytes.unshift(left % 256)
  return Buffer.from([0x80 | bytes.length, ...bytes])
}

export interface Element {
  readonly tag: number
  readonly body: Buffer
  /** What follows it. */
  readonly rest: Buffer
}

/** Where the first element ends: `more` bytes are needed to know, or to have all of it; `broken`: it is none. */
export type Extent =
  | { readonly kind: 'whole'; readonly head: number; readonly length: number }
  | { readonly kind: 'more' }
  | { readonly kind: 'broken' }

/** Four bytes are more than any limit of ours lets pass. */
const MOST_LENGTH_BYTES = 4

export function extentOf(bytes: Buffer): Extent {
  const first = bytes[1]
  if (first === undefined) return { kind: 'more' }
  if (first < 0x80) return { kind: 'whole', head: 2, length: first }
  const count = first & 0x7f
  if (count === 0 || count > MOST_LENGTH_BYTES) return { kind: 'broken' }
  if (bytes.length < 2 + count) return { kind: 'more' }
  return { kind: 'whole', head: 2 + count, length: bytes.readUIntBE(2, count) }
}

/** The first element; `null` if it is not all there, or has another tag than `tag`. */
export function readElement(bytes: Buffer, tag: number | null = null): Element | null {
  const extent = extentOf(bytes)
  const found = bytes[0]
  if (extent.kind !== 'whole' || found === undefined || (tag !== null && found !== tag)) return null
  const end = extent.head + extent.length
  if (end > bytes.length) return null
  return { tag: found, body: bytes.subarray(extent.head, end), rest: bytes.subarray(end) }
}

/** All elements one behind the other; `null` if the last is cut, or if there are more than `most`. */
export function readElements(bytes: Buffer, most: number): Element[] | null {
  const elements: Element[] = []
  for (let left = bytes; left.length > 0; ) {
    const next = readElement(left)
    if (next === null || elements.length >= most) return null
    elements.push(next)
    left = next.rest
  }
  return elements
}

/** A whole number of up to four bytes; `null` if it is none. */
export function readInteger({ body }: Element): number | null {
  return body.length >= 1 && body.length <= 4 ? body.readIntBE(0, body.length) : null
}
