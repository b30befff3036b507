/** keepalived.conf as blocks of statements in which everything knows its place, before any word has a meaning. */
import type { Word } from './line.ts'

/** `keyword word word` and, for some, a block. In blocks of values, such as addresses, the keyword is the first value. */
export interface Statement {
  readonly keyword: Word
  readonly words: readonly Word[]
  /** The text behind the keyword, for values that are read by other rules: commands and patterns. */
  readonly rest: Word
  readonly block: Block | null
}

export interface Block {
  readonly statements: readonly Statement[]
  /** The closing brace; null where it is missing. */
  readonly close: Word | null
}

/** What may stand in a kind of block: made of the same tables that give the words their meaning. */
export interface Shape {
  readonly name: string
  /** Words with a value; null: anything, each line is a value. */
  readonly words: ReadonlySet<string> | null
  readonly blocks: Readonly<Record<string, Shape>>
  /** Whether a line of one unknown word is a value here: the old vrrp_sync_group, without `group`. */
  readonly bareWords?: boolean
}

export interface GrowingStatement extends Statement {
  block: GrowingBlock | null
}

export interface GrowingBlock extends Block {
  readonly statements: GrowingStatement[]
  close: Word | null
}

export const knows = ({ words, blocks }: Shape, text: string): boolean =>
  (words?.has(text) ?? false) || Object.hasOwn(blocks, text)
