/**
 * The comments of a file, and what of it has no equivalent, put where they belong in the text that is made of it: above the
 * line that was made of what they stood above, or beside. Nothing is lost, and nothing moves from one block into another: what
 * stood in a virtual server stays in it, and what stood in none comes above all or between two blocks.
 */
import type { Loss } from '../parse/director/part.ts'
import type { Format } from '../parse/recognise.ts'
import { type SourceLine, type SourceLines, sourceLines } from './source-lines.ts'
import type { WrittenLine } from './written.ts'

export interface Remarked {
  readonly file: string
  readonly text: string
  readonly format: Format
}

interface CommentOptions {
  /** The format has comments behind text; otherwise they stand above it. */
  readonly trailing: boolean
}

/** `losses` stand as comments where what is lost stood, if it was in one of these files. */
export function withComments(
  lines: readonly WrittenLine[],
  sources: readonly Remarked[],
  losses: readonly Loss[],
  options: CommentOptions,
): readonly WrittenLine[] {
  const placing = new Placing(lines, options)
  for (const source of sources) placing.place(source, losses)
  return placing.result()
}

/** What is lost, as a comment. */
export const lossText = ({ text, why }: Loss): string => commentText(`# ${text}: not converted; ${why}`)

class Placing {
  readonly #lines: readonly WrittenLine[]
  readonly #trailing: boolean
  readonly #head: WrittenLine[] = []
  readonly #before = new Map<number, WrittenLine[]>()
  /** Above a block and not of it. */
  readonly #between = new Map<number, WrittenLine[]>()
  readonly #after = new Map<number, WrittenLine[]>()
  readonly #beside = new Map<number, string>()
  readonly #ends = new Map<number, number>()

  constructor(lines: readonly WrittenLine[], { trailing }: CommentOptions) {
    this.#lines = lines
    this.#trailing = trailing
  }

