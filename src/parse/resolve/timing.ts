/** When a service is checked, and how long a check may take: those lines -> Timing. mon manual, "interval", "randskew". */
import type { Timing } from '../../model/model.ts'
import type { Milliseconds } from '../../model/units.ts'
import type { ServiceBlock } from '../mon/file.ts'
import { type Slice, spanOf } from '../mon/lines.ts'
import { durationText } from '../text/duration.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { readCron } from './calendar-lines.ts'
import { readDuration } from './setting-reader.ts'

/** The last occurrence of a keyword, which counts. */
export type Last = (keyword: string) => Slice | undefined

/** `null`: no check comes by itself. */
export function readTiming(block: ServiceBlock, last: Last, report: Report): Timing | null {
  const interval = last('interval')
  const cron = last('cron')
  if (cron === undefined) return readInterval(interval, last('randskew'), report)
  if (interval !== undefined) {
    const message = `${quoted(block.name.text)} has an interval and a cron schedule`
    report.error('cron-and-interval', spanOf(cron), message, 'keep one of them')
  }
  const expression = readCron(cron, { seconds: true }, report)
  return expression === null ? null : { kind: 'cron', expression }
}

function readInterval(value: Slice | undefined, randskew: Slice | undefined, report: Report): Timing | null {
  const interval = readDuration(value, report)
  const skew = readDuration(randskew, report)
  return interval === null ? null : { kind: 'every', interval, randskew: skew }
}

export function readTimeout(
  value: Slice | undefined,
  timing: Timing | null,
  fallback: Milliseconds,
  report: Report,
): Milliseconds {
  const timeout = readDuration(value, report)
  if (timeout === null || value === undefined) return fallback
  if (timing?.kind === 'every' && timeout > timing.interval) {
    const message = `a check may take ${value.text}, longer than its interval of ${durationText(timing.interval)}`
    const hint = 'turns that come due meanwhile are left out; a shorter timeout finds failures sooner'
    report.warning('timeout-interval', spanOf(value), message, hint)
  }
  return timeout
}
