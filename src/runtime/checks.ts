/**
 * Runs the monitors: each service at its time unless something holds it, never twice at once, at most so many at a time,
 * each within its deadline. Results become events. Timers run on the monotonic clock, so that setting the wall clock
 * starts nothing; they stand still while the scheduler is stopped.
 */
import { monitorEnvironment } from '../engine/message.ts'
import { intervalInForce } from '../engine/readiness.ts'
import type { TimerChange } from '../model/effect.ts'
import type { EventBody } from '../model/event.ts'
import type { Model, Service } from '../model/model.ts'
import type { Monitor } from '../model/monitor.ts'
import type { ServiceKey } from '../model/names.ts'
import type { State } from '../model/state.ts'
import { type Milliseconds, milliseconds, type Now } from '../model/units.ts'
import { LOOK_AGAIN } from './checks/held.ts'
import { createPlans, isTimed } from './checks/plans.ts'
import { createRuns } from './checks/runs.ts'
import { createSchedulerClock } from './checks/scheduler-clock.ts'
import { createStandstill } from './checks/standstill.ts'
import { createTurns, stateOf } from './checks/turns.ts'
import { createTrapTimers } from './trap-timers.ts'

export interface CheckDoors {
  now(): Now
  state(): State
  post(event: EventBody): void
  /** Calls back after a time; the returned function takes the wish back. */
  after(delay: Milliseconds, callback: () => void): () => void
  /** Calls back at the times of a calendar expression (node-cron's); the returned function ends it. */
  calendar(expression: string, callback: () => void): () => void
  monitor(name: string): Monitor | undefined
  readonly seed: number
  /** How often what is held back is looked at again; mon's `-i`. Without it: every second. */
  readonly lookAgain?: Milliseconds
}

export interface Checks {
  /** Takes over a model: what is unchanged keeps its rhythm, what is new starts, what is gone stops. */
  use(model: Model): void
  /** Carries out an effect of that name; `null` only where it is about all services. */
  timer(service: ServiceKey | null, what: TimerChange): void
  /** All timers begin anew, as at a start; what runs is ended without a result. mon's `reset`. */
  restart(): void
  /** Ends everything under way and waits for it. */
  stop(): Promise<void>
  /** How many services are due and wait for a free place; `oldest`: for how long. */
  overdue(): { readonly count: number; readonly oldest: Milliseconds }
  report(service: ServiceKey): CheckReport
  /** Processes of the monitors that run, for `list pids`. */
  pids(): readonly { readonly service: ServiceKey; readonly pid: number }[]
}

export interface CheckReport {
  /** Whole seconds to the next start; 0 while it runs or is overdue; `null` if only the calendar knows, or nobody. */
  readonly timer: number | null
  readonly running: boolean
  /** The process that its monitor started last. */
  readonly pid: number | null
}

export function createChecks(doors: CheckDoors): Checks {
  const every = doors.lookAgain ?? LOOK_AGAIN
  const clock = createSchedulerClock(doors)
  const trapTimers = createTrapTimers({ ...doors, clock })
  const plans = createPlans({
    clock,
    calendar: doors.calendar,
    seed: doors.seed,
    randstart: () => doors.state().model.settings.randstart,
    interval(service) {
      const state = stateOf(doors.state(), service.key)
      return state === undefined ? null : intervalInForce(service, state)
    },
    due: (key) => turns.due(key),
    trouble: (text) => doors.post({ kind: 'notice', what: 'trouble', text }),
  })
  const runs = createRuns({ ...doors, ended: (key, again) => turns.ended(key, again) })
  const turns = createTurns({
    ...doors,
    every,
    paused: clock.stands,
    service: plans.get,
    misses: (key) => runs.misses(key, { again: false }),
    start(service, state, hosts) {
      const environment = monitorEnvironment(service, state, doors.state().model.settings)
      runs.start({ service, call: service.monitor, hosts, environment })
    },
  })
  const standstill = createStandstill({ ...doors, clock, every, wentOn: turns.look })

  function use(model: Model): void {
    turns.allow(model.settings.maxprocs)
    standstill.watch()
    trapTimers.use(model)
    const timed = new Map(model.services.flatMap((service) => (isTimed(service) ? [[service.key, service]] : [])))
    for (const key of plans.keys()) if (!timed.has(key)) forget(key)
    const askAnew = [...timed.values()].filter((service) => {
      const former = plans.get(service.key)
      return former !== undefined && questionOf(former) !== questionOf(service)
    })
    runs.dropAll((key, { service }) => {
      const wanted = timed.get(key)
      return wanted === undefined || questionOf(wanted) !== questionOf(service)
    })
    for (const service of timed.values()) plans.use(service)
    for (const { key } of askAnew) turns.askAnew(key)
    turns.startWaiting()
  }

  function forget(key: ServiceKey): void {
    plans.end(key)
    runs.forget(key)
    turns.leave(key)
  }

  function timer(service: ServiceKey | null, what: TimerChange): void {
    if (what === 'scheduler') standstill.judge()
    else if (service !== null) change(service, what)
  }

  function change(key: ServiceKey, what: Exclude<TimerChange, 'scheduler'>): void {
    switch (what) {
      case 'check-now':
        if (!runs.misses(key, { again: true })) turns.due(key)
        return
      case 'restart':
        turns.leave(key)
        plans.restart(key)
        trapTimers.restart(key)
        return
      case 'interval':
        plans.adoptInterval(key)
        return
      case 'trapped':
        trapTimers.trapped(key)
    }
  }

  function restart(): void {
    standstill.judge()
    runs.dropAll(() => true)
    for (const key of plans.keys()) {
      turns.leave(key)
      runs.forget(key)
      plans.beginAnew(key)
    }
    trapTimers.beginAnew()
  }

  async function stop(): Promise<void> {
    standstill.stop()
    trapTimers.stop()
    for (const key of plans.keys()) plans.end(key)
    turns.stop()
    await runs.stop()
  }

  function report(key: ServiceKey): CheckReport {
    const isRunning = runs.has(key)
    const left = isRunning || turns.has(key) ? milliseconds(0) : plans.dueIn(key)
    return { timer: left === null ? null : Math.ceil(left / 1000), running: isRunning, pid: runs.pid(key) }
  }

  return { use, timer, restart, stop, overdue: turns.overdue, report, pids: runs.pids }
}

/** What a run asks of whom, as configured: an answer to another question is no verdict. */
const questionOf = ({ monitor, hosts }: Service): string =>
  JSON.stringify([monitor?.module, monitor?.options, monitor?.withHosts, hosts])
