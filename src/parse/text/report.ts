/**
 * Collects the problems of one run. Bounded: a file of ten million mistakes costs no more than one of a thousand, and
 * an error is never lost behind warnings.
 */

import { acceptedByMon, quirksRemedy } from '../accepted.ts'
import { inFileOrder, type Problem } from '../problem.ts'
import type { Span } from '../source.ts'
import { type Nearby, nearby } from './nearest.ts'

/** Problems of each severity that are kept; the rest is only counted. */
export const KEPT_PROBLEMS = 1000

export class Report {
  /** Errors and warnings beyond the limit. */
  omitted = 0
  readonly #errors: Problem[] = []
  readonly #warnings: Problem[] = []
  readonly #nearby: Nearby = nearby()
  readonly #asMon: boolean

  /** `asMon`: what mon accepts is a warning (accepted.ts). */
  constructor({ asMon = false }: { readonly asMon?: boolean } = {}) {
    this.#asMon = asMon
  }

  error(code: string, span: Span, message: string, hint = ''): void {
    const remedy = this.#asMon ? '' : quirksRemedy(code)
    this.add({ code, severity: 'error', span, message, hint: hint + remedy })
  }

  warning(code: string, span: Span, message: string, hint = ''): void {
    this.add({ code, severity: 'warning', span, message, hint })
  }

  add(found: Problem): void {
    const problem = this.#asMon ? softened(found) : found
    const kept = problem.severity === 'error' ? this.#errors : this.#warnings
    if (kept.length < KEPT_PROBLEMS) kept.push(problem)
    else this.omitted += 1
  }

  /** The candidate that was probably meant, or null. */
  nearest(word: string, candidates: Iterable<string>): string | null {
    return this.#errors.length < KEPT_PROBLEMS ? this.#nearby.find(word, candidates) : null
  }

  get failed(): boolean {
    return this.#errors.length > 0
  }

  get problems(): readonly Problem[] {
    return inFileOrder([...this.#errors, ...this.#warnings])
  }
}

function softened(problem: Problem): Problem {
  const does = problem.severity === 'error' ? acceptedByMon(problem.code) : undefined
  return does === undefined ? problem : { ...problem, severity: 'warning', message: `${problem.message}; ${does}` }
}
