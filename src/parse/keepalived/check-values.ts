/** Values that only checkers have: digests, status codes, bytes in hexadecimal. Source: keepalived.conf(5). */
import { quoted } from '../text/visible.ts'
import { spanOf, type Word } from './line.ts'
import { type Args, integer, KEEPALIVED_LARGEST, one, type Value } from './values.ts'

/** From `first` to `last`, both included. */
export interface StatusRange {
  readonly first: number
  readonly last: number
}

/** A byte of which the bits in `mask` must be those of `value`. */
export interface BytePattern {
  readonly value: number
  readonly mask: number
}

/** UDP's largest payload. */
const MOST_BYTES = 65_507

export const digest: Value<string> = one('the 32 hexadecimal digits of genhash', (text) =>
  /^[0-9a-fA-F]{32}$/.test(text) ? text.toLowerCase() : undefined,
)

export const statusCodes: Value<readonly StatusRange[]> = {
  wants: 'codes and ranges from 100 to 599, such as 200 302 500-503',
  read: (args) => {
    const words = args.all()
    if (words.length === 0) return args.missing()
    const ranges: StatusRange[] = []
    for (const word of words) {
      const match = /^(\d{3})(?:-(\d{3}))?$/.exec(word.text)
      const first = Number(match?.[1])
      const last = Number(match?.[2] ?? match?.[1])
      if (match === null || first < 100 || last > 599 || last < first) return args.wrong(word)
      ranges.push({ first, last })
    }
    return ranges
  },
}

export const hexBytes: Value<readonly number[]> = {
  wants: 'bytes as hexadecimal digits, such as 0d0a 00 ff',
  read: (args) => {
    const pairs = hexPairs(args, /^[0-9a-fA-F]+$/)
    if (pairs === null) return null
    return pairs.length === 0 ? args.missing() : pairs.map((pair) => Number.parseInt(pair, 16))
  },
}

/** Empty: whatever is replied will do. */
export const hexPattern: Value<readonly BytePattern[]> = {
  wants: 'nothing, or bytes as hexadecimal digits with x for a digit that may be any, such as 0d0a xx 4x',
  read: (args) => hexPairs(args, /^[0-9a-fA-FxX]+$/)?.map(bytePattern) ?? null,
}

function hexPairs(args: Args, allowed: RegExp): string[] | null {
  const pairs: string[] = []
  for (const word of args.all()) {
    // In quotes blanks separate bytes as they do outside.
    for (const digits of word.text.split(/\s+/)) {
      if (!allowed.test(digits) || pairs.length + digits.length / 2 > MOST_BYTES) return args.wrong(word)
      for (let at = 0; at < digits.length; at += 2) pairs.push(digits.slice(at, at + 2))
    }
  }
  return pairs
}

/** A lone digit is a byte. */
function bytePattern(digits: string): BytePattern {
  const nibbles = digits.padStart(2, '0')
  const value = Number.parseInt(nibbles.replace(/x/gi, '0'), 16)
  const mask = Number.parseInt(nibbles.replace(/[^x]/gi, 'f').replace(/x/gi, '0'), 16)
  return { value, mask }
}

export const REGEX_OPTIONS = [
  ...['allow_empty_class', 'alt_bsux', 'auto_callout', 'caseless', 'dollar_endonly', 'dotall', 'dupnames', 'extended'],
  ...['firstline', 'match_unset_backref', 'multiline', 'never_ucp', 'never_utf', 'no_auto_capture', 'no_auto_possess'],
  ...['no_dotstar_anchor', 'no_start_optimize', 'ucp', 'ungreedy', 'utf', 'never_backslash_c', 'alt_circumflex'],
  ...['alt_verbnames', 'use_offset_limit'],
]

export const regexOptions: Value<readonly Word[]> = {
  wants: 'options of PCRE2, such as caseless dotall multiline utf',
  read: (args) => {
    const words = args.all()
    if (words.length === 0) return args.missing()
    for (const word of words) {
      if (REGEX_OPTIONS.includes(word.text)) continue
      const nearest = args.report.nearest(word.text, REGEX_OPTIONS)
      const hint = nearest === null ? `known here: ${REGEX_OPTIONS.join(' ')}` : `did you mean ${nearest}?`
      const message = `${quoted(word.text)} is no option of a regular expression, and keepalived passes it over`
      args.report.warning('regex-option', spanOf(word), message, hint)
    }
    return words
  },
}

/** Bytes of PCRE2's own stack: at the start, and at most. */
export const stackSizes: Value<{ readonly start: number; readonly most: number }> = {
  wants: 'two whole numbers: bytes at the start, and at most',
  read: (args) => {
    const start = integer(1, KEEPALIVED_LARGEST).read(args)
    const most = start === null ? null : integer(1, KEEPALIVED_LARGEST).read(args)
    return start === null || most === null ? null : { start, most }
  },
}

/** Of a number in a file, to add to the real server's weight. */
export const weightAndReverse: Value<{ readonly weight: number; readonly reverse: boolean }> = {
  wants: 'a whole number from -2147483647 to 2147483647, and if need be reverse',
  read: (args) => {
    const word = args.take()
    if (word === undefined) return args.missing()
    if (!/^-?\d{1,10}$/.test(word.text) || Math.abs(Number(word.text)) > 2_147_483_647) return args.wrong(word)
    const next = args.peek()
    if (next !== undefined && next.text !== 'reverse' && next.text !== 'noreverse') return args.wrong(next)
    args.take()
    return { weight: Number(word.text), reverse: next?.text === 'reverse' }
  },
}
