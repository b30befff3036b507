/** `service` blocks -> Service: when, how and on which hosts a check runs. Source: mon manual, "Service Definitions". */
import type { HostGroup, Period, Service, Timing } from '../../model/model.ts'
import { type GroupName, serviceKey, serviceName } from '../../model/names.ts'
import type { Milliseconds } from '../../model/units.ts'
import { DEFAULT_FALL, DEFAULT_RISE, DEFAULT_TIMEOUT, MOST_IN_A_ROW } from '../defaults.ts'
import type { PeriodBlock, ServiceBlock } from '../mon/file.ts'
import { placeOfSlice, type Slice, slice, spanOf } from '../mon/lines.ts'
import { SERVICE_WORDS, standingOf } from '../mon/words.ts'
import { cronExpression, cronFault } from '../text/cron.ts'
import { durationText } from '../text/duration.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { splitWords } from '../text/words.ts'
import { type Naming, resolveMonitor } from './call.ts'
import { resolvePeriod } from './period.ts'
import { readDuration } from './settings.ts'

/**
 * `whole` below: every keyword is known, so that one which is missing really is.
 * `null` after a mistake, or for a service that only receives traps and waits for their support.
 */
export function resolveService(block: ServiceBlock, group: HostGroup, naming: Naming, report: Report): Service | null {
  const last = (keyword: string) => block.statements.findLast((statement) => statement.keyword.text === keyword)?.value
  const monitorWords = last('monitor')
  const whole = block.statements.every(({ keyword }) => standingOf(SERVICE_WORDS, keyword.text) !== undefined)
  const onlyTraps = monitorWords === undefined && last('traptimeout') !== undefined
  const timing = onlyTraps ? null : readTiming(block, last, whole, report)
  const monitor = monitorWords === undefined ? null : resolveMonitor(monitorWords, naming, report)
  if (monitorWords === undefined && !onlyTraps && whole) reportNoMonitor(block, report)
  if (monitor?.withHosts === true && group.hosts.length === 0) reportNoHosts(block, group.name, report)
  const periods = resolvePeriods(block, timing ?? NO_TIMING, naming, report)
  const timeout = readTimeout(last('timeout'), timing, report)
  const fall = readInARow(last('fall'), 'fall', DEFAULT_FALL, report)
  const rise = readInARow(last('rise'), 'rise', DEFAULT_RISE, report)
  if (timing === null || monitor === null || periods === null) return null
  const name = serviceName(block.name.text)
  return {
    key: serviceKey(group.name, name),
    group: group.name,
    name,
    hosts: group.hosts,
    description: last('description')?.text ?? '',
    timing,
    timeout,
    fall,
    rise,
    monitor,
    environment: Object.fromEntries(block.variables.map(({ keyword, value }) => [keyword.text, value.text])),
    periods,
    place: placeOfSlice(block.name),
  }
}

/** Stands in where the timing is wrong already: no window is judged by it. */
const NO_TIMING: Timing = { kind: 'cron', expression: '' }

type Last = (keyword: string) => Slice | undefined

function readTiming(block: ServiceBlock, last: Last, whole: boolean, report: Report): Timing | null {
  const interval = last('interval')
  const cron = last('cron')
  if (cron === undefined && interval === undefined) {
    if (whole) reportNoInterval(block, report)
    return null
  }
  if (cron === undefined) return readInterval(interval, last('randskew'), report)
  if (interval !== undefined) {
    const message = `${quoted(block.name.text)} has an interval and a cron schedule`
    report.error('cron-and-interval', spanOf(cron), message, 'keep one of them')
  }
  return readCron(cron, report)
}

function reportNoInterval(block: ServiceBlock, report: Report): void {
  const message = `${quoted(block.name.text)} has no interval: mon would silently never run it`
  report.error('no-interval', spanOf(block.name), message, 'write interval 1m below it, or cron "*/5 * * * *"')
}

function readInterval(value: Slice | undefined, randskew: Slice | undefined, report: Report): Timing | null {
  const interval = readDuration(value, report)
  const skew = readDuration(randskew, report)
  return interval === null ? null : { kind: 'every', interval, randskew: skew }
}

function readCron(value: Slice, report: Report): Timing | null {
  const split = splitWords(value)
  const text = split.words.length === 1 ? (split.words[0]?.text ?? '') : value.text
  if (split.kind === 'unbalanced') {
    report.error(
      'quote',
      spanOf(split.quote),
      'this quotation never closes',
      'write the same sign behind the last field',
    )
    return null
  }
  const fault = cronFault(text)
  if (fault === null) return { kind: 'cron', expression: cronExpression(text) }
  const at = value.from + Math.max(0, value.text.indexOf(text))
  const part = slice(value.line, Math.min(at + fault.from, value.to), Math.min(at + fault.to, value.to))
  report.error('cron', spanOf(part), fault.message, fault.hint)
  return null
}

function readTimeout(value: Slice | undefined, timing: Timing | null, report: Report): Milliseconds {
  const timeout = readDuration(value, report)
  if (timeout === null || value === undefined) return DEFAULT_TIMEOUT
  if (timing?.kind === 'every' && timeout > timing.interval) {
    const message = `a check may take ${value.text}, longer than its interval of ${durationText(timing.interval)}`
    const hint = 'turns that come due meanwhile are left out; a shorter timeout finds failures sooner'
    report.warning('timeout-interval', spanOf(value), message, hint)
  }
  return timeout
}

function readInARow(value: Slice | undefined, word: 'fall' | 'rise', fallback: number, report: Report): number {
  if (value === undefined) return fallback
  const count = /^\d{1,4}$/.test(value.text) ? Number(value.text) : 0
  if (count >= 1 && count <= MOST_IN_A_ROW) return count
  const hint = `write ${word} N, from 1 to ${MOST_IN_A_ROW}`
  report.error('in-a-row', spanOf(value), `${quoted(value.text)} is not a number of results in a row`, hint)
  return fallback
}

function resolvePeriods(block: ServiceBlock, timing: Timing, naming: Naming, report: Report): Period[] | null {
  const seen = new Map<string, PeriodBlock>()
  const periods: (Period | null)[] = []
  for (const period of block.periods) {
    const label = (period.label ?? period.expression).text
    const before = seen.get(label)
    if (before !== undefined) reportAgain(period, before, report)
    seen.set(label, period)
    periods.push(resolvePeriod(period, timing, naming, report))
  }
  const resolved = periods.filter((period) => period !== null)
  return resolved.length === periods.length ? resolved : null
}

function reportAgain(period: PeriodBlock, before: PeriodBlock, report: Report): void {
  const { file, line } = placeOfSlice(before.keyword)
  const label = (period.label ?? period.expression).text
  const named = label === '' ? 'without a label' : quoted(label)
  const message = `this service has a period ${named} already, in ${file} line ${line}`
  const hint = 'give each a label of its own: period NIGHTS: hr {22-6}'
  report.error('period-again', spanOf(period.label ?? period.keyword), message, hint)
}

function reportNoMonitor(block: ServiceBlock, report: Report): void {
  const message = `${quoted(block.name.text)} has no monitor: nothing would ever be checked`
  report.error('no-monitor', spanOf(block.name), message, 'write monitor http, monitor tcp -p 25 … below it')
}

function reportNoHosts(block: ServiceBlock, group: GroupName, report: Report): void {
  const message = `${quoted(block.name.text)} never runs: hostgroup ${quoted(group)} has no hosts`
  report.warning(
    'no-hosts',
    spanOf(block.name),
    message,
    'name hosts, or end the monitor line in ;; to run without any',
  )
}
