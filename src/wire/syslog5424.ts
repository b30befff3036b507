/**
 * A message for a syslog daemon on another machine: header, structured data, text. By UDP one a datagram (RFC 5426), by TCP
 * with its length before it (RFC 6587 §3.4.1), so that no text can begin another message.
 * Source: RFC 5424 §6; the number behind the @ is RFC 5612's, for examples, since we have none of our own.
 */
import type { WallTime } from '../model/units.ts'
import { isoTime } from './alert-line.ts'
import { FACILITIES, type Facility, PRIORITIES, type Priority } from './mon/syslog.ts'

export interface SyslogRecord {
  readonly facility: Facility
  readonly priority: Priority
  readonly at: WallTime
  readonly hostname: string
  /** `upalert` */
  readonly ident: string
  readonly pid: number
  /** The kind of message: `failure`. */
  readonly kind: string
  /** Names are our own words; values are anything. */
  readonly data: readonly (readonly [name: string, value: string])[]
  readonly text: string
}

const ELEMENT = 'upalert@32473'
/** Bytes of a datagram that every receiver should take (RFC 5426 §3.2), and of a message by TCP, which rsyslog takes. */
export const SYSLOG_MOST = { udp: 2048, tcp: 8192 } as const
/** Characters of a value. */
const VALUE = 200

const encoder = new TextEncoder()

/** Cut between characters if there are too many bytes. */
export function encodeSyslog5424(record: SyslogRecord, most: number): Uint8Array {
  const { facility, priority, at, hostname, ident, pid, kind, data, text } = record
  const pri = FACILITIES[facility] * 8 + PRIORITIES[priority]
  const head = `<${pri}>1 ${isoTime(at) || NIL} ${token(hostname, 255)} ${token(ident, 48)} ${pid} ${token(kind, 32)}`
  const values = data.map(([name, value]) => ` ${name}="${escaped(value)}"`).join('')
  // RFC 5424 §6.4: a text in UTF-8 says so; one in ASCII need not, and many receivers show the mark.
  const mark = /^[\x20-\x7e]*$/.test(text) ? '' : '\ufeff'
  const bytes = new Uint8Array(most)
  const { written } = encoder.encodeInto(`${head} [${ELEMENT}${values}] ${mark}${text}`, bytes)
  return bytes.subarray(0, written)
}

/** Octet counting. */
export function framed(message: Uint8Array): Uint8Array {
  const head = encoder.encode(`${message.length} `)
  const frame = new Uint8Array(head.length + message.length)
  frame.set(head)
  frame.set(message, head.length)
  return frame
}

const NIL = '-'

const token = (text: string, most: number): string => text.replace(/[^!-~]+/g, '-').slice(0, most) || NIL

/** RFC 5424 §6.3.3: three characters are escaped. What is no text at all becomes a blank, as nobody wants it in a log. */
const escaped = (value: string): string =>
  value
    .slice(0, VALUE)
    .replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/["\\\]]/g, '\\$&')
