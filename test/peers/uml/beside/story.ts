/** What a world's guest tells the test outside. */
import type { Visit } from '../visits.ts'

export interface Story {
  readonly moments: readonly Told[]
  /** Requests of clients by the scenario's place in the list. */
  readonly visits: Readonly<Record<number, readonly Visit[]>>
  /** The exit status of the program, or the signal that ended it. */
  readonly ended: number | string
}

export interface Told {
  readonly moment: string
  /** Milliseconds since 1970, as in the record of changes. */
  readonly at: number
  /** How long until the table was what the moment should make of it. */
  readonly took: number
  /** What did not come in time. */
  readonly missing: readonly string[]
  /** What scripts were run with at this moment, a line each: `8101 a down`. */
  readonly told: readonly string[]
  /** ipvsadm's list at the end of the moment. */
  readonly table: string
}
