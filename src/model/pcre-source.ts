/**
 * PCRE2's spelling of a pattern -> JavaScript's, item by item. Whether a match exists, and where the first one begins, is
 * the same for both; how far it reaches may differ and does not matter to a check.
 * Source: pcre2pattern(3), section by section; ECMA-262, 22.2.1 and B.1.2.
 */
import { classSource, literal, SETS } from './pcre-class.ts'

export interface PcreOptions {
  readonly has: (option: string) => boolean
  readonly utf: boolean
}

export type PatternSource =
  | { readonly kind: 'source'; readonly source: string; readonly caseless: boolean }
  | { readonly kind: 'refused'; readonly text: string; readonly option?: string }

/** Thrown inside this file only: a pattern stops at its first item that cannot be had. */
class Refusal extends Error {}

export function patternSource(pattern: string, options: PcreOptions): PatternSource {
  const { text, inline, verb } = withoutFront(pattern)
  if (verb !== null) return { kind: 'refused', text: `${verb} at its beginning is PCRE's alone` }
  const has = (word: string) => inline.has(word) || options.has(word)
  if (has('ucp') && /\\[wWdDsSbB]|\[:/.test(pattern)) {
    const text = `ucp makes \\w, \\d, \\s and [:alpha:] of all scripts, which JavaScript's cannot be; write \\p{L} or ranges`
    return { kind: 'refused', option: 'ucp', text }
  }
  try {
    return { kind: 'source', source: new Reader(text, { ...options, has }).read(), caseless: has('caseless') }
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'refused', text: error.message }
    throw error
  }
}

const INLINE: Readonly<Record<string, string>> = { i: 'caseless', m: 'multiline', s: 'dotall', x: 'extended' }

/** `(?i)` in front of everything is an option; elsewhere JavaScript has nothing like it. */
function withoutFront(pattern: string): { text: string; inline: ReadonlySet<string>; verb: string | null } {
  const verb = /^\(\*[A-Z_0-9=]+\)/.exec(pattern)?.[0] ?? null
  const [front = '', letters = ''] = /^\(\?([imsx]+)\)/.exec(pattern) ?? []
  const inline = new Set([...letters].map((letter) => INLINE[letter] ?? ''))
  return { text: pattern.slice(front.length), inline, verb }
}

/** Nothing behind, nothing in front: unlike ^ and $ these do not change with flags. */
const START = '(?<![^])'
const END = '(?![^])'
const BEFORE_LAST_NEWLINE = `(?=\\n?${END})`

const ASSERTIONS: Readonly<Record<string, string>> = {
  A: START,
  z: END,
  Z: BEFORE_LAST_NEWLINE,
  b: '\\b',
  B: '\\B',
  // Never half of a CR LF.
  R: '(?:\\r\\n|\\r(?!\\n)|[\\n\\x0b\\f\\x85])',
}

class Reader {
  private at = 0
  private readonly out: string[] = []
  private readonly text: string
  private readonly options: PcreOptions
  private groups = 0

  constructor(text: string, options: PcreOptions) {
    this.text = text
    this.options = options
  }

  read(): string {
    while (this.at < this.text.length) this.out.push(this.item())
    return this.out.join('')
  }

  private item(): string {
    const { has } = this.options
    const character = this.character()
    switch (character) {
      case '\\':
        return this.escape()
      case '[':
        return this.class()
      case '(':
        return this.group()
      case '.':
        return has('dotall') ? '[^]' : '[^\\n]'
      case '^':
        // pcre2pattern(3): behind the last line end of all there is no further line, unless alt_circumflex says so.
        if (!has('multiline')) return START
        return has('alt_circumflex') ? '(?<=\\n|(?<![^]))' : `(?:${START}|(?<=\\n)(?=[^]))`
      case '$':
        if (has('multiline')) return `(?=\\n|${END})`
        return has('dollar_endonly') ? END : BEFORE_LAST_NEWLINE
      case '{':
        return this.braces()
      case '*':
      case '+':
      case '?':
        return this.quantifier(character)
      case '}':
      case ']':
        return literal(character, this.options.utf)
      default:
        return this.plain(character)
    }
  }

  /** One character of the pattern: with utf a whole one, otherwise one that stands for a byte or more. */
  private character(): string {
    const character = this.options.utf
      ? String.fromCodePoint(this.text.codePointAt(this.at) ?? 0)
      : this.text.charAt(this.at)
    this.at += character.length
    return character
  }

  private plain(character: string): string {
    if (this.options.has('extended')) {
      if (/\s/.test(character)) return ''
      if (character === '#') {
        const end = this.text.indexOf('\n', this.at)
        this.at = end === -1 ? this.text.length : end + 1
        return ''
      }
    }
    return character === '|' || character === ')' ? character : literal(character, this.options.utf)
  }

