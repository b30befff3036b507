/**
 * The name under which a name server keeps what an address is called, and what its answer is compared with.
 * Source: RFC 1035 §3.5 (IN-ADDR.ARPA), RFC 3596 §2.5 (IP6.ARPA); Net::DNS, which asks for that name where it is given an
 * address.
 */
import ipaddr from 'ipaddr.js'
import type { AnswerRecord, Question } from './answer.ts'

/** Of a name its address is asked for, and of an address its name. */
export function questionOf(text: string): Question {
  if (!ipaddr.isValid(text) || !/[.:].*[.:]/.test(text)) return { name: text === '' ? '.' : text, type: 'A' }
  const bytes = ipaddr.parse(text).toByteArray()
  if (bytes.length === 4) return { name: `${bytes.reverse().join('.')}.in-addr.arpa`, type: 'PTR' }
  const digits = bytes.flatMap((byte) => [byte >> 4, byte & 0xf]).map((digit) => digit.toString(16))
  return { name: `${digits.reverse().join('.')}.ip6.arpa`, type: 'PTR' }
}

/** The addresses and names among the records; records of other types, such as the aliases in front, are passed over. */
export function addressesAndNames(records: readonly AnswerRecord[]): readonly string[] {
  return records.flatMap(({ type, data }) => (type === 'A' || type === 'PTR' ? textOf(data) : []))
}

function textOf(data: string): string[] {
  const value: unknown = JSON.parse(data)
  return typeof value === 'string' ? [value] : []
}
