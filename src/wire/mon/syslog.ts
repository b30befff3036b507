/**
 * A message for the local syslog daemon: one datagram to /dev/log, `<PRI>Mmm dd hh:mm:ss ident[pid]: text`, as the C
 * library's syslog() sends it. Sources: syslog(3), RFC 3164 §4.1, rsyslog's `#ooo` for control characters.
 */
import { dayAndTime, type LocalStamp } from '../../model/local-stamp.ts'

/** syslog(3); RFC 3164 table 2. */
export const PRIORITIES = { emerg: 0, alert: 1, crit: 2, err: 3, warning: 4, notice: 5, info: 6, debug: 7 } as const
export type Priority = keyof typeof PRIORITIES

/** syslog(3); RFC 3164 table 1. `security` is an old name of auth. */
export const FACILITIES = {
  kern: 0,
  user: 1,
  mail: 2,
  daemon: 3,
  auth: 4,
  security: 4,
  syslog: 5,
  lpr: 6,
  news: 7,
  uucp: 8,
  cron: 9,
  authpriv: 10,
  ftp: 11,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
} as const
export type Facility = keyof typeof FACILITIES

/** A facility as Perl's Sys::Syslog takes it from mon.cf, in upper or lower case, with or without `LOG_`. `null` if there is none. */
export function facilityNamed(name: string): Facility | null {
  const bare = name.toLowerCase().replace(/^log_/, '')
  return isFacility(bare) ? bare : null
}

function isFacility(name: string): name is Facility {
  return Object.hasOwn(FACILITIES, name)
}

export interface SyslogMessage {
  readonly priority: Priority
  readonly text: string
}

export interface Origin {
  readonly facility: Facility
  /** `mon`. */
  readonly ident: string
  readonly pid: number
}

/** Bytes of a datagram: what rsyslog takes by default ($MaxMessageSize). */
export const LONGEST_MESSAGE = 8192
/** Of a text, characters that are looked at; one byte each is the least they take. */
const LOOKED_AT = LONGEST_MESSAGE

/** C0, DEL and C1 controls, and the line and paragraph separators: what could make another line of it, or move a cursor. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g

/** The datagram's bytes, cut between characters if there are too many. Blanks at the text's end are dropped. */
export function encodeSyslog({ priority, text }: SyslogMessage, origin: Origin, at: LocalStamp): Uint8Array {
  const pri = FACILITIES[origin.facility] * 8 + PRIORITIES[priority]
  const head = `<${pri}>${dayAndTime(at)} ${origin.ident}[${origin.pid}]: `
  const shown = text.slice(0, LOOKED_AT).trimEnd().replace(CONTROLS, octal)
  const bytes = new Uint8Array(LONGEST_MESSAGE)
  // encodeInto stops at the last whole character that fits.
  const { written } = new TextEncoder().encodeInto(head + shown, bytes)
  return bytes.subarray(0, written)
}

/** `#012` for a newline. Above ASCII the bytes of its UTF-8, each in turn. */
function octal(control: string): string {
  let text = ''
  for (const byte of new TextEncoder().encode(control)) text += `#${byte.toString(8).padStart(3, '0')}`
  return text
}
