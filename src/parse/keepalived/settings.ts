/** A block's statements and a table of words to the settings of the block. */
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { spanOf, type Word } from './line.ts'
import { lossOf } from './losses.ts'
import { oldWord } from './old-words.ts'
import type { Statement } from './tree.ts'
import { Args, type Value, type ValueOf } from './values.ts'

/** A value, and the word that set it. */
export interface Setting<T> {
  readonly keyword: Word
  /** What stands behind it, for problems about the value. */
  readonly at: Word
  readonly value: T
}

export type Table = Readonly<Record<string, Value<unknown>>>

/** What a table makes of a block: the last one counts where a word stands twice. */
export type SettingsOf<T extends Table> = { readonly [K in keyof T]?: Setting<ValueOf<T[K]>> }

export function readSettings<T extends Table>(
  statements: readonly Statement[],
  { block, table, report }: { readonly block: string; readonly table: T; readonly report: Report },
): SettingsOf<T> {
  const found: Partial<Record<keyof T, Setting<unknown>>> = {}
  for (const statement of statements) {
    if (statement.block !== null) continue
    const name = currentName(statement, block, report)
    if (name === null || !Object.hasOwn(table, name)) continue
    const value = readValue(statement, table[name], report)
    if (value === null) continue
    const former = found[name]
    if (former !== undefined) warnTwice(statement, report)
    const setting: Partial<Record<keyof T, Setting<unknown>>> = {}
    setting[name as keyof T] = { keyword: statement.keyword, at: statement.rest, value }
    Object.assign(found, setting)
  }
  return found as SettingsOf<T>
}

export function readValue<T>(statement: Statement, value: Value<T> | undefined, report: Report): T | null {
  if (value === undefined) return null
  const args = new Args(statement, value, report)
  const read = value.read(args)
  const extra = read === null ? undefined : args.peek()
  if (extra !== undefined) {
    const message = `${quoted(extra.text)} counts for nothing: ${quoted(statement.keyword.text)} ends before it`
    report.warning('word-extra', spanOf(extra), message, 'take it out, or begin a new line before it')
  }
  return read
}

/** Today's name of a statement's word; null: it means nothing any more. Warns where that is news. */
export function currentName({ keyword }: Statement, block: string, report: Report): string | null {
  const old = oldWord(block, keyword.text)
  if (old !== undefined) {
    const message = `${quoted(keyword.text)} is a word of older versions`
    if (old.note !== null) report.warning('word-old', spanOf(keyword), message, old.note)
    return old.now
  }
  warnOfLoss(keyword, block, report)
  return keyword.text
}

export function warnOfLoss(keyword: Word, block: string, report: Report): void {
  const loss = lossOf(block, keyword.text)
  if (loss === undefined) return
  report.warning('not-honoured', spanOf(keyword), `upalert does not honour ${quoted(keyword.text)}`, loss)
}

function warnTwice({ keyword }: Statement, report: Report): void {
  const message = `${quoted(keyword.text)} stands here a second time; this one counts`
  report.warning('word-twice', spanOf(keyword), message, 'leave one of them')
}
