/**
 * Bytes as an operator writes them in a line of text: visible characters stand for themselves (UTF-8), and behind a
 * backslash r, n, t, \, ', ", 0 and xHH name a byte. Any other backslash is a fault that can be told at its place: nanny of
 * Piranha, whose first six of these are, hung at one for ever.
 * Pure, so that the parser can say what a monitor would only find out later.
 */

export type ReadBytes =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** `sequence` is what stands there, `at` its offset in the text. */
  | { readonly kind: 'fault'; readonly at: number; readonly sequence: string }

/** For hints: what may stand behind a backslash. */
export const ESCAPES_IN_WORDS = '\\r \\n \\t \\\\ \\\' \\" \\0 and \\xHH (two hex digits)'

const NAMED: Readonly<Record<string, number>> = { r: 13, n: 10, t: 9, '\\': 92, "'": 39, '"': 34, '0': 0 }
const SHORT: ReadonlyMap<number, string> = new Map([
  [13, '\\r'],
  [10, '\\n'],
  [9, '\\t'],
  [92, '\\\\'],
])
const VISIBLE = { first: 0x20, last: 0x7e }

export function decodeEscapes(text: string): ReadBytes {
  const pieces: Uint8Array[] = []
  const plain = new TextEncoder()
  let from = 0
  for (let at = text.indexOf('\\'); at !== -1; at = text.indexOf('\\', from)) {
    pieces.push(plain.encode(text.slice(from, at)))
    const letter = text.charAt(at + 1)
    const hex = /^[0-9a-fA-F]{2}$/.exec(text.slice(at + 2, at + 4))?.[0]
    const value = Object.hasOwn(NAMED, letter) ? NAMED[letter] : undefined
    if (value !== undefined) {
      pieces.push(Uint8Array.of(value))
      from = at + 2
    } else if (letter === 'x' && hex !== undefined) {
      pieces.push(Uint8Array.of(Number.parseInt(hex, 16)))
      from = at + 4
    } else {
      return { kind: 'fault', at, sequence: text.slice(at, at + (letter === 'x' ? 4 : 2)) }
    }
  }
  pieces.push(plain.encode(text.slice(from)))
  return { kind: 'bytes', bytes: joined(pieces) }
}

/** Visible ASCII but for the backslash as it is, everything else escaped: what is read back is the same bytes. */
export function encodeEscapes(bytes: Uint8Array): string {
  const out: string[] = []
  for (const byte of bytes) out.push(escaped(byte))
  return out.join('')
}

function escaped(byte: number): string {
  const short = SHORT.get(byte)
  if (short !== undefined) return short
  if (byte >= VISIBLE.first && byte <= VISIBLE.last) return String.fromCharCode(byte)
  // NUL as well: \0 in front of a digit would be another number to a regular expression.
  return `\\x${byte.toString(16).padStart(2, '0')}`
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}
