/** State -> what people and programs may see of it: plain data, the same for the command line, JSON and pages. */

import { zonedText } from '../model/calendar/stamp.ts'
import { durationText } from '../model/duration.ts'
import type { Entry, PoolStanding, RealStanding, Verdict } from '../model/entry.ts'
import type { Place, Real, Service, Virtual } from '../model/model.ts'
import type { ServiceKey } from '../model/names.ts'
import { calledName } from '../model/receiver.ts'
import type { PerformanceDatum, Timings } from '../model/result.ts'
import type { Controls, Disabled, HostState, PoolState, RealState, ServiceState, State } from '../model/state.ts'
import { endpointText, serviceText } from '../model/table.ts'
import { type Milliseconds, type Now, since, type WallTime } from '../model/units.ts'
import { type AckView, ackView } from './ack-view.ts'
import { type DecisionView, decisionViews, leftOf } from './decisions.ts'
import { decisionOn, decisionText } from './pool/override.ts'
import { poolText } from './pool/words.ts'
import { disabledHosts, disabledWatch } from './readiness.ts'
import { sentence } from './words.ts'

export interface HostView {
  readonly host: string
  readonly verdict: Verdict
  readonly since: WallTime | null
  readonly for: Milliseconds | null
  /** What the last probe said. */
  readonly last: {
    readonly kind: string
    readonly code: string
    readonly text: string
    readonly ago: Milliseconds
    readonly timings: Timings
  } | null
  /** What would change the verdict: "is down after 2 more failing checks". */
  readonly next: string
  /** By whom it is left out of checks, and why. */
  readonly disabled: string | null
}

export interface ServiceView {
  readonly service: string
  readonly description: string
  readonly verdict: Verdict
  readonly since: WallTime | null
  readonly for: Milliseconds | null
  readonly failures: number
  readonly summary: string
  /** Why it is not up; empty if it is. */
  readonly why: string
  readonly checkedAgo: Milliseconds | null
  readonly took: Milliseconds | null
  /** An alert of this outage that reached nobody. */
  readonly untold: string | null
  readonly ack: string | null
  /** The same in its parts, and when it ends. */
  readonly acknowledged: AckView | null
  readonly disabled: string | null
  /** The time of maintenance that it is in, and until when. */
  readonly maintenance: string | null
  /** That its changes are not told one by one, and since when. */
  readonly flapping: string | null
  /** Who was told of this outage, and will hear of its end. */
  readonly told: readonly string[]
  /** Why a check that is due does not start. */
  readonly held: string | null
  readonly warnings: readonly string[]
  /** Figures of the last run, as the plugin named them. */
  readonly performance: readonly PerformanceDatum[]
  readonly hosts: readonly HostView[]
  readonly monitor: string
  readonly place: Place
}

export interface RealView {
  readonly real: string
  readonly standing: RealStanding
  readonly weight: number
  readonly configuredWeight: number
  readonly reason: string
  readonly text: string
  readonly role: 'primary' | 'backup'
  /** What an operator decided about it, and until when (`null`: until somebody ends it). */
  readonly decision: { readonly text: string; readonly left: Milliseconds | null } | null
  /** Connections that a drain waits for; `null`: it is not drained, or they have not been counted yet. */
  readonly draining: { readonly active: number | null; readonly persistent: number | null } | null
  readonly for: Milliseconds | null
  readonly place: Place
}

export interface VirtualView {
  readonly virtual: string
  readonly address: string
  readonly scheduler: string
  readonly standing: PoolStanding
  readonly text: string
  readonly reals: readonly RealView[]
  readonly place: Place
}

export interface WaitingView {
  readonly delivery: string
  readonly service: string
  readonly call: string
  readonly attempts: number
  readonly in: Milliseconds
  readonly lastText: string
}

export interface StatusView {
  readonly at: WallTime
  /** Since when the scheduler is stopped. */
  readonly stopped: WallTime | null
  readonly services: readonly ServiceView[]
  readonly virtuals: readonly VirtualView[]
  readonly decisions: readonly DecisionView[]
  /** Names in the maintenance directory. */
  readonly maintenance: readonly string[]
  readonly outbox: readonly WaitingView[]
}

export function statusView(state: State, now: Now): StatusView {
  const services = state.model.services.flatMap((service, i) => {
    const its = state.services[i]
    return its === undefined ? [] : [serviceView(service, its, state.controls, now)]
  })
  const virtuals = state.model.virtuals.flatMap((virtual, i) => {
    const pool = state.pools[i]
    return pool === undefined ? [] : [virtualView(virtual, pool, state.controls, now)]
  })
  const outbox = state.outbox.map(({ id, message, call, attempts, notBefore, lastText }) => ({
    delivery: id,
    service: message.key,
    call: call.text,
    attempts,
    in: Math.max(0, notBefore - now.wall) as Milliseconds,
    lastText,
  }))
  const { stopped, maintenance } = state.controls
  const decisions = decisionViews(state, now)
  return { at: now.wall, stopped, services, virtuals, decisions, maintenance, outbox }
}

