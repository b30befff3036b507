/**
 * The comments of a file, and what of it has no equivalent, put where they belong in the text that is made of it: above the
 * line that was made of what they stood above, or beside. Nothing is lost, and nothing moves from one block into another.
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
  readonly #after = new Map<number, WrittenLine[]>()
  readonly #beside = new Map<number, string>()
  readonly #ends = new Map<number, number>()

  constructor(lines: readonly WrittenLine[], { trailing }: CommentOptions) {
    this.#lines = lines
    this.#trailing = trailing
  }

  place({ file, text, format }: Remarked, losses: readonly Loss[]): void {
    const source = sourceLines(text, format)
    const lost = lossesByLine(file, losses)
    const map = new SourceMap(file, source, this.#lines)
    for (const [i, line] of source.lines.entries()) {
      const own = line.comment === null || line.code !== '' ? null : commentText(line.comment)
      if (own !== null) this.#put(own, map.targetOf(i, true), isEmpty(source.lines[i - 1]))
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
    const { kind, at } = target
    const list = kind === 'before' ? this.#before : this.#after
    const [line, next] = [this.#lines[at], this.#lines[at + 1]]
    const own = line?.depth ?? 0
    const depth = kind === 'inside' && next !== undefined && next.depth > own ? next.depth : own
    const index = kind === 'after' ? this.#endOf(at) : at
    const found = list.get(index) ?? []
    if (depth === 0 && (apart || (kind === 'after' && found.length === 0))) found.push(EMPTY)
    found.push({ text, place: null, depth })
    list.set(index, found)
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
      return [...(this.#before.get(i) ?? []), own, ...(this.#after.get(i) ?? [])]
    })
    return withoutDoubled([...head, ...body])
  }
}

const EMPTY: WrittenLine = { text: '', place: null, depth: 0 }

const isEmpty = (line: SourceLine | undefined): boolean => line?.code === '' && line.comment === null

/** Empty lines, of which one is enough, and none at the beginning. */
const withoutDoubled = (lines: readonly WrittenLine[]): WrittenLine[] =>
  lines.filter(({ text }, i) => text !== '' || (i > 0 && lines[i - 1]?.text !== ''))

const within = (at: number | null, from: number, to: number): boolean => at !== null && at > from && at <= to

/** The last line of the block that begins at one; a brace that closes it is of it as well. */
function endOfBlock(lines: readonly WrittenLine[], at: number): number {
  const depth = lines[at]?.depth ?? 0
  let end = at
  for (let line = lines[end + 1]; line !== undefined && line.text !== '' && line.depth > depth; ) {
    end += 1
    line = lines[end + 1]
  }
  const next = lines[end + 1]
  return next?.text === '}' && next.depth === depth && end > at ? end + 1 : end
}

/** `inside`: first in the block that the line opens. */
type Target = { readonly kind: 'head' } | { readonly kind: 'before' | 'after' | 'inside'; readonly at: number }

/** Which lines of a source have become which lines of what is written. */
class SourceMap {
  readonly #source: SourceLines
  /** By the index of the source's line: the first line that was made of it. */
  readonly #written = new Map<number, number>()
  /** Of each block, the lines in it that have become something, in order. */
  readonly #inBlock = new Map<number, number[]>()
  /** Of each block, the lines that say something. */
  readonly #saying = new Map<number, number[]>()
  readonly #siblingsOf = new Map<number, readonly number[]>()
  readonly #lines: readonly WrittenLine[]
  readonly #first: number

  constructor(file: string, source: SourceLines, lines: readonly WrittenLine[]) {
    this.#lines = lines
    this.#source = source
    for (const [at, { place }] of lines.entries()) {
      if (place?.file === file && !this.#written.has(place.line - 1)) this.#written.set(place.line - 1, at)
    }
    let first = Number.POSITIVE_INFINITY
    for (const [i, { block, code }] of source.lines.entries()) {
      if (code === '' || /^[}\s]*$/.test(code)) continue
      append(this.#saying, block, i)
      if (!this.#written.has(i)) continue
      append(this.#inBlock, block, i)
      first = Math.min(first, i)
    }
    this.#first = first
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

  /** Lines of the block that stand in what its opener became: a real server's check is a watch elsewhere. */
  #siblings(block: number, opener: number | null): readonly number[] {
    const known = this.#siblingsOf.get(block)
    if (known !== undefined) return known
    const all = this.#inBlock.get(block) ?? []
    const at = opener === null ? null : this.writtenAt(opener)
    const end = at === null ? 0 : endOfBlock(this.#lines, at)
    const near = at === null ? all : all.filter((line) => within(this.writtenAt(line), at, end))
    this.#siblingsOf.set(block, near)
    return near
  }

  /** What it is about has become nothing: the next of the same block, the one before, what opens the block. */
  #near(line: number, block: number): Target {
    if (block === 0 && line < this.#first) return { kind: 'head' }
    const { opener, parent } = this.#source.blocks[block] ?? { opener: null, parent: 0 }
    const siblings = this.#siblings(block, opener)
    const next = firstFrom(siblings, line)
    if (next !== null) return { kind: 'before', at: this.writtenAt(next) ?? 0 }
    const before = lastBefore(siblings, line)
    if (before !== null) return { kind: 'after', at: this.writtenAt(before) ?? 0 }
    if (opener === null) return { kind: 'head' }
    const at = this.writtenAt(opener)
    return at === null ? this.#near(opener, parent) : { kind: 'inside', at }
  }
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
