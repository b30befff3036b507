/**
 * mon's status codes: their names in `set G S opstatus NAME`, and the class that decides which lists show a service and
 * what a dependency on it is worth. The daemon itself only sets 0, 1 and 7.
 * Source: mon 1.3.6; its manual, "list failures", "list successes", "list warnings".
 */
export type StatusCode = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9

interface Status {
  /** `null` where `set` has no word for it. */
  readonly name: string | null
  readonly failure: boolean
  /** Untested counts. */
  readonly success: boolean
  readonly warning: boolean
}

const failure = (name: string): Status => ({ name, failure: true, success: false, warning: false })
const success = (name: string): Status => ({ name, failure: false, success: true, warning: false })
const doubtful = (name: string): Status => ({ name, failure: false, success: true, warning: true })

export const STATUS: Readonly<Record<StatusCode, Status>> = {
  0: failure('fail'),
  1: success('ok'),
  2: doubtful('coldstart'),
  3: doubtful('warmstart'),
  4: failure('linkdown'),
  5: doubtful('unknown'),
  6: failure('timeout'),
  7: success('untested'),
  8: { name: null, failure: false, success: false, warning: false },
  9: { name: null, failure: false, success: false, warning: true },
}
const CODES: readonly StatusCode[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

/** The code of a name that `set G S opstatus` takes; `null` is answered with `520 undefined opstatus`. */
export function statusNamed(name: string): StatusCode | null {
  return CODES.find((code) => STATUS[code].name === name) ?? null
}

/** A code as a digit, or as the word that mon's own `set` leaves in its state; `null` if it is neither. */
export function readStatus(text: string): StatusCode | null {
  return CODES.find((code) => String(code) === text) ?? statusNamed(text)
}
