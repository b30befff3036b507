/**
 * The data lines of mon's smaller lists, each without its end. Those of `list opstatus` are in opstatus.ts, those of the
 * histories and the downtime log are the lines of their files; a history's line goes out whole through historyLine.
 * Source: the answers of Debian's mon 1.3.6, and what Mon::Client makes of them.
 */

import { ctimeText, type LocalStamp } from '../../model/local-stamp.ts'
import type { WallTime } from '../../model/units.ts'
import { escaped, escapedForQuotes } from './escape.ts'
import { wholeSeconds } from './seconds.ts'

/** The status line that ends an answer: three digits and a text. */
export const statusLine = (code: number, text: string): string => `${code} ${text}`

/**
 * Three digits and a blank would end the answer, and all later ones would be taken for another's. Only a group that is
 * called so begins like that; its first digit is escaped.
 */
const dataLine = (line: string): string =>
  /^[0-9]{3}[ \t\n\v\f\r]/.test(line) ? `\\3${line[0]}${line.slice(1)}` : line

/** `list alerthist`, `list failurehist`: one line of a history. */
export const historyLine = (line: string): string => escaped(line)

/** `list watch`. */
export const watchLine = (group: string, service: string): string => dataLine(`${group} ${service}`)

/** `list descriptions`. Without a description the line ends in a blank. */
export const descriptionLine = (group: string, service: string, description: string): string =>
  dataLine(`${group} ${service} ${escapedForQuotes(description)}`)

export interface GroupHost {
  readonly host: string
  readonly disabled: boolean
}

/** `list group G`: a disabled host has an asterisk before it. */
export const groupLine = (group: string, hosts: readonly GroupHost[]): string =>
  ['hostgroup', group, ...hosts.map(({ host, disabled }) => (disabled ? `*${host}` : host))].join(' ')

/** `list disabled`: the disabled hosts of a group, of which there is at least one. */
export const disabledHostsLine = (group: string, hosts: readonly string[]): string =>
  `group ${group}: ${hosts.join(' ')}`
export const disabledWatchLine = (group: string): string => `watch ${group}`
export const disabledServiceLine = (group: string, service: string): string => `watch ${group} service ${service}`

/** `list pids`: the daemon itself, before all others, and a running monitor. */
export const serverPidLine = (pid: number): string => `server ${pid}`
export const monitorPidLine = (group: string, service: string, pid: number): string =>
  dataLine(`${group} ${service} ${pid}`)

/** `list state`; `null` while the scheduler runs. */
export const stateLine = (stoppedSince: WallTime | null): string =>
  stoppedSince === null ? 'scheduler running' : `scheduler stopped since ${wholeSeconds(stoppedSince)}`

/** `list views`. */
export const viewsLine = (views: readonly string[]): string => `views ${[...views].sort().join(' ')}`

/** `list deps`: two lines for each service. Components are the names in the expression as mon finds them. */
export function depsLines(group: string, service: string, depend: string): readonly string[] {
  const components = depend.match(/[a-zA-Z0-9_.-]+:[a-zA-Z0-9_.-]+/g) ?? ['NONE']
  const expression = depend === '' ? 'NONE' : escapedForQuotes(depend)
  return [`exp ${group} ${service} '${expression}'`, `cmp ${group} ${service} ${components.join(' ')}`]
}

/** `servertime`. */
export const serverTimeLine = (now: WallTime, local: LocalStamp): string => `${wholeSeconds(now)} ${ctimeText(local)}`

/** `set G S VAR VALUE`: the value as stored, but on one line. */
export const setLine = (group: string, service: string, variable: string, value: string): string =>
  dataLine(`${group} ${service} ${variable}='${value.replace(/[\r\n]/g, ' ')}'`)

/** `get G S VAR`. */
export const getLine = (group: string, service: string, variable: string, value: string): string =>
  dataLine(`${group} ${service} ${variable}='${escapedForQuotes(value)}'`)
