/** A `period` with its alerts -> Period. Source: mon manual, "Period Definitions"; spec of alertevery and alertafter there. */
import type { AlertAfter, AlertCall, AlertEvery, ExitRange, Period, Timing } from '../../model/model.ts'
import type { Milliseconds } from '../../model/units.ts'
import { DEFAULT_NUMALERTS } from '../defaults.ts'
import type { PeriodBlock, Statement } from '../mon/file.ts'
import { placeOfSlice, type Slice, spanOf } from '../mon/lines.ts'
import { PERIOD_WORDS } from '../mon/words.ts'
import { parsePeriod } from '../period.ts'
import { durationText, parseDuration } from '../text/duration.ts'
import { parseExitRange } from '../text/exit-range.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { plainWords } from '../text/words.ts'
import { resolveAlerts, withoutTold } from './alert-lines.ts'
import type { Naming } from './call.ts'
import { readEscalations } from './escalations.ts'
import { readDuration } from './setting-reader.ts'

export function resolvePeriod(
  block: PeriodBlock,
  timing: Timing | null,
  naming: Naming,
  report: Report,
): Period | null {
  const when = parsePeriod(block.expression, report)
  const alerts = calls(block, 'alert', naming, report)
  const escalations = readEscalations(block, naming, report)
  const told = [alerts, ...escalations.map((one) => one.calls)].flat()
  const period = {
    label: (block.label ?? block.expression).text,
    text: block.expression.text,
    alertevery: readAlertevery(last(block, 'alertevery'), report),
    alertafter: readAlertafter(block, timing, report),
    numalerts: readCount(last(block, 'numalerts'), report),
    upalertafter: readDuration(last(block, 'upalertafter'), report),
    alertexitrange: readExitRange(last(block, 'alertexitrange'), report),
    noCompAlerts: last(block, 'no_comp_alerts') !== undefined,
    alertsDontCount: last(block, 'alerts_dont_count') !== undefined,
    alerts,
    upalerts: statements(block, 'upalert').flatMap(({ value }) =>
      withoutTold(value, resolveAlerts(value, naming, report), told, report),
    ),
    startupalerts: calls(block, 'startupalert', naming, report),
    ackalerts: calls(block, 'ackalert', naming, report),
    disablealerts: calls(block, 'disablealert', naming, report),
    escalations,
    place: placeOfSlice(block.keyword),
  }
  reportSilence(block, report)
  return when === null ? null : { ...period, when }
}

/** The last occurrence of a keyword wins, as in mon. */
const last = (block: PeriodBlock, keyword: string): Slice | undefined =>
  block.statements.findLast((statement) => statement.keyword.text === keyword)?.value

const statements = (block: PeriodBlock, keyword: string): readonly Statement[] =>
  block.statements.filter((statement) => statement.keyword.text === keyword)

const calls = (block: PeriodBlock, keyword: string, naming: Naming, report: Report): readonly AlertCall[] =>
  statements(block, keyword).flatMap(({ value }) => resolveAlerts(value, naming, report))

/** A period that tells nobody; mon has nothing to say about it. */
function reportSilence(block: PeriodBlock, report: Report): void {
  const tells = ({ text }: Slice) => /alert$/.test(text) || text === 'escalate' || !PERIOD_WORDS.has(text)
  if (block.statements.some(({ keyword }) => tells(keyword))) return
  const message = 'this period has no alert: a failure inside it is told to nobody'
  report.warning(
    'period-without-alerts',
    spanOf(block.keyword),
    message,
    'write alert mail someone@example.com below it',
  )
}

const QUALIFIERS: Readonly<Record<string, AlertEvery['unless']>> = {
  summary: 'summary',
  observe_detail: 'detail',
  strict: 'strict',
  // Not in mon's manual; its code holds back exactly as for strict.
  ignore_summary: 'success',
}

function readAlertevery(value: Slice | undefined, report: Report): AlertEvery | null {
  if (value === undefined) return null
  const [time, qualifier, extra] = plainWords(value)
  const every = readDuration(time ?? value, report)
  const written = qualifier?.text.toLowerCase() ?? 'summary'
  const word = written.startsWith('summary') ? 'summary' : written
  const odd = extra ?? (word === written ? undefined : qualifier)
  if (odd !== undefined) {
    const code = word === 'summary' ? 'alertevery-extra' : 'alertevery'
    const hint = 'write alertevery TIME, and one qualifier at most'
    report.error(code, spanOf(odd), `${quoted(odd.text)} is too much behind alertevery`, hint)
  }
  const unless = Object.hasOwn(QUALIFIERS, word) ? QUALIFIERS[word] : undefined
  if (unless === undefined && qualifier !== undefined) {
    const nearest = report.nearest(word, Object.keys(QUALIFIERS))
    const known = `${nearest === null ? '' : `did you mean ${nearest}? `}one of summary, observe_detail, strict`
    report.error('alertevery', spanOf(qualifier), `${quoted(qualifier.text)} does not qualify alertevery`, known)
  }
  return every === null || unless === undefined ? null : { every, unless }
}

