/** `service` blocks -> Service: when, how and on which hosts a check runs. Source: mon manual, "Service Definitions". */
import type { Call, HostGroup, Period, Service, Timing } from '../../model/model.ts'
import { type GroupName, host, serviceKey, serviceName } from '../../model/names.ts'
import {
  DEFAULT_FALL,
  DEFAULT_RISE,
  DEFAULT_TIMEOUT,
  GREATEST_IN_A_ROW,
  LEAST_FLAPS,
  LONGEST_FLAP,
  MOST_FLAPS,
  MOST_IN_A_ROW,
  PATIENT_TIMEOUT,
} from '../defaults.ts'
import type { PeriodBlock, ServiceBlock } from '../mon/file.ts'
import { placeOfSlice, type Slice, spanOf } from '../mon/lines.ts'
import { SERVICE_WORDS } from '../mon/words.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { plainWords } from '../text/words.ts'
import { resolveOne } from './alert-lines.ts'
import { readBurst } from './burst.ts'
import { type Naming, resolveMonitor } from './call.ts'
import { readCheckerWords } from './checker-words.ts'
import type { DependencyGraph } from './cycles.ts'
import { readDependencies, type WrittenServices } from './dependencies.ts'
import { resolvePeriod } from './period.ts'
import { readBehavior, readUnackSummary, serviceDefaults } from './service-defaults.ts'
import { readDuration } from './setting-reader.ts'
import { readExcludePeriod } from './settings.ts'
import { type Last, readTimeout, readTiming } from './timing.ts'

/** What a service may refer to. */
export interface Around {
  readonly naming: Naming
  readonly services: WrittenServices
  readonly graph: DependencyGraph
  /** Somebody may send traps to this daemon. */
  readonly hearsTraps: boolean
  /** mon's quirks are wanted: its monitor programs may take long. */
  readonly asMon: boolean
}

/** `null` after a mistake that leaves no service. */
export function resolveService(block: ServiceBlock, group: HostGroup, around: Around, report: Report): Service | null {
  const last: Last = (keyword) => block.statements.findLast((statement) => statement.keyword.text === keyword)?.value
  const timing = readTiming(block, last, report)
  const words = last('monitor')
  const monitor = words === undefined ? null : resolveMonitor(words, around.naming, report)
  reportLacks(block, last, around, report)
  if (monitor?.withHosts === true && group.hosts.length === 0) reportNoHosts(block, group.name, report)
  const periods = resolvePeriods(block, timing, around.naming, report)
  if (periods === null) return null
  const name = serviceName(block.name.text)
  const key = serviceKey(group.name, name)
  const defaults = serviceDefaults(block.defaults)
  const behavior = readWhere(last('dep_behavior'), (value) => readBehavior(value, report)) ?? defaults.behavior
  const lines = { of: key, group: group.name, line: last, behavior }
  return {
    key,
    group: group.name,
    name,
    hosts: group.hosts,
    description: last('description')?.text ?? '',
    timing,
    failureInterval: readDuration(last('failure_interval'), report),
    timeout: readTimeout(last('timeout'), timing, deadlineOf(monitor, around), report),
    ...readCounting(last, report),
    flap: readWhere(last('flap'), (value) => readBurst(value, FLAP, report)),
    ...readCheckerWords(last, report),
    monitor,
    monitorMissing: monitor === null ? (words?.text ?? '') : '',
    allowEmptyGroup: last('allow_empty_group') !== undefined,
    excludeHosts: readExcludeHosts(last('exclude_hosts'), group, report),
    excludePeriod: readExcludePeriod(last('exclude_period'), report),
    dependencies: readDependencies(lines, around.services, around.graph, report),
    depMemory: readDuration(last('dep_memory'), report) ?? defaults.memory,
    unackSummary: readWhere(last('unack_summary'), (value) => readUnackSummary(value, report)) ?? defaults.unackSummary,
    redistribute: readWhere(last('redistribute'), (value) =>
      resolveOne(value, 'redistribute calls one alert, and no receiver', around.naming, report),
    ),
    traptimeout: readDuration(last('traptimeout'), report),
    trapduration: readDuration(last('trapduration'), report),
    environment: Object.fromEntries(block.variables.map(({ keyword, value }) => [keyword.text, value.text])),
    periods,
    place: placeOfSlice(block.name),
  }
}

/** Changes of its status, the first of which is told. */
const FLAP = {
  ...{ word: 'flap', code: 'flap', what: 'changes', example: '5 30m' },
  ...{ least: LEAST_FLAPS, most: MOST_FLAPS, longest: LONGEST_FLAP },
}

const readWhere = <Value>(value: Slice | undefined, read: (value: Slice) => Value | null): Value | null =>
  value === undefined ? null : read(value)

