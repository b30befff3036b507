/** Words, names and lengths of time as mon.cf has them, so that they are read back as they were. */
import type { Milliseconds } from '../../model/units.ts'
import { isBareName } from '../../parse/mon/lines.ts'
import { durationText } from '../../parse/text/duration.ts'

/** A word of a monitor or alert line, in quotes where it needs them: single ones leave backslashes alone. */
export function word(text: string): string {
  if (/^[A-Za-z0-9_@%+:,./=-]+$/.test(text)) return text
  if (!text.includes("'") && !text.endsWith('\\')) return `'${text}'`
  return inDoubleQuotes(text)
}

/** What stands to the end of a line: in quotes only where its ends would be lost. */
export const lineText = (text: string): string =>
  text === '' || /^[\s"]|[\s\\]$/.test(text) ? inDoubleQuotes(text) : text

/** The name of a hostgroup, a watch or a virtual server. */
export const nameText = (name: string): string => (isBareName(name) ? name : inDoubleQuotes(name))

export const inDoubleQuotes = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`

/** To a millionth of a second: `30s`, `1.5s`, `2m`, `0.000001s`. */
export function lengthText(length: Milliseconds): string {
  if (length === 0) return '0s'
  const text = durationText(length)
  return text.endsWith('s') ? `${Number((length / 1000).toFixed(6))}s` : text
}
