/**
 * The load average in what `uptime`, `rup`, `ruptime` or a script of the operator's own prints: the first number behind the
 * word "load" (or "loads"), as Piranha's nanny reads it; or all there is where that is a number, or a line of /proc/loadavg.
 * Decimals with a point or, in the languages that have it so, a comma; a comma between two averages has a blank behind it.
 * Source: uptime(1) of procps, BSD and macOS; rup(1), ruptime(1); proc(5), /proc/loadavg.
 */

/** Characters that are looked at. */
const LOOKED_AT = 4096
/** A larger one is no load average of any machine. */
const GREATEST = 1_000_000

const NUMBER = '(\\d{1,9}(?:[.,]\\d{1,9})?)(?![\\d.eE])'
/** `load average:`, `load averages:`, `load`, with whatever words stand before the colon. */
const BEHIND_THE_WORD = new RegExp(`\\bload(?:s|\\b)[^\\d:\\n-]{0,40}:?[ \\t]{0,20}${NUMBER}`, 'i')
const ALONE = new RegExp(`^\\s*${NUMBER}\\s*$`)
const PROC_LOADAVG = /^\s*(\d{1,9}\.\d\d) \d{1,9}\.\d\d \d{1,9}\.\d\d \d{1,9}\/\d{1,9} \d{1,12}\s*$/

/** The one-minute average, or `null` where there is none. */
export function loadAverage(output: string): number | null {
  const text = output.slice(0, LOOKED_AT)
  const found = (BEHIND_THE_WORD.exec(text) ?? PROC_LOADAVG.exec(text) ?? ALONE.exec(text))?.[1]
  if (found === undefined) return null
  const value = Number(found.replace(',', '.'))
  return value <= GREATEST ? value : null
}
