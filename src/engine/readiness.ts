/**
 * May a service that is due be checked now, and which of its hosts? The obstacles are looked at in mon's order.
 * mon manual, "exclude_period", "monitordepend", "hostdepend", "exclude_hosts", "allow_empty_group".
 */
import type { Model, Service } from '../model/model.ts'
import type { GroupName, Host } from '../model/names.ts'
import { inPeriod } from '../model/period.ts'
import type { Controls, Disabled, DisabledHost, ServiceState, State } from '../model/state.ts'
import type { Milliseconds, Now } from '../model/units.ts'
import { explainedHosts, failingServices, satisfied } from './depend.ts'

export type Readiness =
  | { readonly kind: 'ready'; readonly hosts: readonly Host[] }
  /** It waits until this is over; `text` is a sentence's tail. */
  | { readonly kind: 'held'; readonly text: string }
  /** No host is left to check: this turn is left out. */
  | { readonly kind: 'no-hosts'; readonly text: string }

export function readiness(state: State, index: number, now: Now): Readiness {
  const { model, controls } = state
  const service = model.services[index]
  if (service === undefined) return { kind: 'held', text: 'it is no longer configured' }
  const held =
    controls.stopped === null
      ? (excluded(model, service, now) ?? elsewhere(service, controls))
      : 'the scheduler is stopped'
  const obstacle = held ?? dependencyObstacle(state, service, now)
  if (obstacle !== null) return { kind: 'held', text: obstacle }

  const hosts = hostsToCheck(state, service, now)
  if (hosts.length > 0 || service.allowEmptyGroup || service.monitor?.withHosts === false)
    return { kind: 'ready', hosts }
  return { kind: 'no-hosts', text: noHostsText(service.group) }
}

export const noHostsText = (group: GroupName): string =>
  `no host of ${group} is left to check: all are disabled or left out`

/** The time from turn to turn; `null` for a service that keeps no interval. */
export function intervalInForce(service: Service, state: ServiceState): Milliseconds | null {
  const { timing, failureInterval, retryInterval } = service
  if (timing?.kind !== 'every') return null
  if (retryInterval !== null && isRetrying(service, state)) return retryInterval
  return state.failureInterval && failureInterval !== null ? failureInterval : timing.interval
}

/** Failures are being counted, and the next one is asked for sooner (keepalived.conf "delay_before_retry"). */
function isRetrying({ fall, retriesWhileDown }: Service, { hosts, streak }: ServiceState): boolean {
  if (hosts.some(({ verdict, against }) => verdict.kind !== 'down' && against > 0)) return true
  // keepalived's TCP and SMTP go on in rounds: `fall` attempts, then the whole interval.
  return retriesWhileDown && streak.kind === 'failing' && streak.count % fall !== 0
}

/** A group may well be called `constructor`. */
export const disabledHosts = ({ hosts }: Controls, group: GroupName): readonly DisabledHost[] =>
  Object.hasOwn(hosts, group) ? (hosts[group] ?? []) : []

export const disabledWatch = ({ watches }: Controls, group: GroupName): Disabled | null =>
  Object.hasOwn(watches, group) ? (watches[group] ?? null) : null

/** The same as names to ask for; nearly always there are none. */
export function disabledNames(controls: Controls, group: GroupName): ReadonlySet<Host> {
  const disabled = disabledHosts(controls, group)
  return disabled.length === 0 ? nobody : new Set(disabled.map(({ host }) => host))
}

const nobody: ReadonlySet<Host> = new Set()

/** The group as alerts are told it: without disabled hosts. */
export function enabledHosts({ controls }: Pick<State, 'controls'>, { group, hosts }: Service): readonly Host[] {
  const off = disabledNames(controls, group)
  return off.size === 0 ? hosts : hosts.filter((host) => !off.has(host))
}

function excluded({ settings }: Model, service: Service, now: Now): string | null {
  for (const [whose, period] of [
    ['the', settings.excludePeriod],
    ['its', service.excludePeriod],
  ] as const) {
    if (period !== null && inPeriod(period.when, now.wall)) return `${whose} exclude_period "${period.text}" lasts`
  }
  return null
}

/** keepalived.conf "ha_suspend": another director has the address, and checks for it. */
function elsewhere({ onlyWith }: Service, { addresses }: Controls): string | null {
  if (onlyWith === null || onlyWith.some((address) => addresses?.includes(address))) return null
  return addresses === null
    ? 'it is not known yet which addresses are on this host'
    : `${onlyWith.join(', ')} is not on this host (ha_suspend)`
}

function dependencyObstacle(state: State, { dependencies: { monitor } }: Service, now: Now): string | null {
  if (monitor === null || satisfied(state, monitor.expression, 'monitor', now) === true) return null
  const failing = failingServices(state, monitor.expression)
  return `it depends on ${monitor.text}${failing.length === 0 ? '' : `, and ${failing.join(', ')} fails`}`
}

/** Without disabled hosts, exclude_hosts, and those that another failure explains. */
function hostsToCheck(state: State, service: Service, now: Now): readonly Host[] {
  // The common case costs nothing.
  const enabled = enabledHosts(state, service)
  if (service.excludeHosts.length === 0 && service.dependencies.hosts === null) return enabled
  const excludedHosts = new Set(service.excludeHosts)
  const rest = enabled.filter((host) => !excludedHosts.has(host))
  const explained = explainedHosts(state, service, rest, now)
  return rest.filter((host) => !explained.has(host))
}
