/**
 * keepalived.conf: words -> blocks. What braces are missing or too many is found out by what the words mean, so that one
 * slip is one message: a virtual_server inside a real_server means a missing brace before it.
 */
import { placeOf } from '../source.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { type Line, spanOf, type Word, wordOf } from './line.ts'
import { Misplaced } from './misplaced.ts'
import { type GrowingBlock, type GrowingStatement, knows, type Shape, type Statement } from './tree.ts'
import { tokensOf } from './words.ts'

/** Blocks within blocks; keepalived's own words need five. */
const DEEPEST = 32

interface Open {
  /** null for the file itself. */
  readonly statement: GrowingStatement | null
  readonly shape: Shape
  readonly block: GrowingBlock
  /** Its `{` is missing, and nothing has stood in it so far. */
  assumed: boolean
}

/** A block whose content is not looked at: its keyword was unknown, and said so. */
const SKIPPED: Shape = { name: '', words: null, blocks: {} }

export class Builder {
  readonly statements: GrowingStatement[] = []
  readonly #report: Report
  readonly #root: Open
  readonly #misplaced: Misplaced
  #stack: Open[] = []
  /** The block that was closed last, with those around it. */
  #closed: { readonly stack: readonly Open[]; readonly close: Word } | null = null
  /** A statement that may still get its `{`, on the next line. */
  #pending: GrowingStatement | null = null
  /** One message about braces for a block at the top. */
  #braceReported = false
  #tooDeep = 0
  /** A `}` that ended a line further left than its block began, although it did not close what stands there. */
  #suspect: { readonly close: Word; readonly opener: Word } | null = null

  constructor(root: Shape, report: Report) {
    this.#report = report
    this.#misplaced = new Misplaced(root, report)
    this.#root = { statement: null, shape: root, block: { statements: this.statements, close: null }, assumed: false }
  }

  /** The outermost open block's keyword. */
  get inside(): string | null {
    return this.#stack[0]?.statement?.keyword.text ?? null
  }

  take(line: Line): void {
    let words: Word[] = []
    for (const { kind, word } of tokensOf(line, this.#report)) {
      if (kind === 'word') {
        words.push(word)
        continue
      }
      this.#statement(words, word.from)
      words = []
      if (kind === '{') this.#openBlock(word)
      else this.#closeBlock(word)
    }
    this.#statement(words, line.text.length)
  }

  end(): void {
    this.#settle(null)
    const open = this.#stack.filter(({ assumed }) => !assumed)
    const outermost = open[0]?.statement
    if (outermost === undefined || outermost === null) {
      this.#misplaced.flush()
      return
    }
    this.#misplaced.forget()
    this.#missing(outermost.keyword, `${named(outermost)} is not closed`, 'the file ends before its }')
  }

  #statement(words: readonly Word[], to: number): void {
    const [keyword] = words
    if (keyword === undefined) return
    this.#settle(null)
    const last = words.at(-1) ?? keyword
    const from = words[1]?.from ?? last.to
    const rest = wordOf(keyword.line, Math.min(from, to), Math.max(from, trimmedEnd(keyword.line.text, to)))
    this.#pending = { keyword, words: words.slice(1), rest, block: null }
  }

