/**
 * lvs.cf as nouns in which everything knows its place; made by parse.ts, given its meaning by resolve.ts. A setting that is
 * not there was not written.
 */
import type { Problem } from '../problem.ts'
import type { Source } from '../source.ts'
import type { SettingsOf } from './settings.ts'
import type { GLOBALS, SERVER, VIRTUAL } from './tables.ts'
import type { Word } from './word.ts'

export interface LvsFile {
  readonly source: Source
  /** The source alone: lvs.cf includes nothing. */
  readonly sources: readonly Source[]
  readonly globals: GlobalSettings
  readonly virtuals: readonly Section[]
  readonly failovers: readonly Section[]
  /** What the text alone shows to be wrong; those beyond the limit are only counted in `omitted`. */
  readonly problems: readonly Problem[]
  readonly omitted: number
}

export type GlobalSettings = SettingsOf<typeof GLOBALS>

/** A `virtual` or `failover` block. */
export interface Section {
  readonly keyword: Word
  /** Without text where none is written, which is an error. */
  readonly name: Word
  readonly settings: SettingsOf<typeof VIRTUAL>
  readonly servers: readonly Server[]
}

export interface Server {
  readonly keyword: Word
  readonly name: Word
  readonly settings: SettingsOf<typeof SERVER>
  /** The port of its virtual as far as that was read when this block began: Piranha takes it for the server's own. */
  readonly portBefore: number
}
