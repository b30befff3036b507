/**
 * What one event leaves on disk: the change of state, the outbox and the history in ONE record, so that a crash has
 * all of it or none. edge/journal/journal.ts writes commits; PostgreSQL is fed from them in order (runtime/history.ts).
 */
import type { Entry } from './entry.ts'
import type { Patch } from './state.ts'
import type { WallTime } from './units.ts'

export interface Commit {
  /** Counts from 1, without end, over all runs of the daemon on one state directory. */
  readonly seq: number
  readonly at: WallTime
  readonly patch: Patch
  readonly entries: readonly Entry[]
}

/** The part of a commit that is history. */
export type PastCommit = Omit<Commit, 'patch'>

export const emptyPatch: Patch = { services: [], pools: [], owned: null, controls: null, deliveries: [], delivered: [] }

/**
 * What came of writing a commit: it is on the disk, or (the disk being full or broken) only in memory for now.
 * The journal keeps trying by itself; the daemon goes on either way. `text` is a sentence for people.
 */
export type Appended = { readonly kind: 'durable' } | { readonly kind: 'in-memory'; readonly text: string }

/** Which entries of the history to read back; the newest `limit` that fit, oldest first. */
export interface EntryQuery {
  readonly since?: WallTime
  readonly limit?: number
  /** Only entries of this service, by its key. */
  readonly service?: string
  readonly match?: (entry: Entry) => boolean
}
