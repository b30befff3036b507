/** Brings pools in line with the verdicts of the services they follow, and tells what that changed. */
import type { Effect } from '../model/effect.ts'
import type { Model, Real, Virtual } from '../model/model.ts'
import type { Host, ServiceKey } from '../model/names.ts'
import type { HostState, PoolState, State } from '../model/state.ts'
import type { Now } from '../model/units.ts'
import { judgePool, type PoolChange, poolEntry } from './pool.ts'
import { type Decided, record, type Scribe } from './scribe.ts'

/** `indexes` names the pools that may have changed. */
export function recomputePools(state: State, indexes: readonly number[], write: Scribe, now: Now): Decided {
  const pools = [...state.pools]
  const effects: Effect[] = []
  const hostFor = hostFinder(state)
  for (const index of indexes) {
    const virtual = state.model.virtuals[index]
    const before = pools[index]
    if (virtual === undefined || before === undefined) continue
    const judged = judgePool(before, virtual, hostFor, now)
    const told = tellChanges(judged.pool, judged.changes, virtual, write)
    effects.push(...told.effects)
    pools[index] = told.pool
  }
  const changed = pools.some((pool, i) => pool !== state.pools[i])
  if (!changed) return { state, effects: [] }
  // A reason that reads differently changes nothing in the table.
  return { state: { ...state, pools }, effects: effects.length === 0 ? [] : [{ kind: 'reconcile' }, ...effects] }
}

/** Writes an entry for each change; the pool and its real servers remember theirs as the cause of what follows. */
function tellChanges(pool: PoolState, changes: readonly PoolChange[], virtual: Virtual, write: Scribe) {
  if (changes.length === 0) return { pool, effects: [] }
  const effects: Effect[] = []
  const reals = [...pool.reals]
  let { cause } = pool
  for (const change of changes) {
    const entry = write.entry(poolEntry(change, pool, virtual))
    effects.push(record(entry))
    const real = change.kind === 'real' ? reals[change.index] : undefined
    if (change.kind === 'real' && real !== undefined) reals[change.index] = { ...real, entry: entry.id }
    else cause = entry.id
  }
  return { pool: { ...pool, cause, reals }, effects }
}

/** Which host's verdict a real server follows; `null` if its service or host does not exist. */
function hostFinder({ model, services }: State): (real: Real) => HostState | null {
  const byService = new Map<ServiceKey, ReadonlyMap<Host, HostState>>()
  return ({ check }) => {
    if (check === null) return null
    const known = byService.get(check.service)
    if (known !== undefined) return known.get(check.host) ?? null
    const index = model.serviceIndex.get(check.service)
    const hosts = index === undefined ? [] : (services[index]?.hosts ?? [])
    const found = new Map(hosts.map((state) => [state.host, state]))
    byService.set(check.service, found)
    return found.get(check.host) ?? null
  }
}

/** The pools with a real server that follows this service; worked out once for each configuration. */
export function poolsFollowing(model: Model, service: ServiceKey): readonly number[] {
  const known = followers.get(model) ?? followersOf(model)
  followers.set(model, known)
  return known.get(service) ?? []
}

const followers = new WeakMap<Model, ReadonlyMap<ServiceKey, readonly number[]>>()

function followersOf(model: Model): ReadonlyMap<ServiceKey, readonly number[]> {
  const found = new Map<ServiceKey, number[]>()
  for (const [i, virtual] of model.virtuals.entries()) {
    for (const service of new Set(virtual.reals.flatMap(({ check }) => (check === null ? [] : [check.service])))) {
      found.set(service, [...(found.get(service) ?? []), i])
    }
  }
  return found
}
