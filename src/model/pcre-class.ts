/**
 * A character class of PCRE2's -> JavaScript's. Without the option utf a class holds bytes, and its escapes know ASCII
 * only: PCRE2's \s has no no-break space, JavaScript's has.
 * Source: pcre2pattern(3), "Square brackets and character classes", "Posix character classes".
 */

/** What stands between the brackets for each; of a negated set its complement, so that it can stand beside others. */
export const SETS: Readonly<Record<string, string>> = {
  d: '0-9',
  D: '^0-9',
  w: '0-9A-Za-z_',
  W: '^0-9A-Za-z_',
  s: '\\t-\\r ',
  S: '^\\t-\\r ',
  h: '\\t \\xa0',
  H: '^\\t \\xa0',
  v: '\\n-\\r\\x85',
  V: '^\\n-\\r\\x85',
}

/** The negated ones written out: inside a class there is no "all but". `utf` decides the last character. */
const COMPLEMENTS: Readonly<Record<string, string>> = {
  D: '\\0-\\x2f:-LAST',
  W: '\\0-\\x2f:-@\\[-\\^`\\{-LAST',
  S: '\\0-\\x08\\x0e-\\x1f!-LAST',
  H: '\\0-\\x08\\n-\\x1f!-\\x9f\\xa1-LAST',
  V: '\\0-\\t\\x0e-\\x84\\x86-LAST',
}

const POSIX: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\0-\\x7f',
  blank: '\\t ',
  cntrl: '\\0-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\x2f:-@\\[-`\\{-~',
  space: '\\t-\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
}

interface ClassOptions {
  readonly utf: boolean
  readonly emptyAllowed: boolean
  /** The character behind `\` at `at` as a number or name would have it, and where reading goes on. */
  readonly code: (character: string, at: number) => { readonly value: string | null; readonly at: number }
}

/** `from`: behind the opening bracket. `text` is a sentence's tail. */
export function classSource(
  text: string,
  from: number,
  { utf, emptyAllowed, code }: ClassOptions,
): { readonly source: string; readonly at: number } | { readonly text: string } {
  const last = utf ? '\\u{10ffff}' : '\\xff'
  let at = from
  const out: string[] = ['[']
  if (text.charAt(at) === '^') {
    out.push('^')
    at += 1
  }
  if (text.charAt(at) === ']' && !emptyAllowed) {
    out.push('\\]')
    at += 1
  }
  while (at < text.length) {
    const character = utf ? String.fromCodePoint(text.codePointAt(at) ?? 0) : text.charAt(at)
    at += character.length
    if (character === ']') return { source: `${out.join('')}]`, at }
    const posix = character === '[' ? /^:(\^?)(\w+):\]/.exec(text.slice(at)) : null
    if (posix !== null) {
      const [all, not, name = ''] = posix
      const set = POSIX[name]
      if (set === undefined) return { text: `[:${name}:] is no class of characters` }
      if (not !== '') return { text: `[:^${name}:] is not possible inside a class; write what may stand there` }
      out.push(set)
      at += all.length
    } else if (character !== '\\') {
      out.push(character === '-' ? dash(out, text.slice(at)) : member(character, utf))
    } else {
      const escaped = text.charAt(at)
      const coded = code(escaped, at + 1)
      if (coded.value !== null) {
        out.push(member(coded.value, utf))
        at = coded.at
        continue
      }
      const property = utf ? /^[pP]\{\w+(?:=\w+)?\}/.exec(text.slice(at))?.[0] : undefined
      if (property !== undefined) {
        out.push(`\\${property}`)
        at += property.length
        continue
      }
      at += 1
      const set = COMPLEMENTS[escaped]?.replaceAll('LAST', last) ?? SETS[escaped]
      if (set !== undefined) out.push(set)
      else if (escaped === 'b') out.push('\\x08')
      else if (escaped === '' || /[A-Za-z1-9]/.test(escaped)) return { text: `[…\\${escaped}…] is PCRE's alone` }
      else out.push(member(escaped, utf))
    }
  }
  return { text: 'a class begins with [ and has no ] at its end' }
}

/** A dash makes a range between two characters, and stands for itself at either end and beside a set. */
function dash(before: readonly string[], rest: string): string {
  const previous = before.at(-1) ?? '['
  const character = /^(?:[^\\]|\\[^pP]|\\x..|\\u\{[^}]+\})$/su.test(previous) && previous !== '[' && previous !== '^'
  return character && !/^(?:\]|\[:|\\[dDwWsShHvVpP])/.test(rest) ? '-' : '\\-'
}

/** In a class a dash has to be escaped as well; outside of one it must not be where `u` is on. */
const member = (character: string, utf: boolean): string => (character === '-' ? '\\-' : literal(character, utf))

/** The character itself, whatever it means elsewhere; without utf the bytes that it has in UTF-8. */
export function literal(character: string, utf: boolean): string {
  const code = character.codePointAt(0) ?? 0
  if (/[0-9A-Za-z_]/.test(character)) return character
  if (code < 0x20 || (code >= 0x7f && code <= 0xff)) return `\\x${code.toString(16).padStart(2, '0')}`
  if (code > 0xff) return utf ? `\\u{${code.toString(16)}}` : character
  return /[\^$\\.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character
}