  #openBlock(brace: Word): void {
    if (this.#tooDeep > 0) {
      this.#tooDeep += 1
      return
    }
    const statement = this.#pending
    if (this.#stack.length >= DEEPEST) {
      this.#tooDeep = 1
      this.#report.error('nesting', spanOf(brace), `blocks are nested more than ${DEEPEST} deep`, 'close some of them')
      return
    }
    if (statement !== null) {
      this.#settle(brace)
      return
    }
    this.#report.error(
      'brace-stray',
      spanOf(brace),
      'this { stands behind no keyword',
      'write the keyword of the block before it',
    )
    this.#push({ keyword: brace, words: [], rest: wordOf(brace.line, brace.to, brace.to), block: null }, SKIPPED)
  }

  #closeBlock(brace: Word): void {
    if (this.#tooDeep > 0) {
      this.#tooDeep -= 1
      return
    }
    this.#settle(null)
    if (this.#top.assumed) this.#stack.pop()
    const top = this.#stack.at(-1)
    if (top === undefined) {
      this.#surplus(brace, 'this } closes nothing')
      return
    }
    top.block.close = brace
    this.#suspectOf(top, brace)
    this.#closed = { stack: [...this.#stack], close: brace }
    this.#stack.pop()
    if (this.#stack.length === 0) this.#topLevel()
  }

  /** A block at the top is complete. */
  #topLevel(): void {
    this.#misplaced.flush()
    this.#braceReported = false
    this.#suspect = null
  }

  get #top(): Open {
    return this.#stack.at(-1) ?? this.#root
  }

  /** The pending statement is complete: it has a block, or it has none. */
  #settle(brace: Word | null): void {
    const statement = this.#pending
    if (statement === null) return
    this.#pending = null
    const opens = brace !== null
    this.#leaveAssumed(statement)
    if (opens) this.#closeForgotten(statement)
    this.#reopenClosedEarly(statement)
    const { shape, block } = this.#top
    const word = statement.keyword.text
    const own = Object.hasOwn(shape.blocks, word) ? shape.blocks[word] : undefined
    if (opens) {
      if (own === undefined && shape !== SKIPPED) this.#complain(statement, 'block')
      this.#push(statement, own ?? SKIPPED)
      return
    }
    block.statements.push(statement)
    if (shape.words === null || shape.words.has(word)) return
    if (own !== undefined) this.#withoutBrace(statement, own)
    else if (shape.bareWords !== true || statement.words.length > 0) this.#complain(statement, 'value')
  }

  #complain(statement: Statement, as: 'block' | 'value'): void {
    this.#misplaced.complain(
      statement,
      as,
      this.#top.shape,
      [this.#root, ...this.#stack].map(({ shape }) => shape),
    )
  }

  #push(statement: GrowingStatement, shape: Shape): void {
    const block: GrowingBlock = { statements: [], close: null }
    statement.block = block
    const list = this.#top.block.statements
    if (list.at(-1) !== statement) list.push(statement)
    this.#stack.push({ statement, shape, block, assumed: false })
  }

  /** A keyword that needs a block, without one: the following lines are read as if it had its `{`, if they belong there. */
  #withoutBrace(statement: GrowingStatement, shape: Shape): void {
    if (!this.#braceReported) {
      const message = `${named(statement)} lacks its {`
      const hint =
        shape.words?.size === 0 ? 'write { and }' : `write ${statement.keyword.text} … { and the words, then }`
      this.#report.error('brace-missing', spanOf(statement.keyword), message, hint)
    }
    this.#braceReported = true
    this.#push(statement, shape)
    this.#top.assumed = true
  }

  #leaveAssumed({ keyword: { text } }: Statement): void {
    const top = this.#top
    if (!top.assumed) return
    const { shape } = top
    top.assumed = false
    const parent = this.#stack.at(-2)?.shape ?? this.#root.shape
    if (!knows(shape, text) && (knows(parent, text) || shape.words !== null)) this.#stack.pop()
    if (this.#stack.length === 0) this.#topLevel()
  }

  /** A block that cannot stand where it does, but could further out: what is open in between lacks its `}`. */
  #closeForgotten(statement: GrowingStatement): void {
    const { text } = statement.keyword
    if (Object.hasOwn(this.#top.shape.blocks, text)) return
    const stack = [this.#root, ...this.#stack]
    const at = stack.findLastIndex(({ shape }) => Object.hasOwn(shape.blocks, text))
    if (at < 0 || at === stack.length - 1) return
    const open = this.#stack.at(-1)?.statement
    if (open !== undefined && open !== null) {
      const where = `${named(open)} of line ${lineNumber(open.keyword)}`
      this.#missing(
        statement.keyword,
        `${quoted(text)} cannot stand in ${where}: a } is missing before it`,
        'write } on a line before',
      )
    }
    this.#misplaced.forget()
    this.#stack = this.#stack.slice(0, at)
    if (at === 0) this.#topLevel()
  }

  /** A word that means nothing here, but did in the block that a `}` just closed: that one was too many. */
  #reopenClosedEarly(statement: Statement): void {
    const { text } = statement.keyword
    const closed = this.#closed
    const { shape } = this.#top
    if (this.#stack.length > 0 || closed === null || knows(shape, text)) return
    const at = closed.stack.findLastIndex((open) => open.shape.words !== null && knows(open.shape, text))
    if (at < 0) return
    this.#reopen(closed.stack.slice(0, at + 1), closed.close, statement.keyword)
  }

  #reopen(stack: readonly Open[], close: Word, next: Word): void {
    const outermost = stack[0]?.statement
    if (outermost === undefined || outermost === null) return
    const message = `this } closes ${named(outermost)} of line ${lineNumber(outermost.keyword)}, which goes on below`
    this.#surplus(close, message, `it is one too many, since line ${lineNumber(next)} belongs to the block`)
    this.#stack = [...stack]
    this.#closed = null
  }

  #surplus(brace: Word, message: string, hint = 'take it out, or see which block should go on'): void {
    if (!this.#braceReported) this.#report.error('brace-surplus', spanOf(brace), message, hint)
    this.#braceReported = true
  }

  #missing(word: Word, message: string, hint: string): void {
    if (this.#braceReported) return
    this.#braceReported = true
    const suspect = this.#suspect
    if (suspect === null) {
      this.#report.error('brace-missing', spanOf(word), message, hint)
      return
    }
    const block = `${quoted(suspect.opener.text)} of line ${lineNumber(suspect.opener)}`
    const looks = `the } of line ${lineNumber(suspect.close)} closes ${block}, but stands further left: write } before it`
    this.#report.error('brace-missing', spanOf(word), message, looks)
  }

  #suspectOf({ statement }: Open, close: Word): void {
    if (statement === null || this.#suspect !== null || !isFirst(close) || !isFirst(statement.keyword)) return
    if (columnOf(close) < columnOf(statement.keyword)) this.#suspect = { close, opener: statement.keyword }
  }
}

const named = ({ keyword, words: [first] }: Statement) =>
  quoted(first === undefined ? keyword.text : `${keyword.text} ${first.text}`)

const lineNumber = (word: Word) => {
  const { source, start } = spanOf(word)
  return placeOf(source, start).line
}

const columnOf = (word: Word) => {
  const { source, start } = spanOf(word)
  return placeOf(source, start).column
}

const isFirst = ({ line, from }: Word) => line.text.slice(0, from).trim() === ''

function trimmedEnd(text: string, to: number): number {
  let end = to
  while (end > 0 && /\s/.test(text[end - 1] ?? '')) end -= 1
  return end
}
