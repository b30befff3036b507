/** mon.cf: the lines of one watch -> services, with their periods. Source: mon manual, "Service Definitions". */
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import type { Defaults, PeriodBlock, ServiceBlock, Statement } from './file.ts'
import { type LogicalLine, nameBehind, restOf, type Slice, skipBlanks, slice, spanOf } from './lines.ts'
import { reportUnknownKeyword } from './unknown.ts'
import { GLOBAL_WORDS, PERIOD_WORDS, SERVICE_WORDS } from './words.ts'

interface OpenService {
  readonly statements: Statement[]
  readonly variables: Statement[]
  readonly periods: PeriodBlock[]
  /** The statements of the period that is open. */
  readonly period: Statement[] | null
}

export class WatchReader {
  readonly services: ServiceBlock[] = []
  readonly #report: Report
  readonly #asMon: boolean
  readonly #defaults: Defaults
  #open: OpenService | null = null

  constructor(report: Report, asMon: boolean, defaults: Defaults) {
    this.#report = report
    this.#asMon = asMon
    this.#defaults = defaults
  }

  /** `first`: the first word of the line. `false`: nothing that follows can be understood. */
  take(first: Slice): boolean {
    const variable = variableOf(first.line)
    const word = variable === null ? this.#keywordOf(first) : first
    if (word.text === 'service') this.#openService(word)
    else if (this.#open === null) {
      this.#reportNoService(word)
      return false
    } else if (variable !== null) this.#open.variables.push(variable)
    else if (word.text === 'period') this.#openPeriod(this.#open, word)
    else {
      const known = this.#open.period === null ? SERVICE_WORDS : PERIOD_WORDS
      // One that is not known is kept: what it was meant for is then not missed as well.
      if (!known.has(word.text))
        reportUnknownKeyword(word, this.#open.period === null ? 'service' : 'period', this.#report)
      const list = this.#open.period ?? this.#open.statements
      list.push({ keyword: word, value: restOf(word) })
    }
    return true
  }

  /** mon's keyword ends with its letters: `monitor/usr/x` and `period{…}` are what they begin with. */
  #keywordOf(first: Slice): Slice {
    const length = /^\w+/.exec(first.text)?.[0].length ?? 0
    if (length === 0 || length === first.text.length) return first
    const word = slice(first.line, 0, length)
    const { text } = word
    const known = text === 'service' || text === 'period' || SERVICE_WORDS.has(text) || PERIOD_WORDS.has(text)
    // The manual's reader would rather hear of the "=", or of the invisible character.
    if (!known || !(this.#asMon || /[!-<>-~]/.test(first.text[length] ?? ''))) return first
    const message = `no blank stands between ${quoted(text)} and what follows it`
    this.#report.error(
      'keyword-blank',
      spanOf(first),
      message,
      `write ${text} ${first.text.slice(length, length + 20)}`,
    )
    return word
  }

  #reportNoService(word: Slice): void {
    const message = `${quoted(word.text)} stands in a watch before its first service`
    const setting = GLOBAL_WORDS.has(word.text.replace(/=.*/, ''))
    const hint = setting ? 'settings stand outside watches: put an empty line before' : 'write service NAME before it'
    this.#report.error('no-service', spanOf(word), message, hint)
  }

  #openService(word: Slice): void {
    const name = nameBehind(word, this.#asMon)
    const rest = restOf(word)
    const extra = name === null ? rest : slice(word.line, skipBlanks(word.line.text, name.to, rest.to), rest.to)
    if (name === null || extra.text !== '') this.#reportName(word, name, extra)
    this.#open = { statements: [], variables: [], periods: [], period: null }
    const { statements, variables, periods } = this.#open
    this.services.push({ name: name ?? word, statements, variables, periods, defaults: this.#defaults })
  }

  #reportName(word: Slice, name: Slice | null, extra: Slice): void {
    const hint = 'write service and a name of letters, digits, and _ . -'
    if (name === null && extra.text === '') {
      this.#report.error('service-name', spanOf(word), `${quoted(word.text)} lacks a name`, hint)
      return
    }
    const message =
      name === null
        ? `${quoted(extra.text)} cannot be a name`
        : `${quoted(extra.text)} cannot stand behind ${quoted(name.text)}`
    const remedy = name === null ? hint : 'a name has letters, digits, and _ . -'
    this.#report.error('service-name', spanOf(extra), message, remedy)
  }

  #openPeriod(open: OpenService, word: Slice): void {
    const rest = restOf(word)
    const label = /^([A-Za-z_]\w*)[ \t]*:[ \t]*/.exec(rest.text) ?? (this.#asMon ? null : QUOTED_LABEL.exec(rest.text))
    const statements: Statement[] = []
    open.periods.push({
      keyword: word,
      label: label === null ? null : labelIn(slice(word.line, rest.from, rest.from + (label[1] ?? '').length)),
      expression: slice(word.line, rest.from + (label?.[0].length ?? 0), rest.to),
      statements,
    })
    this.#open = { ...open, period: statements }
  }
}

const QUOTED_LABEL = /^("(?:[^"\\]|\\.)+")[ \t]*:[ \t]*/

/** In quotes it may be any text. */
const labelIn = (label: Slice): Slice =>
  label.text.startsWith('"') ? { ...label, text: label.text.slice(1, -1).replace(/\\(.)/g, '$1') } : label

/** `NAME=value` in capitals; the value is verbatim, quotes included. */
function variableOf(line: LogicalLine): Statement | null {
  const name = /^([A-Z_][A-Z0-9_]*)=/.exec(line.text)?.[1]
  if (name === undefined) return null
  return { keyword: slice(line, 0, name.length), value: slice(line, name.length + 1, line.text.length) }
}
