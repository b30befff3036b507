/** State from mon's files (`loadstate`, `-l`): what they say replaces what is remembered, for the services they name. */
import type { LoadedService, LoadedState } from '../model/event.ts'
import { isSuccess, UNTESTED } from '../model/opstatus.ts'
import type { Disabled, DisabledHost, ServiceState, ServiceStatus, State } from '../model/state.ts'
import type { Now } from '../model/units.ts'
import { disabledHosts, disabledNames } from './readiness.ts'
import { notInFuture } from './step.ts'

export function loadedState(state: State, { services, disabled }: LoadedState, now: Now): State {
  const loaded = new Map(services.map((service) => [service.key, service]))
  const given: Disabled = { at: now.wall, who: '', reason: 'loaded from the state file' }
  const off = new Set(disabled.services)
  const next = state.services.map((service): ServiceState => {
    const line = loaded.get(service.key)
    const known = line === undefined ? service : withLine(service, line, now)
    if (off.has(service.key)) return { ...known, disabled: known.disabled ?? given }
    return disabled.replaces === true && known.disabled !== null ? { ...known, disabled: null } : known
  })
  return notInFuture({ ...state, services: next, controls: controlsOf(state, disabled, given) }, now)
}

function withLine(before: ServiceState, line: LoadedService, now: Now): ServiceState {
  const { key, periods, exit, ...said } = line
  const known = new Map(periods.map((period) => [period.label, period]))
  return {
    ...before,
    ...said,
    exit: exit === null || !/^\d{1,6}$/.test(exit) ? before.exit : Number(exit),
    exitval: exit,
    status: statusOf(line, now),
    lastOutput: before.lastOutput,
    periods: before.periods.map((period) => ({ ...period, ...known.get(period.label) })),
  }
}

function statusOf({ opstatus, firstFailure, lastSuccess }: LoadedService, now: Now): ServiceStatus {
  if (opstatus === UNTESTED) return { kind: 'untested' }
  if (isSuccess(opstatus)) return { kind: 'up', since: lastSuccess ?? now.wall }
  return { kind: 'down', since: firstFailure ?? now.wall }
}

/** Loading only disables, unless the file replaces what is remembered. Hosts and watches that are not configured are passed over. */
function controlsOf(
  { model, controls: kept }: State,
  disabled: LoadedState['disabled'],
  given: Disabled,
): State['controls'] {
  const controls = disabled.replaces === true ? withNothingOff(kept) : kept
  const groups = new Set(model.groups.map((group) => group.name))
  const watches = disabled.watches.filter((name) => groups.has(name))
  const off = new Set(disabled.hosts)
  const hosts = model.groups.flatMap(({ name, hosts: members }): [string, readonly DisabledHost[]][] => {
    const before = disabledHosts(controls, name)
    const known = disabledNames(controls, name)
    const more = members.filter((host) => off.has(host) && !known.has(host))
    return more.length === 0 ? [] : [[name, [...before, ...more.map((host) => ({ host, ...given }))]]]
  })
  return {
    ...controls,
    watches: Object.fromEntries([
      ...watches.map((name) => [name, given] as const),
      ...Object.entries(controls.watches),
    ]),
    hosts: Object.fromEntries([...Object.entries(controls.hosts), ...hosts]),
  }
}

/** The empty lists stay: they tell that the stars in the configuration have had their say. */
const withNothingOff = (controls: State['controls']): State['controls'] => ({
  ...controls,
  watches: {},
  hosts: Object.fromEntries(Object.keys(controls.hosts).map((group) => [group, []])),
})
