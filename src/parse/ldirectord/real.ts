/**
 * `real = HOST[->HOST][:PORT] METHOD [WEIGHT] ["REQUEST" "RECEIVE"] [l:LOWER] [u:UPPER]`, and `fallback = HOST[:PORT] [METHOD]`.
 * Source: ldirectord(8), "real", "fallback"; 4.12 tried: it looks for each part by itself, and loses some in odd places.
 */
import type { Family, Forward } from '../../model/table.ts'
import { GREATEST_WEIGHT } from '../defaults.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { type HostAndPort, type HostWord, readHost, readHostAndPort } from './hosts.ts'
import { type Piece, piecesIn } from './pieces.ts'
import { GREATEST_LIMIT } from './values.ts'
import { spanOf, type Value, type Word, wordAt } from './words.ts'

export interface RealLine {
  readonly keyword: Word
  /** What stands before the method. */
  readonly at: Word
  readonly first: HostWord
  /** The last of a range; `null`: it is one server. */
  readonly last: HostWord | null
  readonly port: number | null
  readonly forward: Forward
  readonly weight: number
  readonly request: Piece | null
  readonly receive: Piece | null
  readonly lower: number
  readonly upper: number
}

export interface Fallback {
  readonly host: HostWord
  readonly port: number | null
  readonly forward: Forward
  readonly at: Word
}

const METHODS: Readonly<Record<string, Forward>> = { gate: 'route', masq: 'masq', ipip: 'tunnel' }
const METHOD_HINT = 'gate (direct routing), masq (NAT) or ipip (tunnel)'

export function readReal(value: Value, keyword: Word, family: Family, report: Report): RealLine | null {
  const pieces = piecesIn(value)
  const [at, method, ...rest] = pieces
  if (at === undefined) {
    report.error(
      'value-missing',
      spanOf(keyword),
      'this line names no server',
      `write ${keyword.text} = ADDRESS:PORT gate`,
    )
    return null
  }
  const ends = readRange(at.word, family, report)
  const forward = readMethod(method, at.word, report)
  if (ends === null || forward === null) return null
  const traits = readTraits(rest, report)
  return traits === null ? null : { keyword, at: at.word, ...ends, forward, ...traits }
}

export function readFallback(value: Value, keyword: Word, family: Family, report: Report): Fallback | null {
  const [at, method, extra] = piecesIn(value)
  if (at === undefined) {
    report.error(
      'value-missing',
      spanOf(keyword),
      `${keyword.text} names no server`,
      `write ${keyword.text} = ADDRESS:PORT`,
    )
    return null
  }
  const read = readServer(at.word, family, report)
  const forward = method === undefined ? 'route' : readMethod(method, at.word, report)
  if (extra !== undefined) {
    const message = `${quoted(extra.text)} is too much: a fallback has an address and a method, and no weight`
    report.error('fallback-extra', spanOf(extra.word), message, 'take it out')
    return null
  }
  return read === null || forward === null ? null : { ...read, forward, at: at.word }
}

function readMethod(method: Piece | undefined, before: Word, report: Report): Forward | null {
  if (method === undefined) {
    report.error(
      'method-missing',
      spanOf(before),
      `no method stands behind ${quoted(before.text)}`,
      `write ${METHOD_HINT}`,
    )
    return null
  }
  const found = Object.hasOwn(METHODS, method.text) ? METHODS[method.text] : undefined
  if (found !== undefined) return found
  const nearest = report.nearest(method.text, Object.keys(METHODS))
  const hint = /^(->|:)/.test(method.text)
    ? 'no blanks belong into an address: 10.0.0.1->10.0.0.3:80'
    : `${nearest === null ? '' : `did you mean ${nearest}? `}one of ${METHOD_HINT}`
  report.error('method', spanOf(method.word), `${quoted(method.text)} is not a method of forwarding`, hint)
  return null
}

/** `A->B:PORT`: IPv4 alone has ranges. */
function readRange(word: Word, family: Family, report: Report): Pick<RealLine, 'first' | 'last' | 'port'> | null {
  const arrow = word.text.indexOf('->')
  if (arrow < 0) {
    const read = readServer(word, family, report)
    return read === null ? null : { first: read.host, last: null, port: read.port }
  }
  if (family === 6) {
    report.error('range', spanOf(word), 'there are no ranges of IPv6 addresses', 'write a real6 line for each')
    return null
  }
  const first = readHost(wordAt(word.source, word.from, word.from + arrow), family, report)
  const last = readServer(wordAt(word.source, word.from + arrow + 2, word.to), family, report)
  return first === null || last === null ? null : { first, last: last.host, port: last.port }
}

