/**
 * The state a daemon begins with, and what a new configuration makes of the state there is: whatever is still named
 * keeps its verdict, counters, acknowledgement and clocks; what is new begins untested; what is gone is forgotten.
 */
import type { Model, Period, Service, Virtual } from '../model/model.ts'
import type { Host } from '../model/names.ts'
import type { HostState, PeriodState, PoolState, Saved, ServiceState, State } from '../model/state.ts'
import { endpointText } from '../model/table.ts'
import { untestedPool } from './pool.ts'

/** `before` is what the journal kept, or the state that runs now; `null` on a first start. */
export function stateFor(model: Model, before: Omit<Saved, 'version'> | null): State {
  const services = new Map(before?.services.map((service) => [service.key, service]))
  const pools = new Map(before?.pools.map((pool) => [pool.name, pool]))
  return {
    model,
    services: model.services.map((service) => serviceState(service, services.get(service.key))),
    pools: model.virtuals.map((virtual) => poolState(virtual, pools.get(virtual.name))),
    owned: before?.owned ?? {},
    outbox: before?.outbox ?? [],
  }
}

function serviceState(service: Service, before: ServiceState | undefined): ServiceState {
  const hosts = new Map(before?.hosts.map((host) => [host.host, host]))
  const periods = new Map(before?.periods.map((period) => [period.label, period]))
  return {
    ...(before ?? untestedService(service)),
    hosts: service.hosts.map((host) => hosts.get(host) ?? untestedHost(host)),
    periods: service.periods.map((period) => periods.get(period.label) ?? freshPeriod(period)),
  }
}

function untestedService({ key }: Service): ServiceState {
  return {
    key,
    status: { kind: 'untested' },
    consecutive: 0,
    failureCount: 0,
    alertCount: 0,
    lastCheck: null,
    lastSuccess: null,
    lastFailure: null,
    lastDuration: null,
    exit: null,
    summary: '',
    detail: '',
    lastOutput: null,
    lastFailingOutput: null,
    warnings: [],
    performance: [],
    streak: { kind: 'passing', count: 0 },
    untold: null,
    ack: null,
    disabled: null,
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
  quiet: null,
})

function poolState(virtual: Virtual, before: PoolState | undefined): PoolState {
  const fresh = untestedPool(virtual)
  if (before === undefined) return fresh
  const reals = new Map(before.reals.map((real) => [real.real, real]))
  const kept = virtual.reals.map((real, i) => reals.get(endpointText(real.id)) ?? fresh.reals[i])
  return { ...before, reals: kept.filter((real) => real !== undefined) }
}
