/**
 * An alert as an SNMP notification: which one it is, and the objects that go with it, in the order of our MIB.
 * Every text has at most 255 bytes, so that the whole fits into one packet of an Ethernet.
 * Source: docs/UPALERT-MIB.txt; RFC 2578 and RFC 2579 (DateAndTime, TruthValue); RFC 5612 (the number 32473).
 */
import { type AlertMessage, isFailing } from '../../model/alert.ts'
import type { WallTime } from '../../model/units.ts'
import { isoTime, viewOf } from '../alert-line.ts'
import { isTried } from '../mail/alert-words.ts'
import { shorten } from '../mail/safe-text.ts'

/** Where our MIB hangs: below RFC 5612's number for examples, as we have none of our own. A site puts its own in its place. */
export const UPALERT_OID = '1.3.6.1.4.1.32473.1'

/** An object identifier that may take its place. JSON Schema draft-07. */
export const OID_PATTERN = '^1\\.3\\.6\\.1(\\.(0|[1-9][0-9]{0,9})){1,100}$'

/** Whether its numbers fit (RFC 2578 §3.5). */
export const isOid = (text: string): boolean =>
  new RegExp(OID_PATTERN).test(text) && text.split('.').every((arc) => Number(arc) <= 4_294_967_295)

export type Value =
  | { readonly kind: 'octets'; readonly bytes: Uint8Array }
  | { readonly kind: 'unsigned'; readonly number: number }
  | { readonly kind: 'integer'; readonly number: number }

export interface Notification {
  readonly oid: string
  readonly objects: readonly { readonly oid: string; readonly value: Value }[]
}

/** Octets of UpalertText. */
const TEXT = 255
const UNSIGNED_MOST = 4_294_967_295

const NUMBER = { down: 1, up: 2, news: 3 } as const

export function notification(message: AlertMessage, base: string, director: string): Notification {
  const { id, key, kind, hosts, failing, outage = '', at, firstFailure, lasted } = message
  const view = viewOf(message, director)
  const isTest = isTried(message)
  const named = failing.length > 0 ? failing.map(({ host }) => host) : hosts
  const values: readonly Value[] = [
    text(id),
    text(key),
    text(kind),
    text(names(named)),
    text(view.headline),
    text(outage),
    time(at),
    time(firstFailure ?? at),
    { kind: 'unsigned', number: Math.min(UNSIGNED_MOST, Math.max(0, Math.round((lasted ?? 0) / 1000))) },
    text(shorten(view.pools.join('; '), TEXT)),
    { kind: 'integer', number: isTest ? 1 : 2 },
  ]
  const which = isTest ? NUMBER.news : isFailing(kind) ? NUMBER.down : kind === 'up' ? NUMBER.up : NUMBER.news
  return {
    oid: `${base}.0.${which}`,
    objects: values.map((value, index) => ({ oid: `${base}.1.${index + 1}.0`, value })),
  }
}

/** In UTF-8, cut between characters; what could move a cursor of whoever shows it is a question mark. */
function text(words: string): Value {
  const bytes = new Uint8Array(TEXT)
  const { written } = new TextEncoder().encodeInto(words.slice(0, TEXT).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?'), bytes)
  return { kind: 'octets', bytes: bytes.subarray(0, written) }
}

/** Whole names, as many as fit, and how many are not named. */
function names(hosts: readonly string[]): string {
  let kept = ''
  for (const [index, host] of hosts.entries()) {
    const longer = kept === '' ? host : `${kept} ${host}`
    const left = hosts.length - index - 1
    if (longer.length + (left > 0 ? ` +${left}`.length : 0) > TEXT) return `${kept} +${left + 1}`.trimStart()
    kept = longer
  }
  return kept
}

/** RFC 2579, DateAndTime, in UTC. */
function time(at: WallTime): Value {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d)/.exec(isoTime(at))
  const [year = 0, ...rest] = (parts ?? ['', '1970', '1', '1', '0', '0', '0', '0']).slice(1).map(Number)
  return { kind: 'octets', bytes: Uint8Array.of(year >> 8, year & 255, ...rest, 0x2b, 0, 0) }
}
