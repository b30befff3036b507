/**
 * decide(state, event, now) -> {state, effects}: the one switch over Event, and the only place where the engine's parts
 * meet. It never waits, reads a clock, throws dice or does I/O, so that `why`, tests and a replay see what the daemon saw.
 */
import type { Effect } from '../model/effect.ts'
import type { Event, Reset } from '../model/event.ts'
import type { Model } from '../model/model.ts'
import type { State } from '../model/state.ts'
import type { Now } from '../model/units.ts'
import { satisfied } from './depend.ts'
import { loadedState } from './loaded.ts'
import { onAttempted } from './on-attempted.ts'
import { onCommand } from './on-command.ts'
import { onChecked } from './on-happened.ts'
import { onReconciled } from './on-reconciled.ts'
import { onStartup } from './on-startup.ts'
import { onStopping } from './on-stopping.ts'
import { onAddresses, onMaintenance, onTime } from './on-time.ts'
import { onTrapExpired, onTrapped, onTrapTimeout } from './on-trap.ts'
import { allPools, recomputePools } from './pool/pools.ts'
import { restoredState } from './restore.ts'
import { type Decided, record, type Scribe, scribe } from './scribe.ts'
import { forgotten as fresh, stateFor } from './start.ts'
import { steppedState } from './step.ts'

export function decide(state: State, event: Event, now: Now): Decided {
  const write = scribe(event, now)
  const told = (next: State, what: string, text: string): Decided => ({
    state: next,
    effects: [record(write.entry({ kind: 'daemon', what, text }))],
  })
  switch (event.kind) {
    case 'started': {
      const { saved, loaded = null, stopped, text } = event
      const restored = saved === undefined ? state : restoredState(state.model, saved, loaded, now)
      const controls = stopped === true ? { ...restored.controls, stopped: now.wall } : restored.controls
      return onStartup(resumed(told({ ...restored, controls }, 'started', text), write, now), write, now)
    }
    case 'reloaded':
      return reloaded(state, event, write, now)
    case 'state-loaded':
      return told(loadedState(state, event.loaded, now), 'state-loaded', event.text)
    case 'reload-refused':
      return told(state, 'reload-refused', event.text)
    case 'stopping':
      return onStopping(told(state, 'stopping', event.text), write, now)
    case 'notice':
      return told(state, event.what, event.text)
    case 'clock-stepped': {
      const direction = event.by > 0 ? 'forward' : 'back'
      const text = `the clock was set ${direction} by ${Math.round(Math.abs(event.by) / 1000)} s; what counts by it moves along`
      return told(steppedState(state, event.by), 'clock-stepped', text)
    }
    case 'checked':
      return onChecked(state, event, write, now)
    case 'trapped':
      return onTrapped(state, event, write, now)
    case 'trap-timeout':
      return onTrapTimeout(state, event, write, now)
    case 'trap-expired':
      return onTrapExpired(state, event, write, now)
    case 'held':
      return onHeld(state, event, write, now)
    case 'attempted':
      return onAttempted(state, event, write, now)
    case 'reconciled':
      return onReconciled(state, event.report, write, now)
    case 'command':
      return onCommand(state, event, write, now)
    case 'time':
      return onTime(state, write, now)
    case 'maintenance':
      return onMaintenance(state, event, write, now)
    case 'addresses':
      return onAddresses(state, event)
  }
}

/** mon's reset is a reload too: it may begin anew, stop the scheduler, and announce the start again. */
function reloaded(state: State, event: Extract<Event, { kind: 'reloaded' }>, write: Scribe, now: Now): Decided {
  const { model, reset, text } = event
  const same = stateFor(model, state)
  const kept = reset === undefined ? same : afterReset(same, reset, model)
  const controls =
    reset?.stopped === true ? { ...kept.controls, stopped: kept.controls.stopped ?? now.wall } : kept.controls
  const entry = record(write.entry({ kind: 'daemon', what: 'reloaded', text }))
  const effects = [entry, ...forgotten(state, model, write)]
  const next = resumed({ state: { ...kept, controls }, effects }, write, now)
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

/** Why a check that is due does not start; told when it changes. A dependency that holds it explains traps' failures, too. */
function onHeld(state: State, { service, text }: Extract<Event, { kind: 'held' }>, write: Scribe, now: Now): Decided {
  const index = state.model.serviceIndex.get(service)
  const before = index === undefined ? undefined : state.services[index]
  if (index === undefined || before === undefined || before.held === text) return { state, effects: [] }
  const waitsFor = state.model.services[index]?.dependencies.monitor ?? null
  const explained = waitsFor !== null && satisfied(state, waitsFor.expression, 'monitor', now) === false
  const dependOk = explained ? false : before.dependOk
  const services = state.services.with(index, { ...before, dependOk, held: text })
  return { state: { ...state, services }, effects: [record(write.entry({ kind: 'held', service, text }))] }
}

/** Services that were announced as down and are no longer configured: nobody will be told of their end, and that is said. */
function forgotten({ services }: State, { serviceIndex }: Model, write: Scribe): Effect[] {
  const gone = services.filter(
    ({ key, status, periods }) =>
      !serviceIndex.has(key) && status.kind === 'down' && periods.some(({ sent }) => sent > 0),
  )
  return gone.map(({ key }) => {
    const text = `${key} was announced as down and is no longer configured; its end will not be told`
    return record(write.entry({ kind: 'daemon', what: 'forgotten', text }))
  })
}

/** After a start or a reload: pools are judged anew, deliveries go on where they stood, and the table is brought in line. */
function resumed({ state, effects }: Decided, write: Scribe, now: Now): Decided {
  const pools = recomputePools(state, allPools(state), write, now)
  const deliveries = state.outbox.map((delivery): Effect => ({ kind: 'deliver', delivery }))
  // Those that waited before keep their place in front of what is decided now.
  return { state: pools.state, effects: [...effects, { kind: 'reconcile' }, ...deliveries, ...pools.effects] }
}
