/**
 * `~SEQ(var, start, step, end)`, `~SEQx(…)` with hexadecimal results, `~LST(var, a, b)` and `~LST({v,w}, {1,2}, {3,4})`:
 * the rest of the line counts once for each round. Source: keepalived.conf(5), "Generating configuration"; 2.2.7 tried.
 */
import { quoted } from '../text/visible.ts'

export type Loop =
  | {
      readonly kind: 'loop'
      readonly names: readonly string[]
      /** The values of the names, a round each; made as they are asked for, so a long loop costs only what is used. */
      readonly rounds: Iterable<readonly string[]>
      /** Where the rest of the line begins. */
      readonly end: number
    }
  | { readonly kind: 'fault'; readonly message: string; readonly hint: string }
  /** Not a loop after all. */
  | { readonly kind: 'none' }

/** Characters between the parentheses that are looked at. */
const LONGEST = 64 * 1024

export function loopOf(text: string, from: number): Loop {
  const match = /^~(SEQ|SEQx|LST)\(/.exec(text.slice(from, from + 6))
  if (match === null) return { kind: 'none' }
  const open = from + match[0].length
  const close = text.indexOf(')', open)
  if (close < 0 || close - open > LONGEST) {
    return fault(`${quoted(text.slice(from))} lacks its closing parenthesis`, 'write ~SEQ(N, 1, 9) and what to repeat')
  }
  const inside = text.slice(open, close)
  return match[1] === 'LST' ? list(inside, close + 1) : sequence(inside, match[1] === 'SEQx', close + 1)
}

function sequence(inside: string, hexadecimal: boolean, end: number): Loop {
  const [name = '', ...numbers] = inside.split(',').map((text) => text.trim())
  const pattern = /^[+-]?(?:0x[0-9a-f]{1,8}|\d{1,10})$/i
  const wrong = numbers.find((text) => !pattern.test(text))
  if (!/^\w+$/.test(name) || numbers.length < 1 || numbers.length > 3 || wrong !== undefined) {
    const what = wrong === undefined ? `~SEQ(${inside})` : wrong
    return fault(`${quoted(what)} is no loop over numbers`, 'write ~SEQ(NAME, START, STEP, END) with whole numbers')
  }
  const [a = 0, b = 0, c = 0] = numbers.map(numberOf)
  const last = [a, b, c][numbers.length - 1] ?? 0
  const first = numbers.length === 1 ? (last < 0 ? -1 : 1) : a
  const step = numbers.length === 3 ? b : last < first ? -1 : 1
  if (step === 0 || (last - first) * step < 0) {
    return fault(`~SEQ(${inside}) never comes to its end`, 'let the step lead from the start to the end')
  }
  return { kind: 'loop', names: [name], rounds: counted(first, step, last, hexadecimal ? 16 : 10), end }
}

function numberOf(text: string): number {
  const magnitude = Number(text.replace(/^[+-]/, ''))
  return text.startsWith('-') ? -magnitude : magnitude
}

function* counted(first: number, step: number, last: number, radix: number): Generator<readonly string[]> {
  for (let at = first; step > 0 ? at <= last : at >= last; at += step) yield [at.toString(radix)]
}

function list(inside: string, end: number): Loop {
  const [first = '', ...rest] = itemsOf(inside)
  const names = membersOf(first)
  const rounds = rest.map(membersOf)
  const wrong = rest.find((_, index) => rounds[index]?.length !== names.length)
  if (rest.length === 0 || names.some((name) => !/^\w+$/.test(name)) || wrong !== undefined) {
    const what = wrong === undefined ? `~LST(${inside})` : wrong
    return fault(`${quoted(what)} is no loop over a list`, 'write ~LST(NAME, a, b) or ~LST({V,W}, {1,2}, {3,4})')
  }
  return { kind: 'loop', names, rounds, end }
}

/** Commas separate; those in braces do not. */
function itemsOf(text: string): string[] {
  const items: string[] = []
  let from = 0
  let inBraces = false
  for (let at = 0; at <= text.length; at++) {
    const char = text[at]
    if (char === '{') inBraces = true
    else if (char === '}') inBraces = false
    else if (at === text.length || (char === ',' && !inBraces)) {
      items.push(text.slice(from, at).trim())
      from = at + 1
    }
  }
  return items
}

const membersOf = (item: string): string[] =>
  item.startsWith('{') && item.endsWith('}')
    ? item
        .slice(1, -1)
        .split(',')
        .map((text) => text.trim())
    : [item]

const fault = (message: string, hint: string): Loop => ({ kind: 'fault', message, hint })
