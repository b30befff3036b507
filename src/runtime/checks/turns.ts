/**
 * Services whose turn has come: they wait in line for a place, start, or are held until nothing holds them any longer.
 * Programs and monitors within the daemon have a line each, so that neither kind keeps the other from running.
 */
import { type Readiness, readiness } from '../../engine/readiness.ts'
import type { EventBody } from '../../model/event.ts'
import type { Monitor } from '../../model/monitor.ts'
import type { Host, ServiceKey } from '../../model/names.ts'
import type { ServiceState, State } from '../../model/state.ts'
import { type Milliseconds, milliseconds, type Now } from '../../model/units.ts'
import { Line } from '../../schedule/line.ts'
import { createHeld } from './held.ts'
import type { TimedService } from './plans.ts'

/** Services whose check may run at once within the daemon; programs have `maxprocs`. A socket is cheap, and a dead host slow. */
const checksAtOnce = 2_000

export interface Turns {
  /** How many programs may run at once; 0 is as many as there are. */
  allow(maxprocs: number): void
  /** Its turn has come. A service that still runs, waits or is held misses this one. */
  due(key: ServiceKey): void
  /** It waits or is held. */
  has(key: ServiceKey): boolean
  /** It is not due any longer, and nothing is said of what held it. */
  leave(key: ServiceKey): void
  /** It asks another question now: it waits no longer for the old one, nor for a turn that may be a day away. */
  askAnew(key: ServiceKey): void
  /** Its run has ended. `again`: it is due at once. */
  ended(key: ServiceKey, again: boolean): void
  /** Starts whoever waits, as far as there are places. */
  startWaiting(): void
  /** Looks now whether those that are held still are. */
  look(): void
  /** How many services wait for a place; `oldest`: for how long. */
  overdue(): { readonly count: number; readonly oldest: Milliseconds }
  stop(): void
}

interface Doors {
  now(): Now
  state(): State
  post(event: EventBody): void
  after(delay: Milliseconds, callback: () => void): () => void
  monitor(name: string): Monitor | undefined
  /** Between one look at what is held and the next. */
  readonly every: Milliseconds
  /** The whole scheduler stands still. */
  paused(): boolean
  service(key: ServiceKey): TimedService | undefined
  /** A run of it is under way, which makes it miss this turn. */
  misses(key: ServiceKey): boolean
  start(service: TimedService, state: ServiceState, hosts: readonly Host[]): void
}

export function createTurns(doors: Doors): Turns {
  const programs = new Line<ServiceKey>(0)
  const others = new Line<ServiceKey>(checksAtOnce)
  const lines = [others, programs]
  let stopped = false

  const held = createHeld({
    ...doors,
    holds(key) {
      const ready = readinessOf(key)
      if (ready.kind === 'held') tell(key, ready.text)
      return ready.kind === 'held'
    },
    free: due,
  })

  function due(key: ServiceKey): void {
    const service = doors.service(key)
    if (stopped || service === undefined || held.has(key) || doors.misses(key)) return
    lineOf(service).join(key, doors.now().uptime)
    startWaiting()
  }

  const lineOf = ({ monitor }: TimedService): Line<ServiceKey> =>
    doors.monitor(monitor.module)?.startsPrograms === true ? programs : others

  function startWaiting(): void {
    for (const line of lines) {
      for (let key = line.next(); key !== undefined; key = line.next()) if (!start(key)) line.done(key)
    }
  }

  /** Whether it has started; else it is held, or misses this turn. */
  function start(key: ServiceKey): boolean {
    const service = doors.service(key)
    if (service === undefined) return false
    const ready = readinessOf(key)
    tell(key, ready.kind === 'ready' ? null : ready.text)
    if (ready.kind === 'held') held.add(key)
    const state = stateOf(doors.state(), key)
    if (ready.kind !== 'ready' || state === undefined) return false
    doors.start(service, state, ready.hosts)
    return true
  }

  function readinessOf(key: ServiceKey): Readiness {
    const state = doors.state()
    return readiness(state, state.model.serviceIndex.get(key) ?? -1, doors.now())
  }

  /** What holds a service is told when it changes; what was told is remembered in its state, also over a restart. */
  function tell(key: ServiceKey, text: string | null): void {
    const state = stateOf(doors.state(), key)
    if (!stopped && state !== undefined && state.held !== text) doors.post({ kind: 'held', service: key, text })
  }

  function leave(key: ServiceKey): void {
    leaveLines(key)
    held.delete(key)
    tell(key, null)
  }

  function leaveLines(key: ServiceKey): void {
    for (const line of lines) line.leave(key)
  }

  function askAnew(key: ServiceKey): void {
    leaveLines(key)
    due(key)
  }

  function ended(key: ServiceKey, again: boolean): void {
    for (const line of lines) line.done(key)
    if (again) due(key)
    startWaiting()
  }

  function overdue(): { count: number; oldest: Milliseconds } {
    const now = doors.now().uptime
    const oldest = Math.max(...lines.map((line) => now - (line.oldest ?? now)))
    return { count: programs.length + others.length, oldest: milliseconds(oldest) }
  }

  function stop(): void {
    stopped = true
    for (const line of lines) line.clear()
    held.stop()
  }

  return {
    allow(maxprocs) {
      programs.places = maxprocs === 0 ? Number.POSITIVE_INFINITY : maxprocs
    },
    ...{ due, leave, askAnew, ended, startWaiting, overdue, stop },
    has: (key) => held.has(key) || lines.some((line) => line.has(key)),
    look: held.look,
  }
}

export function stateOf({ model, services }: State, key: ServiceKey): ServiceState | undefined {
  return services[model.serviceIndex.get(key) ?? -1]
}
