/** The state that a daemon begins with: what it remembers of its last run, and what mon's files say besides. */
import type { LoadedState } from '../model/event.ts'
import type { Model } from '../model/model.ts'
import type { Override, Saved, ServiceState, State } from '../model/state.ts'
import { type Now, type WallTime, wallTime } from '../model/units.ts'
import { loadedState } from './loaded.ts'
import { restoredMaintenance } from './maintenance-clock.ts'
import { stateFor } from './start.ts'
import { notInFuture } from './step.ts'

/** Nothing in it lies in the future, and the scheduler runs again, whoever stopped it before. */
export function restoredState(model: Model, saved: Saved | null, loaded: LoadedState | null, now: Now): State {
  const remembered = stateFor(model, saved)
  const services = remembered.services.map((one) => notAckedLater(one, now))
  const kept = notInFuture({ ...remembered, services }, now)
  const known = loaded === null ? kept : loadedState(kept, loaded, now)
  // Files in the maintenance directory count as they were found last, until it has been looked at.
  const overrides = known.controls.overrides.map((one) => notDecidedLater(one, now))
  const decided = { ...known.controls, overrides, stopped: null, addresses: null }
  const controls = restoredMaintenance(decided, now)
  // What `initial` waits for counts from this start.
  const pools = known.pools.map((pool) => ({
    ...pool,
    announced: false,
    reals: pool.reals.map((real) => ({ ...real, begun: null })),
  }))
  const outbox = known.outbox.filter(({ atStop }) => atStop !== true)
  return { ...known, controls, pools, outbox }
}

/** As below: for two hours is two hours. */
function notAckedLater(one: ServiceState, now: Now): ServiceState {
  const { ack } = one
  const ahead = (ack?.at ?? 0) - now.wall
  if (ack?.until === undefined || ahead <= 0) return one
  return { ...one, ack: { ...ack, until: wallTime(ack.until - ahead) } }
}

/** What was decided under a clock that was ahead of today's lasts as long as it was meant to, and no longer. */
function notDecidedLater(one: Override, now: Now): Override {
  const ahead = one.at - now.wall
  if (ahead <= 0) return one
  const back = <T extends WallTime | null>(time: T): T => (time === null ? time : (wallTime(time - ahead) as T))
  const what = one.what.kind === 'drain' ? { ...one.what, limit: back(one.what.limit) } : one.what
  return { ...one, what, at: now.wall, until: back(one.until) }
}
