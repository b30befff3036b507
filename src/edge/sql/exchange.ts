/** One statement's way to its answer, the same for every driver: whatever comes first decides, and nothing after it. */
import type { Duplex } from 'node:stream'
import type { Attempt } from '../probe/attempt.ts'
import { codeOf } from './said.ts'
import type { SqlAnswer } from './sql-monitor.ts'
import { TOO_MUCH } from './stream.ts'

type Fault = Omit<Extract<SqlAnswer, { readonly kind: 'failed' }>, 'kind'>

interface Ends {
  readonly stream: Duplex
  readonly attempt: Attempt
  /** Only who has answered is told goodbye: some servers count the others as aborted. */
  goodbye(): void
  faultOf(error: unknown, inside: boolean): Fault
  settle(answer: SqlAnswer): void
}

export class Exchange {
  /** The login is over. */
  inside = false
  rows = 0
  readonly #ends: Ends
  #over = false

  constructor(ends: Ends) {
    this.#ends = ends
  }

  /** `false`: it was over before it began. */
  begin(): boolean {
    const { signal } = this.#ends.attempt
    signal.addEventListener('abort', this.#aborted, { once: true })
    if (signal.aborted) this.#aborted()
    return !this.#over
  }

  readonly done = (answer: SqlAnswer): void => {
    if (this.#over) return
    this.#over = true
    this.#ends.attempt.signal.removeEventListener('abort', this.#aborted)
    if (answer.kind === 'rows') this.#ends.goodbye()
    else this.#ends.stream.destroy()
    this.#ends.settle(answer)
  }

  /** What came before too much came is an answer. */
  readonly failed = (error: unknown): void => {
    const enough = this.rows > 0 && codeOf(error) === TOO_MUCH
    if (enough) this.done({ kind: 'rows', rows: this.rows })
    else this.done({ kind: 'failed', ...this.#ends.faultOf(error, this.inside) })
  }

  readonly #aborted = (): void => this.done({ kind: 'stopped', rows: this.inside ? this.rows : null })
}
