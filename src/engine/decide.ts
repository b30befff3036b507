/**
 * decide(state, event, now) -> {state, effects}: the one switch over Event, and the only place where the engine's parts
 * meet. It never waits, reads a clock, throws dice or does I/O, so that `why`, tests and a replay see what the daemon saw.
 */
import type { Event } from '../model/event.ts'
import type { State } from '../model/state.ts'
import type { Now } from '../model/units.ts'
import { satisfied } from './depend.ts'
import { tellGoneAtStart } from './gone.ts'
import { acksOverMeanwhile } from './later/acks.ts'
import { loadedState } from './loaded.ts'
import { withMaintenance } from './maintenance.ts'
import { maintenanceLater } from './maintenance-over.ts'
import { onAttempted } from './on-attempted.ts'
import { onCommand } from './on-command.ts'
import { onChecked } from './on-happened.ts'
import { onReconciled } from './on-reconciled.ts'
import { onReloaded } from './on-reloaded.ts'
import { onReport } from './on-report.ts'
import { onStartup } from './on-startup.ts'
import { onStopping } from './on-stopping.ts'
import { awaited, onAddresses, onMaintenance, onTime } from './on-time.ts'
import { onTrapExpired, onTrapped, onTrapTimeout } from './on-trap.ts'
import { withFound } from './pool/found.ts'
import { hushedTold } from './pool/hushed.ts'
import { restoredState } from './restore.ts'
import { resumed } from './resumed.ts'
import { configured, type Decided, record, type Scribe, scribe } from './scribe.ts'
import { steppedState } from './step.ts'

export function decide(state: State, event: Event, now: Now): Decided {
  const write = scribe(event, now)
  const told = (next: State, what: string, text: string): Decided => ({
    state: next,
    effects: [record(write.entry({ kind: 'daemon', what, text }))],
  })
  switch (event.kind) {
    case 'started': {
      const { saved, loaded = null, gone = saved ?? null, stopped, text } = event
      const restored = saved === undefined ? state : restoredState(state.model, saved, loaded, now)
      const begun = { ...restored.controls, watchedSince: now.wall }
      const controls = stopped === true ? { ...begun, stopped: now.wall } : begun
      const said = withGap(told({ ...restored, controls }, 'started', text), event, write)
      const quiet = then(then(said, withMaintenance, write, now), acksOverMeanwhile, write, now)
      const went = resumed(quiet, write, now)
      // Behind what waited before: nobody is to hear of an end first.
      const ends = gone === null ? went : tellGoneAtStart(went, gone, write, now)
      return awaited(onStartup(hushedTold(ends, write, now), write, now))
    }
    case 'reloaded':
      return awaited(onReloaded(state, event, write, now))
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
      return awaited(then(told(steppedState(state, event.by), 'clock-stepped', text), maintenanceLater, write, now))
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
    case 'traffic':
      return { state: { ...state, traffic: event.counters }, effects: [] }
    case 'table-found':
      return { state: withFound(state, event.weights), effects: [] }
    case 'report':
      return onReport(state, event, write, now)
    case 'addresses':
      return onAddresses(state, event)
  }
}

/** One thing after the other, with the effects of both. */
function then(
  { state, effects }: Decided,
  next: (state: State, write: Scribe, now: Now) => Decided,
  write: Scribe,
  now: Now,
): Decided {
  const decided = next(state, write, now)
  return { state: decided.state, effects: [...effects, ...decided.effects] }
}

/** Nobody watched since the run before this one was last known to live; and what is in force from now on. */
function withGap({ state, effects }: Decided, event: Extract<Event, { kind: 'started' }>, write: Scribe): Decided {
  const { aliveUntil = null, configuration } = event
  const gap =
    aliveUntil === null ? [] : [record(write.entry({ kind: 'gap', from: aliveUntil, text: 'upalert did not run' }))]
  return { state, effects: [...gap, ...effects, ...configured(configuration, write)] }
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
