/**
 * Netlink messages written one behind the other into one growing run of bytes, so that a first start with thousands of
 * changes makes no object for each attribute.
 * Source: linux/netlink.h, struct nlmsghdr and nlattr; linux/genetlink.h. Integers are in the machine's own order.
 */
import { GENERIC_HEADER, littleEndian, MESSAGE_HEADER, NLA_F_NESTED } from './netlink.ts'

const FIRST_BYTES = 4096
const ATTRIBUTE_HEADER = 4

export class MessageWriter {
  #bytes = new Uint8Array(FIRST_BYTES)
  #view = new DataView(this.#bytes.buffer)
  #length = 0

  /** What has been written since the last `clear`; good until the next. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  clear(): void {
    this.#length = 0
  }

  /** Begins a message; `end` gives it its length. The answer is what `end` needs. */
  message(type: number, flags: number, sequence: number): number {
    const at = this.#take(MESSAGE_HEADER)
    this.#view.setUint16(at + 4, type, littleEndian)
    this.#view.setUint16(at + 6, flags, littleEndian)
    this.#view.setUint32(at + 8, sequence, littleEndian)
    return at
  }

  end(message: number): void {
    this.#view.setUint32(message, this.#length - message, littleEndian)
  }

  /** The generic header: command, version 1. */
  generic(command: number): void {
    const at = this.#take(GENERIC_HEADER)
    this.#bytes[at] = command
    this.#bytes[at + 1] = 1
  }

  /** Begins a nest; `endNest` gives it its length. */
  nest(type: number): number {
    const at = this.#take(ATTRIBUTE_HEADER)
    this.#view.setUint16(at + 2, type | NLA_F_NESTED, littleEndian)
    return at
  }

  endNest(nest: number): void {
    this.#view.setUint16(nest, this.#length - nest, littleEndian)
  }

  u8(type: number, value: number): void {
    this.#bytes[this.#attribute(type, 1)] = value
  }

  u16(type: number, value: number): void {
    const at = this.#attribute(type, 2)
    this.#view.setUint16(at, value, littleEndian)
  }

  /** Network order whatever the machine. */
  port(type: number, value: number): void {
    const at = this.#attribute(type, 2)
    this.#view.setUint16(at, value, false)
  }

  u32(type: number, value: number): void {
    const at = this.#attribute(type, 4)
    this.#view.setUint32(at, value, littleEndian)
  }

  /** Two integers as one attribute. */
  pair(type: number, first: number, second: number): void {
    const at = this.#attribute(type, 8)
    this.#view.setUint32(at, first, littleEndian)
    this.#view.setUint32(at + 4, second, littleEndian)
  }

  /** ASCII text with the zero byte behind it that the kernel insists on. */
  text(type: number, text: string): void {
    const at = this.#attribute(type, text.length + 1)
    for (let i = 0; i < text.length; i += 1) this.#bytes[at + i] = text.charCodeAt(i)
  }

  /** Bytes, followed by zeros up to `length`. */
  bytes(type: number, bytes: Uint8Array, length = bytes.length): void {
    const at = this.#attribute(type, length)
    this.#bytes.set(bytes, at)
  }

  /** A payload that is encoded already. */
  raw(bytes: Uint8Array): void {
    const at = this.#take((bytes.length + 3) & ~3)
    this.#bytes.set(bytes, at)
  }

  #attribute(type: number, length: number): number {
    const at = this.#take((ATTRIBUTE_HEADER + length + 3) & ~3)
    this.#view.setUint16(at, ATTRIBUTE_HEADER + length, littleEndian)
    this.#view.setUint16(at + 2, type, littleEndian)
    return at + ATTRIBUTE_HEADER
  }

  /** Zeros of that length at the end; where they begin. */
  #take(length: number): number {
    const at = this.#length
    this.#length += length
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length))
      larger.set(this.#bytes.subarray(0, at))
      this.#bytes = larger
      this.#view = new DataView(larger.buffer)
    } else this.#bytes.fill(0, at, this.#length)
    return at
  }
}
