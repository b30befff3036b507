/**
 * ldirectord.cf: text -> directives, each with where it stands. A line that begins in column 0 is a global directive or
 * begins a service, an indented one belongs to the service above it.
 * Source: ldirectord(8); what ldirectord 4.12 does when tried. What it refuses although only one thing can be meant is read
 * with a warning: a file that is edited here shall not be harder to write than it is to read.
 */
import type { Source } from '../source.ts'
import { reportLoneReturn, reportOddCharacter } from '../text/odd-character.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { isBlank, spanOf, trimmed, type Value, valueIn, type Word, wordAt } from './words.ts'

export interface Directive {
  readonly keyword: Word
  readonly value: Value
  /** It belongs to the service above it. */
  readonly indented: boolean
  /** The line from its first character to its last, comment left out. */
  readonly line: Word
  /** Behind the value stand blanks, or on a global line a comment: ldirectord takes either for a part of it. */
  readonly trailing: 'blanks' | 'comment' | null
  /** No `=` stands in it. */
  readonly bare: boolean
}

/** What ldirectord counts as indented: four blanks, of which a tab is worth as many. */
const INDENT = 4

export function readLines(source: Source, report: Report): Directive[] {
  reportOddCharacter(source, report)
  reportLoneReturn(source, report)
  const { text } = source
  const found: Directive[] = []
  let service = false
  let ended = false
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    const whole = wordAt(source, start, end)
    const line = trimmed(whole)
    start = end + 1
    if (line.text === '') ended = service
    if (line.text === '' || line.text.startsWith('#')) continue
    const indented = line.from > whole.from
    const directive = directiveOf(whole, line, indented, report)
    if (directive === null) continue
    if (indented) reportIndent(whole, line, { service, ended }, report)
    else service = /^virtual6?$/.test(directive.keyword.text)
    ended = false
    found.push(directive)
  }
  return found
}

function reportIndent(
  { text }: Word,
  line: Word,
  { service, ended }: { readonly service: boolean; readonly ended: boolean },
  report: Report,
): void {
  // What stands in no service is told where its place is judged.
  if (!service) return
  const blanks = text.slice(0, text.length - text.trimStart().length)
  if (ended) {
    const message =
      'to ldirectord the empty line above ends the service, and it refuses this one; here it belongs to it'
    report.warning('line-apart', spanOf(line), message, 'take the empty line out')
  } else if (!blanks.includes('\t') && blanks.length < INDENT) {
    const message = `ldirectord refuses a line of a service behind fewer than ${INDENT} blanks or a tab`
    report.warning('indent', spanOf(line), message, 'indent it by a tab')
  }
}

function directiveOf(whole: Word, line: Word, indented: boolean, report: Report): Directive | null {
  if (hasControl(line, report)) return null
  const { source } = line
  const [name = ''] = /^[A-Za-z0-9_-]*/.exec(line.text) ?? []
  let at = line.from + name.length
  const keyword = wordAt(source, line.from, at)
  while (at < line.to && isBlank(source.text[at])) at += 1
  const bare = source.text[at] !== '=' || at >= line.to
  const behind = trimmed(wordAt(source, bare ? at : at + 1, line.to))
  const sign = commentIn(behind, indented)
  const written = sign < 0 ? behind : trimmed(wordAt(source, behind.from, behind.from + sign))
  if (indented) warnOfSign(written, report)
  const blanks = line.to < whole.to && !/^\r$/.test(whole.text.slice(line.to - whole.from))
  const trailing = sign >= 0 ? (indented ? null : 'comment') : blanks ? 'blanks' : null
  if (name === '') {
    report.error('line-unknown', spanOf(line), `${quoted(line.text)} is no directive`, 'write NAME = VALUE')
    return null
  }
  return { keyword, value: valueIn(written), indented, line: wordAt(source, line.from, written.to), trailing, bare }
}

/** Where a comment begins: in a service at any `#`, on a global line behind a blank; in quotes it is a character like others. */
function commentIn({ text }: Word, indented: boolean): number {
  let quotes = 0
  const last = text.lastIndexOf('"')
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') quotes += 1
    if (text[at] !== '#') continue
    const inQuotes = quotes % 2 === 1 && at < last
    if (!inQuotes && (indented || at === 0 || isBlank(text[at - 1]))) return at
  }
  return -1
}

function warnOfSign(value: Word, report: Report): void {
  const at = value.text.indexOf('#')
  if (at < 0) return
  const span = { source: value.source, start: value.from + at, end: value.from + at + 1 }
  const message = 'ldirectord takes a # for the beginning of a comment even in quotes; here it is a part of the text'
  report.warning('comment-sign', span, message, 'nothing needs to be done for upalert')
}

function hasControl(line: Word, report: Report): boolean {
  const at = line.text.search(/[\x00-\x08\x0e-\x1f\x7f]/)
  if (at < 0) return false
  const span = { source: line.source, start: line.from + at, end: line.from + at + 1 }
  report.error('control-character', span, 'here stands a control character', 'remove it')
  return true
}
