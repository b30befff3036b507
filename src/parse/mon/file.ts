/** mon.cf as a tree in which everything knows its place; made by mon.ts, given its meaning by resolve.ts. */

import type { Problem } from '../problem.ts'
import type { Source } from '../source.ts'
import type { Slice } from './lines.ts'

export interface MonFile {
  readonly source: Source
  readonly globals: readonly Statement[]
  readonly groups: readonly GroupBlock[]
  readonly watches: readonly WatchBlock[]
  readonly virtuals: readonly VirtualBlock[]
  /** What the syntax alone shows to be wrong; those beyond the limit are only counted in `omitted`. */
  readonly problems: readonly Problem[]
  readonly omitted: number
}

/** `keyword arguments`, `name = value` or `NAME=value`. */
export interface Statement {
  readonly keyword: Slice
  readonly value: Slice
}

export interface GroupBlock {
  readonly name: Slice
  readonly hosts: readonly Slice[]
}

export interface WatchBlock {
  readonly name: Slice
  readonly services: readonly ServiceBlock[]
}

export interface ServiceBlock {
  readonly name: Slice
  readonly statements: readonly Statement[]
  readonly variables: readonly Statement[]
  readonly periods: readonly PeriodBlock[]
}

export interface PeriodBlock {
  /** The word `period`, for problems about the whole. */
  readonly keyword: Slice
  readonly label: Slice | null
  readonly expression: Slice
  readonly statements: readonly Statement[]
}

export interface VirtualBlock {
  readonly name: Slice
  readonly statements: readonly Statement[]
}
