/**
 * The lines in what a server sends, ends and all, as Perl's patterns see them: each ends behind LF, and the last may lack it.
 * Memory is bounded by `most`, and many tiny pieces cost no more than one large one.
 */
import { latin1 } from './lines.ts'

const LF = 10

export class RawLines {
  private pieces: string[] = []
  private received = 0
  private readonly most: number

  constructor(most: number) {
    this.most = most
  }

  /** Bytes that were fed. */
  get bytes(): number {
    return this.received
  }

  /** The lines that these bytes complete; each byte is a character. `full`: more came than may be kept. */
  feed(bytes: Uint8Array): { readonly lines: readonly string[]; readonly full: boolean } {
    const taken = bytes.subarray(0, Math.max(this.most - this.received, 0))
    this.received += bytes.length
    const lines: string[] = []
    let from = 0
    for (let end = taken.indexOf(LF); end !== -1; end = taken.indexOf(LF, from)) {
      this.pieces.push(latin1(taken.subarray(from, end + 1)))
      lines.push(this.taken())
      from = end + 1
    }
    if (from < taken.length) this.pieces.push(latin1(taken.subarray(from)))
    return { lines, full: this.received > this.most }
  }

  /** What stands behind the last line end; `null` if nothing does. */
  rest(): string | null {
    return this.pieces.length === 0 ? null : this.taken()
  }

  private taken(): string {
    const line = this.pieces.join('')
    this.pieces = []
    return line
  }
}
