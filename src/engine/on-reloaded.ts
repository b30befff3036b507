/**
 * The configuration was read again. Whatever is still named goes on; what is gone is told where keepalived would tell it;
 * and a real server whose checks are others now is nothing known of, until one of them has run.
 */
import type { Effect } from '../model/effect.ts'
import type { Event, Reset } from '../model/event.ts'
import type { Model, Real, Virtual } from '../model/model.ts'
import { OK } from '../model/opstatus.ts'
import type { PoolState, State } from '../model/state.ts'
import { endpointText } from '../model/table.ts'
import { type Now, since } from '../model/units.ts'
import { withOwed } from './announce.ts'
import { REMOVING } from './keepalived-mail.ts'
import { withMaintenance } from './maintenance.ts'
import { withoutUnconfigured } from './maintenance-over.ts'
import { onStartup } from './on-startup.ts'
import { quorumNews } from './pool/message.ts'
import { tellGone, tellPool } from './pool/tell.ts'
import { resumed } from './resumed.ts'
import { configured, type Decided, record, type Scribe } from './scribe.ts'
import { forgotten as fresh, stateFor } from './start.ts'
import { tell } from './tell.ts'

/** mon's reset is a reload too: it may begin anew, stop the scheduler, and announce the start again. */
export function onReloaded(
  state: State,
  event: Extract<Event, { kind: 'reloaded' }>,
  write: Scribe,
  now: Now,
): Decided {
  const { model, reset, text } = event
  const same = withChangedChecks(stateFor(model, state), state)
  const kept = reset === undefined ? same : afterReset(same, reset, model)
  const controls =
    reset?.stopped === true ? { ...kept.controls, stopped: kept.controls.stopped ?? now.wall } : kept.controls
  const entry = record(write.entry({ kind: 'daemon', what: 'reloaded', text }))
  const ends = tellForgotten({ ...kept, controls }, state, write, now)
  const over = withoutUnconfigured(state, model, write)
  const windows = withMaintenance(ends.state, write, now)
  const said = [entry, ...configured(event.configuration, write), ...ends.effects, ...over, ...windows.effects]
  const went = resumed({ state: windows.state, effects: said }, write, now)
  const next = tellRemoved(went, state, write, now)
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

/**
 * Services that are no longer configured: their history ends, and who was told of a failure of theirs is told that nobody
 * watches it any more. Under mon's quirks only receivers hear of it.
 */
function tellForgotten(next: State, before: State, write: Scribe, now: Now): Decided {
  let state = next
  const effects: Effect[] = []
  for (const [index, service] of before.model.services.entries()) {
    const found = before.services[index]
    if (found === undefined || found.status.kind === 'untested' || next.model.serviceIndex.has(service.key)) continue
    const lasted = since(found.status.since, now)
    const words = { reason: 'unconfigured', summary: UNCONFIGURED, lasted }
    const from = found.status.kind
    effects.push(record(write.entry({ kind: 'service', service: service.key, from, to: 'untested', ...words })))
    if (found.announced.length === 0) continue
    const facts = { exit: 0, retval: '0', opstatus: OK, summary: UNCONFIGURED, detail: '', output: `${UNCONFIGURED}\n` }
    const tellings = withOwed([], found)
    const after = { ...found, announced: [] }
    // In the configuration that it was of: the new one does not know it.
    const former: State = { ...before, outbox: state.outbox, noise: state.noise }
    const told = tell(former, { service, told: found, after, tellings, ...facts, because: UNCONFIGURED }, write, now)
    state = { ...state, outbox: told.state.outbox, noise: told.state.noise }
    effects.push(...told.effects)
  }
  return { state, effects }
}

const UNCONFIGURED = 'the configuration no longer names it'

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
      checks.map(({ service, host }) => `${service} ${host}`).join('\n'),
    ]),
  )

/**
 * keepalived tells of each server and each quorum that a reload takes away. Who is named in mon.cf meant to do it, and
 * hears only of the end of a lost quorum that was told.
 */
function tellRemoved(decided: Decided, before: State, write: Scribe, now: Now): Decided {
  const after = new Map(decided.state.model.virtuals.map((virtual) => [virtual.name, virtual]))
  let next = decided
  for (const [i, virtual] of before.model.virtuals.entries()) {
    const pool = before.pools[i]
    if (pool === undefined) continue
    const kept = after.get(virtual.name)
    if (virtual.keepalivedName === null) {
      if (kept !== undefined || pool.lostAt === null) continue
      const news = {
        ...quorumNews('up', virtual, pool, pool),
        summary: `virtual server ${virtual.name}: ${UNCONFIGURED}`,
      }
      next = tellPool(next, virtual.notices.up, news, write, now)
      continue
    }
    const still = new Set(kept?.reals.map(({ id }) => endpointText(id)))
    const isGone = ({ id }: Real): boolean => !still.has(endpointText(id))
    const why = { text: 'the configuration no longer names it', words: REMOVING }
    next = tellGone(next, { virtual, pool, of: before, isGone, whole: kept === undefined, ...why }, write, now)
  }
  return next
}
