/**
 * The state a daemon begins with, and what a new configuration makes of the state there is: whatever is still named
 * keeps its verdict, counters, acknowledgement and clocks; what is new begins untested; what is gone is forgotten.
 */
import type { Model, Period, Service, Virtual } from '../model/model.ts'
import type { Host } from '../model/names.ts'
import { FAIL, OK, UNTESTED } from '../model/opstatus.ts'
import type { Quirks } from '../model/quirks.ts'
import {
  CALM,
  type Controls,
  type DisabledHost,
  type HostState,
  type PeriodState,
  type PoolState,
  QUIET_NOISE,
  type RealState,
  type Saved,
  type ServiceState,
  type State,
} from '../model/state.ts'
import { endpointText } from '../model/table.ts'
import { type WallTime, wallTime } from '../model/units.ts'
import { owedFor, united } from './announce.ts'
import { heardFormerly } from './pool/audience.ts'
import { untestedPool, untestedReal } from './pool/fresh.ts'

/** `before` is what the journal kept, or the state that runs now; `null` on a first start. */
export function stateFor(model: Model, before: Omit<Saved, 'version'> | null): State {
  const services = new Map(before?.services.map((service) => [service.key, service]))
  const pools = new Map(before?.pools.map((pool) => [pool.name, pool]))
  return {
    model,
    services: model.services.map((service) => serviceState(service, services.get(service.key), model.settings.quirks)),
    pools: model.virtuals.map((virtual) => poolState(virtual, pools.get(virtual.name))),
    controls: controlsFor(model, before?.controls ?? null),
    owned: before?.owned ?? {},
    outbox: before?.outbox ?? [],
    noise: before?.noise ?? QUIET_NOISE,
    traffic: new Map(),
  }
}

function serviceState(service: Service, before: ServiceState | undefined, quirks: Quirks): ServiceState {
  const hosts = new Map(before?.hosts.map((host) => [host.host, host]))
  const periods = periodStates(service, before?.periods ?? [])
  return {
    ...(before === undefined ? untestedService(service) : knownService(before)),
    ...(before === undefined || before.announced !== undefined ? {} : heardBefore(service, before, periods, quirks)),
    hosts: service.hosts.map((host) => hosts.get(host) ?? untestedHost(host)),
    periods,
  }
}

/**
 * What an older upalert wrote does not say who was told of an outage, but in which periods somebody was: those whom these
 * periods name now hear of its end.
 */
function heardBefore(
  { periods: written }: Service,
  { key, status, firstFailure }: ServiceState,
  periods: readonly PeriodState[],
  quirks: Quirks,
): Pick<ServiceState, 'announced' | 'outage'> {
  const told = written.filter((_, i) => (periods[i]?.sent ?? 0) > 0)
  const owed = told.flatMap((period) => owedFor(period.alerts, { period, alert: 'failure' }, quirks))
  if (status.kind !== 'down' || owed.length === 0) return { announced: [], outage: null }
  return { announced: united([], owed), outage: `${key}@${firstFailure ?? status.since}` }
}

/** What an older upalert wrote lacks some of it. */
export const knownService = (before: ServiceState): ServiceState => ({
  ...untestedService(before),
  ...before,
  ...(before.opstatus === undefined ? numbered(before) : {}),
})

/** An older upalert wrote `always` for a bare period; that is its state unless another is labelled so. */
function periodStates({ periods }: Service, before: readonly PeriodState[]): readonly PeriodState[] {
  const known = new Map(before.map((period) => [period.label, period]))
  const bare = known.get('') ?? (periods.some(({ label }) => label === 'always') ? undefined : known.get('always'))
  return periods.map((period) => {
    const fresh = freshPeriod(period)
    const before = period.label === '' ? bare : known.get(period.label)
    // What an older upalert wrote lacks it.
    const firstSent = before?.firstSent ?? (before !== undefined && before.sent > 0 ? before.lastSent : null)
    return { ...fresh, ...before, firstSent, label: fresh.label }
  })
}

/** mon's numbers for a service that was saved without them. */
function numbered({ status, lastFailure }: ServiceState): Partial<ServiceState> {
  const opstatus = status.kind === 'untested' ? UNTESTED : status.kind === 'up' ? OK : FAIL
  const firstFailure = status.kind === 'down' ? status.since : null
  return { opstatus, lastOpstatus: opstatus, firstFailure, failedAt: lastFailure }
}

