/**
 * What a client of mon asks: one line, a known command word in any case, and the text behind it.
 * Blanks are mon's: ASCII white space and nothing else of Unicode.
 * Source: mon(8), moncmd(1); Text::ParseWords for what ack and set do with quotes.
 */
import { unescaped } from './escape.ts'

/** Every command word of the protocol. What it may do is decided elsewhere. */
export const COMMANDS = [
  ...['ack', 'checkauth', 'clear', 'disable', 'dump', 'enable', 'get', 'getview', 'list', 'loadstate', 'login'],
  ...['protid', 'quit', 'reload', 'reset', 'savestate', 'servertime', 'set', 'setview', 'start', 'stop', 'term'],
  ...['test', 'version'],
] as const
export type Command = (typeof COMMANDS)[number]

export type ClientRequest =
  /** `rest` is all behind the blanks after the word, with its own trailing blanks. */
  | { readonly kind: 'request'; readonly command: Command; readonly rest: string }
  /** Answered with `520 invalid command`. */
  | { readonly kind: 'invalid' }

const BLANK = /[ \t\n\v\f\r]/
const BLANKS = /[ \t\n\v\f\r]+/

/** A line without its end. A blank before the word makes it invalid, as does an empty line. */
export function readRequest(line: string): ClientRequest {
  const end = line.search(BLANK)
  const word = end < 0 ? line : line.slice(0, end)
  // ASCII only: U+212A would become a k.
  const command = /^[A-Za-z]{1,10}$/.test(word) ? word.toLowerCase() : ''
  if (!isCommand(command)) return { kind: 'invalid' }
  return { kind: 'request', command, rest: end < 0 ? '' : afterBlanks(line, end) }
}

function isCommand(word: string): word is Command {
  return COMMANDS.some((command) => command === word)
}

/** The words of an argument text; blanks at either end are nobody's. */
export function splitArguments(rest: string): readonly string[] {
  return rest.split(BLANKS).filter((word) => word !== '')
}

/** The first `count` words, fewer if there are no more, and the text behind them with all its quotes and blanks. */
export function splitFirst(rest: string, count: number): { readonly words: readonly string[]; readonly rest: string } {
  const words: string[] = []
  let from = skipBlanks(rest, 0)
  while (words.length < count && from < rest.length) {
    const length = rest.slice(from).search(BLANK)
    const end = length < 0 ? rest.length : from + length
    words.push(rest.slice(from, end))
    from = skipBlanks(rest, end)
  }
  return { words, rest: rest.slice(from) }
}

/**
 * What `ack` and `set` take from their text: its first word as a shell would see it, unescaped. `null` if there is none
 * because the text is empty or a quote or backslash in it is left open; mon then stores nothing.
 */
export function firstQuotedWord(rest: string): string | null {
  const [first] = quotedWords(rest) ?? []
  return first === undefined ? null : unescaped(first)
}

/**
 * Words as Text::ParseWords' `quotewords('\s+', 0, …)` has them: blanks separate; `'…'` is literal, and a backslash in it
 * stays and keeps a following `'` from closing; in `"…"` and outside a backslash takes the next character as it is. Blanks
 * before the first word or behind the last make an empty word there. `null` if a quote or backslash is left open.
 */
export function quotedWords(line: string): readonly string[] | null {
  if (line === '') return []
  const words: string[] = []
  let word = ''
  for (let at = 0; at < line.length; ) {
    const character = line[at] ?? ''
    if (character === '"' || character === "'") {
      const close = closingQuote(line, at)
      if (close < 0) return null
      const inside = line.slice(at + 1, close)
      word += character === '"' ? inside.replace(/\\([\s\S])/g, '$1') : inside
      at = close + 1
    } else if (character === '\\') {
      if (at + 1 >= line.length) return null
      word += line[at + 1]
      at += 2
    } else if (BLANK.test(character)) {
      words.push(word)
      word = ''
      at = skipBlanks(line, at)
    } else {
      word += character
      at += 1
    }
  }
  return [...words, word]
}

/** A backslash keeps a quote from closing, in both kinds. */
function closingQuote(line: string, open: number): number {
  for (let at = open + 1; at < line.length; at++) {
    if (line[at] === '\\') at += 1
    else if (line[at] === line[open]) return at
  }
  return -1
}

const afterBlanks = (line: string, from: number): string => line.slice(skipBlanks(line, from))

function skipBlanks(line: string, from: number): number {
  let at = from
  while (at < line.length && BLANK.test(line[at] ?? '')) at += 1
  return at
}