  /** What is no {n}, {n,} or {n,m} stands for itself. */
  private braces(): string {
    const [, amount] = /^(\d+(?:,\d*)?\})/.exec(this.text.slice(this.at)) ?? []
    if (amount === undefined) return literal('{', this.options.utf)
    this.at += amount.length
    return this.quantifier(`{${amount}`)
  }

  private quantifier(amount: string): string {
    const next = this.text.charAt(this.at)
    if (next === '+') throw new Refusal(`${amount}+ is possessive, which JavaScript lacks; write ${amount} alone`)
    if (next !== '?') return amount
    this.at += 1
    return `${amount}?`
  }

  private escape(): string {
    if (this.at >= this.text.length) throw new Refusal('a backslash at its end escapes nothing')
    const character = this.character()
    const known = ASSERTIONS[character]
    if (known !== undefined) return known
    const set = SETS[character]
    if (set !== undefined) return `[${set}]`
    if (character === 'N') return '[^\\n]'
    if (character === 'Q') return this.quoted()
    if (character === 'E') return ''
    if (/[1-9]/.test(character)) return this.backReference(character)
    if (character === 'k') return this.namedReference()
    if (character === 'p' || character === 'P') return `\\${character}${this.property()}`
    const value = this.code(character)
    if (value !== null) return literal(value, this.options.utf)
    if (/[A-Za-z]/.test(character)) throw new Refusal(`\\${character} is PCRE's alone, or means nothing`)
    return literal(character, this.options.utf)
  }

  private class(): string {
    const { has, utf } = this.options
    const read = classSource(this.text, this.at, {
      utf,
      emptyAllowed: has('allow_empty_class'),
      code: (character, at) => {
        this.at = at
        return { value: this.code(character), at: this.at }
      },
    })
    if ('text' in read) throw new Refusal(read.text)
    this.at = read.at
    return read.source
  }

  /** The character that an escape names by number or by name; `null` if it names none. */
  private code(character: string): string | null {
    const named = { a: '\x07', e: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t' }[character]
    if (named !== undefined) return named
    const rest = this.text.slice(this.at)
    const take = (pattern: RegExp, base: number): string | null => {
      const [all, digits] = pattern.exec(rest) ?? []
      if (all === undefined) return null
      this.at += all.length
      return this.codePoint(Number.parseInt(digits === '' ? '0' : (digits ?? '0'), base))
    }
    if (character === 'x') {
      if (this.options.has('alt_bsux')) return take(/^([0-9a-fA-F]{2})/, 16) ?? 'x'
      return take(/^\{([0-9a-fA-F]{1,6})\}/, 16) ?? take(/^([0-9a-fA-F]{0,2})/, 16)
    }
    if (character === 'u' && this.options.has('alt_bsux')) return take(/^([0-9a-fA-F]{4})/, 16) ?? 'u'
    if (character === 'o') return take(/^\{([0-7]{1,7})\}/, 8)
    if (character === '0') return take(/^([0-7]{0,2})/, 8)
    return null
  }

  private codePoint(value: number): string {
    const largest = this.options.utf ? 0x10ffff : 0xff
    if (value <= largest) return String.fromCodePoint(value)
    const hint = this.options.utf ? 'there is no such character' : 'without the option utf a character is a byte'
    throw new Refusal(`the character ${value.toString(16)} is too large: ${hint}`)
  }

  private quoted(): string {
    const end = this.text.indexOf('\\E', this.at)
    const words = this.text.slice(this.at, end === -1 ? undefined : end)
    this.at = end === -1 ? this.text.length : end + 2
    return [...words].map((each) => literal(each, this.options.utf)).join('')
  }

  /** A number of a group that is there, or was begun; PCRE takes other numbers for octal ones. */
  private backReference(digit: string): string {
    const [more = ''] = /^\d*/.exec(this.text.slice(this.at)) ?? []
    const number = Number(digit + more)
    if (this.options.has('no_auto_capture'))
      throw new Refusal(`\\${number} refers to a group that no_auto_capture takes away`)
    if (number > this.groups) throw new Refusal(`\\${number} refers to a group that is not there before it`)
    this.at += more.length
    return `(?:\\${number})`
  }

  private namedReference(): string {
    const [all, name] = /^(?:<(\w+)>|\{(\w+)\}|'(\w+)')/.exec(this.text.slice(this.at))?.filter((each) => each) ?? []
    if (all === undefined) throw new Refusal('\\k needs the name of a group, as in \\k<name>')
    if (this.options.has('dupnames')) throw new Refusal('a reference by name is not possible with dupnames')
    this.at += all.length
    return `\\k<${name}>`
  }

  /** ECMA-262 knows them with the flag u only. */
  private property(): string {
    const [all, name] = /^(?:\{(\^?[\w&=]+)\}|([A-Z]))/.exec(this.text.slice(this.at))?.filter((each) => each) ?? []
    if (all === undefined || name === undefined || name.startsWith('^') || !this.options.utf) {
      throw new Refusal('\\p is possible with the option utf only, and as \\p{Lu}')
    }
    this.at += all.length
    return `{${name}}`
  }

  private group(): string {
    const rest = this.text.slice(this.at)
    const skip = (length: number, source: string): string => {
      this.at += length
      return source
    }
    if (rest.startsWith('*')) throw new Refusal(`${/^\*[^)]*\)?/.exec(rest)?.[0] ?? ''} is a verb of PCRE's alone`)
    if (!rest.startsWith('?')) return this.options.has('no_auto_capture') ? '(?:' : this.capture()
    const [comment] = /^\?#[^)]*\)/.exec(rest) ?? []
    if (comment !== undefined) return skip(comment.length, '')
    const [look] = /^\?(?:<?[=!]|:)/.exec(rest) ?? []
    if (look !== undefined) return skip(look.length, `(${look}`)
    const [, bracket, quote] = /^\?P?<([A-Za-z_]\w*)>|^\?'([A-Za-z_]\w*)'/.exec(rest) ?? []
    const name = bracket ?? quote
    if (name !== undefined) {
      const length = rest.search(/[>']/) === 1 ? rest.indexOf("'", 2) + 1 : rest.indexOf('>') + 1
      this.groups += 1
      return skip(length, this.options.has('dupnames') ? '(' : `(?<${name}>`)
    }
    const what = /^\?[^)]{0,3}/.exec(rest)?.[0] ?? '?'
    throw new Refusal(
      `(${what}… is PCRE's alone; of groups that begin with (? there are (?: (?= (?! (?<= (?<! (?<name>`,
    )
  }

  private capture(): string {
    this.groups += 1
    return '('
  }
}
