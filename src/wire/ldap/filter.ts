/**
 * A search filter as people write it -> the bytes of a search request: "(&(objectClass=person)(cn=A*))", or without the
 * outer brackets, as Net::LDAP takes it as well.
 * Source: RFC 4515 §3 (the text), RFC 4511 §4.5.1 (the bytes).
 */
import { element, octets } from './ber.ts'

const TAG = {
  and: 0xa0,
  or: 0xa1,
  not: 0xa2,
  equality: 0xa3,
  substrings: 0xa4,
  greaterOrEqual: 0xa5,
  lessOrEqual: 0xa6,
  present: 0x87,
  approx: 0xa8,
  extensible: 0xa9,
} as const

/** Brackets within brackets; nobody writes so many, and each costs a call. */
const DEEPEST = 50

/** `null`: it is no filter. */
export function encodeFilter(text: string): Buffer | null {
  const trimmed = text.trim()
  const whole = trimmed.startsWith('(') ? trimmed : `(${trimmed})`
  const read = bracketed(whole, DEEPEST)
  return read !== null && read.rest.trim() === '' ? read.bytes : null
}

interface Read {
  readonly bytes: Buffer
  readonly rest: string
}

/** From "(" to the ")" that belongs to it. */
function bracketed(text: string, deepest: number): Read | null {
  if (deepest === 0 || !text.startsWith('(')) return null
  const inner = text.slice(1).trimStart()
  const sign = inner.charAt(0)
  if (sign === '&' || sign === '|') return listed(inner.slice(1), sign === '&' ? TAG.and : TAG.or, deepest)
  if (sign === '!') {
    const one = bracketed(inner.slice(1).trimStart(), deepest - 1)
    return one === null ? null : closed(element(TAG.not, one.bytes), one.rest)
  }
  const end = inner.search(/[()]/)
  if (end < 0 || inner.charAt(end) !== ')') return null
  const bytes = item(inner.slice(0, end))
  return bytes === null ? null : { bytes, rest: inner.slice(end + 1) }
}

function listed(text: string, tag: number, deepest: number): Read | null {
  const parts: Buffer[] = []
  let left = text.trimStart()
  while (left.startsWith('(')) {
    const one = bracketed(left, deepest - 1)
    if (one === null) return null
    parts.push(one.bytes)
    left = one.rest.trimStart()
  }
  return closed(element(tag, ...parts), left)
}

function closed(bytes: Buffer, rest: string): Read | null {
  const left = rest.trimStart()
  return left.startsWith(')') ? { bytes, rest: left.slice(1) } : null
}

const ITEM = /^\s*([A-Za-z0-9.;:_-]*?)\s*(:=|[~<>]?=)(.*)$/s

function item(text: string): Buffer | null {
  const [, name = '', operator = '', value = ''] = ITEM.exec(text) ?? []
  if (operator === ':=') return extensible(name, value)
  if (name === '' || name.includes(':')) return null
  if (operator === '=' && value === '*') return octets(name, TAG.present)
  if (operator === '=' && value.includes('*')) return substrings(name, value)
  const tags: Readonly<Record<string, number>> = {
    '=': TAG.equality,
    '~=': TAG.approx,
    '>=': TAG.greaterOrEqual,
    '<=': TAG.lessOrEqual,
  }
  const tag = tags[operator]
  const bytes = plain(value)
  return tag === undefined || bytes === null ? null : element(tag, octets(name), octets(bytes))
}

/** `cn=a*b*c`: a beginning, what comes between, and an end, each perhaps empty. */
function substrings(name: string, value: string): Buffer | null {
  const pieces = value.split('*').map(plain)
  const parts = pieces.flatMap((piece, at) => {
    if (piece === null || piece.length === 0) return []
    const tag = at === 0 ? 0x80 : at === pieces.length - 1 ? 0x82 : 0x81
    return [octets(piece, tag)]
  })
  if (pieces.includes(null) || parts.length === 0) return null
  return element(TAG.substrings, octets(name), element(0x30, ...parts))
}

/** `cn:dn:2.4.6.8.10:=x`, with each of the three parts before the sign left out or not. */
function extensible(name: string, value: string): Buffer | null {
  const [type = '', ...more] = name.split(':')
  const withDn = more[0]?.toLowerCase() === 'dn'
  const [rule = '', another] = withDn ? more.slice(1) : more
  const bytes = plain(value)
  if (another !== undefined || bytes === null || (type === '' && rule === '')) return null
  const parts = [
    ...(rule === '' ? [] : [octets(rule, 0x81)]),
    ...(type === '' ? [] : [octets(type, 0x82)]),
    octets(bytes, 0x83),
    ...(withDn ? [element(0x84, Buffer.from([0xff]))] : []),
  ]
  return element(TAG.extensible, ...parts)
}

/** A value without its escapes: `\2a` is the byte 2a, and any other character behind a backslash is itself. */
function plain(value: string): Buffer | null {
  const bytes: Buffer[] = []
  for (const [part] of value.matchAll(/\\[0-9A-Fa-f]{2}|\\.?|[^\\]+/gsu)) {
    if (part === '\\') return null
    if (!part.startsWith('\\')) bytes.push(Buffer.from(part))
    else if (part.length === 3) bytes.push(Buffer.from([Number.parseInt(part.slice(1), 16)]))
    else bytes.push(Buffer.from(part.slice(1)))
  }
  return Buffer.concat(bytes)
}
