/** The values of checktype, scheduler, netmask and the like. Source: ldirectord(8), ipvsadm(8); 4.12 tried. */
import { schedulers } from '../../model/table.ts'
import { MOST_IN_A_ROW } from '../defaults.ts'
import { schedulerFlag, schedulerFlagNames } from '../scheduler-flags.ts'
import { parseAddress } from '../text/endpoint.ts'
import { quoted } from '../text/visible.ts'
import { firstWord, oneOf, type Reader, text } from './values.ts'
import { spanOf } from './words.ts'

const TYPES = ['negotiate', 'connect', 'ping', 'external', 'external-perl', 'on', 'off'] as const

export type CheckType =
  | { readonly kind: (typeof TYPES)[number] }
  /** After a negotiation, so many connections. */
  | { readonly kind: 'combined'; readonly connects: number }

export const checktype: Reader<CheckType> = (value, keyword, report) => {
  const word = firstWord(value, keyword, report)
  const [digits] = /\d+/.exec(word.text) ?? []
  if (digits === undefined) {
    const kind = oneOf(TYPES)({ ...word, quoted: false }, keyword, report)
    return kind === null ? null : { kind }
  }
  if (word.text === digits && Number(digits) <= MOST_IN_A_ROW) return { kind: 'combined', connects: Number(digits) }
  const message = `${quoted(word.text)} is no checktype`
  const number = `or how many connections come between two negotiations, up to ${MOST_IN_A_ROW}`
  report.error('word-unknown', spanOf(word), message, `write one of ${TYPES.join(', ')}; ${number}`)
  return null
}

const SERVICES = [
  'dns',
  'ftp',
  'http',
  'https',
  'http_proxy',
  'imap',
  'imaps',
  'ldap',
  'ldaps',
  'mysql',
  'nntp',
  'none',
  'oracle',
  'pgsql',
  'pop',
  'pops',
  'radius',
  'simpletcp',
  'sip',
  'smtp',
  'submission',
] as const
export type ServiceKind = (typeof SERVICES)[number]

/** Installations have names of their own, added to their copy of the program: each is told once. */
export const service: Reader<ServiceKind> = (value, keyword, report) => {
  const word = firstWord(value, keyword, report)
  const found = SERVICES.find((one) => one === word.text)
  if (found !== undefined) return found
  const nearest = report.nearest(word.text, SERVICES)
  const message = `upalert has no check for the service ${quoted(word.text)}`
  const other = `checktype = connect, or checktype = external with a checkcommand, asks for any service`
  report.error('service-unknown', spanOf(word), message, nearest === null ? other : `did you mean ${nearest}? ${other}`)
  return null
}

/** In letters of either case. */
export const httpmethod: Reader<'GET' | 'HEAD'> = (value, keyword, report) => {
  const word = firstWord(value, keyword, report)
  const method = word.text.toUpperCase()
  if (method === 'GET' || method === 'HEAD') return method
  report.error('word-unknown', spanOf(word), `${quoted(word.text)} is no httpmethod`, 'write GET or HEAD')
  return null
}

/** ldirectord asks the kernel alone, and fails where it does not know the name. */
export const scheduler: Reader<string> = (value, keyword, report) => oneOf(schedulers)(value, keyword, report)

export const schedflags: Reader<number> = (value, keyword, report) => {
  if (text(value, keyword, report) === null) return null
  let flags = 0
  for (const word of value.text.split(/[\s,]+/).filter((one) => one !== '')) {
    const flag = schedulerFlag(word)
    if (flag === undefined) {
      const hint = `some of ${schedulerFlagNames.join(', ')}`
      report.error('word-unknown', spanOf(value), `${quoted(word)} is no flag of a scheduler`, hint)
      return null
    }
    flags |= flag
  }
  return flags
}

export interface Netmask {
  readonly family: 4 | 6
  readonly prefix: number
}

/** `255.255.255.0`, and for IPv6 a length. A length for IPv4, which ldirectord refuses, has one meaning only. */
export const netmask: Reader<Netmask> = (value, keyword, report) => {
  const word = firstWord(value, keyword, report)
  if (/^\d{1,3}$/.test(word.text) && Number(word.text) >= 1 && Number(word.text) <= 128) {
    return { family: 6, prefix: Number(word.text) }
  }
  const mask = parseAddress(word.text)
  const bits = mask?.family === 4 ? bitsOf(mask.address) : ''
  if (/^1+0*$/.test(bits)) return { family: 4, prefix: bits.lastIndexOf('1') + 1 }
  const message = `${quoted(word.text)} is not a netmask that groups clients by the beginning of their addresses`
  report.error('netmask', spanOf(word), message, 'write one such as 255.255.255.0, or for IPv6 a length from 1 to 128')
  return null
}

const bitsOf = (address: string) =>
  address.split('.').reduce((all, part) => all + Number(part).toString(2).padStart(8, '0'), '')
