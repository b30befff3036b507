/**
 * When times of maintenance are in force. Each occurrence of a recurring one lasts for `lasts` of passing time; those that
 * overlap or meet are one. What an operator has ended early is over until the calendar names a new date.
 */
import { lastOccurrence, nextOccurrence } from '../calendar.ts'
import type { OneOffWindow, RecurringWindow } from '../maintenance.ts'
import { days, type WallTime, wallTime } from '../units.ts'
import { machineZone } from './zone.ts'

export interface Span {
  readonly from: WallTime
  readonly until: WallTime
}

/** Until which instant occurrences of recurring windows were ended by operators, by the window's name. */
export type Ended = Readonly<Record<string, WallTime>>

export const endedAt = (ended: Ended | undefined, name: string): WallTime | null =>
  ended !== undefined && Object.hasOwn(ended, name) ? (ended[name] ?? null) : null

/**
 * How many occurrences are put together into one, in either direction: those of every minute of a day; and how far away.
 * A window that is always in force has no end; it is given one here, and goes on then.
 */
const mostMerged = 1500
const furthestMerged = days(62)

/** What is in force at this instant, without the occurrences that began up to `ended`. */
export function windowAt(window: RecurringWindow, at: WallTime, ended: WallTime | null = null): Span | null {
  return known(window, at, ended).span
}

/** When it next begins or ends after this instant; `null`: never. */
export function nextChange(window: RecurringWindow, at: WallTime, ended: WallTime | null = null): WallTime | null {
  const { span, next } = known(window, at, ended)
  return span?.until ?? next
}

/** The first that begins after this instant; `null`: none does. */
export function nextWindow(window: RecurringWindow, after: WallTime): Span | null {
  const from = nextOccurrence(window.cron, window.zone, after)
  return from === null ? null : { from, until: mergedUntil(window, from) }
}

interface Known {
  readonly ended: WallTime | null
  /** It holds from here to the span's end, or to the next beginning. */
  readonly since: WallTime
  readonly span: Span | null
  readonly next: WallTime | null
}

/** What was worked out last: at nearly every look nothing has changed. */
const last = new WeakMap<RecurringWindow, Known>()

function known(window: RecurringWindow, at: WallTime, ended: WallTime | null): Known {
  const before = last.get(window)
  if (before !== undefined && before.ended === ended && before.since <= at && at < holdsUntil(before)) return before
  const span = workedOut(window, at, ended)
  const next = span === null ? nextOccurrence(window.cron, window.zone, wallTime(Math.max(at, ended ?? at))) : null
  const found = { ended, since: at, span, next }
  last.set(window, found)
  return found
}

const holdsUntil = ({ span, next }: Known): number => span?.until ?? next ?? Number.POSITIVE_INFINITY

function workedOut(window: RecurringWindow, at: WallTime, ended: WallTime | null): Span | null {
  if (!(window.lasts > 0)) return null
  const earliest = Math.max(at - window.lasts + 1, (ended ?? Number.NEGATIVE_INFINITY) + 1)
  const found = lastOccurrence(window.cron, window.zone, at, wallTime(earliest))
  if (found === null) return null
  return { from: mergedFrom(window, found, ended), until: mergedUntil(window, found) }
}

/** Each step goes as far back as one occurrence reaches. */
function mergedFrom({ cron, zone, lasts }: RecurringWindow, found: WallTime, ended: WallTime | null): WallTime {
  let from = found
  for (let count = 0; count < mostMerged && found - from < furthestMerged; count += 1) {
    const reach = Math.max(from - lasts - 1, ended ?? Number.NEGATIVE_INFINITY)
    const earlier = nextOccurrence(cron, zone, wallTime(reach))
    if (earlier === null || earlier >= from) break
    from = earlier
  }
  return from
}

function mergedUntil({ cron, zone, lasts }: RecurringWindow, found: WallTime): WallTime {
  let latest = found
  for (let count = 0; count < mostMerged && latest - found < furthestMerged; count += 1) {
    const later = lastOccurrence(cron, zone, wallTime(latest + lasts), wallTime(latest + 1))
    if (later === null) break
    latest = later
  }
  return wallTime(latest + lasts)
}

/** One line of the calendar. */
export interface Planned extends Span {
  readonly name: string
  readonly subjects: readonly string[]
  readonly reason: string
  /** Whose clock it goes by: a recurring one's, or this machine's. */
  readonly zone: string
  readonly recurring: boolean
  /** Who began it; empty for those of the configuration. */
  readonly who: string
}

/** Those in force, in the order of their ends. */
export function windowsInForce(
  recurring: readonly RecurringWindow[],
  oneOffs: readonly OneOffWindow[],
  at: WallTime,
  ended?: Ended,
): readonly Planned[] {
  const coming = recurring.flatMap((one) => {
    const span = windowAt(one, at, endedAt(ended, one.name))
    return span === null ? [] : [plannedOf(one, span)]
  })
  const single = oneOffs.filter(({ from, until }) => from <= at && at < until).map(plannedOnce)
  return [...coming, ...single].sort((a, b) => a.until - b.until || byName(a, b))
}

/** The next that begin after this instant, over all windows, in order. */
export function nextWindows(
  recurring: readonly RecurringWindow[],
  oneOffs: readonly OneOffWindow[],
  at: WallTime,
  count: number,
  ended?: Ended,
): readonly Planned[] {
  const firsts = recurring.map((one) => firstAfter(one, at, endedAt(ended, one.name)))
  // With many windows, what begins behind the first ones of as many as are asked for need not be looked at.
  const horizon =
    firsts.flatMap((span) => span?.from ?? []).sort((a, b) => a - b)[count - 1] ?? Number.POSITIVE_INFINITY
  const coming = recurring.flatMap((one, i) =>
    series(one, firsts[i] ?? null, count, horizon).map((span) => plannedOf(one, span)),
  )
  const single = oneOffs.filter(({ from }) => from > at).map(plannedOnce)
  return [...coming, ...single].sort((a, b) => a.from - b.from || byName(a, b)).slice(0, count)
}

/** What the one in force runs into is no beginning. */
const firstAfter = (window: RecurringWindow, at: WallTime, ended: WallTime | null): Span | null =>
  nextWindow(window, windowAt(window, at, ended)?.until ?? at)

function series(window: RecurringWindow, first: Span | null, count: number, horizon: number): readonly Span[] {
  const spans: Span[] = []
  for (let span = first; span !== null && span.from <= horizon && spans.length < count; ) {
    spans.push(span)
    span = nextWindow(window, span.until)
  }
  return spans
}

const plannedOf = ({ name, subjects, reason, zone }: RecurringWindow, { from, until }: Span): Planned => ({
  name,
  subjects,
  reason,
  zone,
  from,
  until,
  recurring: true,
  who: '',
})

const plannedOnce = ({ name, subjects, reason, from, until, who }: OneOffWindow): Planned => ({
  name,
  subjects,
  reason,
  zone: machineZone(),
  from,
  until,
  recurring: false,
  who,
})

const byName = (a: Planned, b: Planned): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