/** A server has no port 0: ldirectord takes it for one without a port. */
function readServer(word: Word, family: Family, report: Report): HostAndPort | null {
  const read = readHostAndPort(word, family, report)
  if (read?.port !== 0) return read
  const message = `port 0 of ${quoted(word.text)} is, as in ldirectord, no port: that of the service counts`
  report.warning('port-zero', spanOf(word), message, 'leave it out, or write the port of the server')
  return { ...read, port: null }
}

type Traits = Pick<RealLine, 'weight' | 'request' | 'receive' | 'lower' | 'upper'>

function readTraits(pieces: readonly Piece[], report: Report): Traits | null {
  const texts = pieces.filter(({ quoted: isQuoted }) => isQuoted)
  const words = pieces.filter(({ quoted: isQuoted }) => !isQuoted)
  const limits = words.filter(({ text }) => /^[lu]:\d+$/.test(text))
  const others = words.filter(({ text }) => !/^[lu]:\d+$/.test(text))
  const weight = weightIn(others, report)
  const [request = null, receive = null, extra] = texts
  const odd = extra ?? (receive === null ? request : null)
  if (odd !== null) {
    const message = extra === undefined ? 'a request alone stands here' : `${quoted(odd.text)} is one text too many`
    report.error('real-texts', spanOf(odd.word), message, 'write "REQUEST" "RECEIVE"')
    return null
  }
  if (request !== null) warnOfSlash(request, report)
  warnOfLimits(pieces, limits, report)
  const lower = limitOf('l', limits, report)
  const upper = limitOf('u', limits, report)
  if (weight === null || lower === null || upper === null) return null
  return { weight, request, receive, lower, upper }
}

/** The first number; ldirectord passes over words before it, and refuses what stands behind. */
function weightIn(words: readonly Piece[], report: Report): number | null {
  const at = words.findIndex(({ text }) => /^\d+$/.test(text))
  const odd = at < 0 ? words[0] : words[at + 1]
  if (odd !== undefined) {
    const hint = /^<?[lu]:/.test(odd.text)
      ? 'thresholds are written l:10 u:20'
      : 'behind the method stands a weight: a whole number'
    report.error('real-extra', spanOf(odd.word), `nobody knows what ${quoted(odd.text)} means here`, hint)
    return null
  }
  const skipped = at > 0 ? words[0] : undefined
  if (skipped !== undefined) {
    const message = `${quoted(skipped.text)} counts for nothing: the weight is the first number behind the method`
    report.warning('word-extra', spanOf(skipped.word), message, 'take it out')
  }
  const written = words[at]
  if (written === undefined) return 1
  if (Number(written.text) <= GREATEST_WEIGHT) return Number(written.text)
  report.error('weight', spanOf(written.word), `${quoted(written.text)} is no weight`, `at most ${GREATEST_WEIGHT}`)
  return null
}

function limitOf(letter: string, limits: readonly Piece[], report: Report): number | null {
  const found = limits.findLast(({ text }) => text.startsWith(letter))
  if (found === undefined) return 0
  const value = Number(found.text.slice(2))
  if (value <= GREATEST_LIMIT) return value
  report.error('threshold', spanOf(found.word), `${quoted(found.text)} is no threshold`, `at most ${GREATEST_LIMIT}`)
  return null
}

/** ldirectord finds them only at the end of the line, the lower one first. */
function warnOfLimits(pieces: readonly Piece[], limits: readonly Piece[], report: Report): void {
  const end = pieces.slice(pieces.length - limits.length)
  const kept = limits.every((limit, i) => limit === end[i]) && limits.map(({ text }) => text[0]).join('') !== 'ul'
  const [first] = limits
  if (first === undefined || kept) return
  const message = 'ldirectord loses thresholds that do not end the line, and u: before l:; here all of them count'
  report.warning('threshold-order', spanOf(first.word), message, 'write l:LOWER u:UPPER at the end of the line')
}

function warnOfSlash(request: Piece, report: Report): void {
  if (!request.text.startsWith('/')) return
  const message = `ldirectord asks for / and expects nothing where the text of a real line begins with a slash; here ${quoted(request.text)} counts`
  report.warning('real-request-slash', spanOf(request.word), message, `for ldirectord write it without the slash`)
}
