/**
 * Texts as keepalived.conf reads them back. In `"…"` nothing is escaped, so some texts cannot be written as a word at all;
 * commands and patterns have escapes of their own. `null`: it cannot be written.
 * Source: keepalived.conf(5), "Quoted strings"; parse/keepalived/words.ts and commands.ts read the same.
 */
import type { Milliseconds } from '../../model/units.ts'

/** Control characters end a line or are lost, and `${_HASH}` becomes another text wherever it stands. */
const UNWRITABLE = /["\x00-\x1f\x7f]|\$\{?_/

/** A word of its own. */
export function wordText(text: string): string | null {
  if (UNWRITABLE.test(text) || text.endsWith('\\')) return null
  return /^[^\s{}#!'\\]+$/.test(text) ? text : `"${text}"`
}

/** `"/opt/up.sh web 'rack 4'"`: read twice, so what is special in a word is escaped twice. */
export function commandText(argv: readonly string[]): string | null {
  if (argv.length === 0 || argv.some((word) => word.includes('\0'))) return null
  return `"${argv.map(argument).join(' ').replaceAll('\\', '\\\\')}"`
}

/** A regular expression: every backslash twice. */
export const patternText = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replace(/["\x00-\x1f\x7f]|\$(?=[\w{])/g, octal)}"`

function argument(word: string): string {
  if (word === '') return "''"
  if (/^[^\s"'\\$\x00-\x1f\x7f]+$/.test(word)) return word
  const escaped = word.replace(/["'\\$\x00-\x1f\x7f]/g, octal)
  return /\s/.test(escaped) ? `'${escaped}'` : escaped
}

/** Three digits, so that a digit behind it stays one of the text. */
const octal = (char: string): string => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`

/** `5`, `0.25`: as precise as keepalived's own, millionths. */
export const secondsText = (time: Milliseconds | number): string => String(Math.round(time * 1000) / 1_000_000)
