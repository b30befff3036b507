/**
 * A nest of attributes read where it lies. A table of thousands of entries has a hundred thousand attributes; a map and a
 * slice for each of them would cost more than the rest of the reading together.
 * Source: linux/netlink.h, struct nlattr. Integers are in the machine's own order.
 */
import type { Malformed } from './netlink.ts'
import { littleEndian, malformed, NLA_TYPE_MASK } from './netlink.ts'

const HEADER = 4

/** Where each attribute of the nest read last begins. One index serves any number of nests, one after the other. */
export class AttributeIndex {
  readonly #starts: Int32Array
  readonly #lengths: Int32Array
  #view: DataView = new DataView(new ArrayBuffer(0))

  /** `highest` is the largest type that will be asked for; attributes above it are passed over. */
  constructor(highest: number) {
    this.#starts = new Int32Array(highest + 1)
    this.#lengths = new Int32Array(highest + 1)
  }

  /** Reads the nest between two bytes of `view`; if an attribute is repeated the last counts, as in the kernel's own parser. */
  read(view: DataView, from: number, to: number): Malformed | null {
    this.#view = view
    this.#starts.fill(-1)
    for (let at = from; at < to; ) {
      if (to - at < HEADER) return malformed(`an attribute header is cut off at byte ${at - from}`)
      const length = view.getUint16(at, littleEndian)
      if (length < HEADER || at + length > to) {
        return malformed(`the attribute at byte ${at - from} says it is ${length} bytes long, ${to - at} are there`)
      }
      const type = view.getUint16(at + 2, littleEndian) & NLA_TYPE_MASK
      if (type < this.#starts.length) {
        this.#starts[type] = at + HEADER
        this.#lengths[type] = length - HEADER
      }
      at += (length + 3) & ~3
    }
    return null
  }

  has(type: number): boolean {
    return this.start(type) >= 0
  }

  /** Where its payload begins in the view, or -1. */
  start(type: number): number {
    return this.#starts[type] ?? -1
  }

  /** How long its payload is; 0 if it is missing. */
  length(type: number): number {
    return this.has(type) ? (this.#lengths[type] ?? 0) : 0
  }

  /** An integer of 1, 2, 4 or 8 bytes, whichever the sender chose; `null` where it is missing or of another length. */
  unsigned(type: number): number | null {
    const at = this.start(type)
    switch (this.length(type)) {
      case 1:
        return this.#view.getUint8(at)
      case 2:
        return this.#view.getUint16(at, littleEndian)
      case 4:
        return this.#view.getUint32(at, littleEndian)
      case 8: {
        const first = this.#view.getUint32(at, littleEndian)
        const second = this.#view.getUint32(at + 4, littleEndian)
        return littleEndian ? first + second * 2 ** 32 : first * 2 ** 32 + second
      }
      default:
        return null
    }
  }

  /** A port: network order whatever the machine. */
  port(type: number): number | null {
    return this.length(type) === 2 ? this.#view.getUint16(this.start(type), false) : null
  }

  /** Text up to its zero byte. Latin-1, so that no byte is lost or refused. */
  text(type: number): string | null {
    const at = this.start(type)
    if (at < 0) return null
    let text = ''
    for (let i = 0; i < this.length(type); i += 1) {
      const code = this.#view.getUint8(at + i)
      if (code === 0) break
      text += String.fromCharCode(code)
    }
    return text
  }
}
