/**
 * mon.cf: logical lines -> MonFile. Which block a line belongs to and whether its word is known is decided here.
 * Source: mon manual, "CONFIGURATION FILE". Lines that mon ignores without a word, outside every block, are errors.
 */
import type { GroupBlock, MonFile, PeriodBlock, ServiceBlock, Statement, VirtualBlock, WatchBlock } from './mon/file.ts'
import { eachLine, type LogicalLine, type Slice, skipBlanks, slice, spanOf, wholeLine } from './mon/lines.ts'
import { type Expected, reportUnknown, reportWordlessLine } from './mon/unknown.ts'
import { BLOCK_WORDS, GLOBAL_WORDS, PERIOD_WORDS, SERVICE_WORDS, standingOf, type WordTable } from './mon/words.ts'
import type { Problem } from './problem.ts'
import type { Source, Span } from './source.ts'
import { reportLoneReturn, reportOddCharacter } from './text/odd-character.ts'
import { Report } from './text/report.ts'
import { quoted } from './text/visible.ts'
import { plainWords } from './text/words.ts'

/** `former`: problems found while the bytes were decoded, so that one list holds them all. */
export function parseMon(source: Source, former: readonly Problem[] = []): MonFile {
  const report = new Report()
  for (const problem of former) report.add(problem)
  reportOddCharacter(source, report)
  reportLoneReturn(source, report)
  const reader = new MonReader(report)
  eachLine(source, report, (line) => reader.take(line))
  reader.finish()
  const { globals, groups, watches, virtuals } = reader
  return { source, globals, groups, watches, virtuals, problems: report.problems, omitted: report.omitted }
}

/** The block that is open. `text` is an alias, whose lines mean nothing to us; `lost` follows a line nobody understood. */
type Section =
  | { readonly kind: 'none' | 'text' | 'members' | 'lost' }
  | { readonly kind: 'hostgroup'; readonly hosts: Slice[] }
  | { readonly kind: 'virtual'; readonly statements: Statement[] }
  | { readonly kind: 'watch'; readonly services: ServiceBlock[]; readonly open: OpenService | null }

interface OpenService {
  readonly statements: Statement[]
  readonly variables: Statement[]
  readonly periods: PeriodBlock[]
  /** The statements of the period that is open. */
  readonly period: Statement[] | null
}

const NONE: Section = { kind: 'none' }

class MonReader {
  readonly globals: Statement[] = []
  readonly groups: GroupBlock[] = []
  readonly watches: WatchBlock[] = []
  readonly virtuals: VirtualBlock[] = []
  readonly #report: Report
  /** Words recognised and not supported: each is reported once, with how often it stands. */
  readonly #lost = new Map<string, { readonly span: Span; readonly lost: string; count: number }>()
  #section: Section = NONE

  constructor(report: Report) {
    this.#report = report
  }

  take(line: LogicalLine): void {
    if (line.text === '') {
      this.#section = NONE
      return
    }
    if (this.#section.kind === 'hostgroup') this.#endForgottenGroup(line)
    const section = this.#section
    if (section.kind !== 'watch' && this.#takeGlobal(line, section)) return
    const word = firstWord(line)
    // The order is mon's: a hostgroup, an alias and a view swallow what stands below them in this list.
    if (word.text === 'hostgroup') this.#openGroup(word)
    else if (section.kind === 'hostgroup') this.#addHosts(section.hosts, wholeLine(line))
    else if (word.text === 'alias') this.#openIgnored(word, 'text')
    else if (section.kind === 'text') return
    else if (word.text === 'view') this.#openIgnored(word, 'members')
    else if (section.kind === 'members') return
    else if (word.text === 'watch') this.#openWatch(word)
    else if (word.text === 'virtual') this.#openVirtual(word)
    else if (section.kind === 'watch') this.#inWatch(section, word)
    else if (section.kind === 'virtual') section.statements.push(statementOf(word))
    else this.#stray(section, word)
  }

  /** One problem for a run of lines nobody understands. */
  #stray(section: Section, word: Slice): void {
    if (section.kind !== 'lost') reportWordlessLine(word, this.#report)
    this.#section = { kind: 'lost' }
  }

  finish(): void {
    for (const [word, { span, lost, count }] of this.#lost) {
      const times = count === 1 ? '' : ` (${count} times in this file)`
      const message = `${quoted(word)} is not yet supported${times}: ${lost}`
      this.#report.warning('not-yet-supported', span, message, 'everything else works')
    }
  }

  #takeGlobal(line: LogicalLine, section: Section): boolean {
    const match = /^(\w+)[ \t]*=/.exec(line.text)
    if (match === null) return false
    const keyword = slice(line, 0, (match[1] ?? '').length)
    const from = skipBlanks(line.text, match[0].length, line.text.length)
    this.globals.push({ keyword, value: slice(line, from, line.text.length) })
    const expected: Expected = section.kind === 'virtual' ? 'global in virtual' : 'global'
    this.#recognise(keyword, GLOBAL_WORDS, expected)
    return true
  }

  #openGroup(word: Slice): void {
    const name = this.#nameBehind(word, 'hosts may follow it')
    if (name === null) return
    const hosts: Slice[] = []
    this.groups.push({ name, hosts })
    this.#section = { kind: 'hostgroup', hosts }
    this.#addHosts(hosts, slice(word.line, name.to, word.line.text.length))
  }

