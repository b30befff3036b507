/**
 * What of a state an event changed, for the journal. Times and texts of a service that goes on as before are not worth a
 * disk write at every check; they reach the disk with the next snapshot, and a crash loses nothing but "checked 3 s ago".
 */
import type { HostState, Patch, PoolState, ServiceState, State } from '../model/state.ts'

export function patchOf(before: State, after: State): Patch {
  const waiting = new Map(before.outbox.map((delivery) => [delivery.id, delivery]))
  const still = new Set(after.outbox.map((delivery) => delivery.id))
  const sameOutbox = before.outbox === after.outbox
  return {
    services: after.services.filter((service, i) => serviceChanged(before.services[i], service)),
    pools: after.pools.filter((pool, i) => before.pools[i] !== pool && poolChanged(before.pools[i], pool)),
    owned: sameOwned(before, after) ? null : after.owned,
    deliveries: sameOutbox ? [] : after.outbox.filter((delivery) => waiting.get(delivery.id) !== delivery),
    delivered: sameOutbox ? [] : before.outbox.map((delivery) => delivery.id).filter((id) => !still.has(id)),
  }
}

/** Whether there is anything in it that a crash must not lose. */
export const isEmpty = (patch: Patch): boolean =>
  patch.services.length + patch.pools.length + patch.deliveries.length + patch.delivered.length === 0 &&
  patch.owned === null

function serviceChanged(before: ServiceState | undefined, after: ServiceState): boolean {
  if (before === after) return false
  if (before === undefined || before.key !== after.key) return true
  return (
    before.status !== after.status ||
    before.consecutive !== after.consecutive ||
    before.failureCount !== after.failureCount ||
    before.alertCount !== after.alertCount ||
    before.ack !== after.ack ||
    before.disabled !== after.disabled ||
    before.periods !== after.periods ||
    before.cause !== after.cause ||
    before.hosts.length !== after.hosts.length ||
    after.hosts.some((host, i) => hostChanged(before.hosts[i], host))
  )
}

const hostChanged = (before: HostState | undefined, after: HostState): boolean =>
  before === undefined ||
  before.host !== after.host ||
  before.verdict !== after.verdict ||
  before.against !== after.against ||
  before.cause !== after.cause

const poolChanged = (before: PoolState | undefined, after: PoolState): boolean =>
  before === undefined ||
  before.name !== after.name ||
  before.standing !== after.standing ||
  before.cause !== after.cause ||
  before.reals !== after.reals

const sameOwned = (before: State, after: State): boolean =>
  before.owned === after.owned || JSON.stringify(before.owned) === JSON.stringify(after.owned)
