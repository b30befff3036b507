/** A `period` with its alerts -> Period. Source: mon manual, "Period Definitions"; spec of alertevery and alertafter there. */
import type { AlertAfter, AlertCall, AlertEvery, Period, Timing } from '../../model/model.ts'
import { DEFAULT_NUMALERTS } from '../defaults.ts'
import type { PeriodBlock, Statement } from '../mon/file.ts'
import { placeOfSlice, type Slice, spanOf } from '../mon/lines.ts'
import { PERIOD_WORDS, standingOf } from '../mon/words.ts'
import { parsePeriod } from '../period.ts'
import { durationText, parseDuration } from '../text/duration.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { plainWords } from '../text/words.ts'
import { type Naming, resolveAlert } from './call.ts'
import { readDuration } from './settings.ts'

export function resolvePeriod(block: PeriodBlock, timing: Timing, naming: Naming, report: Report): Period | null {
  const when = parsePeriod(block.expression, report)
  const label = (block.label ?? block.expression).text
  const period = {
    label: label === '' ? 'always' : label,
    text: block.expression.text,
    alertevery: readAlertevery(last(block, 'alertevery'), report),
    alertafter: readAlertafter(block, timing, report),
    numalerts: readCount(last(block, 'numalerts'), report),
    upalertafter: readDuration(last(block, 'upalertafter'), report),
    alerts: calls(block, 'alert', naming, report),
    upalerts: calls(block, 'upalert', naming, report),
    place: placeOfSlice(block.keyword),
  }
  reportSilence(block, report)
  return when === null ? null : { ...period, when }
}

/** The last occurrence of a keyword wins, as in mon. */
const last = (block: PeriodBlock, keyword: string): Slice | undefined =>
  block.statements.findLast((statement) => statement.keyword.text === keyword)?.value

function calls(block: PeriodBlock, keyword: string, naming: Naming, report: Report): AlertCall[] {
  return block.statements
    .filter((statement) => statement.keyword.text === keyword)
    .map(({ value }) => resolveAlert(value, naming, report))
    .filter((call) => call !== null)
}

/** A period that tells nobody; mon has nothing to say about it. Alerts of a sort not yet supported had their warning. */
function reportSilence(block: PeriodBlock, report: Report): void {
  const tells = ({ text }: Slice) => /alert$/.test(text) || standingOf(PERIOD_WORDS, text) === undefined
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
  if (extra !== undefined) {
    const message = `${quoted(extra.text)} is one word too many`
    report.error('alertevery', spanOf(extra), message, 'write alertevery TIME, and one qualifier at most')
  }
  const word = qualifier?.text.toLowerCase() ?? 'summary'
  const unless = Object.hasOwn(QUALIFIERS, word) ? QUALIFIERS[word] : undefined
  if (unless === undefined && qualifier !== undefined) {
    const nearest = report.nearest(word, Object.keys(QUALIFIERS))
    const known = `${nearest === null ? '' : `did you mean ${nearest}? `}one of summary, observe_detail, strict`
    report.error('alertevery', spanOf(qualifier), `${quoted(qualifier.text)} does not qualify alertevery`, known)
  }
  return every === null || unless === undefined ? null : { every, unless }
}

/** The forms `N`, `T` and `N T` may stand on lines of their own; of each the last counts. */
function readAlertafter(block: PeriodBlock, timing: Timing, report: Report): AlertAfter {
  let after: AlertAfter = { count: null, time: null, window: null }
  for (const statement of block.statements) {
    if (statement.keyword.text === 'alertafter') after = { ...after, ...readForm(statement, timing, report) }
  }
  return after
}

function readForm({ keyword, value }: Statement, timing: Timing, report: Report): Partial<AlertAfter> {
  const [first, second, extra] = plainWords(value)
  if (first === undefined || extra !== undefined) {
    const hint = 'alertafter N, alertafter TIME, or alertafter N TIME: 3, 10m, 3 30m'
    report.error('alertafter', spanOf(extra ?? keyword), 'alertafter takes one or two words', hint)
    return {}
  }
  const isCount = /^\d{1,6}$/.test(first.text)
  if (second === undefined && !isCount) return { time: readDuration(first, report) }
  const count = readPositive(first, report)
  if (count === null || second === undefined) return { count }
  const time = readDuration(second, report)
  if (time === null) return {}
  if (timing.kind === 'every' && (count - 1) * timing.interval >= time) {
    const needed = durationText(timing.interval)
    const message = `${count} failures cannot happen within ${second.text}: the service is checked every ${needed}`
    const hint = `write a time above ${count - 1} × ${needed}, or a smaller number`
    report.error('alertafter-window', spanOf(value), message, hint)
  }
  return { window: { count, time } }
}

function readPositive(word: Slice, report: Report): number | null {
  if (/^\d{1,6}$/.test(word.text) && Number(word.text) > 0) return Number(word.text)
  const parsed = parseDuration(word.text)
  const hint =
    parsed.kind === 'duration' ? `the number comes first: alertafter 3 ${word.text}` : 'a whole number from 1 on'
  report.error('alertafter', spanOf(word), `${quoted(word.text)} is not a number of failures`, hint)
  return null
}

function readCount(value: Slice | undefined, report: Report): number {
  if (value === undefined) return DEFAULT_NUMALERTS
  if (/^\d{1,9}$/.test(value.text)) return Number(value.text)
  const message = `${quoted(value.text)} is not a number of alerts`
  report.error('numalerts', spanOf(value), message, 'a whole number; 0 for no limit')
  return DEFAULT_NUMALERTS
}
