/**
 * The Time::Period expression of mon's `period`: "wd {Mon-Fri} hr {7am-10pm}, wd {Sat}" -> PeriodExpression.
 * The whole text is checked; mon notices a mistake only when evaluation gets there. Source: Time::Period(3pm).
 */
import type { PeriodExpression, PeriodRange, Scale, SubPeriod } from '../model/period.ts'
import type { Slice } from './mon/lines.ts'
import { PeriodReader } from './period-reader.ts'
import type { Report } from './text/report.ts'
import { quoted } from './text/visible.ts'

export { inPeriod } from '../model/period.ts'

const SCALE_NAMES: Readonly<Record<string, Scale>> = {
  yr: 'yr',
  year: 'yr',
  mo: 'mo',
  month: 'mo',
  wk: 'wk',
  week: 'wk',
  yd: 'yd',
  yday: 'yd',
  md: 'md',
  mday: 'md',
  wd: 'wd',
  wday: 'wd',
  hr: 'hr',
  hour: 'hr',
  min: 'min',
  minute: 'min',
  sec: 'sec',
  second: 'sec',
}

/** Words that people write for a scale. */
const HABITS: Readonly<Record<string, Scale>> = {
  weekday: 'wd',
  weekdays: 'wd',
  day: 'wd',
  days: 'wd',
  hours: 'hr',
  time: 'hr',
  minutes: 'min',
  seconds: 'sec',
  months: 'mo',
  years: 'yr',
}

/** What each scale's values look like, for the remedy. */
const VALUES: Readonly<Record<Scale, string>> = {
  yr: 'years: 0-99, or 1970 and later',
  mo: 'months: 1-12, or Jan … Dec',
  wk: 'weeks of the month: 1-6',
  yd: 'days of the year: 1-366',
  md: 'days of the month: 1-31',
  wd: 'days of the week: Sun … Sat, or 1-7 with 1 for Sunday',
  hr: 'hours: 0-23, or 12am … 11pm',
  min: 'minutes: 0-59',
  sec: 'seconds: 0-59',
}

