/** A monitor has run, or a trap has come or is missing: verdicts first, then the pools that follow them, then the people. */
import type { Effect } from '../model/effect.ts'
import type { Event } from '../model/event.ts'
import type { Service } from '../model/model.ts'
import type { ServiceKey } from '../model/names.ts'
import { FAIL, OK } from '../model/opstatus.ts'
import type { HostState, ServiceState, State } from '../model/state.ts'
import type { Now } from '../model/units.ts'
import { checked, type HostChange, saidBy } from './checked.ts'
import type { Circumstances } from './consult.ts'
import { satisfied } from './depend.ts'
import type { Outcome } from './happening.ts'
import { wakeForCalm } from './later/calm.ts'
import { wakeForEscalation } from './later/escalate.ts'
import { namedSummary } from './message.ts'
import { poolsFollowing, recomputePools } from './pool/pools.ts'
import { disabledNames, disabledWatch, intervalInForce } from './readiness.ts'
import { type Decided, record, type Scribe } from './scribe.ts'
import { tell } from './tell.ts'

type Of<K extends Event['kind']> = Extract<Event, { kind: K }>

/** A result of a service that a reload has removed meanwhile changes nothing. */
export function onChecked(state: State, event: Of<'checked'>, write: Scribe, now: Now): Decided {
  const found = serviceOf(state, event.service, write)
  if (found === null) return { state, effects: [] }
  const { service, about } = found
  // What its monitor waits for was satisfied, or it would not have been started.
  const ready = service.dependencies.monitor === null ? found.state : { ...found.state, dependOk: true }
  const before = withDependency(state, service, ready, now)
  // One that was disabled while it was being checked keeps what was known of it.
  const off = disabledNames(state.controls, service.group)
  const hosts = off.size === 0 ? event.result.hosts : event.result.hosts.filter(({ host }) => !off.has(host))
  const result = checked(before, service, { ...event.result, hosts }, event.took, about, now)
  const reason = result.change?.to === 'up' ? 'check-passed' : 'check-failed'
  return concluded(state, { ...found, result, said: saidBy(event.result, about), reason }, write, now)
}

export interface Found {
  readonly index: number
  readonly service: Service
  readonly state: ServiceState
  readonly about: Circumstances
}

export function serviceOf(state: State, key: ServiceKey, write: Scribe): Found | null {
  const index = state.model.serviceIndex.get(key)
  const service = index === undefined ? undefined : state.model.services[index]
  const before = index === undefined ? undefined : state.services[index]
  if (index === undefined || service === undefined || before === undefined) return null
  return { index, service, state: before, about: circumstances(state, service, write) }
}

export const circumstances = ({ model, controls }: State, { group }: Service, { event }: Scribe): Circumstances => ({
  quirks: model.settings.quirks,
  stopped: controls.stopped !== null,
  watchDisabled: disabledWatch(controls, group),
  event,
})

/** The dependency as it stands before the event changes anything; one that cannot be worked out keeps its last value. */
export function withDependency(state: State, service: Service, before: ServiceState, now: Now): ServiceState {
  const { alerts } = service.dependencies
  if (alerts === null || (alerts.alone && state.model.settings.quirks.loneAlertdependSilences)) return before
  const dependOk = satisfied(state, alerts.expression, 'alerts', now) ?? before.dependOk
  return dependOk === before.dependOk ? before : { ...before, dependOk }
}

/** What an event made of a service, and the words that go with it. */
export interface Conclusion extends Found {
  readonly result: Outcome & { readonly hostChanges: readonly HostChange[] }
  readonly said: { readonly summary: string; readonly detail: string; readonly output: string }
  readonly reason: string
  readonly intended?: string | null
  /** Nothing is noted for mon's logs. */
  readonly silent?: true
}

