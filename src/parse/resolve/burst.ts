/** `5 30m`: so many within a time, behind `flap`, `digest` and `rate`. */
import type { Burst } from '../../model/receiver.ts'
import type { Milliseconds } from '../../model/units.ts'
import { type Slice, spanOf } from '../mon/lines.ts'
import { durationText } from '../text/duration.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { plainWords } from '../text/words.ts'
import { readDuration } from './setting-reader.ts'

interface Limits {
  readonly word: string
  readonly code: string
  /** What is counted. */
  readonly what: string
  readonly least: number
  readonly most: number
  readonly longest: Milliseconds
  /** Such as `5 30m`. */
  readonly example: string
}

/** `null` after a mistake. */
export function readBurst(value: Slice, limits: Limits, report: Report): Burst | null {
  const { word, code, what, least, most } = limits
  const [first, second, extra] = plainWords(value)
  if (first === undefined || second === undefined || extra !== undefined) {
    const message = `${quoted(value.text)} is not a number of ${what} and a time`
    report.error(code, spanOf(extra ?? value), message, `write ${word} N TIME: ${word} ${limits.example}`)
    return null
  }
  const count = /^\d{1,9}$/.test(first.text) ? Number(first.text) : -1
  const within = readAtMost(second, word, limits.longest, code, report)
  if (count < least || count > most) {
    const message = `${quoted(first.text)} is not a number of ${what}`
    report.error(code, spanOf(first), message, `write ${word} N TIME, with N from ${least} to ${most}`)
    return null
  }
  return within === null ? null : { count, within }
}

/** A length of time that is no longer than makes sense; `null` after a mistake. */
export function readAtMost(
  value: Slice,
  word: string,
  longest: Milliseconds,
  code: string,
  report: Report,
  { zero = false }: { readonly zero?: boolean } = {},
): Milliseconds | null {
  const time = readDuration(value, report, { zero })
  if (time === null || time <= longest) return time
  const most = durationText(longest)
  report.error(code, spanOf(value), `${quoted(value.text)} is too long for ${word}`, `at most ${most}`)
  return null
}