/**
 * The forms `N`, `T` and `N T` may stand on lines of their own. As in mon `N T` puts `T` out of force, and its time is
 * that of whichever of the two lines came later.
 */
function readAlertafter(block: PeriodBlock, timing: Timing | null, report: Report): AlertAfter {
  let count: number | null = null
  let window: number | null = null
  let time: Milliseconds | null = null
  for (const statement of block.statements) {
    if (statement.keyword.text !== 'alertafter') continue
    const form = readForm(statement, timing, report)
    if (form === null) continue
    if (form.time === null) count = form.count
    else {
      time = form.time
      if (form.count !== null) window = form.count
    }
  }
  const positive = (number: number | null) => (number === 0 ? null : number)
  if (window === null || time === null) return { count: positive(count), time, window: null }
  return { count: positive(count), time: null, window: window === 0 ? null : { count: window, time } }
}

interface AlertafterForm {
  readonly count: number | null
  readonly time: Milliseconds | null
}

function readForm({ keyword, value }: Statement, timing: Timing | null, report: Report): AlertafterForm | null {
  const words = plainWords(value)
  const form = words.slice(-2)
  if (words.length === 0 || words.length > 2) {
    // mon looks at the end of the line only.
    const isForm = /^\d{1,6} \d+[hms]$/.test(form.map(({ text }) => text).join(' '))
    const hint = 'alertafter N, alertafter TIME, or alertafter N TIME: 3, 10m, 3 30m'
    const code = isForm ? 'alertafter-extra' : 'alertafter'
    report.error(code, spanOf(words[isForm ? 0 : 2] ?? keyword), 'alertafter takes one or two words', hint)
    if (!isForm) return null
  }
  const [first, second] = form
  if (first === undefined) return null
  const isCount = /^\d{1,6}$/.test(first.text)
  if (second === undefined && !isCount) return { count: null, time: readDuration(first, report) }
  const count = readFailures(first, report)
  if (count === null || second === undefined) return { count, time: null }
  const time = readDuration(second, report)
  if (time === null) return null
  if (timing?.kind === 'every' && (count - 1) * timing.interval >= time) {
    const needed = durationText(timing.interval)
    const message = `${count} failures cannot happen within ${second.text}: the service is checked every ${needed}`
    const hint = `write a time above ${count - 1} × ${needed}, or a smaller number`
    report.error('alertafter-window', spanOf(value), message, hint)
  }
  return { count, time }
}

function readFailures(word: Slice, report: Report): number | null {
  const hint = 'a whole number from 1 on'
  const message = `${quoted(word.text)} is not a number of failures`
  if (/^\d{1,6}$/.test(word.text)) {
    if (Number(word.text) === 0) report.error('alertafter-zero', spanOf(word), message, hint)
    return Number(word.text)
  }
  const parsed = parseDuration(word.text)
  const swapped = parsed.kind === 'duration' ? `the number comes first: alertafter 3 ${word.text}` : hint
  report.error('alertafter', spanOf(word), message, swapped)
  return null
}

/** mon refuses what is no range; one that no exit status lies in holds everything back. */
function readExitRange(value: Slice | undefined, report: Report): ExitRange | null {
  if (value === undefined) return null
  const parsed = parseExitRange(value.text)
  const hint = 'write alertexitrange N or N-M, from 0 to 255'
  const message = `${quoted(value.text)} is not a range of exit statuses`
  if (parsed === null) report.error('alertexitrange', spanOf(value), message, hint)
  else if (parsed.odd) report.error('exit-range', spanOf(value), message, hint)
  return parsed?.range ?? null
}

function readCount(value: Slice | undefined, report: Report): number {
  if (value === undefined) return DEFAULT_NUMALERTS
  if (/^\d+$/.test(value.text)) return Math.min(Number(value.text), Number.MAX_SAFE_INTEGER)
  const message = `${quoted(value.text)} is not a number of alerts`
  report.error('numalerts', spanOf(value), message, 'a whole number; 0 for no limit')
  return DEFAULT_NUMALERTS
}
