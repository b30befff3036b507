/**
 * Text from a file as a terminal may show it: control characters, and those that turn the line round, become visible
 * signs, so that nothing in a configuration can move the cursor or hide.
 */

/** Longest piece of the file that a message repeats. */
const QUOTED = 60

/** `"text"`, cropped, with nothing invisible in it: how a message names the offending text. */
export function quoted(text: string): string {
  const short = text.length > QUOTED ? `${text.slice(0, QUOTED).replace(/[\ud800-\udbff]$/, '')}…` : text
  return `"${visible(short)}"`
}

/** A tab becomes one blank; other control characters their picture (U+2400 …), the rest of the invisible ones `\u{…}`. */
export function visible(text: string): string {
  return text.replace(
    /[\x00-\x1f\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\ufffb]/g,
    (char) => {
      const code = char.charCodeAt(0)
      if (code === 9) return ' '
      if (code < 32) return String.fromCharCode(0x2400 + code)
      return code === 127 ? '␡' : `\\u{${code.toString(16)}}`
    },
  )
}

/** Columns a character takes on a terminal: 2 for East Asian wide ones and emoji, 0 for marks that combine. UAX #11. */
export function charWidth(code: number): 0 | 1 | 2 {
  if (code < 0x300) return 1
  if (within(code, COMBINING)) return 0
  return within(code, WIDE) ? 2 : 1
}

const within = (code: number, ranges: readonly (readonly [number, number])[]) =>
  ranges.some(([from, to]) => code >= from && code <= to)

const COMBINING = [
  [0x300, 0x36f],
  [0x483, 0x489],
  [0x591, 0x5bd],
  [0x610, 0x61a],
  [0x64b, 0x65f],
  [0x1ab0, 0x1aff],
  [0x1dc0, 0x1dff],
  [0x20d0, 0x20ff],
  [0xfe00, 0xfe0f],
  [0xfe20, 0xfe2f],
] as const

const WIDE = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
] as const
