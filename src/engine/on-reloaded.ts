/**
 * The configuration was read again. Whatever is still named goes on; what is gone is told where keepalived would tell it;
 * and a real server whose checks are others now is nothing known of, until one of them has run.
 */
import type { Event, Reset } from '../model/event.ts'
import type { Model, Real, Virtual } from '../model/model.ts'
import type { PoolState, State } from '../model/state.ts'
import { endpointText } from '../model/table.ts'
import type { Now } from '../model/units.ts'
import { tellForgotten, UNCONFIGURED } from './gone.ts'
import { REMOVING } from './keepalived-mail.ts'
import { withMaintenance } from './maintenance.ts'
import { withoutUnconfigured } from './maintenance-over.ts'
import { onStartup } from './on-startup.ts'
import { withFoundInPlace } from './pool/found.ts'
import { tellPoolGone } from './pool/gone.ts'
import { hushedTold } from './pool/hushed.ts'
import { tellGone } from './pool/tell.ts'
import { resumed } from './resumed.ts'
import { configured, type Decided, record, type Scribe } from './scribe.ts'
import { forgotten as fresh, stateFor } from './start.ts'

/** mon's reset is a reload too: it may begin anew, stop the scheduler, and announce the start again. */
export function onReloaded(
  state: State,
  event: Extract<Event, { kind: 'reloaded' }>,
  write: Scribe,
  now: Now,
): Decided {
  const { model, reset, text } = event
  const same = withFoundInPlace(withChangedChecks(stateFor(model, state), state), state)
  const kept = reset === undefined ? same : afterReset(same, reset, model)
  const controls =
    reset?.stopped === true ? { ...kept.controls, stopped: kept.controls.stopped ?? now.wall } : kept.controls
  const entry = record(write.entry({ kind: 'daemon', what: 'reloaded', text }))
  const ends = tellForgotten({ ...kept, controls }, forgottenIn(state, model), state, write, now)
  const over = withoutUnconfigured(state, model, write)
  const windows = withMaintenance(ends.state, write, now)
  const said = [entry, ...configured(event.configuration, write), ...ends.effects, ...over, ...windows.effects]
  const went = resumed({ state: windows.state, effects: said }, write, now)
  const next = hushedTold(tellRemoved(went, state, write, now), write, now)
  return reset !== undefined && model.settings.startupalertsOnReset ? onStartup(next, write, now) : next
}

function afterReset(state: State, reset: Reset, { settings }: Model): State {
  if (!reset.keepstate) return fresh(state)
  if (!settings.quirks.resetForgetsOutput) return state
  const services = state.services.map((service) => ({
    ...service,
    lastOutput: null,
    dependOk: null,
    failureInterval: false,
    periods: service.periods.map((period) => ({ ...period, unpairedUps: 0 })),
  }))
  return { ...state, services }
}

/** In the configuration that they were of: the new one does not know them. */
function forgottenIn(before: State, { serviceIndex }: Model) {
  return before.model.services.flatMap((service, index) => {
    const found = before.services[index]
    return found === undefined || serviceIndex.has(service.key) ? [] : [{ service, found }]
  })
}

/** What waits for a first verdict waits anew, and stays in the table as it is meanwhile: a dead server stays out. */
function withChangedChecks(next: State, { model }: State): State {
  const former = new Map(model.virtuals.map((virtual) => [virtual.name, virtual]))
  const pools = next.pools.map((pool, i): PoolState => {
    const [before, after] = [former.get(pool.name), next.model.virtuals[i]]
    if (before === undefined || after === undefined) return pool
    const asked = checksOf(before)
    const now = checksOf(after)
    return {
      ...pool,
      reals: pool.reals.map((real) => (asked.get(real.real) === now.get(real.real) ? real : { ...real, begun: null })),
    }
  })
  return { ...next, pools }
}

const checksOf = ({ reals }: Virtual): ReadonlyMap<string, string> =>
  new Map(
    reals.map(({ id, checks }) => [
      endpointText(id),
      // Nobody waits for advice.
      checks.flatMap(({ service, host, advice }) => (advice === true ? [] : [`${service} ${host}`])).join('\n'),
    ]),
  )

/**
 * keepalived tells of each server and each quorum that a reload takes away. Who is named in mon.cf meant to do it. Whoever
 * was told that a quorum is lost hears that nobody watches it any more.
 */
function tellRemoved(decided: Decided, before: State, write: Scribe, now: Now): Decided {
  const after = new Map(decided.state.model.virtuals.map((virtual) => [virtual.name, virtual]))
  let next = decided
  for (const [i, virtual] of before.model.virtuals.entries()) {
    const pool = before.pools[i]
    if (pool === undefined) continue
    const kept = after.get(virtual.name)
    if (kept === undefined) next = tellPoolGone(next, pool, UNCONFIGURED, write, now)
    if (virtual.keepalivedName === null) continue
    const still = new Set(kept?.reals.map(({ id }) => endpointText(id)))
    const isGone = ({ id }: Real): boolean => !still.has(endpointText(id))
    const why = { text: UNCONFIGURED, words: REMOVING }
    next = tellGone(next, { virtual, pool, of: before, isGone, whole: kept === undefined, ...why }, write, now)
  }
  return next
}
