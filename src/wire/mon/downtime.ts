/**
 * The downtime log: a header at each start, and a line for each outage that has ended.
 * Source: mon 1.3.6, `dtlogging`, `dtlogfile`, `list dtlog`; Mon::Client's list_dtlog.
 */
import type { Milliseconds, WallTime } from '../../model/units.ts'
import { atSecond, readCount, secondsLong, wholeSeconds } from './seconds.ts'

export interface Downtime {
  /** When it was back. */
  readonly timeUp: WallTime
  readonly group: string
  readonly service: string
  readonly firstFailure: WallTime
  readonly downtime: Milliseconds
  /** The interval in force; 0 for a service that only has traps. */
  readonly interval: Milliseconds
  /** The last failing one. */
  readonly summary: string
}

/** Four comment lines with their ends. */
export function downtimeHeader(start: WallTime): string {
  const columns = 'time back up, group, service, first failure, downtime, interval, summary'
  return `#\n# downtime log start ${wholeSeconds(start)}\n# ${columns}\n#\n`
}

/** The line with its end. The times are cut to seconds first, so that they agree with the length of the outage. */
export function encodeDowntime({
  timeUp,
  group,
  service,
  firstFailure,
  interval,
  summary,
}: Omit<Downtime, 'downtime'>): string {
  const [up, since] = [wholeSeconds(timeUp), wholeSeconds(firstFailure)]
  // The clock may have been set back meanwhile, and a client reads no negative number.
  const length = Math.max(0, up - since)
  return `${`${up} ${group} ${service} ${since} ${length} ${wholeSeconds(interval)} ${summary}`.replace(/[\r\n]+/g, ' ')}\n`
}

/** The data lines of `list dtlog`: what of the file's text is neither comment nor blank, as it stands there. */
export function downtimeLines(text: string): readonly string[] {
  return text.split('\n').filter((line) => !line.startsWith('#') && !/^[ \t\v\f\r]*$/.test(line))
}

const LINE = /^([0-9]+)[ \t]+([^ \t]+)[ \t]+([^ \t]+)[ \t]+([0-9]+)[ \t]+([0-9]+)[ \t]+([0-9]+)(?:[ \t]|$)/

/** `null` for a line of another form, such as a comment. */
export function decodeDowntime(line: string): Downtime | null {
  const [head, up = '', group, service, since = '', length = '', every = ''] = LINE.exec(line) ?? []
  const [timeUp, firstFailure] = [readCount(up), readCount(since)]
  const [downtime, interval] = [secondsLong(length), secondsLong(every)]
  if (head === undefined || group === undefined || service === undefined) return null
  if (timeUp === null || firstFailure === null || downtime === null || interval === null) return null
  const times = { timeUp: atSecond(timeUp), firstFailure: atSecond(firstFailure), downtime, interval }
  return { ...times, group, service, summary: line.slice(head.length) }
}