function serviceView(service: Service, state: ServiceState, controls: Controls, now: Now): ServiceView {
  const { status } = state
  const off = disabledHosts(controls, service.group)
  const watch = disabledWatch(controls, service.group)
  const hosts = state.hosts.map((host) => {
    const disabled = off.find((one) => one.host === host.host) ?? null
    return { ...hostView(host, service, now), disabled: switchedOff(disabled) }
  })
  return {
    service: service.key,
    description: service.description,
    verdict: status.kind,
    since: status.kind === 'untested' ? null : status.since,
    for: status.kind === 'untested' ? null : since(status.since, now),
    failures: state.consecutive,
    summary: state.summary,
    why: whyNotUp(state, service),
    checkedAgo: state.lastCheck === null ? null : since(state.lastCheck, now),
    took: state.lastDuration,
    untold: state.untold,
    ack: state.ack === null ? null : `${state.ack.who || 'somebody'}: ${state.ack.comment || 'no comment'}`,
    acknowledged: ackView(state, service, now),
    disabled: switchedOff(state.disabled) ?? (watch === null ? null : `watch ${service.group}, ${switchedOff(watch)}`),
    maintenance: maintenanceText(state),
    flapping: flappingText(state, now),
    told: state.announced.map(calledName),
    held: state.held,
    warnings: state.warnings,
    performance: state.performance,
    hosts,
    monitor: service.monitor?.text ?? service.monitorMissing,
    place: service.place,
  }
}

function maintenanceText({ maintenance }: ServiceState): string | null {
  if (maintenance === null) return null
  const { window, until, reason } = maintenance
  return `"${window}" until ${zonedText(until)}${reason === '' ? '' : `: ${reason}`}`
}

const flappingText = ({ flapping }: ServiceState, now: Now): string | null =>
  flapping.since === null ? null : `${flapping.count} changes in ${durationText(since(flapping.since, now))}`

function whyNotUp(state: ServiceState, service: Service): string {
  if (state.status.kind === 'up') return ''
  if (state.status.kind === 'untested') return whyUntested(state, service)
  const failing = state.hosts.flatMap(({ host, verdict }) =>
    verdict.kind === 'down' ? [`${host} ${verdict.text}`] : [],
  )
  if (failing.length > 0) return failing.join('; ')
  // What the monitor said is what people look for; without a word of it, why nothing was learned of the hosts.
  const unclear = state.hosts.find(({ last }) => last?.kind === 'unknown')
  if (unclear?.last == null || (state.summary.trim() !== '' && unclear.last.code === 'names-no-host'))
    return state.summary
  return `${unclear.host} ${unclear.last.text}`
}

function whyUntested({ held }: ServiceState, { monitor, monitorMissing, timing, traptimeout }: Service): string {
  if (monitorMissing !== '') return `is never checked: there is no monitor "${monitorMissing}"`
  if (monitor === null) return traptimeout === null ? 'waits for a trap' : 'waits for its first trap'
  if (timing === null) return 'is never checked: it has no interval'
  return held === null ? 'has not been checked yet' : `has not been checked yet: ${held}`
}

const switchedOff = (disabled: Disabled | null): string | null =>
  disabled === null ? null : `${disabled.who || 'somebody'}: ${disabled.reason || 'no reason given'}`

function hostView(state: HostState, rule: Service, now: Now): Omit<HostView, 'disabled'> {
  const { verdict, last } = state
  return {
    host: state.host,
    verdict: verdict.kind,
    since: verdict.kind === 'untested' ? null : verdict.since,
    for: verdict.kind === 'untested' ? null : since(verdict.since, now),
    last:
      last === null
        ? null
        : { kind: last.kind, code: last.code, text: last.text, ago: since(last.at, now), timings: last.timings },
    next: nextText(state, rule),
  }
}

function nextText({ verdict, against }: HostState, { fall, rise }: Service): string {
  const more = (needed: number): string => {
    const left = needed - against
    return `${left} ${against > 0 ? 'more ' : ''}`
  }
  switch (verdict.kind) {
    case 'untested':
      return `is up after one passing check, down after ${more(fall)}failing ${fall - against === 1 ? 'check' : 'checks in a row'}`
    case 'up':
      return `is down after ${more(fall)}failing ${fall - against === 1 ? 'check' : 'checks in a row'}`
    case 'down':
      return `is up again after ${more(rise)}passing ${rise - against === 1 ? 'check' : 'checks in a row'}`
  }
}

function virtualView(virtual: Virtual, pool: PoolState, controls: Controls, now: Now): VirtualView {
  return {
    virtual: virtual.name,
    address: virtual.services.map(serviceText).join(', '),
    scheduler: virtual.settings.scheduler,
    standing: pool.standing,
    text: poolText(pool, virtual),
    reals: virtual.reals.flatMap((real, i) => {
      const state = pool.reals[i]
      return state === undefined ? [] : [realView(virtual, real, state, controls, now)]
    }),
    place: virtual.place,
  }
}