  #addHosts(hosts: Slice[], part: Slice): void {
    for (const word of plainWords(part)) {
      if (word.text.startsWith('#')) {
        const message = 'comments have lines of their own: a # behind text is a word like any other'
        const span = spanOf(slice(word.line, word.from, part.to))
        this.#report.error('comment-behind-text', span, message, 'put it on a line of its own')
        return
      }
      if (isBlockWord(word.text) || word.text === 'service') {
        const message = `${quoted(word.text)} is read as a host of this hostgroup`
        this.#report.warning('hostgroup-keyword', spanOf(word), message, 'if a block begins here, start a new line')
      }
      hosts.push(word)
    }
  }

  /** mon takes `watch web` directly under a hostgroup for two hosts; whoever writes that means a watch. */
  #endForgottenGroup(line: LogicalLine): void {
    const word = firstWord(line)
    if (word.text === 'hostgroup' || !(isBlockWord(word.text) || word.text === 'service')) return
    const message = `${quoted(word.text)} stands inside the hostgroup above, where it would be a host`
    this.#report.error('hostgroup-keyword', spanOf(word), message, 'put an empty line before')
    this.#section = word.text === 'service' ? { kind: 'lost' } : NONE
  }

  #openIgnored(word: Slice, kind: 'text' | 'members'): void {
    this.#section = { kind }
    const lost = kind === 'text' ? 'no client is shown its text yet' : 'listings show all groups'
    this.#noteLost(word, lost)
    const words = plainWords(wholeLine(word.line))
    if (words.length >= 2 && (kind === 'text' || words.length >= 3)) return
    const needs = kind === 'text' ? 'a name: alias NAME' : 'a name and members: view NAME GROUP GROUP:SERVICE'
    this.#report.error('block-name', spanOf(word), `${quoted(word.text)} is not complete`, `it needs ${needs}`)
  }

  #openWatch(word: Slice): void {
    const services: ServiceBlock[] = []
    this.#section = { kind: 'watch', services, open: null }
    const name = this.#nameBehind(word, 'the name of a hostgroup')
    if (name === null) return
    this.watches.push({ name, services })
    const rest = slice(word.line, skipBlanks(word.line.text, name.to, word.line.text.length), word.line.text.length)
    if (rest.text === '') return
    const message = `${quoted(rest.text)} behind the name of the watch means nothing`
    this.#report.warning('watch-extra', spanOf(rest), message, `leave it out: watch ${name.text}`)
  }

  #openVirtual(word: Slice): void {
    const statements: Statement[] = []
    this.#section = { kind: 'virtual', statements }
    const name = this.#nameBehind(word, 'a name for this virtual server')
    if (name === null) return
    this.virtuals.push({ name, statements })
    this.#nothingBehind(name, 'write its lines below: address, scheduler, real …')
  }

  #inWatch(section: Section & { readonly kind: 'watch' }, word: Slice): void {
    const { open } = section
    const variable = variableOf(word.line)
    if (word.text === 'service') this.#openService(section, word)
    else if (open === null) {
      const message = `${quoted(word.text)} stands in a watch before its first service`
      this.#section = { kind: 'lost' }
      const setting = standingOf(GLOBAL_WORDS, word.text.replace(/=.*/, '')) !== undefined
      const hint = setting ? 'settings stand outside watches: put an empty line before' : 'write service NAME before it'
      this.#report.error('no-service', spanOf(word), message, hint)
    } else if (variable !== null) open.variables.push(variable)
    else if (word.text === 'period') this.#openPeriod(section, open, word)
    else {
      const statement = statementOf(word)
      const list = open.period ?? open.statements
      const known = open.period === null ? SERVICE_WORDS : PERIOD_WORDS
      // One that is not known is kept: what it was meant for is then not missed as well.
      this.#recognise(word, known, open.period === null ? 'service' : 'period')
      list.push(statement)
    }
  }

  #openService(section: Section & { readonly kind: 'watch' }, word: Slice): void {
    const name = this.#nameBehind(word, 'a name for this service') ?? word
    this.#nothingBehind(name, 'a name has letters, digits, and _ . -')
    const open = { statements: [], variables: [], periods: [], period: null }
    section.services.push({ name, statements: open.statements, variables: open.variables, periods: open.periods })
    this.#section = { kind: 'watch', services: section.services, open }
  }

  #openPeriod(section: Section & { readonly kind: 'watch' }, open: OpenService, word: Slice): void {
    const rest = restOf(word)
    const label = /^([A-Za-z_]\w*)[ \t]*:[ \t]*/.exec(rest.text)
    const statements: Statement[] = []
    open.periods.push({
      keyword: word,
      label: label === null ? null : slice(word.line, rest.from, rest.from + (label[1] ?? '').length),
      expression: slice(word.line, rest.from + (label?.[0].length ?? 0), rest.to),
      statements,
    })
    this.#section = { kind: 'watch', services: section.services, open: { ...open, period: statements } }
  }

  #recognise(word: Slice, table: WordTable, expected: Expected): void {
    const standing = standingOf(table, word.text)
    if (standing === undefined) reportUnknown(word, expected, this.#report)
    else if (standing !== 'works') this.#noteLost(word, standing.lost)
  }

  #noteLost(word: Slice, lost: string): void {
    const noted = this.#lost.get(word.text)
    if (noted === undefined) this.#lost.set(word.text, { span: spanOf(word), lost, count: 1 })
    else noted.count += 1
  }

  /** The name that follows a block's keyword: as many letters as a name may have, as mon takes it. */
  #nameBehind(word: Slice, what: string): Slice | null {
    const rest = restOf(word)
    const length = /^[A-Za-z0-9_.-]*/.exec(rest.text)?.[0].length ?? 0
    if (length > 0) return slice(word.line, rest.from, rest.from + length)
    const found = rest.text === '' ? `${quoted(word.text)} lacks a name` : `${quoted(rest.text)} cannot be a name`
    const hint = `write ${word.text} and a name of letters, digits, and _ . -; ${what}`
    this.#report.error('block-name', spanOf(rest.text === '' ? word : rest), found, hint)
    return null
  }

  #nothingBehind(name: Slice, hint: string): void {
    const rest = slice(name.line, name.to, name.line.text.length)
    if (rest.text.trim() === '') return
    const from = skipBlanks(rest.line.text, rest.from, rest.to)
    const extra = slice(rest.line, from, rest.to)
    this.#report.error(
      'block-name',
      spanOf(extra),
      `${quoted(extra.text)} cannot stand behind ${quoted(name.text)}`,
      hint,
    )
  }
}

const isBlockWord = (word: string) => BLOCK_WORDS.some((known) => known === word)

function firstWord(line: LogicalLine): Slice {
  const end = line.text.search(/[ \t\r\f\v]/)
  return slice(line, 0, end < 0 ? line.text.length : end)
}

function restOf(word: Slice): Slice {
  const { text } = word.line
  return slice(word.line, skipBlanks(text, word.to, text.length), text.length)
}

const statementOf = (keyword: Slice): Statement => ({ keyword, value: restOf(keyword) })

/** `NAME=value` in capitals; the value is verbatim, quotes included. */
function variableOf(line: LogicalLine): Statement | null {
  const name = /^([A-Z_][A-Z0-9_]*)=/.exec(line.text)?.[1]
  if (name === undefined) return null
  return { keyword: slice(line, 0, name.length), value: slice(line, name.length + 1, line.text.length) }
}
