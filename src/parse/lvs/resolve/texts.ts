/**
 * `send` and `expect` as bytes. nanny knows six escapes, in texts of two or more characters; at any other backslash it hangs
 * for ever. Source: nanny 0.8.6, tried.
 */
import { encodeEscapes } from '../../../model/byte-escapes.ts'
import type { Report } from '../../text/report.ts'
import { visible } from '../../text/visible.ts'
import type { Setting } from '../settings.ts'
import { partOf, spanOf, type Word } from '../word.ts'

const NAMED: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', '\\': '\\', "'": "'", '"': '"' }

/** The text with its escapes gone; `null`: none is written, or one is wrong, which is then in the report. */
export function textOf(setting: Setting<Word> | undefined, report: Report): string | null {
  if (setting === undefined || setting.value.text === '') return null
  const { keyword, value: word } = setting
  if (word.quote === "'") {
    const message = `Piranha takes the single quotes for a part of ${keyword.text}; here they are not`
    report.warning('single-quotes', spanOf(word), message, 'write it in double quotes')
  }
  return word.text.length < 2 ? word.text : decoded(word, report)
}

function decoded(word: Word, report: Report): string | null {
  const { text } = word
  const pieces: string[] = []
  let from = 0
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', from)) {
    const letter = text.charAt(at + 1)
    const named = Object.hasOwn(NAMED, letter) ? NAMED[letter] : undefined
    if (named === undefined) {
      const sequence = letter === '' ? '\\ at the end' : visible(text.slice(at, at + 2))
      const message = `${sequence} is no escape of Piranha's: its checker hangs at it`
      const hint = 'write \\r \\n \\t \\\\ \\\' or \\", and \\\\ for a backslash itself'
      report.error('escape', spanOf(partOf(word, at, Math.min(at + 2, text.length))), message, hint)
      return null
    }
    pieces.push(text.slice(from, at), named)
    from = at + 2
  }
  pieces.push(text.slice(from))
  return pieces.join('')
}

/** As a step of the monitor `expect` has it. */
export const escaped = (text: string): string => encodeEscapes(new TextEncoder().encode(text))
