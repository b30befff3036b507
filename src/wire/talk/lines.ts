/**
 * The lines in what a server sends: each ends at LF, and a CR before that belongs to the end. Memory is bounded whatever
 * arrives, and many tiny pieces cost no more than one large one.
 * Source: RFC 5321 §2.3.8, RFC 1939 §3, RFC 3501 §2.2, RFC 959 §4.2, RFC 3977 §3.1: CR LF; a bare LF is common.
 */

/** Bytes of one line. RFC 5321 §4.5.3.1.5 allows 512; some servers show more of themselves. */
export const LONGEST_LINE = 65_536

/** Bytes of a whole conversation. */
export const MOST_BYTES = 1_048_576

export type Overflow = 'line-too-long' | 'too-much'

export class Lines {
  private pieces: string[] = []
  private used = 0
  private received = 0

  /** The lines that these bytes complete, in order, and whether a limit was passed behind them. */
  feed(bytes: Uint8Array): { readonly lines: readonly string[]; readonly overflow: Overflow | null } {
    const lines: string[] = []
    this.received += bytes.length
    let from = 0
    for (let end = bytes.indexOf(LF); end !== -1; end = bytes.indexOf(LF, from)) {
      this.keep(bytes.subarray(from, end))
      if (this.used > LONGEST_LINE) return { lines, overflow: 'line-too-long' }
      lines.push(this.taken())
      from = end + 1
    }
    this.keep(bytes.subarray(from))
    if (this.used > LONGEST_LINE) return { lines, overflow: 'line-too-long' }
    return { lines, overflow: this.received > MOST_BYTES ? 'too-much' : null }
  }

  /** What came behind the last line end before the server closed; `null` if nothing did. */
  rest(): string | null {
    return this.used === 0 ? null : this.taken()
  }

  private keep(piece: Uint8Array): void {
    if (piece.length === 0) return
    this.used += piece.length
    if (this.used <= LONGEST_LINE) this.pieces.push(latin1(piece))
  }

  private taken(): string {
    const line = this.pieces.join('')
    this.pieces = []
    this.used = 0
    return line.endsWith('\r') ? line.slice(0, -1) : line
  }
}

const LF = 10
/** String.fromCharCode takes its characters as arguments, and a call has room for only so many. */
const AT_ONCE = 4096

/** Each byte is a character. */
export function latin1(bytes: Uint8Array): string {
  let text = ''
  for (let from = 0; from < bytes.length; from += AT_ONCE) {
    text += String.fromCharCode(...bytes.subarray(from, from + AT_ONCE))
  }
  return text
}
