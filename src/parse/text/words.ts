/**
 * Splits a command line of mon.cf into words, as Text::ParseWords' shellwords does for mon: blanks separate; '…' is
 * literal; in "…" and outside quotes a backslash takes the next character as it is; parts that touch form one word.
 * No variables and no wildcards: no shell is involved.
 */
import { isBlank, type Slice } from '../mon/lines.ts'

type Words =
  | { readonly kind: 'words'; readonly words: readonly Slice[] }
  /** `quote` is the one that opens and never closes, or a backslash with nothing behind it. mon would run the first host as the program. */
  | { readonly kind: 'unbalanced'; readonly quote: Slice; readonly words: readonly Slice[] }

export function splitWords(part: Slice): Words {
  const { line } = part
  const words: Slice[] = []
  let at = part.from
  while (at < part.to) {
    if (isBlank(line.text[at])) {
      at += 1
      continue
    }
    const word = readWord(line.text, at, part.to)
    if (word.unclosed !== null) {
      const quote = { line, from: word.unclosed, to: part.to, text: line.text.slice(word.unclosed, part.to) }
      return { kind: 'unbalanced', quote, words }
    }
    words.push({ text: word.text, line, from: at, to: word.end })
    at = word.end
  }
  return { kind: 'words', words }
}

/** Words where quotes mean nothing: hosts, members, numbers. */
export function plainWords(part: Slice): Slice[] {
  const { text } = part.line
  const words: Slice[] = []
  let at = part.from
  while (at < part.to) {
    let end = at
    while (end < part.to && !isBlank(text[end])) end += 1
    if (end > at) words.push({ text: text.slice(at, end), line: part.line, from: at, to: end })
    at = end + 1
  }
  return words
}

interface ReadWord {
  readonly text: string
  readonly end: number
  /** Index of the quote that never closes. */
  readonly unclosed: number | null
}

function readWord(text: string, from: number, limit: number): ReadWord {
  const parts: string[] = []
  let at = from
  while (at < limit && !isBlank(text[at])) {
    const char = text[at] ?? ''
    if (char === '"' || char === "'") {
      const close = closingQuote(text, at, limit)
      if (close < 0) return { text: '', end: limit, unclosed: at }
      const inside = text.slice(at + 1, close)
      parts.push(char === '"' ? inside.replace(/\\([\s\S])/g, '$1') : inside)
      at = close + 1
    } else if (char === '\\') {
      if (at + 1 >= limit) return { text: '', end: limit, unclosed: at }
      parts.push(text[at + 1] ?? '')
      at += 2
    } else {
      parts.push(char)
      at += 1
    }
  }
  return { text: parts.join(''), end: at, unclosed: null }
}

/** A backslash keeps a quote from closing, in both kinds. */
function closingQuote(text: string, open: number, limit: number): number {
  for (let at = open + 1; at < limit; at++) {
    if (text[at] === '\\') at += 1
    else if (text[at] === text[open]) return at
  }
  return -1
}
