/** ldirectord.cf: text -> LdirectordFile. Source: ldirectord(8), and what ldirectord 4.12 does when tried. */
import type { Problem } from '../problem.ts'
import type { Source } from '../source.ts'
import { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import type { LdirectordFile, VirtualService } from './file.ts'
import { familyOf, type Header, readHeader } from './header.ts'
import { type Directive, readLines } from './lines.ts'
import { type RealLine, readReal } from './real.ts'
import { GLOBAL, SERVICE } from './tables.ts'
import type { Reader } from './values.ts'
import { type Setting, spanOf, valueIn, type Word } from './words.ts'

export interface LdirectordOptions {
  /** Problems found while the bytes were decoded, so that one list holds them all. */
  readonly former?: readonly Problem[]
}

export function parseLdirectord(source: Source, { former = [] }: LdirectordOptions = {}): LdirectordFile {
  const report = new Report()
  for (const problem of former) report.add(problem)
  const builder = new Builder(report)
  for (const directive of readLines(source, report)) builder.take(directive)
  const { globals, executes, services } = builder
  return {
    source,
    sources: [source],
    globals,
    executes,
    services: services.flatMap(({ keyword, header, settings, reals, realLines }) =>
      header === null ? [] : [{ keyword, header, settings, reals, realLines }],
    ),
    problems: report.problems,
    omitted: report.omitted,
  }
}

type Found = Record<string, Setting<unknown>>

/** `header: null`: a mistake is in it, and its lines are still looked at. */
interface Open extends Omit<VirtualService, 'header' | 'reals' | 'realLines'> {
  readonly header: Header | null
  readonly found: Found
  readonly reals: RealLine[]
  realLines: number
}

const REALS = ['real', 'real6']
const HEADERS = ['virtual', 'virtual6']
const known: ReadonlySet<string> = new Set([...Object.keys(GLOBAL), ...Object.keys(SERVICE), ...REALS, ...HEADERS])

class Builder {
  readonly globals: Found = {}
  readonly executes: Setting<string>[] = []
  readonly services: Open[] = []
  readonly #report: Report
  #open: Open | null = null

  constructor(report: Report) {
    this.#report = report
  }

  take(directive: Directive): void {
    const { keyword, indented } = directive
    const name = keyword.text
    if (!indented) this.#open = null
    if (reportOld(keyword, this.#report)) return
    if (HEADERS.includes(name)) this.#begin(directive)
    else if (indented && this.#open === null) this.#reportHomeless(directive)
    else if (REALS.includes(name)) this.#real(directive)
    else this.#set(directive)
  }

  #begin({ keyword, value, indented, bare }: Directive): void {
    if (indented) {
      const message = `${quoted(keyword.text)} begins a service, and so begins its line`
      this.#report.error('indent', spanOf(keyword), message, 'write it without blanks before it')
    }
    const header = bare ? this.#bare(keyword) : readHeader(value, keyword, this.#report)
    const found: Found = {}
    this.#open = { keyword, header, found, settings: found, reals: [], realLines: 0 }
    this.services.push(this.#open)
  }

  #real(directive: Directive): void {
    const { keyword, value, bare } = directive
    if (this.#open === null) {
      this.#reportPlace(keyword)
      return
    }
    if (bare) {
      this.#bare(keyword)
      return
    }
    const { header, reals } = this.#open
    this.#open.realLines += 1
    const family = keyword.text === 'real6' ? 6 : 4
    if (header !== null && familyOf(header) !== family) {
      const [own, other] = family === 6 ? ['real6', 'real'] : ['real', 'real6']
      const message = `${own} does not belong into a service of IPv${familyOf(header)}`
      this.#report.error(
        'real-family',
        spanOf(keyword),
        message,
        `write ${other}, or begin the service with the other word`,
      )
      return
    }
    const real = readReal(value, keyword, family, this.#report)
    if (real !== null) reals.push(real)
  }

  #set(directive: Directive): void {
    const { keyword, indented } = directive
    const name = keyword.text
    const table: Readonly<Record<string, Reader<unknown>>> = indented ? SERVICE : GLOBAL
    if (!Object.hasOwn(table, name)) {
      this.#reportPlace(keyword)
      return
    }
    const read = directive.bare ? bareValue(directive, this.#report) : directive
    if (read === null) return
    warnOfTrailing(read, this.#report)
    const value = table[name]?.(read.value, keyword, this.#report) ?? null
    if (value === null) return
    const setting = { keyword, at: read.value, value }
    const settings = this.#open?.found ?? this.globals
    if (name === 'execute' && typeof value === 'string') this.executes.push({ ...setting, value })
    else if (Object.hasOwn(settings, name)) this.#warnTwice(keyword)
    settings[name] = setting
  }

  #bare(keyword: Word): null {
    const message = `no = stands behind ${quoted(keyword.text)}`
    this.#report.error('equal-missing', spanOf(keyword), message, `write ${keyword.text} = and its value`)
    return null
  }

  #warnTwice(keyword: Word): void {
    const message = `${quoted(keyword.text)} stands here a second time; this one counts`
    this.#report.warning('word-twice', spanOf(keyword), message, 'leave one of them')
  }

  #reportHomeless({ keyword }: Directive): void {
    const message = `no service stands above ${quoted(keyword.text)}, and a global directive begins its line`
    this.#report.error(
      'indent',
      spanOf(keyword),
      message,
      'take the blanks before it out, or put it below its virtual line',
    )
  }

  #reportPlace(keyword: Word): void {
    const name = keyword.text
    if (known.has(name)) {
      const inService = this.#open === null
      const message = inService
        ? `${quoted(name)} belongs to a service`
        : `${quoted(name)} is of the whole file, and not of a service`
      const hint = inService
        ? 'indent it below its virtual line'
        : 'write it above the services, from the beginning of a line'
      this.#report.error('directive-place', spanOf(keyword), message, hint)
      return
    }
    const nearest = this.#report.nearest(name, known)
    const hint = nearest === null ? 'see docs/ldirectord.md for those there are' : `did you mean ${nearest}?`
    this.#report.error('directive-unknown', spanOf(keyword), `${quoted(name)} is no directive of ldirectord.cf`, hint)
  }
}

