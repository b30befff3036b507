/**
 * The values of directives, each as ldirectord reads it: numbers are the first digits found, yes and no are those words
 * alone, some texts must stand in quotes. Source: ldirectord(8); 4.12 tried with each of them.
 */
import { seconds } from '../../model/units.ts'
import { GREATEST_THRESHOLD, LONGEST_PERSISTENCE_SECONDS, MOST_IN_A_ROW } from '../defaults.ts'
import { LONGEST_DURATION } from '../text/duration.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { spanOf, type Value, type Word, wordAt, wordsIn } from './words.ts'

/** Reads a value; `null` after a mistake, which is then in the report. */
export type Reader<T> = (value: Value, keyword: Word, report: Report) => T | null

export type Read<R> = R extends Reader<infer T> ? T : never

/** `what` is told of: "a number of seconds". */
function number({ least, most, what }: { readonly least: number; readonly most: number; readonly what: string }) {
  return (value: Value, keyword: Word, report: Report): number | null => {
    const [digits] = /\d+/.exec(value.text) ?? []
    const wants = `${keyword.text} wants ${what} from ${least} to ${most}`
    if (digits === undefined || Number(digits) < least || Number(digits) > most) {
      report.error('number', spanOf(value), `${quoted(value.text)} is not ${what}`, wants)
      return null
    }
    if (digits !== value.text) {
      const message = `ldirectord takes the first digits of ${quoted(value.text)}, and so does upalert: ${Number(digits)}`
      report.warning('number-odd', spanOf(value), message, `write ${keyword.text} = ${Number(digits)}`)
    }
    return Number(digits)
  }
}

const LONGEST = LONGEST_DURATION / seconds(1)

export const aTime = number({ least: 1, most: LONGEST, what: 'a number of seconds' })
export const aTimeOrNone = number({ least: 0, most: LONGEST, what: 'a number of seconds' })
export const aCount = number({ least: 1, most: MOST_IN_A_ROW, what: 'a number' })
export const aPort = number({ least: 1, most: 65_535, what: 'a port' })
export const aPersistence = number({ least: 0, most: LONGEST_PERSISTENCE_SECONDS, what: 'a number of seconds' })
export const GREATEST_LIMIT = GREATEST_THRESHOLD

export const flag: Reader<boolean> = (value, keyword, report) => {
  if (value.text === 'yes' || value.text === 'no') return value.text === 'yes'
  const [, word] = /^(yes|no|on|off|true|false|1|0)$/i.exec(value.text) ?? []
  const meant = word === undefined ? 'yes or no' : /^(yes|on|true|1)$/i.test(word) ? 'yes' : 'no'
  report.error('flag', spanOf(value), `${quoted(value.text)} is neither yes nor no`, `write ${keyword.text} = ${meant}`)
  return null
}

/** One of some words; what stands behind it is nothing to ldirectord. */
export const oneOf =
  <T extends string>(words: readonly T[]): Reader<T> =>
  (value, keyword, report) => {
    const word = firstWord(value, keyword, report)
    const found = words.find((one) => one === word.text)
    if (found !== undefined) return found
    const nearest = report.nearest(word.text, words)
    const message = `${quoted(word.text)} is no ${keyword.text} that ldirectord knows`
    const meant = nearest === null ? '' : `did you mean ${nearest}? `
    report.error('word-unknown', spanOf(word), message, `${meant}one of ${words.join(', ')}`)
    return null
  }

/** The first word of it, and a warning of the rest. */
export function firstWord(value: Value, keyword: Word, report: Report): Word {
  const inner = value.quoted ? wordAt(value.source, value.from + 1, value.to - 1) : value
  const [first = inner, extra] = wordsIn(inner)
  if (extra !== undefined) {
    const message = `${quoted(extra.text)} counts for nothing: ${keyword.text} ends before it`
    report.warning('word-extra', spanOf(extra), message, 'take it out')
  }
  return first
}

/** Any text but none, in quotes or not. */
export const text: Reader<string> = (value, keyword, report) => {
  if (value.text.trim() !== '') return value.text
  report.error(
    'value-missing',
    spanOf(keyword),
    `${keyword.text} has no value`,
    `write ${keyword.text} = and its value`,
  )
  return null
}

/** Any text, also none. */
export const anyText: Reader<string> = (value) => value.text

/** ldirectord takes it in double quotes alone. */
export const inQuotes: Reader<string> = (value, keyword, report) => readQuoted(value, keyword, report, quoted)

/** The same of a password, which no message repeats. */
export const secretInQuotes: Reader<string> = (value, keyword, report) =>
  readQuoted(value, keyword, report, () => 'what stands here')

function readQuoted(value: Value, keyword: Word, report: Report, shown: (text: string) => string): string | null {
  const read = text(value, keyword, report)
  if (read === null || value.quoted) return read
  const hint = `write ${keyword.text} = "…", in double quotes from its first character to its last`
  if (/["']/.test(read)) {
    report.error('quotes', spanOf(value), `the quotes of ${shown(read)} do not stand around all of it`, hint)
    return null
  }
  const message = `ldirectord refuses ${keyword.text} without quotes; ${shown(read)} is read as if it had them`
  report.warning('quotes-missing', spanOf(value), message, hint)
  return read
}

/** Above the services ldirectord keeps its quotes, and a shell then looks for one program of that name. */
export const wholeCommand: Reader<string> = (value, keyword, report) => {
  const read = text(value, keyword, report)
  if (read === null || !value.quoted || !/\s/.test(read)) return read
  const message = `ldirectord takes ${quoted(read)} for the name of one program; here it is a program with its arguments`
  report.warning('quotes-part', spanOf(value), message, `write ${keyword.text} = ${read}`)
  return read
}

/** ldirectord takes quotes for a part of it. */
export const unquoted: Reader<string> = (value, keyword, report) => {
  const read = text(value, keyword, report)
  if (read !== null && value.quoted) {
    const message = `ldirectord takes the quotes for a part of ${keyword.text}; here they are none`
    report.warning('quotes-part', spanOf(value), message, `write ${keyword.text} = ${read}`)
  }
  return read
}