function realView(virtual: Virtual, real: Real, state: RealState, controls: Controls, now: Now): RealView {
  const decision = decisionOn(controls, virtual, real)
  return {
    real: endpointText(real.id),
    standing: state.standing,
    weight: state.weight,
    configuredWeight: real.weight,
    reason: state.reason,
    text: state.text,
    role: real.role,
    decision: decision === null ? null : { text: decisionText(decision), left: leftOf(decision, now) },
    draining: state.drain === null || state.drain.over ? null : state.drain,
    for: state.since === null ? null : since(state.since, now),
    place: real.place,
  }
}

export interface WhyView {
  readonly subject: string
  readonly services: readonly (ServiceView & { readonly hosts: readonly HostView[] })[]
  readonly reals: readonly (RealView & { readonly virtual: string; readonly pool: string })[]
  readonly virtuals: readonly VirtualView[]
  /** What led here, oldest first. */
  readonly history: readonly {
    readonly at: WallTime
    readonly id: string
    readonly cause: string | null
    readonly text: string
  }[]
}

/**
 * Everything there is to say of a host, a real server (address, or address and port), a service (`group/service`) or a
 * virtual server. `null`: there is nothing of that name.
 */
export function whyView(state: State, subject: string, entries: readonly Entry[], now: Now): WhyView | null {
  const status = statusView(state, now)
  const services = status.services.flatMap((service) => {
    if (service.service === subject) return [service]
    const hosts = service.hosts.filter(({ host }) => host === subject || host === withoutPort(subject))
    return hosts.length === 0 ? [] : [{ ...service, hosts }]
  })
  const virtuals = status.virtuals.filter(({ virtual, address }) =>
    [virtual, ...addressForms(address)].includes(subject),
  )
  const reals = status.virtuals.flatMap((virtual) =>
    virtual.reals
      .filter(({ real }) => real === subject || withoutPort(real) === subject)
      .map((real) => ({ ...real, virtual: virtual.virtual, pool: virtual.text })),
  )
  if (services.length + virtuals.length + reals.length === 0) return null
  const about = (entry: Entry): boolean => isAbout(entry, subject)
  const history = entries
    .filter(about)
    .map((entry) => ({ at: entry.at, id: entry.id, cause: entry.cause, text: sentence(entry) }))
  return { subject, services, virtuals, reals, history: history.slice(-historyShown) }
}

/** Entries that `why` shows: enough for the last outage or two. */
const historyShown = 20

function isAbout(entry: Entry, subject: string): boolean {
  switch (entry.kind) {
    case 'service':
    case 'alert':
    case 'quiet':
    case 'held':
    case 'delivery':
    case 'maintenance':
      return entry.service === subject || entry.service === `virtual ${subject}` || isOfPool(entry.service, subject)
    case 'host':
      return entry.host === subject || entry.service === subject || entry.host === withoutPort(subject)
    case 'real':
      return entry.real === subject || withoutPort(entry.real) === subject || entry.virtual === subject
    case 'pool':
      return entry.virtual === subject
    case 'ipvs':
      return entry.virtual === subject || entry.change.includes(subject)
    case 'command':
      return entry.command.endsWith(subject)
    case 'batch':
    case 'gap':
    case 'configuration':
    case 'daemon':
      return false
  }
}

/** News of a pool have the key `virtual NAME/SUBJECT`: the virtual server and the real server may both be asked about. */
function isOfPool(key: ServiceKey, subject: string): boolean {
  if (!key.startsWith('virtual ')) return false
  const [name, about] = [key.slice('virtual '.length, key.lastIndexOf('/')), key.slice(key.lastIndexOf('/') + 1)]
  return name === subject || about === subject || withoutPort(about) === subject
}

/** `10.1.1.2:8080` and `[2001:db8::1]:80` without their port; anything else as it is. */
function withoutPort(text: string): string {
  const found = /^\[(.+)\]:\d+$/.exec(text) ?? /^([^:]+):\d+$/.exec(text)
  return found?.[1] ?? text
}

/** `tcp 192.0.2.80:80`, `192.0.2.80:80` and `192.0.2.80` all mean that virtual server. */
function addressForms(address: string): string[] {
  const end = address.replace(/^(tcp|udp|sctp) /, '')
  return [address, end, withoutPort(end)]
}

/** Names one may ask about, for "did you mean". */
export function subjects(state: State): string[] {
  const services = state.model.services.flatMap((service) => [service.key, ...service.hosts])
  const pools = state.model.virtuals.flatMap((virtual) => [
    virtual.name,
    ...virtual.reals.map((real) => endpointText(real.id)),
  ])
  return [...new Set([...services, ...pools])]
}
