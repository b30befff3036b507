/**
 * A configuration's text, line by line: which block a line stands in, whether it says anything, and what is remarked on it.
 * Each format has blocks and comments of its own: braces in keepalived.conf and lvs.cf, indentation in ldirectord.cf, empty
 * lines in mon.cf.
 */
import { commentIn } from '../parse/keepalived/words.ts'
import { isOwnBlock } from '../parse/mon/words.ts'
import type { Format } from '../parse/recognise.ts'

export interface SourceLine {
  /** An index into the blocks. */
  readonly block: number
  /** Without its comment and outer blanks. */
  readonly code: string
  /** With its sign; `null`: there is none. */
  readonly comment: string | null
}

export interface SourceBlock {
  /** Index of the line that opens it; the whole file has none. */
  readonly opener: number | null
  readonly parent: number
}

export interface SourceLines {
  readonly lines: readonly SourceLine[]
  /** The first is the whole file. */
  readonly blocks: readonly SourceBlock[]
}

/** What a format makes of one line: its comment begins at `at`, or nowhere. */
type CommentAt = (text: string) => number

const ownLine: CommentAt = (text) => (text.startsWith('#') ? 0 : -1)

export function sourceLines(text: string, format: Format): SourceLines {
  const lines = text.replace(/\r\n?/g, '\n').split('\n')
  switch (format) {
    case 'keepalived':
      return braced(lines, (line) => commentIn(line).at)
    case 'lvs':
      return braced(lines, ownLine)
    case 'ldirectord':
      return indented(lines)
    case 'mon':
      return separated(lines)
  }
}

class Found {
  readonly lines: SourceLine[] = []
  readonly blocks: SourceBlock[] = [{ opener: null, parent: 0 }]

  /** The block that begins in the line which is added next. */
  open(parent: number): number {
    this.blocks.push({ opener: this.lines.length, parent })
    return this.blocks.length - 1
  }

  add(text: string, comment: number, block: number): void {
    const code = (comment < 0 ? text : text.slice(0, comment)).trim()
    this.lines.push({ block, code, comment: comment < 0 ? null : text.slice(comment).trimEnd() })
  }
}

function braced(lines: readonly string[], commentAt: CommentAt): SourceLines {
  const found = new Found()
  let block = 0
  for (const whole of lines) {
    const line = whole.trim()
    const comment = commentAt(line)
    const code = (comment < 0 ? line : line.slice(0, comment)).replace(/"[^"]*"/g, '')
    const standing = block
    for (const [brace] of code.matchAll(/[{}]/g)) {
      block = brace === '{' ? found.open(block) : (found.blocks[block]?.parent ?? 0)
    }
    // What closes a block is of it.
    found.add(line, comment, standing)
  }
  return found
}

/** A comment at the left belongs to the service where an indented line goes on behind it. */
function indented(lines: readonly string[]): SourceLines {
  const found = new Found()
  const goesOn = goingOn(lines)
  let block = 0
  for (const [i, whole] of lines.entries()) {
    const line = whole.trim()
    const inside = /^\s/.test(whole)
    const comment = line.startsWith('#') ? 0 : line.search(inside ? /#/ : /\s#/)
    const at = comment > 0 && !inside ? comment + 1 : comment
    if (line === '' || (comment === 0 && (inside || goesOn[i] === true))) found.add(line, at, line === '' ? 0 : block)
    else if (inside) found.add(line, inQuotes(line, at) ? -1 : at, block)
    else if (/^virtual6?\s*=/.test(line)) {
      block = found.open(0)
      found.add(line, at, 0)
    } else {
      block = 0
      found.add(line, at, 0)
    }
  }
  return found
}

const inQuotes = (line: string, at: number): boolean =>
  at > 0 && (line.slice(0, at).match(/"/g)?.length ?? 0) % 2 === 1 && line.indexOf('"', at) > 0

/** Of each line, whether the next one that says anything is indented. */
function goingOn(lines: readonly string[]): readonly boolean[] {
  const found: boolean[] = []
  let next = false
  for (const line of lines.toReversed()) {
    found.push(next)
    if (/^\s*[^\s#]/.test(line)) next = /^\s/.test(line)
  }
  return found.reverse()
}

function separated(lines: readonly string[]): SourceLines {
  const found = new Found()
  let open: readonly number[] = [0]
  let above = ''
  for (const whole of lines) {
    const line = whole.trim()
    const [first = ''] = /^\w+/.exec(line) ?? []
    const goesOn = above.endsWith('\\')
    if (!line.startsWith('#')) above = line
    if (line === '') open = [0]
    const depth = line.startsWith('#') || goesOn ? null : depthOf(first, line)
    if (depth === null) {
      found.add(line, ownLine(line), open.at(-1) ?? 0)
      continue
    }
    const outer = open.slice(0, Math.min(depth, open.length - 1) + 1)
    const parent = outer.at(-1) ?? 0
    open = [...outer, found.open(parent)]
    found.add(line, -1, parent)
  }
  return found
}

/** How many blocks stand around what the line opens. `null`: it opens none. */
function depthOf(word: string, line: string): number | null {
  if (/^\w+\s*=/.test(line)) return null
  if (word === 'service') return 1
  if (word === 'period') return 2
  return word === 'hostgroup' || word === 'watch' || word === 'view' || word === 'alias' || isOwnBlock(word) ? 0 : null
}
