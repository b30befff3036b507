/** Lines of keepalived.conf as they are put one below the other, each with the place it was made of. */
import type { Place } from '../../model/model.ts'
import type { WrittenLine } from '../written.ts'

export class Lines {
  readonly written: WrittenLine[] = []
  #depth = 0

  line(text: string, place: Place | null = null): void {
    this.written.push({ text, place, depth: this.#depth })
  }

  /** `head {`, what `inside` writes, `}`. */
  block(head: string, place: Place | null, inside: () => void): void {
    this.line(`${head} {`, place)
    this.#depth += 1
    inside()
    this.#depth -= 1
    this.line('}')
  }

  /** The same, of a virtual server or a real server in it. */
  pool(head: string, place: Place, inside: () => void): void {
    const at = this.written.length
    this.block(head, place, inside)
    const opener = this.written[at]
    if (opener !== undefined) this.written[at] = { ...opener, pool: true }
  }

  /** An empty line between two blocks. */
  gap(): void {
    if (this.written.length > 0) this.line('')
  }
}
