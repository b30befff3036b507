/**
 * Windows when the wall clock is set, or was ahead before a restart. What was begun "for 2 h" counts passing time and moves
 * along; what was asked for by its date, and what the calendar names, stays. Who is in maintenance is worked out anew by
 * `withMaintenance`, right after.
 */
import type { OneOffWindow } from '../model/maintenance.ts'
import type { Controls } from '../model/state.ts'
import { type Milliseconds, type Now, type WallTime, wallTime } from '../model/units.ts'

export const steppedMaintenance = (controls: Controls, by: Milliseconds): Controls =>
  changed(controls, {
    ofWindow: (window) => (countsTime(window) ? moved(window, by) : window),
    ofPast: (at) => wallTime(at + by),
    ofEnd: (at) => wallTime(at + by),
  })

/** What was begun under a clock that was ahead of today's lasts as long as it was meant to, and no longer. */
export const restoredMaintenance = (controls: Controls, now: Now): Controls =>
  changed(controls, {
    ofWindow: (window) => {
      if (window.at <= now.wall) return window
      return countsTime(window) ? moved(window, now.wall - window.at) : { ...window, at: now.wall }
    },
    ofPast: (at) => wallTime(Math.min(at, now.wall)),
    ofEnd: (at) => at,
  })

interface Changes {
  ofWindow(window: OneOffWindow): OneOffWindow
  ofPast(at: WallTime): WallTime
  ofEnd(at: WallTime): WallTime
}

function changed(controls: Controls, { ofWindow, ofPast, ofEnd }: Changes): Controls {
  const { calendar } = controls
  const windows = controls.windows.map(ofWindow)
  if (calendar === undefined) return { ...controls, windows }
  const ended = Object.entries(calendar.ended).map(([name, at]) => [name, ofPast(at)])
  const pools = Object.entries(calendar.pools).map(([name, { since, until, ...rest }]) => [
    name,
    { ...rest, since: ofPast(since), until: ofEnd(until) },
  ])
  const memory = { ...calendar, ended: Object.fromEntries(ended), pools: Object.fromEntries(pools) }
  return { ...controls, windows, calendar: memory }
}

/** One that began when it was asked for; the other kind begins later, at the date that was given. */
const countsTime = ({ at, from }: OneOffWindow): boolean => from <= at

const moved = (window: OneOffWindow, by: number): OneOffWindow => ({
  ...window,
  at: wallTime(window.at + by),
  from: wallTime(window.from + by),
  until: wallTime(window.until + by),
})
