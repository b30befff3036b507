/** A `KEYWORD = VALUE` line and the table of its level -> a setting of the block that it stands in. */
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { endsInBackslash, type Line, otherQuote } from './lines.ts'
import { LEVELS, type Level, NEVER, REFUSED } from './tables.ts'
import type { Value, ValueOf } from './values.ts'
import { spanFrom, spanOf, type Word } from './word.ts'

/** A value, and where it stands. */
export interface Setting<T> {
  readonly keyword: Word
  /** The first word of the value. */
  readonly at: Word
  /** The last. */
  readonly to: Word
  readonly value: T
}

export type Table = Readonly<Record<string, Value<unknown>>>

/** What a table makes of a block: the last one counts where a word stands twice. */
export type SettingsOf<T extends Table> = { readonly [K in keyof T]?: Setting<ValueOf<T[K]>> }

/** A block's settings while they are gathered. */
export type Gathered = Map<string, Setting<unknown>>

export function gather(
  line: Extract<Line, { kind: 'setting' | 'words' }>,
  level: Level,
  into: Gathered,
  report: Report,
) {
  const keyword = known(line.keyword, level, report)
  if (keyword === null) return
  if (line.kind === 'words' && line.words.length > 0) {
    const message = `here an equal sign is missing behind ${keyword.text}; it is read as if it stood there`
    report.warning('equal', spanOf(keyword), message, `write ${keyword.text} = …`)
  }
  if (line.kind === 'setting' && line.equal.glued && line.words.length > 0) {
    const message = 'Piranha wants blanks around the equal sign, and refuses this line'
    report.warning('equal', spanOf(line.equal.at), message, `write ${keyword.text} = …`)
  }
  const setting = readSetting(keyword, line.words, LEVELS[level].table, report)
  if (setting === null) return
  if (into.has(keyword.text)) {
    const message = `${keyword.text} stands here a second time; this one counts`
    report.warning('word-twice', spanOf(keyword), message, 'leave one of them')
  }
  into.set(keyword.text, setting)
}

/** Every setting was read by the value that its table has for it. */
export const settingsOf = <T extends Table>(gathered: Gathered): SettingsOf<T> =>
  Object.fromEntries(gathered) as SettingsOf<T>

function readSetting(keyword: Word, words: readonly Word[], table: Table, report: Report): Setting<unknown> | null {
  const value = table[keyword.text]
  const [word] = words
  if (value === undefined) return null
  const takes = value.words === 'list' ? words.length : value.words
  const last = words[takes - 1]
  if (word === undefined || last === undefined) {
    const message = word === undefined ? `${keyword.text} lacks its value` : `${keyword.text} lacks its second value`
    report.error('value-missing', spanFrom(keyword, words.at(-1)), message, `${keyword.text} takes ${value.wants}`)
    return null
  }
  if (!endsThere(keyword, words, takes, report)) return null
  const read = value.read({ keyword, word, words: words.slice(0, takes), report })
  return read === null ? null : { keyword, at: word, to: last, value: read }
}

/** Nothing stands behind the value but a remark. */
function endsThere(keyword: Word, words: readonly Word[], takes: number, report: Report): boolean {
  const extra = words[takes]
  if (extra === undefined) return true
  const rest = spanFrom(extra, words.at(-1))
  if (extra.quote === '' && extra.text.startsWith('#')) {
    const message = 'a comment behind a value is left out here; Piranha refuses the line'
    report.warning('comment-behind', rest, message, 'write the comment on a line of its own')
    return true
  }
  const before = words[takes - 1]
  const message = `${quoted(extra.text)} is one word too many behind ${keyword.text}`
  report.error('value-extra', rest, message, extraRemedy(extra, before))
  return false
}

function extraRemedy(extra: Word, before: Word | undefined): string {
  if (extra.text === '}') return 'write } on a line of its own'
  if (before !== undefined && endsInBackslash(before)) return otherQuote(before)
  return 'put a text with blanks into quotes: "/bin/program arg"'
}

/** The keyword as the table spells it; `null`: it is none of this level, and the report says so. */
function known(keyword: Word, level: Level, report: Report): Word | null {
  const { table, name } = LEVELS[level]
  const text = Object.hasOwn(table, keyword.text) ? keyword.text : keyword.text.toLowerCase()
  if (!Object.hasOwn(table, text)) {
    report.error(
      'word-unknown',
      spanOf(keyword),
      `${quoted(keyword.text)} is not known in ${name}`,
      remedy(keyword, level, report),
    )
    return null
  }
  if (text !== keyword.text) {
    const message = `${quoted(keyword.text)} is read as ${text}; Piranha refuses it`
    report.warning('letters', spanOf(keyword), message, `write ${text}`)
  }
  if (Object.hasOwn(REFUSED, text)) {
    report.warning('word-refused', spanOf(keyword), `nothing comes of ${text}`, `${REFUSED[text]}: take the line out`)
  }
  return { ...keyword, text }
}

function remedy({ text }: Word, level: Level, report: Report): string {
  const lower = text.toLowerCase()
  if (Object.hasOwn(NEVER, lower)) return NEVER[lower] ?? ''
  if (['virtual', 'failover', 'server'].includes(lower)) return `a block begins with ${lower} NAME {`
  const home = (['global', 'virtual', 'server'] as const).find(
    (other) => other !== level && Object.hasOwn(LEVELS[other].table, lower),
  )
  if (home !== undefined) return LEVELS[home].home
  const nearest = report.nearest(text, Object.keys(LEVELS[level].table))
  return nearest === null ? 'docs/lvs.md lists the words' : `did you mean ${nearest}?`
}
