/** Characters that an operator cannot see: those that mon takes for letters, and line ends that are none to it. */

import { lineAround, type Source } from '../source.ts'
import type { Report } from './report.ts'

/** A blank that mon does not take for one, or a character of no width, comes with text copied from a web page. The first is reported.
 * `comment`: how a line begins in which it does no harm. */
export function reportOddCharacter(source: Source, report: Report, comment = /^[ \t]*#/): void {
  const odd = /[\u00a0\u200b-\u200d\u2028\u2029\u202f\u2060\ufeff]/g
  for (let match = odd.exec(source.text); match !== null; match = odd.exec(source.text)) {
    const line = lineAround(source, match.index)
    if (!comment.test(source.text.slice(line.start, match.index))) {
      const code = match[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
      const span = { source, start: match.index, end: match.index + 1 }
      const message = `here stands an invisible character (U+${code}), which is part of the word beside it`
      report.warning('invisible-character', span, message, 'replace it by an ordinary blank, or remove it')
      return
    }
    odd.lastIndex = line.end
  }
}

/** Where each line ends in a carriage return alone, as old Macs wrote, one comment hides the rest of the file. */
export function reportLoneReturn(source: Source, report: Report): void {
  const start = source.text.search(/\r(?=[^\r\n])/)
  if (start < 0) return
  const message = 'here stands a carriage return without a line feed, which ends no line'
  const hint = 'where it should, convert the file: tr "\\r" "\\n" < FILE > NEW; otherwise remove it'
  report.error('line-end', { source, start, end: start + 1 }, message, hint)
}
