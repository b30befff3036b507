/**
 * decide(state, event, now) -> {state, effects}: the one switch over Event, and the only place where the engine's parts
 * meet. It never waits, reads a clock, throws dice or does I/O, so that `why`, tests and a replay see what the daemon saw.
 */
import type { Effect } from '../model/effect.ts'
import type { Event } from '../model/event.ts'
import type { Model } from '../model/model.ts'
import type { State } from '../model/state.ts'
import type { Now } from '../model/units.ts'
import { onAttempted } from './on-attempted.ts'
import { onChecked } from './on-checked.ts'
import { onCommand } from './on-command.ts'
import { onReconciled } from './on-reconciled.ts'
import { recomputePools } from './pools.ts'
import { type Decided, record, type Scribe, scribe } from './scribe.ts'
import { stateFor } from './start.ts'
import { notInFuture, steppedState } from './step.ts'

export function decide(state: State, event: Event, now: Now): Decided {
  const write = scribe(event, now)
  const told = (next: State, what: string, text: string): Decided => ({
    state: next,
    effects: [record(write.entry({ kind: 'daemon', what, text }))],
  })
  switch (event.kind) {
    case 'started': {
      const restored = told(notInFuture(stateFor(state.model, event.saved), now), 'started', event.text)
      return resumed(restored, write, now)
    }
    case 'reloaded': {
      const reloaded = told(stateFor(event.model, state), 'reloaded', event.text)
      return resumed(
        { ...reloaded, effects: [...reloaded.effects, ...forgotten(state, event.model, write)] },
        write,
        now,
      )
    }
    case 'reload-refused':
      return told(state, 'reload-refused', event.text)
    case 'stopping':
      return told(state, 'stopping', event.text)
    case 'notice':
      return told(state, event.what, event.text)
    case 'clock-stepped': {
      const direction = event.by > 0 ? 'forward' : 'back'
      const text = `the clock was set ${direction} by ${Math.round(Math.abs(event.by) / 1000)} s; what counts by it moves along`
      return told(steppedState(state, event.by), 'clock-stepped', text)
    }
    case 'checked':
      return onChecked(state, event, write, now)
    case 'attempted':
      return onAttempted(state, event, write, now)
    case 'reconciled':
      return onReconciled(state, event.report, write)
    case 'command':
      return onCommand(state, event, write, now)
  }
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
  const pools = recomputePools(
    state,
    state.model.virtuals.map((_, i) => i),
    write,
    now,
  )
  const deliveries = pools.state.outbox.map((delivery): Effect => ({ kind: 'deliver', delivery }))
  return { state: pools.state, effects: [...effects, { kind: 'reconcile' }, ...pools.effects, ...deliveries] }
}
