/** A monitor has run, or a trap has come or is missing: verdicts first, then the pools that follow them, then the people. */
import type { Effect } from '../model/effect.ts'
import type { Event } from '../model/event.ts'
import type { Service } from '../model/model.ts'
import type { ServiceKey } from '../model/names.ts'
import { FAIL, OK } from '../model/opstatus.ts'
import type { HostState, ServiceState, State } from '../model/state.ts'
import { milliseconds, type Now } from '../model/units.ts'
import { checked, type HostChange, judgeHosts, saidBy } from './checked.ts'
import type { Circumstances } from './consult.ts'
import { satisfied } from './depend.ts'
import { type Happening, happened, type Outcome } from './happening.ts'
import { namedSummary, outputOf } from './message.ts'
import { poolsFollowing, recomputePools } from './pools.ts'
import { disabledWatch, intervalInForce } from './readiness.ts'
import { type Decided, record, type Scribe } from './scribe.ts'
import { tell } from './tell.ts'

type Of<K extends Event['kind']> = Extract<Event, { kind: K }>

/** A result of a service that a reload has removed meanwhile changes nothing. */
export function onChecked(state: State, event: Of<'checked'>, write: Scribe, now: Now): Decided {
  const found = serviceOf(state, event.service)
  if (found === null) return { state, effects: [] }
  const { service, about } = found
  // What its monitor waits for was satisfied, or it would not have been started.
  const ready = service.dependencies.monitor === null ? found.state : { ...found.state, dependOk: true }
  const before = withDependency(state, service, ready, now)
  const result = checked(before, service, event.result, event.took, about, now)
  const reason = result.change?.to === 'up' ? 'check-passed' : 'check-failed'
  return concluded(state, { ...found, result, said: saidBy(event.result, about), reason }, write, now)
}

export function onTrapped(state: State, event: Of<'trapped'>, write: Scribe, now: Now): Decided {
  const found = serviceOf(state, event.service)
  if (found === null) return { state, effects: [] }
  const { service, about } = found
  const { status, summary, detail, output, hosts, intended } = event.trap
  const exit = trapExit(status)
  const depends = withDependency(state, service, { ...found.state, lastTrap: now.wall }, now)
  // A trap is an answer in itself: no further one is waited for.
  const judged = judgeHosts(depends, { fall: 1, rise: 1 }, hosts, now)
  const code = Number.parseFloat(status) || 0
  const happening: Happening = { kind: 'trap', exit, code, exitval: status, summary, detail, output }
  const outcome = happened({ ...depends, hosts: judged.hosts }, service, happening, about, now)
  const result = { ...outcome, hostChanges: judged.changes }
  const reason = exit === 0 ? 'trap-passed' : 'trap-failed'
  const decided = concluded(
    state,
    { ...found, result, said: { summary, detail, output }, reason, intended },
    write,
    now,
  )
  return { ...decided, effects: [timer(service.key, 'trapped'), ...decided.effects] }
}

/**
 * mon's program asks whether the text is true as Perl has it: nothing and `0` are success, `00` and words are not.
 * Ranges compare it as a number, by which a word is 0.
 */
function trapExit(status: string): number {
  if (status === '' || status === '0') return 0
  return /^[1-9]\d{0,5}$/.test(status) ? Number(status) : 1
}

export function onTrapTimeout(state: State, event: Of<'trap-timeout'>, write: Scribe, now: Now): Decided {
  const found = serviceOf(state, event.service)
  const limit = found?.service.traptimeout
  if (found === null || limit == null) return { state, effects: [] }
  const summary = 'trap timeout'
  const detail = `trap timeout after ${limit / 1000}s at ${monDate(new Date(now.wall))}\n`
  const output = outputOf(summary, detail)
  const happening: Happening = { kind: 'traptimeout', exit: 1, code: 1, exitval: '1', summary, detail, output }
  const before = withDependency(state, found.service, found.state, now)
  const result = { ...happened(before, found.service, happening, found.about, now), hostChanges: [] }
  return concluded(state, { ...found, result, said: { summary, detail, output }, reason: 'trap-timeout' }, write, now)
}

/**
 * What the last trap said is over. As promised, that is a success like any other; mon only sets the status, so that
 * nobody is told, and an acknowledgement stays for the next outage.
 */
export function onTrapExpired(state: State, event: Of<'trap-expired'>, write: Scribe, now: Now): Decided {
  const found = serviceOf(state, event.service)
  if (found === null) return { state, effects: [] }
  const { index, service, about } = found
  if (about.quirks.trapdurationEndsSilently) {
    const { status, opstatus } = found.state
    const up: ServiceState['status'] = status.kind === 'up' ? status : { kind: 'up', since: now.wall }
    const after: ServiceState = { ...found.state, status: up, lastOpstatus: opstatus, opstatus: OK }
    return { state: { ...state, services: state.services.with(index, after) }, effects: [] }
  }
  if (found.state.status.kind === 'up') return { state, effects: [] }
  const said = { summary: '', detail: '', output: '' }
  const timings = { connect: null, firstByte: null, total: milliseconds(0) }
  const over = found.state.hosts.map(
    ({ host }) => ({ kind: 'up', host, text: 'what the last trap said is over', timings }) as const,
  )
  const judged = judgeHosts(found.state, { fall: 1, rise: 1 }, over, now)
  const happening: Happening = { kind: 'trap', exit: 0, code: 0, exitval: '0', ...said }
  const outcome = happened({ ...found.state, hosts: judged.hosts }, service, happening, about, now)
  const result = { ...outcome, hostChanges: judged.changes }
  return concluded(state, { ...found, result, said, reason: 'trap-expired' }, write, now)
}

