/** What `upalert log` prints, and how a moment in the past is written on the command line. */
import type { Entry } from '../model/entry.ts'
import { coloured, type Loudness, timeText } from './columns.ts'

export type LogEntry = Entry & { readonly sentence: string; readonly loudness: Loudness }

export function logLines(entries: readonly LogEntry[], now: number): string[] {
  if (entries.length === 0) return ['Nothing is recorded for this; "upalert status" shows how things stand.']
  return entries.map((entry) => `${timeText(entry.at, now)}  ${coloured(entry.sentence, entry.loudness)}`)
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/**
 * `2h` or `30m` ago, `14:00` today, `2026-11-20`, `2026-11-20 14:00` (local time) or an ISO 8601 instant, as milliseconds
 * since 1970; `null` if it is none of these.
 */
export function parseSince(text: string, now: number): number | null {
  const ago = /^(\d+(?:\.\d+)?)\s*([smhd])$/.exec(text)
  if (ago !== null) return now - Number(ago[1]) * (units[ago[2] ?? 's'] ?? 1) * 1000
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text)
  if (clock !== null) {
    const [hours, minutes, seconds] = [Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0)]
    return hours > 23 || minutes > 59 || seconds > 59 ? null : new Date(now).setHours(hours, minutes, seconds, 0)
  }
  const date = /^(\d{4})-(\d{2})-(\d{2})(?:[ T].*)?$/.exec(text)
  if (date === null || !isDay(Number(date[1]), Number(date[2]), Number(date[3]))) return null
  const local = text.length === 10 ? `${text}T00:00:00` : text.replace(' ', 'T')
  const time = Date.parse(local)
  return Number.isNaN(time) ? null : time
}

/** A date that no calendar has, out of words that have the form of one; `null`: there is none in them. */
export function impossibleDate(text: string): string | null {
  const [whole, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})(?![\d-])/.exec(text) ?? []
  return whole === undefined || isDay(Number(year), Number(month), Number(day)) ? null : whole
}

/** Date.parse takes 31 February for 3 March. */
const isDay = (year: number, month: number, day: number): boolean => {
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}