/** What is disabled stays so as long as it is configured; a host behind a star starts disabled, the first time it is seen. */
function controlsFor({ groups }: Model, before: Controls | null): Controls {
  const watches: [string, Controls['watches'][string]][] = []
  const hosts: [string, readonly DisabledHost[]][] = []
  for (const group of groups) {
    const watch = before === null || !Object.hasOwn(before.watches, group.name) ? undefined : before.watches[group.name]
    if (watch !== undefined) watches.push([group.name, watch])
    const known = before !== null && Object.hasOwn(before.hosts, group.name) ? (before.hosts[group.name] ?? []) : []
    const kept = known.filter(({ host }) => group.hosts.includes(host))
    // Once somebody has enabled one of the group, the stars in the file have had their say.
    const starred = before === null || !Object.hasOwn(before.hosts, group.name) ? group.disabled : []
    const disabled = [...kept, ...starred.filter((host) => kept.every((one) => one.host !== host)).map(starredHost)]
    if (disabled.length > 0 || known.length > 0) hosts.push([group.name, disabled])
  }
  // fromEntries makes own properties, whatever the groups are called.
  return {
    stopped: before?.stopped ?? null,
    ...(before?.watchedSince === undefined ? {} : { watchedSince: before.watchedSince }),
    watches: Object.fromEntries(watches),
    hosts: Object.fromEntries(hosts),
    // What an older upalert wrote has none. What is not configured now may be so again at the next reload.
    overrides: before?.overrides ?? [],
    windows: before?.windows ?? [],
    ...(before?.calendar === undefined ? {} : { calendar: before.calendar }),
    maintenance: before?.maintenance ?? [],
    addresses: before?.addresses ?? null,
  }
}

const starredHost = (host: Host): DisabledHost => ({ host, at: beginning, who: '', reason: 'a * in the configuration' })

/** Nobody knows since when. */
const beginning: WallTime = wallTime(0)

/** mon's reset without keepstate: services are as if nothing had happened; verdicts on hosts, and what is disabled, stay. */
export const forgotten = (state: State): State => ({
  ...state,
  services: state.services.map((service, i) => {
    const of = state.model.services[i]
    if (of === undefined) return service
    // Who was told of an outage is still owed its end.
    const { hosts, disabled, streak, outage, announced, maintenance } = service
    const kept = { hosts, disabled, streak, outage, announced, maintenance }
    return { ...untestedService(of), ...kept, periods: of.periods.map(freshPeriod) }
  }),
})

function untestedService({ key }: Pick<Service, 'key'>): ServiceState {
  return {
    key,
    status: { kind: 'untested' },
    opstatus: UNTESTED,
    lastOpstatus: UNTESTED,
    consecutive: 0,
    failureCount: 0,
    alertCount: 0,
    lastCheck: null,
    lastSuccess: null,
    lastFailure: null,
    firstFailure: null,
    failedAt: null,
    failedSummary: '',
    lastTrap: null,
    dependOk: null,
    failureInterval: false,
    lastDuration: null,
    exit: null,
    exitval: null,
    summary: '',
    detail: '',
    lastOutput: null,
    lastFailingOutput: null,
    warnings: [],
    performance: [],
    streak: { kind: 'passing', count: 0 },
    held: null,
    untold: null,
    ack: null,
    disabled: null,
    maintenance: null,
    outage: null,
    announced: [],
    usedLinks: [],
    flapping: CALM,
    hosts: [],
    periods: [],
    cause: null,
  }
}

const untestedHost = (host: Host): HostState => ({
  host,
  verdict: { kind: 'untested' },
  against: 0,
  last: null,
  cause: null,
})

export const freshPeriod = ({ label }: Period): PeriodState => ({
  label,
  sent: 0,
  lastSent: null,
  windowStart: null,
  windowCount: 0,
  unpairedUps: 0,
  firstSent: null,
  escalated: 0,
  quiet: null,
})

function poolState(virtual: Virtual, before: PoolState | undefined): PoolState {
  const fresh = untestedPool(virtual)
  if (before === undefined) return fresh
  const reals = new Map(before.reals.map((real) => [real.real, real]))
  // What an older upalert wrote lacks some of it.
  const kept = virtual.reals.map((real): RealState => {
    const known = reals.get(endpointText(real.id))
    const heard = known !== undefined && known.owed === undefined && known.told === 'down'
    return { ...untestedReal(real), ...known, ...(heard ? heardFormerly(real.notices) : {}) }
  })
  const heard = before.owed === undefined && before.lostAt !== null
  return { ...fresh, ...before, ...(heard ? heardFormerly(virtual.notices) : {}), reals: kept }
}