/** `supervised` alone is yes. */
function bareValue(directive: Directive, report: Report): Directive | null {
  const { keyword, value } = directive
  if (keyword.text === 'supervised' && value.text === '') {
    report.warning('supervised-bare', spanOf(keyword), '"supervised" alone means yes', 'write supervised = yes')
    return { ...directive, value: { ...valueIn(value), text: 'yes' } }
  }
  const message = `no = stands behind ${quoted(keyword.text)}`
  report.error('equal-missing', spanOf(keyword), message, `write ${keyword.text} = and its value`)
  return null
}

const OLD: Readonly<Record<string, string>> = {
  timeout: 'write checktimeout for connections and negotiatetimeout for requests',
  connecttimeout: 'write negotiatetimeout',
}

function reportOld(keyword: Word, report: Report): boolean {
  const hint = Object.hasOwn(OLD, keyword.text) ? OLD[keyword.text] : undefined
  if (hint !== undefined)
    report.error('directive-old', spanOf(keyword), `${quoted(keyword.text)} is no longer a directive`, hint)
  return hint !== undefined
}

/** The directives that ldirectord refuses with something behind their value, or that it makes a part of it. */
function warnOfTrailing({ keyword, value, trailing }: Directive, report: Report): void {
  const isFlag = value.text === 'yes' || value.text === 'no'
  if (
    trailing === null ||
    (trailing === 'blanks' && !isFlag) ||
    (!isFlag && (value.quoted || /^\d+$/.test(value.text)))
  )
    return
  const what = trailing === 'blanks' ? 'the blanks at the end of this line' : 'the comment behind this value'
  const message = `ldirectord takes ${what} for a part of it; upalert does not`
  report.warning(
    'value-trailing',
    spanOf(keyword),
    message,
    trailing === 'blanks' ? 'remove them' : 'give the comment a line of its own',
  )
}
