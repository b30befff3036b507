/** The lines of a block of ours, sorted by the word they begin with; what no such block has is reported. */
import type { OwnBlockLines, Statement } from '../mon/file.ts'
import { placeOfSlice, type Slice, spanOf } from '../mon/lines.ts'
import type { OWN_BLOCKS, OwnBlock } from '../mon/words.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'

export type WordOf<Kind extends OwnBlock> = (typeof OWN_BLOCKS)[Kind][number]

/** By their word; those that may stand once only have one. */
export type BlockLines<Word extends string> = ReadonlyMap<Word, readonly Statement[]>

interface Known<Kind extends OwnBlock> {
  readonly kind: Kind
  /** Each word with a line that shows it. */
  readonly examples: Readonly<Record<WordOf<Kind>, string>>
  readonly repeated: ReadonlySet<WordOf<Kind>>
}

export function sortLines<Kind extends OwnBlock>(
  block: OwnBlockLines,
  { kind, examples, repeated }: Known<Kind>,
  report: Report,
): BlockLines<WordOf<Kind>> {
  const lines = new Map<WordOf<Kind>, Statement[]>()
  const isWord = (text: string): text is WordOf<Kind> => Object.hasOwn(examples, text)
  for (const statement of block.statements) {
    const { keyword, value } = statement
    const word = keyword.text
    if (!isWord(word)) {
      reportUnknownWord(keyword, kind, Object.keys(examples), report)
      continue
    }
    const before = lines.get(word)
    if (value.text === '') {
      report.error(`${kind}-value`, spanOf(keyword), `${quoted(word)} says nothing`, examples[word])
    } else if (before === undefined) lines.set(word, [statement])
    else if (repeated.has(word)) before.push(statement)
    else reportSecond(keyword, before[0], kind, report)
  }
  return lines
}

function reportUnknownWord(keyword: Slice, kind: OwnBlock, words: readonly string[], report: Report): void {
  const nearest = report.nearest(keyword.text, words)
  const hint = nearest === null ? `one of ${words.join(', ')}` : `did you mean ${nearest}?`
  report.error('unknown-keyword', spanOf(keyword), `${quoted(keyword.text)} is not a keyword of ${kind}`, hint)
}

function reportSecond(keyword: Slice, before: Statement | undefined, kind: OwnBlock, report: Report): void {
  const line = before === undefined ? 0 : placeOfSlice(before.keyword).line
  const message = `${quoted(keyword.text)} is given already, in line ${line}`
  report.error(`${kind}-twice`, spanOf(keyword), message, 'keep one of the two lines')
}

/** Blocks of one kind have names of their own. */
export function reportSameNames(kind: OwnBlock, blocks: readonly OwnBlockLines[], report: Report): void {
  const names = new Map<string, Slice>()
  for (const { name } of blocks) {
    const before = names.get(name.text)
    if (before === undefined) names.set(name.text, name)
    else {
      const { file, line } = placeOfSlice(before)
      const message = `there is a ${kind} ${quoted(name.text)} already, in ${file} line ${line}`
      report.error(`${kind}-again`, spanOf(name), message, 'give this one another name')
    }
  }
}

/** Answers the blocks that count; those beyond the limit are reported once. */
export function atMost(
  most: number,
  kind: OwnBlock,
  blocks: readonly OwnBlockLines[],
  report: Report,
): readonly OwnBlockLines[] {
  const over = blocks[most]
  if (over === undefined) return blocks
  report.error(`${kind}-many`, spanOf(over.name), `more than ${most} blocks of this kind`, 'put some of them together')
  return blocks.slice(0, most)
}
