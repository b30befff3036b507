/**
 * The line of `list opstatus`, `list failures`, `list successes` and `list warnings`: `name=value` pairs between single
 * spaces, values escaped but not quoted. decodeOpstatus reads it the way Mon::Client does.
 * Unlike mon, a percent sign in a text damages nothing, and group and service are escaped as well.
 * Source: mon's "list opstatus" and Mon::Client (list_opstatus), of Debian’s mon 1.3.6.
 */
import type { Opstatus } from '../../model/opstatus.ts'
import type { Milliseconds, WallTime } from '../../model/units.ts'
import { escaped, escapedForQuotes, unescaped } from './escape.ts'
import { secondsLeft, wholeSeconds } from './seconds.ts'

export interface OpstatusFields {
  readonly group: string
  readonly service: string
  readonly opstatus: Opstatus
  readonly lastOpstatus: Opstatus
  /** Exit status of the last event, or a trap's `sta` as received; `null` before the first event. */
  readonly exitval: string | null
  /** Until the monitor's next start, at least 0; 0 while it runs and for a service without one. */
  readonly timer: Milliseconds
  /** `null` if never. */
  readonly lastSuccess: WallTime | null
  readonly lastTrap: WallTime | null
  /** Start of the last monitor run. `null` also for a service that only has traps: mon.cgi tells those by it. */
  readonly lastCheck: WallTime | null
  readonly ack: Acknowledged | null
  /** Sum over the periods that count. */
  readonly alertsSent: number
  /** Result of the last evaluation of the dependency; `null` before. */
  readonly depstatus: boolean | null
  /** Expressions as configured, empty without. */
  readonly depend: string
  readonly hostdepend: string
  readonly monitordepend: string
  readonly alertdepend: string
  /** Command line as configured, empty without. */
  readonly monitor: string
  readonly lastSummary: string
  readonly lastDetail: string
  /** Time of the last failing event; `null` while up. */
  readonly lastFailure: WallTime | null
  /** `null` for a service without an interval. */
  readonly run: Run | null
  /** As configured, empty without. */
  readonly excludePeriod: string
  readonly excludeHosts: readonly string[]
  /** `null` without. */
  readonly randskew: Milliseconds | null
  /** The newest of all periods; `null` if none. */
  readonly lastAlert: WallTime | null
  /** `null` while up. */
  readonly outage: Outage | null
}

interface Acknowledged {
  readonly at: WallTime
  /** `USER: TEXT` as mon stores it. */
  readonly comment: string
}

interface Run {
  readonly interval: Milliseconds
  /** How long the last run took; `null` before the first has ended. */
  readonly monitorDuration: Milliseconds | null
  readonly monitorRunning: boolean
}

interface Outage {
  readonly firstFailure: WallTime
  readonly failureDuration: Milliseconds
}

type Pair = readonly [name: string, value: string | number]

/** The line without its end. */
export function encodeOpstatus(of: OpstatusFields): string {
  return pairs(of)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}

function pairs(of: OpstatusFields): readonly Pair[] {
  return [
    ['group', escaped(of.group)],
    ['service', escaped(of.service)],
    ['opstatus', of.opstatus],
    ['last_opstatus', of.lastOpstatus],
    ['exitval', of.exitval === null ? 'undef' : escaped(of.exitval)],
    ['timer', Math.max(0, secondsLeft(of.timer))],
    ['last_success', timeOr(of.lastSuccess, 0)],
    ['last_trap', timeOr(of.lastTrap, 0)],
    ['last_traphost', ''],
    ['last_check', timeOr(of.lastCheck, '')],
    ['ack', timeOr(of.ack?.at ?? null, 0)],
    ['ackcomment', escapedForQuotes(of.ack?.comment ?? '')],
    ['alerts_sent', of.alertsSent],
    ['depstatus', of.depstatus === null ? '' : Number(of.depstatus)],
    ['depend', escapedForQuotes(of.depend)],
    ['hostdepend', escapedForQuotes(of.hostdepend)],
    ['monitordepend', escapedForQuotes(of.monitordepend)],
    ['alertdepend', escapedForQuotes(of.alertdepend)],
    ['monitor', escapedForQuotes(of.monitor)],
    ['last_summary', escapedForQuotes(of.lastSummary)],
    ['last_detail', escapedForQuotes(of.lastDetail)],
    ...optionalPairs(of),
  ]
}

/** Those that stand in the line only where they say something. */
function optionalPairs(of: OpstatusFields): readonly Pair[] {
  const found: Pair[] = []
  if (of.lastFailure !== null) found.push(['last_failure', wholeSeconds(of.lastFailure)])
  if (of.run !== null) {
    const { interval, monitorDuration, monitorRunning } = of.run
    found.push(['interval', wholeSeconds(interval)])
    found.push(['monitor_duration', monitorDuration === null ? -1 : wholeSeconds(monitorDuration)])
    found.push(['monitor_running', Number(monitorRunning)])
  }
  if (of.excludePeriod !== '') found.push(['exclude_period', escaped(of.excludePeriod)])
  if (of.excludeHosts.length > 0) found.push(['exclude_hosts', escaped(of.excludeHosts.join(' '))])
  if (of.randskew !== null) found.push(['randskew', wholeSeconds(of.randskew)])
  if (of.lastAlert !== null) found.push(['last_alert', wholeSeconds(of.lastAlert)])
  if (of.outage !== null) {
    found.push(['first_failure', wholeSeconds(of.outage.firstFailure)])
    found.push(['failure_duration', wholeSeconds(of.outage.failureDuration)])
  }
  return found
}

const timeOr = (at: WallTime | null, never: 0 | ''): number | '' => (at === null ? never : wholeSeconds(at))

/**
 * The pairs as Mon::Client has them: a name up to `=`, then `'…'`, or a run of non-blanks, or nothing; unescaped. Order
 * means nothing, unknown names are kept, of a name that comes twice the last counts. Any text is an answer.
 */
export function decodeOpstatus(line: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const nonBlanks = /[^ \t\n\v\f\r]*/y
  let at = behindBlanks(line, 0)
  for (let equals = line.indexOf('=', at); equals > at; equals = line.indexOf('=', at)) {
    const name = line.slice(at, equals)
    const quoteEnd = line[equals + 1] === "'" ? line.indexOf("'", equals + 2) : -1
    nonBlanks.lastIndex = equals + 1
    const bare = quoteEnd < 0 ? (nonBlanks.exec(line)?.[0] ?? '') : ''
    found.set(name, unescaped(quoteEnd < 0 ? bare : line.slice(equals + 2, quoteEnd)))
    at = behindBlanks(line, quoteEnd < 0 ? equals + 1 + bare.length : quoteEnd + 1)
  }
  return found
}

function behindBlanks(line: string, from: number): number {
  const blanks = /[ \t\n\v\f\r]*/y
  blanks.lastIndex = from
  blanks.test(line)
  return blanks.lastIndex
}
