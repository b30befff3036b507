/**
 * A line of keepalived.conf to words: blanks separate, "…" is one word without its quotes, nothing in it is escaped,
 * and words that touch do not join. { and } are words of their own. Source: keepalived.conf(5), and 2.2.7 tried.
 */
import type { Report } from '../text/report.ts'
import { isBlank, type Line, spanIn, type Word, wordOf } from './line.ts'

export type Token = { readonly kind: 'word'; readonly word: Word } | { readonly kind: '{' | '}'; readonly word: Word }

export function tokensOf(line: Line, report: Report): Token[] {
  const { text } = line
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const char = text[at]
    if (isBlank(char)) at += 1
    else if (char === '{' || char === '}') {
      tokens.push({ kind: char, word: wordOf(line, at, at + 1) })
      at += 1
    } else {
      const word = char === '"' ? quotedWord(line, at, report) : plainWord(line, at)
      tokens.push({ kind: 'word', word })
      at = word.to
    }
  }
  return tokens
}

function plainWord(line: Line, from: number): Word {
  let to = from
  while (to < line.text.length && !isBlank(line.text[to]) && !/["{}]/.test(line.text[to] ?? '')) to += 1
  return wordOf(line, from, to)
}

function quotedWord(line: Line, from: number, report: Report): Word {
  const close = line.text.indexOf('"', from + 1)
  const end = close < 0 ? line.text.length : close
  if (close < 0) {
    report.error('quote-unclosed', spanIn(line, from, end), 'this quote is not closed on its line', 'close it with "')
  }
  const word = { line, from, to: close < 0 ? end : close + 1 }
  return { ...word, text: line.text.slice(from + 1, end), quoted: true }
}

/**
 * Where the comment begins, or -1: at the first # or ! outside "…". `escaped`: the offsets of backslashes before such a
 * sign, which keep it.
 */
export function commentIn(text: string): { readonly at: number; readonly escaped: readonly number[] } {
  const escaped: number[] = []
  if (!/[#!]/.test(text)) return { at: -1, escaped }
  let inQuotes = false
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '"') inQuotes = !inQuotes
    else if (inQuotes) continue
    else if (char === '\\' && (text[at + 1] === '#' || text[at + 1] === '!')) {
      escaped.push(at)
      at += 1
    } else if (char === '#' || char === '!') return { at, escaped }
  }
  return { at: -1, escaped }
}
