/**
 * How the words behind an equal sign are read. A Value says what it wants, in words that end a sentence, and makes of the
 * words what the file means, or reports why it cannot. What Piranha's parser refuses for its letters alone (YES, WLC) is
 * taken with a warning; ranges it never looked at are errors where such a number makes no sense.
 */

import { parsePort } from '../text/endpoint.ts'
import { hostFault } from '../text/host.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { readInteger, readIpv4, readMask } from './numbers.ts'
import { spanOf, type Word } from './word.ts'

export interface Value<T> {
  /** "a whole number from 1 to 65535". */
  readonly wants: string
  /** How many words it takes; `list`: any number, in brackets. */
  readonly words: 1 | 2 | 'list'
  /** It is handed as many words as it takes. `null`: it was reported what is wrong. */
  readonly read: (asked: Asked) => T | null
}

export type ValueOf<V> = V extends Value<infer T> ? T : never

export interface Asked {
  readonly keyword: Word
  readonly word: Word
  /** `word` is the first of them. */
  readonly words: readonly Word[]
  readonly report: Report
}

/** A host as it is written: an address, or a name that has to be looked up. */
export type HostValue =
  | { readonly kind: 'address'; readonly address: string; readonly at: Word }
  | { readonly kind: 'name'; readonly name: string; readonly at: Word }

/** An address and the interface that it is put on: `10.0.0.1 eth0:1`. */
export interface OnDevice {
  readonly host: HostValue
  readonly device: Word
}

/** Characters of a text; Piranha's own editor ends at 255. */
const LONGEST_TEXT = 4096
/** What Piranha keeps a number in. */
const GREATEST = 2_147_483_647

function one<T>(wants: string, read: (asked: Asked) => T | null): Value<T> {
  return { wants, words: 1, read }
}

function wrong({ keyword, word, report }: Asked, hint: string): null {
  report.error('value', spanOf(word), `${quoted(word.text)} is no value for ${keyword.text}`, hint)
  return null
}

/** A remark on a word that is taken all the same. */
function remark({ word, report }: Asked, code: string, message: string, hint: string): void {
  report.warning(code, spanOf(word), message, hint)
}

export function integer(least: number, most: number = GREATEST, what = 'a whole number'): Value<number> {
  const wants = most === GREATEST ? `${what} of at least ${least}` : `${what} from ${least} to ${most}`
  return one(wants, (asked) => {
    const { word, keyword } = asked
    const number = readInteger(word.text)
    if (number === null) return wrong(asked, unitRemedy(word.text) ?? `${keyword.text} takes ${wants}`)
    if (number.value < least || number.value > most) return wrong(asked, `${keyword.text} takes ${wants}`)
    if (number.odd) {
      const message = `${quoted(word.text)} begins with 0 and so is octal: it is read as ${number.value}`
      remark(asked, 'octal', message, `write ${number.value}, or leave the 0 out`)
    }
    return number.value
  })
}

export const seconds = (least: number, most?: number): Value<number> => integer(least, most, 'a number of seconds')

function unitRemedy(text: string): string | null {
  const match = /^(\d{1,9})\s*(?:s|sec|seconds?)$/i.exec(text)
  if (match !== null) return `write ${match[1]}: times are in seconds, without a unit`
  return /^0\d*[89]\d*$/.test(text) ? `a number that begins with 0 is octal: write ${Number(text)}` : null
}

const WORDS: Readonly<Record<string, boolean>> = {
  ...{ yes: true, on: true, true: true, no: false, off: false, false: false },
}

export const flag: Value<boolean> = one('0 or 1', (asked) => {
  const { word, keyword } = asked
  const number = readInteger(word.text)
  if (number?.value === 0 || number?.value === 1) return number.value === 1
  const lower = word.text.toLowerCase()
  const value = Object.hasOwn(WORDS, lower) ? WORDS[lower] : undefined
  if (value === undefined) return wrong(asked, `${keyword.text} takes 0 or 1`)
  const digit = value ? '1' : '0'
  remark(asked, 'flag', `${quoted(word.text)} is read as ${digit}; Piranha refuses it`, `write ${digit}`)
  return value
})

