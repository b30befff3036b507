/**
 * The lines in a stream of bytes, as a server of mon's protocol reads requests. Memory is bounded by LONGEST_LINE
 * whatever arrives, and many tiny pieces cost no more than one large one.
 * Source: mon's client protocol: a request ends at LF, CR LF, or any run of CR and LF that arrived together.
 */

/**
 * Bytes of one line, its end not counted. `list opstatus` with the names of some thousand services, as monshow sends it,
 * is the longest a real client has.
 */
export const LONGEST_LINE = 65_536

export type Line =
  /** Bytes that are not UTF-8 are U+FFFD; NULs are as they came. */
  | { readonly kind: 'line'; readonly text: string }
  /** Said once, as soon as it is known; the rest up to the line's end is dropped. */
  | { readonly kind: 'too-long' }

const LF = 10
const CR = 13
const FIRST_ROOM = 256

export class LineReader {
  private readonly longest: number
  private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  private room = new Uint8Array(0)
  private used = 0
  private skipping = false
  /** A CR ended the piece before: an LF that begins the next one belongs to it. */
  private halfEnd = false

  constructor(longest: number = LONGEST_LINE) {
    this.longest = longest
  }

  /** The lines that these bytes complete, in order. What is incomplete waits for the next call. */
  feed(bytes: Uint8Array): readonly Line[] {
    if (bytes.length === 0) return []
    const lines: Line[] = []
    let from = this.halfEnd && bytes[0] === LF ? 1 : 0
    this.halfEnd = false
    while (from < bytes.length) {
      const end = endFrom(bytes, from)
      this.keep(bytes.subarray(from, end), lines)
      if (end === bytes.length) break
      this.complete(lines)
      from = behindRun(bytes, end)
      this.halfEnd = from === bytes.length && bytes[from - 1] === CR
    }
    return lines
  }

  private keep(piece: Uint8Array, lines: Line[]): void {
    if (this.skipping) return
    const needed = this.used + piece.length
    if (needed > this.longest) {
      this.skipping = true
      this.used = 0
      lines.push({ kind: 'too-long' })
      return
    }
    if (needed > this.room.length) {
      const larger = new Uint8Array(Math.min(this.longest, Math.max(FIRST_ROOM, this.room.length * 2, needed)))
      larger.set(this.room.subarray(0, this.used))
      this.room = larger
    }
    this.room.set(piece, this.used)
    this.used = needed
  }

  private complete(lines: Line[]): void {
    if (!this.skipping) lines.push({ kind: 'line', text: this.decoder.decode(this.room.subarray(0, this.used)) })
    this.skipping = false
    this.used = 0
  }
}

function endFrom(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length && bytes[at] !== LF && bytes[at] !== CR) at += 1
  return at
}

function behindRun(bytes: Uint8Array, from: number): number {
  let at = from
  while (bytes[at] === LF || bytes[at] === CR) at += 1
  return at
}
