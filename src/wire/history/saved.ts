/**
 * The state that a row of patches amounts to. A patch holds whole services, pools and deliveries, so applying one
 * twice, or one after a gap, never makes nonsense: at worst something is as old as the gap.
 */
import type { Id } from '../../model/names.ts'
import {
  type Controls,
  type Delivery,
  type Noise,
  type Owned,
  type Patch,
  type PoolState,
  QUIET_NOISE,
  type Saved,
  type ServiceState,
} from '../../model/state.ts'

/** A state in the making, kept by name: one patch costs what it changes, however many services there are. */
export interface Fold {
  readonly services: Map<string, ServiceState>
  readonly pools: Map<string, PoolState>
  readonly outbox: Map<Id, Delivery>
  owned: Owned
  controls: Controls
  noise: Noise
}

const nothingOff: Controls = {
  stopped: null,
  watches: {},
  hosts: {},
  overrides: [],
  windows: [],
  maintenance: [],
  addresses: null,
}

/** A fold that begins with `saved`, or with nothing. */
export function foldOf(saved: Saved | null): Fold {
  return {
    services: new Map(saved?.services.map((service) => [service.key, service])),
    pools: new Map(saved?.pools.map((pool) => [pool.name, pool])),
    outbox: new Map(saved?.outbox.map((delivery) => [delivery.id, delivery])),
    owned: saved?.owned ?? {},
    // What an older upalert wrote has none.
    controls: saved?.controls ?? nothingOff,
    noise: saved?.noise ?? QUIET_NOISE,
  }
}

/** Adds one patch, in place. */
export function addPatch(fold: Fold, patch: Patch): void {
  for (const service of patch.services) fold.services.set(service.key, service)
  for (const pool of patch.pools) fold.pools.set(pool.name, pool)
  for (const delivery of patch.deliveries) fold.outbox.set(delivery.id, delivery)
  for (const over of patch.delivered) fold.outbox.delete(over)
  if (patch.owned !== null) fold.owned = patch.owned
  if (patch.controls != null) fold.controls = patch.controls
  if (patch.noise != null) fold.noise = patch.noise
  if (patch.only === undefined) return
  keepOnly(fold.services, patch.only.services)
  keepOnly(fold.pools, patch.only.pools)
}

function keepOnly(known: Map<string, unknown>, names: readonly string[]): void {
  const all = new Set(names)
  for (const name of known.keys()) if (!all.has(name)) known.delete(name)
}

export function savedOf(fold: Fold): Saved {
  return {
    version: 1,
    services: [...fold.services.values()],
    pools: [...fold.pools.values()],
    owned: fold.owned,
    controls: fold.controls,
    outbox: [...fold.outbox.values()],
    noise: fold.noise,
  }
}
