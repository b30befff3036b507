/**
 * What of a state an event changed, for the journal. Times and texts of a service that goes on as before are not worth a
 * disk write at every check; they reach the disk with the next snapshot, and a crash loses nothing but "checked 3 s ago".
 */
import type { HostState, Patch, PoolState, ServiceState, State } from '../model/state.ts'

export function patchOf(before: State, after: State): Patch {
  const outbox = changedPart(before.outbox, after.outbox)
  const waiting = new Map(outbox.before.map((delivery) => [delivery.id, delivery]))
  const still = new Set(outbox.after.map((delivery) => delivery.id))
  return {
    services: changedServices(before.services, after.services),
    pools: after.pools.filter((pool, i) => before.pools[i] !== pool && poolChanged(before.pools[i], pool)),
    owned: sameOwned(before, after) ? null : after.owned,
    controls: before.controls === after.controls ? null : after.controls,
    noise: before.noise === after.noise ? null : after.noise,
    deliveries: outbox.after.filter((delivery) => waiting.get(delivery.id) !== delivery),
    delivered: outbox.before.map((delivery) => delivery.id).filter((id) => !still.has(id)),
  }
}

/** Whether there is anything in it that a crash must not lose. */
export const isEmpty = (patch: Patch): boolean =>
  patch.services.length + patch.pools.length + patch.deliveries.length + patch.delivered.length === 0 &&
  patch.owned === null &&
  patch.controls === null &&
  patch.noise == null

/** A plain loop: this runs at every check, and nearly always all but one service are the very same objects. */
function changedServices(before: readonly ServiceState[], after: readonly ServiceState[]): readonly ServiceState[] {
  if (before === after) return []
  const changed: ServiceState[] = []
  for (let i = 0; i < after.length; i += 1) {
    const service = after[i]
    if (service !== undefined && service !== before[i] && serviceChanged(before[i], service)) changed.push(service)
  }
  return changed
}

/** Two lists without what they have in common at their beginning and at their end: in a storm the outbox is long. */
function changedPart<T>(
  before: readonly T[],
  after: readonly T[],
): { readonly before: readonly T[]; readonly after: readonly T[] } {
  if (before === after) return { before: [], after: [] }
  const shorter = Math.min(before.length, after.length)
  let start = 0
  while (start < shorter && before[start] === after[start]) start += 1
  let end = 0
  while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1
  return { before: before.slice(start, before.length - end), after: after.slice(start, after.length - end) }
}

function serviceChanged(before: ServiceState | undefined, after: ServiceState): boolean {
  if (before === after) return false
  if (before === undefined || before.key !== after.key) return true
  return (
    before.status !== after.status ||
    before.consecutive !== after.consecutive ||
    before.streak !== after.streak ||
    before.opstatus !== after.opstatus ||
    before.dependOk !== after.dependOk ||
    before.failureInterval !== after.failureInterval ||
    before.lastTrap !== after.lastTrap ||
    before.failureCount !== after.failureCount ||
    before.alertCount !== after.alertCount ||
    before.ack !== after.ack ||
    before.untold !== after.untold ||
    before.disabled !== after.disabled ||
    before.maintenance !== after.maintenance ||
    before.outage !== after.outage ||
    before.announced !== after.announced ||
    before.usedLinks !== after.usedLinks ||
    before.flapping !== after.flapping ||
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
  before.share?.kind !== after.share?.kind ||
  // A load is another at each check; what has come of it is the pool's.
  (before.share?.value !== after.share?.value && after.share?.kind !== 'load') ||
  before.cause !== after.cause

const poolChanged = (before: PoolState | undefined, after: PoolState): boolean =>
  before === undefined ||
  before.name !== after.name ||
  before.standing !== after.standing ||
  before.upWeight !== after.upWeight ||
  before.announced !== after.announced ||
  before.cause !== after.cause ||
  before.driftTold !== after.driftTold ||
  before.lostAt !== after.lostAt ||
  before.owed !== after.owed ||
  before.hushed !== after.hushed ||
  before.reals !== after.reals

const sameOwned = (before: State, after: State): boolean =>
  before.owned === after.owned || JSON.stringify(before.owned) === JSON.stringify(after.owned)