/** Verdicts are written down, the pools follow them, and those who are to be told are. */
export function concluded(state: State, conclusion: Conclusion, write: Scribe, now: Now): Decided {
  const { index, service, state: before, result, said, reason, intended = null } = conclusion
  const verdicts = recordVerdicts(conclusion, reason, write)
  const judged: State = { ...state, services: state.services.with(index, verdicts.service) }
  const pools =
    concernsPools(before, verdicts.service) || isFirstResult(state, service.key, before)
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
  const calm = wakeForCalm(service, before, verdicts.service)
  const wakes = [...calm, ...wakeForEscalation(telling.state, service, verdicts.service, now)]
  return {
    state: telling.state,
    effects: [...verdicts.effects, ...pools.effects, ...notes, ...telling.effects, ...wakes],
  }
}

export const timer = (service: ServiceKey, what: 'trapped' | 'interval'): Effect => ({ kind: 'timer', service, what })

/** For mon's logs: every failing event, and every end of an outage. */
function notesOf({ service, state: before, result, silent }: Conclusion, after: ServiceState, now: Now): Effect[] {
  const subject = { group: service.group, service: service.name, at: now.wall }
  const effects: Effect[] = []
  if (intervalInForce(service, before) !== intervalInForce(service, after)) effects.push(timer(service.key, 'interval'))
  if (silent === true) return effects
  if (after.failureCount > before.failureCount)
    effects.push({ kind: 'note', note: { kind: 'failure', ...subject, summary: result.told.summary } })
  else if (before.opstatus === FAIL && after.opstatus === OK) {
    const interval = Math.round((intervalInForce(service, before) ?? 0) / 1000)
    const { firstFailure, summary } = before
    effects.push({ kind: 'note', note: { kind: 'recovered', ...subject, firstFailure, interval, summary } })
  }
  return effects
}

/** Whether a pool could read anything new: another verdict, another reason, or a first run that brought no verdict. */
const concernsPools = (before: ServiceState, after: ServiceState): boolean =>
  after.hosts.some((host, i) => {
    const former = before.hosts[i]
    return host.verdict !== former?.verdict || host.last?.kind !== former?.last?.kind || isReweighed(former, host)
  })

/**
 * Whether a real server that forgets what was known before has waited for this very result (`initial`): it ends the wait,
 * also where it says what is remembered already.
 */
function isFirstResult({ model, pools }: State, key: ServiceKey, { hosts }: ServiceState): boolean {
  const oldest = hosts.reduce((least, { last }) => Math.min(least, last?.at ?? 0), Number.POSITIVE_INFINITY)
  return poolsFollowing(model, key).some((index) =>
    model.virtuals[index]?.reals.some(({ initial }, i) => {
      const begun = pools[index]?.reals[i]?.begun ?? null
      return !initial.remembered && (begun === null || oldest < begun)
    }),
  )
}

const isReweighed = (before: HostState | undefined, { share }: HostState): boolean =>
  before?.share?.kind !== share?.kind || before?.share?.value !== share?.value

/** keepalived.conf "log_all_failures": an attempt that failed and changed nothing is told as well. */
function attempts({ key, fall }: Service, { state, hostChanges }: Conclusion['result'], write: Scribe): Effect[] {
  return state.hosts.flatMap(({ host, last, verdict, against }, i) => {
    if (last?.kind !== 'down' || hostChanges.some(({ index }) => index === i)) return []
    const which = verdict.kind === 'down' ? 'it is down already' : `attempt ${against} of ${fall}`
    const text = `${key} failed on ${host} (${which}): ${last.text}`
    return [record(write.entry({ kind: 'daemon', what: 'attempt-failed', text }))]
  })
}

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
  if (service.logFailures) effects.push(...attempts(service, result, write))
  if (result.change === null) return { service: { ...result.state, hosts }, effects }
  const summary = result.change.to === 'down' ? namedSummary(said.summary) : said.summary
  const change = { ...result.change, reason: serviceReason, summary }
  const entry = write.entry({ kind: 'service', service: service.key, ...change })
  effects.push(record(entry))
  return { service: { ...result.state, hosts, cause: entry.id }, effects }
}
