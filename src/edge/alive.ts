/**
 * When the daemon was last known to be alive: the time of a small file in the state directory, so that the next run can say
 * for how long nobody watched. It is touched, not synced: a machine that loses power forgets some seconds of it.
 */
import { closeSync, openSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { type Milliseconds, seconds, type WallTime, wallTime } from '../model/units.ts'

/** How often it is touched: a report is wrong by this much at most. */
export const touchEvery: Milliseconds = seconds(5)

const pathIn = (statedir: string): string => join(statedir, 'alive')

/** `null`: no run before this one is known of. */
export function lastAlive(statedir: string): WallTime | null {
  try {
    return wallTime(Math.floor(statSync(pathIn(statedir)).mtimeMs))
  } catch {
    return null
  }
}

/** A full disk does not hinder it: only the file's time changes. Trouble is no trouble of anybody else's. */
export function touchAlive(statedir: string, now: WallTime): void {
  const path = pathIn(statedir)
  try {
    utimesSync(path, now / 1000, now / 1000)
  } catch {
    try {
      closeSync(openSync(path, 'a', 0o600))
      utimesSync(path, now / 1000, now / 1000)
    } catch {
      // The journal has said already what is wrong with the directory.
    }
  }
}