export interface Found {
  readonly index: number
  readonly service: Service
  readonly state: ServiceState
  readonly about: Circumstances
}

export function serviceOf(state: State, key: ServiceKey): Found | null {
  const index = state.model.serviceIndex.get(key)
  const service = index === undefined ? undefined : state.model.services[index]
  const before = index === undefined ? undefined : state.services[index]
  if (index === undefined || service === undefined || before === undefined) return null
  return { index, service, state: before, about: circumstances(state, service) }
}

export const circumstances = ({ model, controls }: State, { group }: Service): Circumstances => ({
  quirks: model.settings.quirks,
  stopped: controls.stopped !== null,
  watchDisabled: disabledWatch(controls, group),
})

/** The dependency as it stands before the event changes anything; one that cannot be worked out keeps its last value. */
function withDependency(state: State, service: Service, before: ServiceState, now: Now): ServiceState {
  const { alerts } = service.dependencies
  if (alerts === null || (alerts.alone && state.model.settings.quirks.loneAlertdependSilences)) return before
  const dependOk = satisfied(state, alerts.expression, 'alerts', now) ?? before.dependOk
  return dependOk === before.dependOk ? before : { ...before, dependOk }
}

interface Conclusion extends Found {
  readonly result: Outcome & { readonly hostChanges: readonly HostChange[] }
  readonly said: { readonly summary: string; readonly detail: string; readonly output: string }
  readonly reason: string
  readonly intended?: string | null
}

function concluded(state: State, conclusion: Conclusion, write: Scribe, now: Now): Decided {
  const { index, service, state: before, result, said, reason, intended = null } = conclusion
  const verdicts = recordVerdicts(conclusion, reason, write)
  const judged: State = { ...state, services: state.services.with(index, verdicts.service) }
  const pools = concernsPools(before, verdicts.service)
    ? recomputePools(judged, poolsFollowing(judged.model, service.key), write, now)
    : { state: judged, effects: [] }
  const { told, tellings } = result
  const up = told.opstatus === OK
  const facts = up
    ? { summary: namedSummary(before.summary), detail: before.detail, output: before.lastOutput ?? '' }
    : { summary: told.summary, detail: told.detail, output: said.output }
  const retval = up ? '0' : told.exitval
  const exit = up ? 0 : (told.exit ?? 1)
  const opstatus = told.opstatus
  const about = { service, told, after: verdicts.service, tellings, exit, retval, opstatus, ...facts, intended }
  const telling = tell(pools.state, about, write, now)
  const notes = notesOf(conclusion, verdicts.service, now)
  return { state: telling.state, effects: [...verdicts.effects, ...pools.effects, ...notes, ...telling.effects] }
}

const timer = (service: ServiceKey, what: 'trapped' | 'interval'): Effect => ({ kind: 'timer', service, what })

/** For mon's logs: every failing event, and every end of an outage. */
function notesOf({ service, state: before, result }: Conclusion, after: ServiceState, now: Now): Effect[] {
  const subject = { group: service.group, service: service.name, at: now.wall }
  const effects: Effect[] = []
  if (after.failureCount > before.failureCount)
    effects.push({ kind: 'note', note: { kind: 'failure', ...subject, summary: result.told.summary } })
  else if (before.opstatus === FAIL && after.opstatus === OK) {
    const interval = Math.round((intervalInForce(service, before) ?? 0) / 1000)
    const { firstFailure, summary } = before
    effects.push({ kind: 'note', note: { kind: 'recovered', ...subject, firstFailure, interval, summary } })
  }
  if (before.failureInterval !== after.failureInterval) effects.push(timer(service.key, 'interval'))
  return effects
}

/** Whether a pool could read anything new: another verdict, another reason, or a first run that brought no verdict. */
const concernsPools = (before: ServiceState, after: ServiceState): boolean =>
  after.hosts.some((host, i) => {
    const former = before.hosts[i]
    return host.verdict !== former?.verdict || host.last?.kind !== former?.last?.kind
  })

/** Writes down what changed, and lets the service and its hosts remember the entry as the cause of what follows. */
function recordVerdicts({ service, result, said }: Conclusion, serviceReason: string, write: Scribe) {
  const effects: Effect[] = []
  const hosts: HostState[] = [...result.state.hosts]
  for (const { index, change } of result.hostChanges) {
    const host = hosts[index]
    if (host === undefined) continue
    const text = host.last?.text ?? ''
    const reason = host.last?.code || 'ok'
    const entry = write.entry({ kind: 'host', service: service.key, host: host.host, ...change, reason, text })
    effects.push(record(entry))
    hosts[index] = { ...host, cause: entry.id }
  }
  if (result.change === null) return { service: { ...result.state, hosts }, effects }
  const summary = result.change.to === 'down' ? namedSummary(said.summary) : said.summary
  const change = { ...result.change, reason: serviceReason, summary }
  const entry = write.entry({ kind: 'service', service: service.key, ...change })
  effects.push(record(entry))
  return { service: { ...result.state, hosts, cause: entry.id }, effects }
}

/** As Perl's scalar localtime writes it, in the time zone of the process: `Fri Nov 20 09:31:37 2026`. */
function monDate(date: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0')
  const day = String(date.getDate()).padStart(2)
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  return `${DAYS[date.getDay()]} ${MONTHS[date.getMonth()]} ${day} ${time} ${date.getFullYear()}`
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
