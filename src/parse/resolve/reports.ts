/** `report` blocks -> ReportSchedule: the last whole day, week or month, mailed at each date of a calendar. */
import type { AlertCall } from '../../model/model.ts'
import type { ReportSchedule } from '../../model/notify-settings.ts'
import { DEFAULT_FORMAT, DEFAULT_SPAN, MOST_CHANNELS, MOST_REPORTED, MOST_REPORTS } from '../defaults.ts'
import type { MonFile, OwnBlockLines, Statement } from '../mon/file.ts'
import { placeOfSlice, type Slice, spanOf } from '../mon/lines.ts'
import type { ReportWord } from '../mon/words.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { plainWords } from '../text/words.ts'
import { resolveOne } from './alert-lines.ts'
import { atMost, reportSameNames, sortLines } from './block-lines.ts'
import { readCron, readTimeZone } from './calendar-lines.ts'
import type { Naming } from './call.ts'
import type { Known } from './windows.ts'

export const REPORT_EXAMPLES: Readonly<Record<ReportWord, string>> = {
  cron: 'cron "0 7 1 * *"',
  timezone: 'timezone Europe/Berlin',
  span: 'span day, week or month',
  service: 'service GROUP/SERVICE GROUP/SERVICE',
  format: 'format text, or format html',
  alert: 'alert mail boss@example.com',
}

const REPEATED: ReadonlySet<ReportWord> = new Set(['alert'])
const NEEDED = ['cron', 'alert'] as const
const SPANS: readonly ReportSchedule['span'][] = ['day', 'week', 'month']
const FORMATS: readonly ReportSchedule['format'][] = ['text', 'html']

export function resolveReports(
  { own }: MonFile,
  known: Known,
  naming: Naming,
  report: Report,
): readonly ReportSchedule[] {
  reportSameNames('report', own.report, report)
  const blocks = atMost(MOST_REPORTS, 'report', own.report, report)
  return blocks.flatMap((block) => resolveSchedule(block, known, naming, report) ?? [])
}

/** `null` after a mistake that leaves no report. */
function resolveSchedule(block: OwnBlockLines, known: Known, naming: Naming, report: Report): ReportSchedule | null {
  const lines = sortLines(block, { kind: 'report', examples: REPORT_EXAMPLES, repeated: REPEATED }, report)
  const value = (word: ReportWord) => lines.get(word)?.[0]?.value
  for (const word of NEEDED) {
    if (block.statements.some(({ keyword }) => keyword.text === word)) continue
    const message = `report ${quoted(block.name.text)} has no ${word}`
    report.error('report-lacks', spanOf(block.name), message, `write ${REPORT_EXAMPLES[word]} below it`)
  }
  const schedule = value('cron')
  const cron = schedule === undefined ? null : readCron(schedule, { seconds: false }, report)
  const zone = readTimeZone(value('timezone'), known.timeZone, report)
  const span = choice(value('span'), SPANS, 'a span of time that a report is about', report) ?? DEFAULT_SPAN
  const format = choice(value('format'), FORMATS, 'a form of a report', report) ?? DEFAULT_FORMAT
  const services = readServices(value('service'), known, report)
  const calls = readCalls(lines.get('alert') ?? [], naming, report)
  const { text: name } = block.name
  return cron === null ? null : { name, cron, zone, span, services, format, calls, place: placeOfSlice(block.name) }
}

function choice<Word extends string>(
  value: Slice | undefined,
  known: readonly Word[],
  what: string,
  report: Report,
): Word | null {
  if (value === undefined) return null
  const found = known.find((word) => word === value.text)
  if (found !== undefined) return found
  const nearest = report.nearest(value.text, known)
  const hint = `${nearest === null ? '' : `did you mean ${nearest}? `}one of ${known.join(', ')}`
  report.error('report-value', spanOf(value), `${quoted(value.text)} is not ${what}`, hint)
  return null
}

function readServices(value: Slice | undefined, { subjects, unknown }: Known, report: Report): readonly string[] {
  if (value === undefined) return []
  const words = plainWords(value)
  const over = words[MOST_REPORTED]
  if (over !== undefined) {
    const message = `more than ${MOST_REPORTED} services in one report`
    report.error('report-services', spanOf(over), message, 'leave the line out for all, or make two of it')
  }
  for (const word of words.slice(0, MOST_REPORTED)) {
    if (!subjects.services.has(word.text)) unknown({ word, for: 'report' })
  }
  return [...new Set(words.slice(0, MOST_REPORTED).map(({ text }) => text))]
}

/** A report is text that is mailed as it is; nothing else has room for it. */
function readCalls(lines: readonly Statement[], naming: Naming, report: Report): readonly AlertCall[] {
  const over = lines[MOST_CHANNELS]
  if (over !== undefined) {
    const message = `more than ${MOST_CHANNELS} alert lines of one report`
    report.error('report-alert', spanOf(over.keyword), message, 'write several addresses behind alert mail')
  }
  return lines.slice(0, MOST_CHANNELS).flatMap(({ value }) => {
    const call = resolveOne(value, 'a report is mailed, and goes to no receiver', naming, report)
    if (call === null || call.missing === true) return []
    if (call.module === MAIL && call.exit === null) return [call]
    const message =
      call.exit === null ? 'a report is mailed, and told in no other way' : 'a report has no exit status to choose by'
    report.error('report-alert', spanOf(value), message, `write ${REPORT_EXAMPLES.alert}`)
    return []
  })
}

const MAIL = 'mail'
