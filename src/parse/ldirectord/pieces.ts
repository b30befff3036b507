/** The parts of a real line: words with blanks or commas between them, and texts in double quotes. */
import { isBlank, type Word, wordAt } from './words.ts'

export interface Piece {
  /** Without its quotes. */
  readonly text: string
  readonly quoted: boolean
  readonly word: Word
}

const separates = (char: string | undefined) => isBlank(char) || char === ','

export function piecesIn({ source, from, to }: Word): Piece[] {
  const { text } = source
  const pieces: Piece[] = []
  let at = from
  // What does not close here closes nowhere behind it either.
  let open = false
  while (at < to) {
    if (separates(text[at])) {
      at += 1
      continue
    }
    const close = text[at] === '"' && !open ? closing(text, at, to) : -1
    if (text[at] === '"' && close < 0) open = true
    if (close >= 0) {
      pieces.push({ text: text.slice(at + 1, close), quoted: true, word: wordAt(source, at, close + 1) })
      at = close + 1
      continue
    }
    let end = at
    while (end < to && !separates(text[end])) end += 1
    const word = wordAt(source, at, end)
    pieces.push({ text: word.text, quoted: false, word })
    at = end
  }
  return pieces
}

/** A quote within a text is one that no blank follows: regular expressions have such. */
function closing(text: string, open: number, to: number): number {
  for (let at = open + 1; at < to; at++) if (text[at] === '"' && (at + 1 >= to || separates(text[at + 1]))) return at
  return -1
}