  place({ file, text, format }: Remarked, losses: readonly Loss[]): void {
    const lost = lossesByLine(file, losses)
    const map = new SourceMap(file, { text, format }, this.#lines)
    for (const [i, line] of map.lines.entries()) {
      const own = line.comment === null || line.code !== '' ? null : commentText(line.comment)
      if (own !== null) this.#put(own, map.targetOf(i, true), isEmpty(map.lines[i - 1]))
      for (const one of lost.get(i) ?? []) this.#put(lossText(one), map.targetOf(i, false))
      if (line.comment !== null && line.code !== '') this.#remark(i, line, line.comment, map)
    }
  }

  /** Behind text: where that became a line of its own the comment says enough, elsewhere it says of what. */
  #remark(i: number, { code }: SourceLine, comment: string, map: SourceMap): void {
    const at = map.writtenAt(i)
    const text = commentText(comment)
    if (at === null)
      this.#put(/^[{}\s]*$/.test(code) ? text : `# ${code}: ${text.replace(/^#\s*/, '')}`, map.targetOf(i, false))
    else if (this.#trailing && !this.#beside.has(at)) this.#beside.set(at, text)
    else this.#put(text, { kind: 'before', at })
  }

  /** `apart`: an empty line stood above it, as one may where no block is open. */
  #put(text: string, target: Target, apart = false): void {
    if (target.kind === 'head') {
      if (apart) this.#head.push(EMPTY)
      this.#head.push({ text, place: null, depth: 0 })
      return
    }
    if (target.kind === 'between') {
      const list = listAt(this.#between, this.#aboveName(target.at))
      if (apart) list.push(EMPTY)
      list.push({ text, place: null, depth: 0 })
      return
    }
    const [line, next] = [this.#lines[target.at], this.#lines[target.at + 1]]
    const own = line?.depth ?? 0
    const opens = next !== undefined && next.depth > own
    // First in what it opens; above what opens nothing here.
    const kind = target.kind === 'inside' && !opens ? 'before' : target.kind
    const depth = kind === 'inside' ? (next?.depth ?? own) : own
    const at = kind === 'after' ? this.#endOf(target.at) : kind === 'before' ? this.#aboveName(target.at) : target.at
    const list = listAt(kind === 'before' ? this.#before : this.#after, at)
    if (depth === 0 && (apart || (kind === 'after' && list.length === 0))) list.push(EMPTY)
    list.push({ text, place: null, depth })
  }

  /** A block may have its name above it, and that it is switched off, which nothing comes in between. */
  #aboveName(at: number): number {
    const isName = ({ place, depth, text }: WrittenLine) => place === null && depth === 0 && text.startsWith('# ')
    let first = at
    for (let above = this.#lines[at - 1]; this.#lines[at]?.pool === true && above !== undefined && isName(above); ) {
      first -= 1
      above = this.#lines[first - 1]
    }
    return first
  }

  #endOf(at: number): number {
    const known = this.#ends.get(at)
    if (known !== undefined) return known
    const end = endOfBlock(this.#lines, at)
    this.#ends.set(at, end)
    return end
  }

  result(): readonly WrittenLine[] {
    const head = this.#head.length === 0 ? [] : [...this.#head, ...(this.#lines.length === 0 ? [] : [EMPTY])]
    const body = this.#lines.flatMap((line, i) => {
      const beside = this.#beside.get(i)
      const own = beside === undefined ? line : { ...line, text: `${line.text} ${beside}` }
      const between = this.#between.get(i)
      const apart = between === undefined ? [] : [EMPTY, ...between, EMPTY]
      return [...apart, ...(this.#before.get(i) ?? []), own, ...(this.#after.get(i) ?? [])]
    })
    return withoutDoubled([...head, ...body])
  }
}

const EMPTY: WrittenLine = { text: '', place: null, depth: 0 }

const isEmpty = (line: SourceLine | undefined): boolean => line?.code === '' && line.comment === null

/** Empty lines, of which one is enough, and none at the beginning. */
const withoutDoubled = (lines: readonly WrittenLine[]): WrittenLine[] =>
  lines.filter(({ text }, i) => text !== '' || (i > 0 && lines[i - 1]?.text !== ''))

const within = (at: number, { from, to }: Range): boolean => at > from && at <= to

/** The last line of the block that begins at one; a brace that closes it is of it as well. */
function endOfBlock(lines: readonly WrittenLine[], at: number): number {
  const depth = lines[at]?.depth ?? 0
  let end = at
  for (let line = lines[end + 1]; line !== undefined && line.depth > depth; ) {
    end += 1
    line = lines[end + 1]
  }
  const next = lines[end + 1]
  return /^(?:# )?\}$/.test(next?.text ?? '') && next?.depth === depth && end > at ? end + 1 : end
}

/** `inside`: first in the block that the line opens. `between`: above a block, as what is not of it. */
type Target =
  | { readonly kind: 'head' }
  | { readonly kind: 'before' | 'between' | 'after' | 'inside'; readonly at: number }

/** Lines of what is written, the last included. */
interface Range {
  readonly from: number
  readonly to: number
}

/** Which lines of a source have become which lines of what is written. */
class SourceMap {
  readonly #source: SourceLines
  /** By the index of the source's line: the line that was made of it, where a remark on it belongs. */
  readonly #written = new Map<number, number>()
  /** Of each block, the lines in it that have become something, in order. */
  readonly #inBlock = new Map<number, number[]>()
  /** Of each block, the lines that say something. */
  readonly #saying = new Map<number, number[]>()
  readonly #first: number

  constructor(file: string, { text, format }: Pick<Remarked, 'text' | 'format'>, lines: readonly WrittenLine[]) {
    this.#source = sourceLines(text, format)
    const { made, apart } = candidatesIn(file, lines)
    const openers = new Set(this.#source.blocks.map(({ opener }) => opener))
    const ranges = new Map<number, Range | null>([[0, null]])
    const rangeOf = (block: number): Range | null => {
      const path: number[] = []
      let at = block
      for (; !ranges.has(at); at = this.#source.blocks[at]?.parent ?? 0) path.push(at)
      let range = ranges.get(at) ?? null
      for (const inner of path.reverse()) {
        const opened = this.#written.get(this.#source.blocks[inner]?.opener ?? -1)
        if (opened !== undefined) range = { from: opened, to: endOfBlock(lines, opened) }
        ranges.set(inner, range)
      }
      return range
    }
    let first = Number.POSITIVE_INFINITY
    for (const [i, { block, code }] of this.#source.lines.entries()) {
      if (code === '' || /^[}\s]*$/.test(code)) continue
      append(this.#saying, block, i)
      const all = made.get(i) ?? []
      const range = rangeOf(block)
      const depth = range === null ? 0 : (lines[range.from]?.depth ?? 0) + 1
      const near = all.filter((at) => lines[at]?.depth === depth && (range === null || within(at, range)))
      const own = near.find((at) => lines[at]?.pool === true) ?? near[0]
      // A check that had a block of its own has one elsewhere: a watch, or in the server that follows a service.
      const elsewhere = openers.has(i) && (format === 'mon' || range !== null)
      const at = own ?? (elsewhere ? all.find((one) => format === 'mon' || apart(one)) : undefined)
      if (at === undefined) continue
      this.#written.set(i, at)
      if (own === undefined) continue
      append(this.#inBlock, block, i)
      if (block === 0) first = Math.min(first, i)
    }
    this.#first = first
  }

  get lines(): readonly SourceLine[] {
    return this.#source.lines
  }

  writtenAt(line: number): number | null {
    return this.#written.get(line) ?? null
  }

  /** `own`: it stands on a line of its own, and is about the next that says something. */
  targetOf(line: number, own: boolean): Target {
    const block = this.#source.lines[line]?.block ?? 0
    const about = own ? (firstFrom(this.#saying.get(block) ?? [], line) ?? line) : line
    const at = this.writtenAt(about)
    if (at !== null) return { kind: 'before', at }
    return this.#near(line, block)
  }

  /** What it is about has become nothing: what opens the block, the next of the same block, the one before. */
  #near(line: number, block: number): Target {
    if (block === 0 && line < this.#first) return { kind: 'head' }
    const { opener, parent } = this.#source.blocks[block] ?? { opener: null, parent: 0 }
    const siblings = this.#inBlock.get(block) ?? []
    const opened = opener === null ? null : this.writtenAt(opener)
    if (opened !== null && lastBefore(siblings, line) === null) return { kind: 'inside', at: opened }
    const next = firstFrom(siblings, line)
    if (next !== null) return { kind: block === 0 ? 'between' : 'before', at: this.writtenAt(next) ?? 0 }
    const before = lastBefore(siblings, line)
    if (before !== null) return { kind: 'after', at: this.writtenAt(before) ?? 0 }
    if (opener === null) return { kind: 'head' }
    return this.#near(opener, parent)
  }
}

/** By the source's line, the lines that were made of it; and which of them stand in no virtual server. */
function candidatesIn(file: string, lines: readonly WrittenLine[]) {
  const made = new Map<number, number[]>()
  const inPool = new Set<number>()
  let pool = false
  for (const [at, { place, depth, pool: own = false }] of lines.entries()) {
    if (depth === 0) pool = own
    if (pool) inPool.add(at)
    if (place?.file === file) append(made, place.line - 1, at)
  }
  return { made, apart: (at: number) => !inPool.has(at) }
}

function listAt(lists: Map<number, WrittenLine[]>, key: number): WrittenLine[] {
  const found = lists.get(key) ?? []
  lists.set(key, found)
  return found
}

function append(lists: Map<number, number[]>, key: number, value: number): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}

/** In a list in order. */
function firstFrom(list: readonly number[], least: number): number | null {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((list[middle] ?? 0) < least) low = middle + 1
    else high = middle
  }
  return list[low] ?? null
}

function lastBefore(list: readonly number[], limit: number): number | null {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((list[middle] ?? 0) < limit) low = middle + 1
    else high = middle
  }
  return list[low - 1] ?? null
}

function lossesByLine(file: string, losses: readonly Loss[]): ReadonlyMap<number, readonly Loss[]> {
  const found = new Map<number, Loss[]>()
  for (const loss of losses) {
    if (loss.place.file !== file) continue
    const list = found.get(loss.place.line - 1)
    if (list === undefined) found.set(loss.place.line - 1, [loss])
    else list.push(loss)
  }
  return found
}

/** `! Configuration File` -> `# Configuration File`; what would end a line, or hide, becomes a blank. */
const commentText = (comment: string): string =>
  `#${comment.slice(1).replace(/[\x00-\x08\x0a-\x1f\x7f]/g, ' ')}`.trimEnd()