export function oneOf<const T extends string>(names: readonly T[]): Value<T> {
  return one(`one of ${names.join(', ')}`, (asked) => {
    const { word, keyword, report } = asked
    const exact = names.find((name) => name === word.text)
    if (exact !== undefined) return exact
    const lower = names.find((name) => name === word.text.toLowerCase())
    if (lower !== undefined) {
      remark(asked, 'letters', `${quoted(word.text)} is read as ${lower}; Piranha refuses it`, `write ${lower}`)
      return lower
    }
    const nearest = report.nearest(word.text, names)
    return wrong(
      asked,
      nearest === null ? `${keyword.text} takes one of ${names.join(', ')}` : `did you mean ${nearest}?`,
    )
  })
}

/** `named`: a service's name may stand for it, by a table of its own and not by the host's. */
export const port = ({ named }: { readonly named: boolean }): Value<number> => {
  const wants = `a port from 0 to 65535${named ? ', or a name such as http' : ''}`
  return one(wants, (asked) => {
    const { word, keyword, report } = asked
    const number = readInteger(word.text)
    if (number !== null) return integer(0, 65_535, 'a port').read(asked)
    const byName = parsePort(word.text)
    if (byName === null || !/^[a-z]/i.test(word.text)) return wrong(asked, `${keyword.text} takes ${wants}`)
    if (named) return byName
    const message = 'the port of a server is a number: Piranha knows names only for a virtual'
    report.error('value', spanOf(word), message, `write ${byName}`)
    return null
  })
}

export const host: Value<HostValue> = one('an IPv4 address, or a name that can be looked up', readHost)

function readHost(asked: Asked): HostValue | null {
  const { word } = asked
  const address = readIpv4(word.text)
  if (address !== null) {
    if (address.odd) {
      const message = `${quoted(word.text)} is a short way of writing ${address.value}`
      remark(asked, 'address-short', message, `write ${address.value}`)
    }
    return { kind: 'address', address: address.value, at: word }
  }
  if (word.text.includes(':')) return wrong(asked, 'Piranha and its lvs.cf know IPv4 only; a mon.cf has IPv6 as well')
  const net = /^([^/]+)\/\d+$/.exec(word.text)
  if (net !== null) return wrong(asked, `write ${net[1]?.slice(0, 60)} without the length of its net`)
  const fault = hostFault(word.text)
  return fault === null ? { kind: 'name', name: word.text, at: word } : wrong(asked, fault.hint)
}

/** Names are refused here, as in Piranha. */
export const address: Value<HostValue> = one('an IPv4 address', (asked) =>
  readIpv4(asked.word.text) === null
    ? wrong(asked, 'write its IPv4 address: no name is looked up here')
    : readHost(asked),
)

export const onDevice: Value<OnDevice> = {
  wants: 'an address and the interface it is put on, such as 10.0.0.1 eth0:1',
  words: 2,
  read: (asked) => {
    const [, device] = asked.words
    const found = readHost(asked)
    if (found === null || device === undefined) return null
    if (/^[^\s/]{1,64}$/.test(device.text)) return { host: found, device }
    return wrong({ ...asked, word: device }, 'write an interface, with or without an alias: eth0:1')
  },
}

/** A netmask, as the length of its net. */
export const mask: Value<number> = one('a netmask such as 255.255.255.0', (asked) => {
  const { word, keyword } = asked
  const prefix = readMask(word.text)
  if (prefix !== null) return prefix
  const bare = readInteger(word.text)?.value
  if (bare !== undefined && bare >= 1 && bare <= 32) {
    const message = `${bare} is read as the length of a net; Piranha reads it as the mask 0.0.0.${bare}`
    remark(asked, 'mask-length', message, `write ${maskText(bare)}`)
    return bare
  }
  return wrong(asked, `${keyword.text} takes a netmask without holes, such as 255.255.255.0`)
})

export const maskText = (prefix: number): string =>
  [0, 8, 16, 24].map((from) => 256 - 2 ** (8 - Math.max(0, Math.min(8, prefix - from)))).join('.')

export const text = (wants = 'a text'): Value<Word> =>
  one(wants, (asked) => {
    if (asked.word.text.length <= LONGEST_TEXT) return asked.word
    return wrong(asked, `a text has at most ${LONGEST_TEXT} characters`)
  })

/** `[ /a /b ]`. */
export const list: Value<readonly Word[]> = {
  wants: 'a list in brackets, with blanks around them: [ /a /b ]',
  words: 'list',
  read: (asked) => {
    const { word, words } = asked
    const last = words.at(-1)
    if (word.text === '[' && last !== undefined && words.length > 1 && last.text === ']') return words.slice(1, -1)
    return wrong(asked, `${asked.keyword.text} takes ${list.wants}`)
  },
}
