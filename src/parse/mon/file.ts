/** mon.cf as a tree in which everything knows its place; made by mon.ts, given its meaning by resolve.ts. */

import type { Problem } from '../problem.ts'
import type { Source } from '../source.ts'
import type { Slice } from './lines.ts'
import type { OwnBlock, ServiceDefault } from './words.ts'

/** Whether mon 1.3's ways are wanted where they differ from its manual's. */
export type QuirksName = 'none' | 'mon-1.3'
export const QUIRKS_NAMES: readonly QuirksName[] = ['none', 'mon-1.3']

export interface MonFile {
  readonly source: Source
  /** What its setting `quirks` says, or what stands in for it; it decides how some lines are read. */
  readonly quirks: QuirksName
  readonly globals: readonly Statement[]
  readonly groups: readonly GroupBlock[]
  readonly aliases: readonly AliasBlock[]
  readonly views: readonly ViewBlock[]
  readonly watches: readonly WatchBlock[]
  /** Ours: `virtual`, `receiver`, `maintenance`, `report`. */
  readonly own: Readonly<Record<OwnBlock, readonly OwnBlockLines[]>>
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

export interface AliasBlock {
  readonly name: Slice
  readonly lines: readonly string[]
}

export interface ViewBlock {
  readonly name: Slice
  readonly members: readonly Slice[]
}

export interface WatchBlock {
  readonly name: Slice
  readonly services: readonly ServiceBlock[]
}

/** Settings that count for the services below them, as far as they stand above a service. */
export type Defaults = { readonly [name in ServiceDefault]?: Statement }

export interface ServiceBlock {
  readonly name: Slice
  readonly statements: readonly Statement[]
  readonly variables: readonly Statement[]
  readonly periods: readonly PeriodBlock[]
  readonly defaults: Defaults
}

export interface PeriodBlock {
  /** The word `period`, for problems about the whole. */
  readonly keyword: Slice
  readonly label: Slice | null
  readonly expression: Slice
  readonly statements: readonly Statement[]
}

/** A block of ours: a name, and lines of which each begins with a word. */
export interface OwnBlockLines {
  readonly name: Slice
  readonly statements: readonly Statement[]
}
