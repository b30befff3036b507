/**
 * A trap: one datagram of `tag='value'` lines, by which other programs report to a mon what they found.
 * What is read here is believed by nobody yet: user, password and version are checked by whoever received it.
 * Source: mon's README.traps, and its daemon and Mon::Client (send_trap) for what is really sent and read.
 */
import type { WallTime } from '../../model/units.ts'
import { escapedWhole, unescaped } from './escape.ts'
import { wholeSeconds } from './seconds.ts'

/** Bytes of a packet that are looked at. */
export const LONGEST_TRAP = 65_536
/** What UDP over IPv4 carries: 65535 less two headers (RFC 768, RFC 791). A longer detail or summary is cut. */
export const LONGEST_SENT_TRAP = 65_507
/** The version that mon asks for at least, and sends. */
export const TRAP_VERSION = '0.3807'

/** Tags that are not in the packet are empty texts, except `sta`. */
export interface Trap {
  readonly kind: 'trap'
  /** Version of the format. */
  readonly pro: string
  readonly usr: string
  /** In clear. */
  readonly pas: string
  /** The watch and service it is for. */
  readonly grp: string
  readonly svc: string
  /** Exit status, or any word; `null` if the packet has none, and then mon drops it. */
  readonly sta: string | null
  readonly sum: string
  readonly dtl: string
  /** Only logged. */
  readonly typ: string
  readonly spc: string
  /** Lines that are not of the form TAG=VALUE. */
  readonly ignoredLines: number
}

const TAG = /^([A-Za-z0-9_]+)=/
const KNOWN = ['pro', 'usr', 'pas', 'grp', 'svc', 'sta', 'sum', 'dtl', 'typ', 'spc'] as const
type KnownTag = (typeof KNOWN)[number]

/** Any bytes are a trap, if need be one without tags. Of a tag that comes twice the last counts. */
export function decodeTrap(packet: Uint8Array): Trap {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(packet.subarray(0, LONGEST_TRAP))
  const tags: Partial<Record<KnownTag, string>> = {}
  let ignoredLines = 0
  for (const line of linesOf(text)) {
    const name = TAG.exec(line)?.[1]
    if (name === undefined) ignoredLines += 1
    else if (isKnown(name)) tags[name] = unescaped(unquoted(line.slice(name.length + 1)))
  }
  const { pro = '', usr = '', pas = '', grp = '', svc = '', sta = null, sum = '', dtl = '', typ = '', spc = '' } = tags
  return { kind: 'trap', pro, usr, pas, grp, svc, sta, sum, dtl, typ, spc, ignoredLines }
}

/** An empty line counts as a line only where another follows, as Perl's split has it. */
function linesOf(text: string): readonly string[] {
  const lines = text.split('\n')
  while (lines.at(-1) === '') lines.pop()
  return lines
}

function isKnown(name: string): name is KnownTag {
  return KNOWN.some((known) => known === name)
}

const unquoted = (value: string): string =>
  value.length >= 2 && value.startsWith("'") && value.endsWith("'") ? value.slice(1, -1) : value

/** Whether mon would take a trap of this version: the number that the text begins with is not below TRAP_VERSION. */
export function isTrapVersion(pro: string): boolean {
  const number = /^[ \t\n\v\f\r]*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/.exec(pro)
  return number !== null && Number(number[0]) >= Number(TRAP_VERSION)
}

/** The output that the event has: one empty line stands between summary and detail, as with mon. */
export const trapOutput = ({ sum, dtl }: Pick<Trap, 'sum' | 'dtl'>): string =>
  `${sum}${sum.endsWith('\n') ? '' : '\n'}\n${dtl}`

export interface SentTrap {
  /** Empty for none; then no password is sent either. */
  readonly usr: string
  readonly pas: string
  readonly grp: string
  readonly svc: string
  /** Exit status. */
  readonly sta: string
  /** Status code (src/model/opstatus.ts), which the receiver only logs. */
  readonly spc: string
  readonly sum: string
  readonly dtl: string
  readonly tsp: WallTime
}

/** The packet as Mon::Client lays it out, but with texts escaped so that backslashes survive. Of ASCII only. */
export function encodeTrap(trap: SentTrap): Uint8Array {
  const head = [
    tag('pro', TRAP_VERSION),
    tag('usr', trap.usr),
    ...(trap.usr === '' ? [] : [tag('pas', trap.pas)]),
    tag('spc', trap.spc),
    tag('seq', '0'),
    tag('typ', 'trap'),
    tag('grp', trap.grp),
    tag('svc', trap.svc),
    tag('sta', trap.sta),
    tag('spc', trap.spc),
    tag('tsp', String(wholeSeconds(trap.tsp))),
  ].join('')
  const room = LONGEST_SENT_TRAP - head.length - tag('sum', '').length - tag('dtl', '').length
  const sum = cut(escapedWhole(trap.sum), room)
  const dtl = cut(escapedWhole(trap.dtl), room - sum.length)
  const packet = `${head}sum='${sum}'\ndtl='${dtl}'\n`
  return new TextEncoder().encode(packet.slice(0, LONGEST_SENT_TRAP))
}

const tag = (name: string, value: string): string => `${name}='${escapedWhole(value)}'\n`

/** Not inside an escape. A character of several bytes that is cut is read as U+FFFD. */
function cut(escaped: string, room: number): string {
  if (escaped.length <= room) return escaped
  return escaped.slice(0, Math.max(0, room)).replace(/\\[0-9a-f]?$/, '')
}
