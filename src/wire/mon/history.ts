/**
 * The alert history, also the file `historicfile`: `TYPE GROUP SERVICE TIME PATH (ARGS) SUMMARY`; and the failure history:
 * `GROUP SERVICE TIME SUMMARY`. Times are epoch seconds. The lists send each line escaped as a whole.
 * Source: mon 1.3.6, what it appends and reads back; Mon::Client's list_alerthist for what a client can read.
 */
import type { WallTime } from '../../model/units.ts'
import { atSecond, readCount, wholeSeconds } from './seconds.ts'

/** The word a line begins with, by the kind of alert. Alerts of `test` leave no trace. */
export const HISTORY_TYPES = [
  ...['alert', 'upalert', 'startupalert', 'ackalert', 'disablealert', 'trapalert', 'traptimeoutalert'],
] as const
export type HistoryType = (typeof HISTORY_TYPES)[number]

export interface AlertHistoryEntry {
  readonly type: HistoryType
  readonly group: string
  readonly service: string
  readonly at: WallTime
  /** The script's full path. */
  readonly path: string
  /** The arguments as configured, not split. Mon::Client cannot read a line whose arguments hold a `)`. */
  readonly args: string
  readonly summary: string
}

export interface FailureHistoryEntry {
  readonly group: string
  readonly service: string
  readonly at: WallTime
  readonly summary: string
}

/** The line without its end. */
export function encodeAlertHistory(entry: AlertHistoryEntry): string {
  const { type, group, service, at, path, args, summary } = entry
  return oneLine(`${type} ${group} ${service} ${wholeSeconds(at)} ${path} (${args}) ${summary}`)
}

const WORD = '([^ \\t\\n\\v\\f\\r]+)'
const BLANKS = '[ \\t\\n\\v\\f\\r]+'
const ALERT = new RegExp(`^${[WORD, WORD, WORD, '([0-9]+)', WORD, '\\('].join(BLANKS)}`)

/** `null` for a line of another form. The arguments end at the first `)` with a blank behind it. */
export function decodeAlertHistory(line: string): AlertHistoryEntry | null {
  const [head, type, group, service, time, path] = ALERT.exec(line) ?? []
  const epoch = readCount(time ?? '')
  if (head === undefined || type === undefined || group === undefined || service === undefined) return null
  if (path === undefined || epoch === null || !isHistoryType(type)) return null
  const close = line.indexOf(') ', head.length)
  if (close < 0) return null
  const args = line.slice(head.length, close)
  return { type, group, service, at: atSecond(epoch), path, args, summary: line.slice(close + 2) }
}

function isHistoryType(word: string): word is HistoryType {
  return HISTORY_TYPES.some((type) => type === word)
}

export interface HistoryLimits {
  /** `historictime` ago; `null` for all. */
  readonly since: WallTime | null
  /** `histlength`: the newest so many. */
  readonly most: number
}

/**
 * What is kept of `historicfile` at a start: its lines, oldest first, without blank ones and comments. The fourth word is
 * the time, whatever else the line has.
 */
export function keptHistory(text: string, { since, most }: HistoryLimits): readonly string[] {
  const kept: string[] = []
  for (const line of text.split('\n')) {
    if (/^[ \t\v\f\r]*(?:#|$)/.test(line)) continue
    const epoch = readCount(line.trimStart().split(/[ \t\v\f\r]+/, 4)[3] ?? '') ?? 0
    if (since === null || epoch >= wholeSeconds(since)) kept.push(line)
  }
  return most > 0 ? kept.slice(-most) : []
}

/** The line without its end, which is also what syslog is told behind `failure for `. */
export function encodeFailureHistory({ group, service, at, summary }: FailureHistoryEntry): string {
  return oneLine(`${group} ${service} ${wholeSeconds(at)} ${summary}`)
}

const FAILURE = new RegExp(`^${[WORD, WORD, '([0-9]+)'].join(BLANKS)}(?: |$)`)

export function decodeFailureHistory(line: string): FailureHistoryEntry | null {
  const [head, group, service, time] = FAILURE.exec(line) ?? []
  const epoch = readCount(time ?? '')
  if (head === undefined || group === undefined || service === undefined || epoch === null) return null
  return { group, service, at: atSecond(epoch), summary: line.slice(head.length) }
}

/** A line end in a name or an argument must not make two lines of one. */
const oneLine = (line: string): string => line.replace(/[\r\n]+/g, ' ')
