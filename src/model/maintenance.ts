/** Times in which nobody is told of failures: they are checked and drive pools as always, and reports set them apart. */
import type { Place } from './model.ts'
import type { ServiceKey } from './names.ts'
import type { Milliseconds, WallTime } from './units.ts'

/**
 * A `maintenance` block of mon.cf: it begins at each date of the calendar and lasts for a while, as time passes, whatever
 * the wall clock is set to meanwhile (daylight saving).
 */
export interface RecurringWindow {
  readonly name: string
  /** What it covers: `*`, a watch, `watch/service`, or `virtual NAME`. */
  readonly subjects: readonly string[]
  /** node-cron's five fields. */
  readonly cron: string
  /** A name of the IANA time zone database. */
  readonly zone: string
  readonly lasts: Milliseconds
  readonly reason: string
  readonly place: Place
}

/** An operator's, from the command line. */
export interface OneOffWindow {
  readonly name: string
  readonly subjects: readonly string[]
  readonly at: WallTime
  readonly from: WallTime
  readonly until: WallTime
  readonly who: string
  readonly reason: string
}

/** The window that is in force for a service or a virtual server. */
export interface InMaintenance {
  readonly window: string
  readonly since: WallTime
  readonly until: WallTime
  readonly reason: string
}

/** What is remembered of windows besides operators' own. */
export interface WindowMemory {
  /** When one next begins or ends, as it was worked out last; `null`: never. */
  readonly next: WallTime | null
  /** Operators ended what had begun up to then, of recurring windows by their name. */
  readonly ended: Readonly<Record<string, WallTime>>
  /** What is in force for virtual servers, by their name. */
  readonly pools: Readonly<Record<string, InMaintenance>>
}

/** Whether a window with these subjects covers this: a service by its key, or a virtual server as `virtual NAME`. */
export function covers(subjects: readonly string[], subject: ServiceKey | `virtual ${string}`): boolean {
  const watch = subject.startsWith('virtual ') ? null : subject.slice(0, subject.indexOf('/'))
  return subjects.some((one) => one === '*' || one === subject || one === watch)
}
