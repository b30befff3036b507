/**
 * ldirectord.cf as nouns in which everything knows its place; made by parse.ts, given its meaning by resolve.ts. A setting that
 * is not there was not written: defaults, and what a service takes over from the globals, are filled in later.
 */
import type { Problem } from '../problem.ts'
import type { Source } from '../source.ts'
import type { Header } from './header.ts'
import type { RealLine } from './real.ts'
import type { GlobalSettings, ServiceSettings } from './tables.ts'
import type { Setting, Word } from './words.ts'

export interface LdirectordFile {
  readonly source: Source
  /** That one alone: ldirectord.cf includes none. */
  readonly sources: readonly Source[]
  readonly globals: GlobalSettings
  /** Every `execute`, in order: other files that ldirectord starts itself for. */
  readonly executes: readonly Setting<string>[]
  readonly services: readonly VirtualService[]
  /** What the text alone shows to be wrong; those beyond the limit are only counted in `omitted`. */
  readonly problems: readonly Problem[]
  readonly omitted: number
}

export interface VirtualService {
  readonly keyword: Word
  readonly header: Header
  readonly settings: ServiceSettings
  readonly reals: readonly RealLine[]
  /** Lines that name real servers, right or wrong. */
  readonly realLines: number
}
