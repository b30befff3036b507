/** A report that says a thing once: what is wrong with a service's own words is seen again with each of its real servers. */
import type { Problem } from '../../problem.ts'
import { Report } from '../../text/report.ts'

export class OnceReport extends Report {
  readonly #said = new Set<string>()

  override add(problem: Problem): void {
    const { code, span, message } = problem
    const key = `${code} ${span.start} ${message}`
    if (this.#said.has(key)) return
    this.#said.add(key)
    super.add(problem)
  }
}
