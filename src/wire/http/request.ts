/**
 * The text side of HTTP/1: a request as bytes, the head of a reply as words, and the lists of status codes that
 * operators write. Source: RFC 9112 (messages), RFC 9110 §15 (status codes).
 */
import { oneLine } from '../mail/safe-text.ts'

interface HttpRequest {
  readonly method: string
  /** Path and query; anything a request line cannot hold is percent-encoded. */
  readonly target: string
  readonly version: '1.0' | '1.1'
  /** In this order; of two with the same name (any case) the later one counts, in the place of the earlier. */
  readonly headers: readonly HttpHeader[]
  readonly body?: string
}

export type HttpHeader = readonly [name: string, value: string]

export interface HttpHead {
  readonly version: string
  readonly status: number
  readonly reason: string
  /** Names in lower case, in the order they came. */
  readonly headers: readonly HttpHeader[]
}

export function encodeRequest({ method, target, version, headers, body }: HttpRequest): Buffer {
  const length: HttpHeader[] = body === undefined ? [] : [['Content-Length', String(Buffer.byteLength(body))]]
  const lines = distinct([...headers, ...length]).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `${method} ${encodeTarget(target)} HTTP/${version}\r\n${lines.join('')}\r\n`
  return Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body ?? '')])
}

/** RFC 3986 §2: what is no visible ASCII character travels as percent and two hex digits a byte. */
export function encodeTarget(target: string): string {
  return target.replace(/[^\x21-\x7e]+/gu, (text) =>
    [...Buffer.from(text)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  )
}

/** RFC 9110 §7.2: the port is left out where it is the scheme's own; an IPv6 address stands in brackets. */
export function hostHeader(host: string, port: number, tls: boolean): string {
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  return port === (tls ? 443 : 80) ? name : `${name}:${port}`
}

/** `Name: value` as an operator writes it; `null` if it is none. */
export function headerOf(line: string): HttpHeader | null {
  const [, name, value] = HEADER_LINE.exec(line) ?? []
  return name === undefined || value === undefined ? null : [name, value.trim()]
}

/** RFC 9110 §5.1: a token, a colon, and a value without line breaks. Also fit for a JSON Schema `pattern`. */
export const HEADER_PATTERN = "^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\\t\\x20-\\x7e\\x80-\\xff]*)$"
const HEADER_LINE = new RegExp(HEADER_PATTERN)

/** The head without the blank line that ends it; `null` if the first line is no status line. */
export function parseHead(head: string): HttpHead | null {
  // RFC 9112 §5.2: a line that begins with a blank continues the one before.
  const [first = '', ...lines] = head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)
  const [, version, status, reason] = /^HTTP\/(\d\.\d) +(\d{3})(?: +(.*))?$/.exec(first.trimEnd()) ?? []
  if (version === undefined || status === undefined) return null
  const headers = lines.flatMap((line): HttpHeader[] => {
    const colon = line.indexOf(':')
    return colon < 1 ? [] : [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]]
  })
  return { version, status: Number(status), reason: oneLine(reason ?? '', LONGEST_REASON), headers }
}

const LONGEST_REASON = 60

export function headerValues(head: HttpHead, name: string): string[] {
  return head.headers.filter(([each]) => each === name).map(([, value]) => value)
}

export interface StatusRange {
  readonly from: number
  readonly to: number
}

/** `200-299,301`. Also fit for a JSON Schema `pattern`. */
export const STATUS_PATTERN = '^[1-5][0-9]{2}(-[1-5][0-9]{2})?([ ,]+[1-5][0-9]{2}(-[1-5][0-9]{2})?)*$'
const STATUS_LIST = new RegExp(STATUS_PATTERN)

export function parseStatusList(text: string): StatusRange[] | null {
  if (!STATUS_LIST.test(text)) return null
  return text.split(/[ ,]+/).map((part) => {
    const [from = '', to = from] = part.split('-')
    return { from: Number(from), to: Number(to) }
  })
}

export function statusExpected(status: number, ranges: readonly StatusRange[]): boolean {
  return ranges.some(({ from, to }) => from <= status && status <= to)
}

function distinct(headers: readonly HttpHeader[]): HttpHeader[] {
  const byName = new Map<string, HttpHeader>()
  for (const header of headers) byName.set(header[0].toLowerCase(), header)
  return [...byName.values()]
}
