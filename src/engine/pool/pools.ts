/** Brings pools in line with verdicts, operators' decisions and the clock, and tells what that changed. */
import type { Effect } from '../../model/effect.ts'
import type { Model, RealCheck, Virtual } from '../../model/model.ts'
import type { Host, ServiceKey } from '../../model/names.ts'
import type { HostState, PoolState, State } from '../../model/state.ts'
import type { Now } from '../../model/units.ts'
import { type Decided, record, type Scribe } from '../scribe.ts'
import { poolEntry } from './entries.ts'
import { type Judged, judgePool, type PoolChange } from './judge.ts'
import { noticesOf } from './notices.ts'
import { withTrafficBefore } from './traffic.ts'

/** `indexes` names the pools that may have changed. */
export function recomputePools(state: State, indexes: readonly number[], write: Scribe, now: Now): Decided {
  const pools = [...state.pools]
  const effects: Effect[] = []
  const find = hostFinder(state)
  let sent: Pick<State, 'outbox' | 'noise'> = state
  for (const index of indexes) {
    const virtual = state.model.virtuals[index]
    const before = pools[index]
    if (virtual === undefined || before === undefined) continue
    const judged = judgePool(before, virtual, find, state.controls, now)
    const told = tellChanges(judged, virtual, write)
    const pool = withTrafficBefore(before, told.pool, virtual, state, now)
    const notices = noticesOf(
      { ...state, outbox: sent.outbox, noise: sent.noise },
      { judged, before, pool, virtual },
      write,
      now,
    )
    pools[index] = notices.pool
    sent = notices.state
    effects.push(...told.effects, ...notices.effects)
  }
  const isChanged = pools.some((pool, i) => pool !== state.pools[i])
  if (!isChanged) return { state, effects: [] }
  // A reason that reads differently changes nothing in the table.
  return {
    state: { ...state, pools, outbox: sent.outbox, noise: sent.noise },
    effects: effects.length === 0 ? [] : [{ kind: 'reconcile' }, ...effects],
  }
}

export const allPools = ({ model }: Pick<State, 'model'>): readonly number[] => model.virtuals.map((_, i) => i)

/** Writes an entry for each change; the pool and its real servers remember theirs as the cause of what follows. */
function tellChanges({ pool, changes }: Judged, virtual: Virtual, write: Scribe) {
  if (changes.length === 0) return { pool, effects: [] }
  const effects: Effect[] = []
  const reals = [...pool.reals]
  let { cause } = pool
  for (const change of changes) {
    const entry = write.entry(poolEntry(change, pool, virtual))
    effects.push(record(entry))
    const real = realOf(change, pool)
    if (change.kind === 'real' && real !== undefined) reals[change.index] = { ...real, entry: entry.id }
    else cause = entry.id
  }
  return { pool: { ...pool, cause, reals } satisfies PoolState, effects }
}

const realOf = (change: PoolChange, { reals }: PoolState) => (change.kind === 'real' ? reals[change.index] : undefined)

/** Which host's verdict a check speaks of; `null` if its service or host does not exist. */
function hostFinder({ model, services }: State): (check: RealCheck) => HostState | null {
  const byService = new Map<ServiceKey, ReadonlyMap<Host, HostState>>()
  return ({ service, host }) => {
    const known = byService.get(service)
    if (known !== undefined) return known.get(host) ?? null
    const index = model.serviceIndex.get(service)
    const hosts = index === undefined ? [] : (services[index]?.hosts ?? [])
    // One host needs no table of hosts: most checks of a keepalived.conf are about one.
    if (hosts.length === 1) return hosts[0]?.host === host ? hosts[0] : null
    const found = new Map(hosts.map((state) => [state.host, state]))
    byService.set(service, found)
    return found.get(host) ?? null
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
    for (const service of new Set(virtual.reals.flatMap(({ checks }) => checks.map((check) => check.service)))) {
      const pools = found.get(service)
      if (pools === undefined) found.set(service, [i])
      else pools.push(i)
    }
  }
  return found
}