const LIMITS: Readonly<Record<Scale, readonly [number, number]>> = {
  yr: [0, 9999],
  mo: [1, 12],
  wk: [1, 6],
  yd: [1, 366],
  md: [1, 31],
  wd: [1, 7],
  hr: [0, 23],
  min: [0, 59],
  sec: [0, 59],
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DAYS = ['su', 'mo', 'tu', 'we', 'th', 'fr', 'sa']

/** Ranges and sub-periods one expression may have; a longer one is a generated mistake. */
const MOST_RANGES = 1000

/** `null` after a mistake, which is then in the report. */
export function parsePeriod(part: Slice, report: Report): PeriodExpression | null {
  const text = part.text.trim().toLowerCase()
  if (text === '') return { kind: 'always' }
  if (text === 'none') return { kind: 'never' }
  const reader = new PeriodReader(part, report)
  const subs: SubPeriod[] = []
  while (!reader.failed && !reader.atEnd()) {
    subs.push(readSubPeriod(reader))
    if (reader.atEnd()) break
    reader.expect(',', 'write a comma between sub-periods')
    if (reader.next() === ',' && !reader.onlyCommasLeft())
      reader.mistake(1, 'this sub-period is empty', 'remove a comma')
    if (reader.onlyCommasLeft()) break
  }
  return reader.failed ? null : { kind: 'any', subs }
}

/** `scale {ranges} scale {ranges} …` up to a comma; a scale named again adds its ranges. */
function readSubPeriod(reader: PeriodReader): SubPeriod {
  const sub: { [S in Scale]?: PeriodRange[] } = {}
  do {
    const scale = readScale(reader)
    if (
      scale === null ||
      !reader.expect('{', `put the values in braces: ${scale} {${reader.run().slice(0, 20) || '…'}}`)
    )
      return sub
    const ranges = readRanges(reader, scale)
    sub[scale] = [...(sub[scale] ?? []), ...ranges]
  } while (!reader.failed && !reader.atEnd() && reader.next() !== ',')
  return sub
}

function readScale(reader: PeriodReader): Scale | null {
  const word = reader.word()
  if (word === '') {
    const unit = 'a period begins with a unit of time: wd {Mon-Fri} hr {9am-5pm}'
    const found = reader.run()
    const message = found === '' ? 'a unit of time is missing' : `${quoted(found)} is out of place in a period`
    reader.mistake(found.length, message, unit)
    return null
  }
  const scale = Object.hasOwn(SCALE_NAMES, word.toLowerCase()) ? SCALE_NAMES[word.toLowerCase()] : undefined
  if (scale !== undefined) return scale
  const lower = word.toLowerCase()
  const habit = Object.hasOwn(HABITS, lower) ? (HABITS[lower] ?? null) : null
  const nearest = habit ?? reader.report.nearest(word, Object.keys(SCALE_NAMES))
  reader.back()
  reader.mistake(word.length, `${quoted(word)} is not a unit of time`, scaleRemedy(word, nearest))
  return null
}

function scaleRemedy(word: string, nearest: string | null): string {
  if (/^always$/i.test(word)) return 'leave the expression out: a period without one always holds'
  if (/^never$/i.test(word)) return 'write none'
  const known = 'yr, mo, wk, yd, md, wd, hr, min, sec'
  return nearest === null ? `one of ${known}` : `did you mean ${nearest}? One of ${known}`
}

function readRanges(reader: PeriodReader, scale: Scale): PeriodRange[] {
  const ranges: PeriodRange[] = []
  while (!reader.failed && reader.next() !== '}') {
    if (ranges.length >= MOST_RANGES) reader.mistake(1, `more than ${MOST_RANGES} ranges`, 'write fewer, longer ranges')
    const from = readValue(reader, scale)
    if (from === null) return ranges
    const to = reader.take('-') ? readValue(reader, scale) : from
    if (to === null) return ranges
    ranges.push({ from, to })
  }
  reader.take('}')
  return ranges
}

function readValue(reader: PeriodReader, scale: Scale): number | null {
  const word = reader.word()
  if (word === '') {
    const [message, hint] = misplaced(reader, scale)
    reader.mistake(1, message, hint)
    return null
  }
  const value = valueIn(word.toLowerCase(), scale)
  if (value !== null) return value
  const opens = reader.next() === '{'
  reader.back()
  if (opens) {
    reader.mistake(word.length, `the braces of ${scale} are not closed before ${quoted(word)}`, 'write } before it')
    return null
  }
  reader.mistake(word.length, `${quoted(word)} is not a value of ${scale}`, VALUES[scale])
  return null
}

function misplaced(reader: PeriodReader, scale: Scale): readonly [string, string] {
  const char = reader.next()
  if (char === '') return [`the braces of ${scale} are not closed`, 'write } behind the last value']
  if (char === ',') return ['a comma is out of place in braces', 'separate values by blanks: wd {Mon Wed Fri}']
  if (char === '-' || char === '}') return ['a range lacks one of its ends', 'write both: Mon-Fri']
  return [`${quoted(char)} is out of place in braces`, VALUES[scale]]
}

function valueIn(word: string, scale: Scale): number | null {
  const value = numberOf(word, scale)
  if (value === null) return null
  const [least, most] = LIMITS[scale]
  if (value < least || value > most || (scale === 'yr' && value > 99 && value < 1970)) return null
  return value
}

/** Of a month's name the first three letters count, of a day's the first two. */
function numberOf(word: string, scale: Scale): number | null {
  if (/^\d{1,4}$/.test(word)) return Number(word)
  if (scale === 'mo' && /^[a-z]{3,}$/.test(word)) return oneBased(MONTHS.indexOf(word.slice(0, 3)))
  if (scale === 'wd' && /^[a-z]{2,}$/.test(word)) return oneBased(DAYS.indexOf(word.slice(0, 2)))
  if (scale === 'hr') return hourOf(word)
  return null
}

const oneBased = (index: number) => (index < 0 ? null : index + 1)

/** 12am is 0, 12pm and 12noon are 12; mon lets 13am be 13. */
function hourOf(word: string): number | null {
  if (word === '12noon') return 12
  const match = /^(\d{1,2})(am|pm)$/.exec(word)
  if (match === null) return null
  const hour = Number(match[1])
  if (match[2] === 'am') return hour === 12 ? 0 : hour
  return hour === 12 ? 12 : hour + 12
}
