/**
 * A POSIX extended regular expression, as nanny hands `expect` to regcomp(3) with use_regex, as one of PCRE's that finds the
 * same. Differs: `.` is also a line end, `$` the very end only, a backslash in brackets is a letter, and a backslash before
 * a letter of no meaning is that letter. Source: regex(7), POSIX.1 XBD 9.4; glibc's \w \s \b \< \>.
 */

export type ReadEre =
  | { readonly kind: 'pattern'; readonly pattern: string }
  /** A sentence's tail. */
  | { readonly kind: 'refused'; readonly text: string }

/** What glibc knows behind a backslash, and PCRE by another name. */
const RENAMED: Readonly<Record<string, string>> = { '<': '\\b(?=\\w)', '>': '\\b(?<=\\w)', '`': '\\A', "'": '\\z' }
/** The same in both. */
const SAME = /[wWsSbB1-9]/
const QUANTIFIERS = '*+?{'

/** `text` without nanny's own escapes. */
export function readEre(text: string): ReadEre {
  const out: string[] = []
  let dots = false
  // Nothing stands before that could be repeated, or it is repeated already.
  let quantified = true
  for (let at = 0; at < text.length; ) {
    const char = text.charAt(at)
    if (QUANTIFIERS.includes(char)) {
      if (quantified) return { kind: 'refused', text: `nothing stands before the ${char} that it could repeat` }
      const count = char === '{' ? bound(text, at) : char
      quantified = char !== '{' || count !== '{'
      out.push(count === '{' ? '\\{' : count)
      at += count.length
      continue
    }
    quantified = char === '(' || char === '|'
    if (char === '\\' && at + 1 >= text.length) return { kind: 'refused', text: 'it ends in a backslash' }
    if (char === '[') {
      const end = bracketEnd(text, at)
      if (end < 0) return { kind: 'refused', text: 'a [ in it is not closed' }
      const whole = text.slice(at, end)
      if (/\[[.=]/.test(whole.slice(1))) return { kind: 'refused', text: '[. and [= are not known here' }
      out.push(bracket(whole))
      at = end
      continue
    }
    dots ||= char === '.'
    out.push(char === '\\' ? escaped(text.charAt(at + 1)) : char === '$' ? '\\z' : visible(char))
    at += char === '\\' ? 2 : 1
  }
  return { kind: 'pattern', pattern: (dots ? '(?s)' : '') + out.join('') }
}

/** `{2,3}` whole; a brace that begins no bound is a letter. */
const bound = (text: string, at: number): string =>
  /^\{\d{1,5}(?:,\d{0,5})?\}/.exec(text.slice(at, at + 14))?.[0] ?? '{'

function escaped(letter: string): string {
  if (Object.hasOwn(RENAMED, letter)) return RENAMED[letter] ?? ''
  return SAME.test(letter) || !/[A-Za-z0-9]/.test(letter) ? `\\${visible(letter)}` : letter
}

/** Behind its `]`, which is a letter in the first place, and in [:alpha:] and the like; -1: there is none. */
function bracketEnd(text: string, from: number): number {
  let at = from + 1
  if (text[at] === '^') at += 1
  if (text[at] === ']') at += 1
  for (; at < text.length; at++) {
    if (text[at] === ']') return at + 1
    const inner = text[at] === '[' ? text.charAt(at + 1) : ''
    if (inner === '' || !':.='.includes(inner)) continue
    const close = text.indexOf(`${inner}]`, at + 2)
    if (close < 0) return -1
    at = close + 1
  }
  return -1
}

const bracket = (text: string): string => [...text].map((char) => (char === '\\' ? '\\\\' : visible(char))).join('')

/** Visible ASCII as it is, all else byte for byte. */
function visible(char: string): string {
  if (/^[\x20-\x7e]$/.test(char)) return char
  return [...new TextEncoder().encode(char)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')
}