const deadlineOf = (monitor: Call | null, { asMon }: Around) =>
  asMon && monitor?.module === 'script' ? PATIENT_TIMEOUT : DEFAULT_TIMEOUT

/** A service that is neither checked nor can hear of its hosts; one that only receives traps needs no monitor. */
function reportLacks(block: ServiceBlock, last: Last, around: Around, report: Report): void {
  // Where a keyword is not known, it may be the one that is missing.
  if (!block.statements.every(({ keyword }) => SERVICE_WORDS.has(keyword.text))) return
  const checked = last('monitor') !== undefined
  const timed = (last('interval') ?? last('cron')) !== undefined
  const trapped = (last('traptimeout') ?? last('trapduration')) !== undefined
  if (checked && !timed) reportNoInterval(block, trapped, report)
  else if (timed && !checked) reportNoMonitor(block, report)
  else if (!checked && !around.hearsTraps) reportUnreachable(block, report)
}

function reportNoInterval(block: ServiceBlock, trapped: boolean, report: Report): void {
  const hint = 'write interval 1m below it, or cron "*/5 * * * *"'
  if (trapped) {
    const message = `${quoted(block.name.text)} has no interval: its monitor never runs, and only traps are heard`
    report.warning('monitor-unused', spanOf(block.name), message, `${hint}, or remove the monitor`)
    return
  }
  const message = `${quoted(block.name.text)} has no interval: its monitor would never run`
  report.error('no-interval', spanOf(block.name), message, hint)
}

function reportNoMonitor(block: ServiceBlock, report: Report): void {
  const message = `${quoted(block.name.text)} has no monitor: nothing would ever be checked`
  report.error('no-monitor', spanOf(block.name), message, 'write monitor http, monitor tcp -p 25 … below it')
}

function reportUnreachable(block: ServiceBlock, report: Report): void {
  const message = `${quoted(block.name.text)} has no monitor, and without authfile nobody may send traps for it`
  const hint = 'write monitor and interval below it, or authfile = … with a trap section'
  report.warning('never-heard', spanOf(block.name), message, hint)
}

function reportNoHosts(block: ServiceBlock, group: GroupName, report: Report): void {
  const message = `${quoted(block.name.text)} never runs: hostgroup ${quoted(group)} has no hosts`
  const hint = 'name hosts, or end the monitor line in ;; to run without any'
  report.warning('no-hosts', spanOf(block.name), message, hint)
}

function readExcludeHosts(value: Slice | undefined, group: HostGroup, report: Report): Service['excludeHosts'] {
  if (value === undefined) return []
  const hosts = new Set<string>(group.hosts)
  const words = plainWords(value)
  const strange = words.find(({ text }) => !hosts.has(text))
  if (strange !== undefined) {
    const nearest = report.nearest(strange.text, hosts)
    const hint = nearest === null ? 'write it as the hostgroup does' : `did you mean ${nearest}?`
    const message = `${quoted(strange.text)} is not a host of ${quoted(group.name)}`
    report.warning('exclude-unknown', spanOf(strange), message, hint)
  }
  return words.map(({ text }) => host(text))
}

/** When a run of results counts: fall, rise, first_fall, and how soon a failure is looked into. */
function readCounting(last: Last, report: Report): Pick<Service, 'fall' | 'rise' | 'firstFall' | 'retryInterval'> {
  const read = (word: CountWord) => readInARow(last(word), word, report)
  const [fall, rise, firstFall] = [read('fall') ?? DEFAULT_FALL, read('rise') ?? DEFAULT_RISE, read('first_fall')]
  const retry = last('retry_interval')
  const retryInterval = readDuration(retry, report, { zero: true })
  if (retry !== undefined && fall === 1 && (firstFall ?? 1) === 1) {
    const message = 'one failure is enough here, so none is ever looked into after retry_interval'
    report.warning('retry-interval', spanOf(retry), message, 'write fall 3 beside it, or leave it out')
  }
  return { fall, rise, firstFall, retryInterval }
}

type CountWord = 'fall' | 'rise' | 'first_fall'

function readInARow(value: Slice | undefined, word: CountWord, report: Report): number | null {
  if (value === undefined) return null
  const count = /^\d{1,10}$/.test(value.text) ? Number(value.text) : 0
  const hint = `write ${word} N, from 1 to ${MOST_IN_A_ROW}`
  if (count > MOST_IN_A_ROW && count <= GREATEST_IN_A_ROW) {
    report.warning('in-a-row', spanOf(value), `${count} results in a row are more than anybody waits for`, hint)
  }
  if (count >= 1 && count <= GREATEST_IN_A_ROW) return count
  report.error('in-a-row', spanOf(value), `${quoted(value.text)} is not a number of results in a row`, hint)
  return null
}

function resolvePeriods(block: ServiceBlock, timing: Timing | null, naming: Naming, report: Report): Period[] | null {
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
