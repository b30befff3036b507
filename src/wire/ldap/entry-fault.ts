/** Whether an entry has the attribute and the value that it should. Source: mon's ldap.monitor, letter by letter. */
import { oneLine } from '../mail/safe-text.ts'
import type { Entry } from './message.ts'

const QUOTED = 100

/** In a sentence's tail; `null` if nothing is wrong. */
export function entryFault({ dn, attributes }: Entry, attribute: string, value: string): string | null {
  const where = oneLine(dn, QUOTED)
  const found = attributes.filter(({ name }) => name === attribute)
  if (found.length === 0) return `has no attribute "${attribute}" in ${where}`
  const wanted = Buffer.from(value)
  if (found.some(({ values }) => values.some((one) => one.equals(wanted)))) return null
  return `has no value "${value}" of "${attribute}" in ${where}`
}
