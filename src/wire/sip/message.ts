/**
 * The request that asks a SIP server whether it is there, and the head of what it answers.
 * Source: RFC 3261 §7 (messages), §11.1 (OPTIONS), §8.1.1 (what every request has), §18.3 (framing); RFC 3581 (rport).
 */
import { oneLine } from '../mail/safe-text.ts'

export interface SipOptions {
  /** `user@host`: whom the request is for, and from. */
  readonly login: string
  readonly transport: 'UDP' | 'TCP'
  /** Where answers come to. */
  readonly local: { readonly address: string; readonly port: number }
  /** Letters and digits that no other request has. */
  readonly unique: string
}

/** RFC 3261 §8.1.1.7: a branch that begins so was made by somebody who knows that it must be unique. */
const COOKIE = 'z9hG4bK'

export const callId = ({ unique }: Pick<SipOptions, 'unique'>): string => `${unique}@upalert`

export function encodeOptions(request: SipOptions): Buffer {
  const { login, transport, local, unique } = request
  const host = local.address.includes(':') ? `[${local.address.replace(/%.*$/, '')}]` : local.address
  const lines = [
    `OPTIONS sip:${login} SIP/2.0`,
    `Via: SIP/2.0/${transport} ${host}:${local.port};branch=${COOKIE}${unique};rport`,
    'Max-Forwards: 70',
    `To: <sip:${login}>`,
    `From: <sip:${login}>;tag=${unique}`,
    `Call-ID: ${callId(request)}`,
    'CSeq: 1 OPTIONS',
    `Contact: <sip:${login}>`,
    'Accept: application/sdp',
    'Content-Length: 0',
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}

/** Bytes of a head, and of the body behind it. */
export const MOST_HEAD = 65_536
const MOST_BODY = 1_048_576
const LONGEST_REASON = 60

export interface SipResponse {
  readonly kind: 'response'
  readonly status: number
  readonly reason: string
  /** `null`: it has none. */
  readonly callId: string | null
  /** Bytes of the message; over UDP it is the whole datagram. */
  readonly size: number
}

export type ReadSip =
  | SipResponse
  /** What has come is the beginning of one. */
  | { readonly kind: 'more' }
  | { readonly kind: 'not-sip' }

const SIP_VERSION = 'SIP/2.0 '
const STATUS_LINE = /^SIP\/2\.0 ([1-6]\d\d)(?: (.*))?$/

/** `whole`: nothing more comes, as in a datagram. */
export function readResponse(bytes: Buffer, { whole }: { readonly whole: boolean }): ReadSip {
  const front = bytes.toString('latin1', 0, SIP_VERSION.length)
  if (!SIP_VERSION.startsWith(front) || (whole && front !== SIP_VERSION)) return { kind: 'not-sip' }
  const text = bytes.toString('latin1', 0, MOST_HEAD)
  const end = /\r?\n\r?\n/.exec(text)
  if (end === null && !whole) return { kind: bytes.length >= MOST_HEAD ? 'not-sip' : 'more' }
  // RFC 3261 §7.3.1: a line that begins with a blank continues the one before.
  const head = text.slice(0, end?.index).replace(/\r?\n[ \t]+/g, ' ')
  const [first = '', ...lines] = head.split(/\r?\n/)
  const [, status, reason = ''] = STATUS_LINE.exec(first) ?? []
  if (status === undefined) return { kind: 'not-sip' }
  const size = (end === null ? text.length : end.index + end[0].length) + (whole ? 0 : bodyLength(lines))
  if (!whole && bytes.length < size) return { kind: 'more' }
  return {
    kind: 'response',
    status: Number(status),
    reason: oneLine(reason, LONGEST_REASON),
    callId: headerOf(lines, 'call-id', 'i'),
    size,
  }
}

/** RFC 3261 §7.3.3: a header may have a short name. */
function headerOf(lines: readonly string[], name: string, short: string): string | null {
  for (const line of lines) {
    const colon = line.indexOf(':')
    const given = line.slice(0, Math.max(colon, 0)).trim().toLowerCase()
    if (given === name || given === short) return line.slice(colon + 1).trim()
  }
  return null
}

function bodyLength(lines: readonly string[]): number {
  const length = headerOf(lines, 'content-length', 'l')
  return length !== null && /^\d{1,7}$/.test(length) ? Math.min(Number(length), MOST_BODY) : 0
}

/** RFC 3261 §7.2: 1xx says that an answer will come. */
export const isFinal = ({ status }: SipResponse): boolean => status >= 200
