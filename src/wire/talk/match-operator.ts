/**
 * `/ogin:/i`, `m{word: $}s`: a pattern as a Perl program has it -> source and flags of the same in JavaScript.
 * Source: perlop, "m/PATTERN/msixpodualngc"; perlre, "Metacharacters", "Assertions".
 */

export interface Pattern {
  readonly source: string
  readonly flags: string
}

/** What a match operator looks like; the modifier x, which lets blanks into a pattern, is not known here. */
export const MATCH_OPERATOR = '^\\s*(/.*/|m\\s*[^\\w\\s].*[^\\w\\s])[imsgopau]*\\s*$'
export const MATCH_OPERATOR_FORM = 'a match operator: /regular expression/, perhaps with i behind it'

const CLOSING: Readonly<Record<string, string>> = { '{': '}', '(': ')', '[': ']', '<': '>' }

/** `null` where the closing delimiter is not that of the opening one. */
export function patternOf(operator: string): Pattern | null {
  const [, open, body, close, modifiers] = /^\s*(?:m\s*)?([^\w\s])(.*)([^\w\s])([a-z]*)\s*$/s.exec(operator) ?? []
  if (open === undefined || body === undefined || close !== (CLOSING[open] ?? open)) return null
  const inner = /^\(\?([ims]+)\)/.exec(body)
  const flags = new Set(`${modifiers}${inner?.[1] ?? ''}`.match(/[ims]/g))
  return {
    source: translated(body.slice(inner?.[0].length ?? 0), flags.has('m')),
    flags: [...flags].sort().join(''),
  }
}

/** Without the flag m Perl's $ also matches before a line end that is the last. */
const AT_END = '(?=\\n?(?![\\s\\S]))'
const ANCHORS: Readonly<Record<string, string>> = {
  '\\A': '(?<![\\s\\S])',
  '\\z': '(?![\\s\\S])',
  '\\Z': AT_END,
}
/** An escape, a class, or an anchor; what is between stays as it is. */
const PIECE = /\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|\$/g

function translated(source: string, multiline: boolean): string {
  return source.replace(PIECE, (piece) => {
    if (piece === '$') return multiline ? piece : AT_END
    return ANCHORS[piece] ?? piece
  })
}
