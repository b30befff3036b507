/**
 * Services that hear of their hosts by traps: `traptimeout` is over when no trap came for so long, `trapduration` when the
 * last one is so old. Both run on the scheduler's clock. mon manual, "traptimeout", "trapduration".
 */
import type { EventBody } from '../model/event.ts'
import type { Model, Service } from '../model/model.ts'
import type { ServiceKey } from '../model/names.ts'
import type { ServiceState, State } from '../model/state.ts'
import { type Milliseconds, milliseconds, type Now, since, type Uptime, uptime } from '../model/units.ts'
import { latestPulse } from './checks/pulse.ts'
import type { SchedulerClock } from './checks/scheduler-clock.ts'

export interface TrapTimers {
  /** Takes over a model: timers whose length is unchanged run on, new ones begin. */
  use(model: Model): void
  /** A trap was accepted. */
  trapped(key: ServiceKey): void
  /** Timers that run begin again with their whole length. */
  restart(key: ServiceKey): void
  /** As at a start. */
  beginAnew(): void
  stop(): void
}

interface Doors {
  readonly clock: SchedulerClock
  now(): Now
  state(): State
  post(event: EventBody): void
}

interface Timers {
  readonly lengths: string
  /** Until a trap must have come. */
  timeout: () => void
  /** Until what a trap said is over; `null`: it does not run. */
  duration: (() => void) | null
}

export function createTrapTimers(doors: Doors): TrapTimers {
  const { clock } = doors
  const timers = new Map<ServiceKey, Timers>()
  /** When trapduration began last; the wall clock counts only what passed before this run of the daemon. */
  const begun = new Map<ServiceKey, Uptime>()
  let services = new Map<ServiceKey, Service>()

  function use(model: Model): void {
    const listening = model.services.filter(({ traptimeout, trapduration }) => traptimeout ?? trapduration)
    services = new Map(listening.map((service) => [service.key, service]))
    for (const key of begun.keys()) if (!model.serviceIndex.has(key)) begun.delete(key)
    for (const [key, { lengths }] of timers) {
      const service = services.get(key)
      if (service === undefined || lengthsOf(service) !== lengths) end(key)
    }
    for (const service of listening) if (!timers.has(service.key)) begin(service)
  }

  function begin(service: Service): void {
    const { key } = service
    timers.set(key, { lengths: lengthsOf(service), timeout: () => {}, duration: null })
    expectTrap(key)
    const state = stateOf(key)
    if (state === undefined || state.lastTrap === null) {
      begun.delete(key)
      return
    }
    const at = begun.get(key) ?? uptime(clock.now() - Math.max(0, since(state.lastTrap, doors.now())))
    begun.set(key, at)
    const left = durationLeft(service, state, milliseconds(clock.now() - at))
    if (left !== null) endAfter(key, left)
  }

  function stateOf(key: ServiceKey): ServiceState | undefined {
    const { model, services: states } = doors.state()
    const index = model.serviceIndex.get(key)
    return index === undefined ? undefined : states[index]
  }

  function expectTrap(key: ServiceKey): void {
    const length = services.get(key)?.traptimeout ?? null
    if (length !== null) failAfter(key, length, { length, mayForgive: true })
  }

  function failAfter(key: ServiceKey, delay: Milliseconds, how: { length: Milliseconds; mayForgive: boolean }): void {
    const of = timers.get(key)
    if (of === undefined) return
    const end = clock.now() + delay
    of.timeout()
    of.timeout = clock.after(delay, () => {
      const late = clock.now() - end
      // Nobody read our socket while this process stood still: that long a trap that came may wait there, or be lost.
      if (how.mayForgive && late > latestPulse) {
        failAfter(key, milliseconds(Math.min(late, how.length)), { ...how, mayForgive: false })
        return
      }
      expectTrap(key)
      doors.post({ kind: 'trap-timeout', service: key })
    })
  }

  function endAfter(key: ServiceKey, delay: Milliseconds): void {
    const of = timers.get(key)
    if (of === undefined) return
    of.duration?.()
    of.duration = clock.after(delay, () => {
      of.duration = null
      doors.post({ kind: 'trap-expired', service: key })
    })
  }

  function trapped(key: ServiceKey): void {
    expectTrap(key)
    begun.set(key, clock.now())
    const length = services.get(key)?.trapduration ?? null
    if (length !== null) endAfter(key, length)
  }

  function restart(key: ServiceKey): void {
    expectTrap(key)
    const length = services.get(key)?.trapduration ?? null
    const runs = (timers.get(key)?.duration ?? null) !== null
    if (length === null || !runs) return
    begun.set(key, clock.now())
    endAfter(key, length)
  }

  function end(key: ServiceKey): void {
    const of = timers.get(key)
    of?.timeout()
    of?.duration?.()
    timers.delete(key)
  }

  const stop = (): void => {
    for (const key of [...timers.keys()]) end(key)
  }

  function beginAnew(): void {
    stop()
    for (const service of services.values()) begin(service)
  }

  return { use, trapped, restart, beginAnew, stop }
}

const lengthsOf = ({ traptimeout, trapduration }: Service): string => JSON.stringify([traptimeout, trapduration])

/**
 * What is left of trapduration when so much of it has passed. One that ended while nobody watched is over now, if the
 * failure is still the one that a trap told of: what failed later has another reason.
 */
function durationLeft(
  { trapduration }: Service,
  { status, lastFailure, lastTrap }: ServiceState,
  passed: Milliseconds,
): Milliseconds | null {
  if (trapduration === null) return null
  if (passed < trapduration) return milliseconds(trapduration - passed)
  const toldByTrap = status.kind === 'down' && (lastFailure ?? 0) <= (lastTrap ?? 0)
  return toldByTrap ? milliseconds(0) : null
}
