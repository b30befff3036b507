/**
 * Addresses and numbers as ipvsadm's options have them, or the problem with them.
 * Source: ipvsadm(8). Names are not looked up: `ipvsadm -Sn` writes numbers, and a name may mean another host tomorrow.
 */
import type { Family } from '../../model/table.ts'
import type { Problem } from '../../parse/problem.ts'
import { addressBytes, addressText } from '../../wire/ipvs/address.ts'
import { problem, type Word } from './options.ts'

interface Endpoint {
  readonly family: Family
  readonly address: string
  /** `null`: none was written. */
  readonly port: number | null
}

/** An address in its canonical form, with its port; a text says what of it is neither. */
export function endpointIn(text: string): Endpoint | { readonly wrong: 'address' | 'port'; readonly part: string } {
  const parts = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/.exec(text)
  // An IPv6 address without brackets can have no port behind it.
  const bare = parts === null ? text : (parts[1] ?? parts[2] ?? '')
  const family = bare.includes(':') ? 6 : 4
  const bytes = addressBytes(family, bare)
  const address = bytes === null ? null : addressText(family, bytes)
  if (address === null) return { wrong: 'address', part: bare }
  const written = parts?.[3]
  if (written === undefined) return { family, address, port: null }
  const port = numberIn(written, 0, 65_535)
  return port === null ? { wrong: 'port', part: written } : { family, address, port }
}

export function readEndpoint(word: Word): Endpoint | Problem {
  const end = endpointIn(word.text)
  if (!('wrong' in end)) return end
  if (end.wrong === 'port') {
    const hint = 'write a number from 0 to 65535; "ipvsadm -Sn" does'
    return problem(word, 'rule-port', `"${end.part}" is not a port`, hint)
  }
  const hint = 'write 192.0.2.1:80 or [2001:db8::1]:80; "ipvsadm -Sn" writes names as numbers'
  return problem(word, 'rule-address', `"${end.part}" is not an address`, hint)
}

export function readNumber(word: Word, lowest: number, highest: number): number | Problem {
  const number = numberIn(word.text, lowest, highest)
  if (number !== null) return number
  return problem(word, 'rule-number', `"${word.text}" is out of range`, `write a number from ${lowest} to ${highest}`)
}

/** `255.255.255.0` for IPv4, `64` for IPv6; as a prefix length. */
export function readMask(word: Word, family: Family): number | Problem {
  if (family === 6) return readNumber(word, 1, 128)
  const bytes = addressBytes(4, word.text)
  const bits = bytes === null ? '' : [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const prefix = bits.indexOf('0') < 0 ? bits.length : bits.indexOf('0')
  if (bits !== '' && !bits.includes('1', prefix)) return prefix
  return problem(word, 'rule-mask', `"${word.text}" is not a network mask`, 'write one without holes, as 255.255.255.0')
}

export function isProblem(value: number | string | Endpoint | Problem): value is Problem {
  return typeof value === 'object' && 'code' in value
}

function numberIn(text: string, lowest: number, highest: number): number | null {
  if (!/^\d{1,10}$/.test(text)) return null
  const number = Number(text)
  return number >= lowest && number <= highest ? number : null
}
