/** `maintenance` blocks -> RecurringWindow: times that come again and again, in which nobody is told of failures. */
import { occurrences } from '../../model/calendar.ts'
import type { RecurringWindow } from '../../model/maintenance.ts'
import { type Milliseconds, wallTime } from '../../model/units.ts'
import { LONGEST_MAINTENANCE, LONGEST_REASON, MOST_COVERED, MOST_WINDOWS } from '../defaults.ts'
import type { MonFile, OwnBlockLines } from '../mon/file.ts'
import { placeOfSlice, type Slice, spanOf } from '../mon/lines.ts'
import type { MaintenanceWord } from '../mon/words.ts'
import { durationText } from '../text/duration.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { plainWords } from '../text/words.ts'
import { atMost, reportSameNames, sortLines } from './block-lines.ts'
import { readAtMost } from './burst.ts'
import { readCron, readTimeZone } from './calendar-lines.ts'
import type { Subjects } from './subjects.ts'
import { type OpenName, subjectNamed, subjectText } from './subjects.ts'

export const MAINTENANCE_EXAMPLES: Readonly<Record<MaintenanceWord, string>> = {
  cover: 'cover WATCH GROUP/SERVICE virtual:NAME, or cover *',
  cron: 'cron "0 2 * * 0"',
  timezone: 'timezone Europe/Berlin',
  lasts: 'lasts 2h',
  reason: 'reason the weekly backup',
}

const NEEDED = ['cover', 'cron', 'lasts'] as const

export interface Known {
  readonly subjects: Subjects
  /** The machine's. */
  readonly timeZone: string
  /** Takes what the subjects do not have. */
  unknown(name: OpenName): void
}

export function resolveWindows({ own }: MonFile, known: Known, report: Report): readonly RecurringWindow[] {
  reportSameNames('maintenance', own.maintenance, report)
  const blocks = atMost(MOST_WINDOWS, 'maintenance', own.maintenance, report)
  return blocks.flatMap((block) => resolveWindow(block, known, report) ?? [])
}

/** `null` after a mistake that leaves no window. */
function resolveWindow(block: OwnBlockLines, known: Known, report: Report): RecurringWindow | null {
  const lines = sortLines(block, { kind: 'maintenance', examples: MAINTENANCE_EXAMPLES, repeated: new Set() }, report)
  const value = (word: MaintenanceWord) => lines.get(word)?.[0]?.value
  for (const word of NEEDED) {
    if (block.statements.some(({ keyword }) => keyword.text === word)) continue
    const message = `maintenance ${quoted(block.name.text)} has no ${word}`
    report.error('maintenance-lacks', spanOf(block.name), message, `write ${MAINTENANCE_EXAMPLES[word]} below it`)
  }
  const [cover, schedule, time, reason] = [value('cover'), value('cron'), value('lasts'), value('reason')]
  const subjects = cover === undefined ? [] : readCover(cover, known, report)
  const cron = schedule === undefined ? null : readCron(schedule, { seconds: false }, report)
  const lasts = time === undefined ? null : readLasts(time, report)
  const zone = readTimeZone(value('timezone'), known.timeZone, report)
  if (reason !== undefined && reason.text.length > LONGEST_REASON) {
    const message = `this reason has ${reason.text.length} characters`
    report.error('maintenance-reason', spanOf(reason), message, `write ${LONGEST_REASON} at most`)
  }
  if (cron === null || lasts === null) return null
  if (time !== undefined) reportEndless(cron, lasts, time, report)
  const { text: name } = block.name
  return { name, subjects, cron, zone, lasts, reason: reason?.text ?? '', place: placeOfSlice(block.name) }
}

function readCover(value: Slice, { subjects, unknown }: Known, report: Report): readonly string[] {
  const words = plainWords(value)
  const over = words[MOST_COVERED]
  if (over !== undefined) {
    const message = `more than ${MOST_COVERED} names in one maintenance`
    report.error('maintenance-cover', spanOf(over), message, 'cover whole watches, or make two of it')
  }
  const covered = words.slice(0, MOST_COVERED).map((word) => {
    const found = subjectNamed(word.text, subjects)
    if (found === null) unknown({ word, for: 'maintenance' })
    return found ?? subjectText(word.text)
  })
  return [...new Set(covered)]
}

const readLasts = (value: Slice, report: Report) =>
  readAtMost(value, 'lasts', LONGEST_MAINTENANCE, 'maintenance-lasts', report)

/** Dates that are looked at: whatever comes often comes often among them. */
const LOOKED_AT = 40
/** 1 January 2001, a Monday. */
const BEGIN = wallTime(978_307_200_000)

/** One that begins again before it has ended. In UTC: clocks that are set make it neither better nor worse. */
function reportEndless(cron: string, lasts: Milliseconds, value: Slice, report: Report): void {
  const dates = occurrences(cron, 'UTC', BEGIN, LOOKED_AT)
  const gap = Math.min(...dates.slice(1).map((date, i) => date - (dates[i] ?? date)))
  if (!(lasts >= gap)) return
  const message = `it lasts ${durationText(lasts)}, and begins again before it is over`
  const hint = 'what overlaps is one maintenance: write a shorter time, or rarer dates, if an end is meant'
  report.warning('maintenance-overlap', spanOf(value), message, hint)
}
