/**
 * Runs the monitors: each service at its time unless something holds it, never twice at once, at most so many at a time,
 * each within its deadline. Results become events. Timers run on the monotonic clock, so that setting the wall clock
 * starts nothing; they stand still while the scheduler is stopped.
 */
import { monitorEnvironment } from '../engine/message.ts'
import { intervalInForce, type Readiness, readiness } from '../engine/readiness.ts'
import type { TimerChange } from '../model/effect.ts'
import type { EventBody } from '../model/event.ts'
import type { Model, Service } from '../model/model.ts'
import type { Monitor } from '../model/monitor.ts'
import type { ServiceKey } from '../model/names.ts'
import { inPeriod } from '../model/period.ts'
import type { ServiceState, State } from '../model/state.ts'
import { type Milliseconds, milliseconds, type Now } from '../model/units.ts'
import { Line } from '../schedule/line.ts'
import { createHeld, LOOK_AGAIN, untilNextLook } from './checks/held.ts'
import { createPlans, isTimed, type TimedService } from './checks/plans.ts'
import { createRuns } from './checks/runs.ts'
import { createSchedulerClock } from './checks/scheduler-clock.ts'
import { createTrapTimers } from './trap-timers.ts'

/** Services whose check may run at once within the daemon; programs have `maxprocs`. A socket is cheap, and a dead host slow. */
export const checksAtOnce = 2_000

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
  /** Carries out an effect of that name; `null` is all services. */
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
  const programs = new Line<ServiceKey>(0)
  const others = new Line<ServiceKey>(checksAtOnce)
  const lines = [others, programs]
  const lookAgain = doors.lookAgain ?? LOOK_AGAIN
  let stopped = false
  let cancelWatch = (): void => {}

  const clock = createSchedulerClock(doors)
  const trapTimers = createTrapTimers({ ...doors, clock })
  const plans = createPlans({
    clock,
    calendar: doors.calendar,
    seed: doors.seed,
    randstart: () => doors.state().model.settings.randstart,
    interval(service) {
      const state = stateOf(service.key)
      return state === undefined ? null : intervalInForce(service, state)
    },
    due,
    trouble: (text) => doors.post({ kind: 'notice', what: 'trouble', text }),
  })
  const runs = createRuns({
    ...doors,
    judged: plans.adoptInterval,
    ended(key, again) {
      for (const line of lines) line.done(key)
      if (again) due(key)
      startWaiting()
    },
  })
  const held = createHeld({
    now: doors.now,
    after: doors.after,
    every: lookAgain,
    paused: clock.stands,
    holds(key) {
      const ready = readinessOf(key)
      if (ready.kind === 'held') tell(key, ready.text)
      return ready.kind === 'held'
    },
    free: due,
  })

  function use(model: Model): void {
    programs.places = model.settings.maxprocs === 0 ? Number.POSITIVE_INFINITY : model.settings.maxprocs
    judgeStandstill()
    watchExcludePeriod()
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
    for (const { key } of askAnew) {
      // Whoever waits to ask an old question waits no longer; the new one does not wait for a turn that may be a day away.
      leaveLines(key)
      due(key)
    }
    startWaiting()
  }

  function forget(key: ServiceKey): void {
    plans.end(key)
    runs.forget(key)
    leave(key)
  }

  /** It is not due any longer. */
  function leave(key: ServiceKey): void {
    leaveLines(key)
    held.delete(key)
    tell(key, null)
  }

  function leaveLines(key: ServiceKey): void {
    for (const line of lines) line.leave(key)
  }

  /** A service that still runs, waits or is held misses this turn. */
  function due(key: ServiceKey): void {
    const service = plans.get(key)
    if (stopped || service === undefined || held.has(key) || runs.misses(key, { again: false })) return
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
    const service = plans.get(key)
    if (service === undefined) return false
    const ready = readinessOf(key)
    tell(key, ready.kind === 'ready' ? null : ready.text)
    if (ready.kind === 'held') held.add(key)
    const state = stateOf(key)
    if (ready.kind !== 'ready' || state === undefined) return false
    const environment = monitorEnvironment(service, state, doors.state().model.settings)
    runs.start({ service, call: service.monitor, hosts: ready.hosts, environment })
    return true
  }

  function readinessOf(key: ServiceKey): Readiness {
    const state = doors.state()
    return readiness(state, state.model.serviceIndex.get(key) ?? -1, doors.now())
  }

  function stateOf(key: ServiceKey): ServiceState | undefined {
    const { model, services } = doors.state()
    return services[model.serviceIndex.get(key) ?? -1]
  }

  /** What holds a service is told when it changes; what was told is remembered in its state, also over a restart. */
  function tell(key: ServiceKey, text: string | null): void {
    const state = stateOf(key)
    if (!stopped && state !== undefined && state.held !== text) doors.post({ kind: 'held', service: key, text })
  }

  function timer(service: ServiceKey | null, what: TimerChange): void {
    if (what === 'scheduler') judgeStandstill()
    else for (const key of service === null ? keysWithTimers() : [service]) change(key, what)
  }

  const keysWithTimers = (): readonly ServiceKey[] => doors.state().model.services.map(({ key }) => key)

  function change(key: ServiceKey, what: Exclude<TimerChange, 'scheduler'>): void {
    switch (what) {
      case 'check-now':
        if (!runs.misses(key, { again: true })) due(key)
        return
      case 'restart':
        leave(key)
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

  /** Whether the scheduler's clock stands still: the scheduler is stopped, or the global exclude_period lasts. */
  function judgeStandstill(): void {
    const { model, controls } = doors.state()
    const { excludePeriod } = model.settings
    const stands =
      controls.stopped !== null || (excludePeriod !== null && inPeriod(excludePeriod.when, doors.now().wall))
    if (stands === clock.stands() || stopped) return
    if (stands) {
      clock.stop()
      return
    }
    clock.go()
    held.look()
  }

  function watchExcludePeriod(): void {
    cancelWatch()
    if (doors.state().model.settings.excludePeriod === null) return
    cancelWatch = doors.after(untilNextLook(doors.now(), lookAgain), () => {
      judgeStandstill()
      watchExcludePeriod()
    })
  }

  function restart(): void {
    judgeStandstill()
    runs.dropAll(() => true)
    for (const key of plans.keys()) {
      leave(key)
      runs.forget(key)
      plans.beginAnew(key)
    }
    trapTimers.beginAnew()
  }

  async function stop(): Promise<void> {
    stopped = true
    cancelWatch()
    trapTimers.stop()
    for (const key of plans.keys()) plans.end(key)
    for (const line of lines) line.clear()
    held.stop()
    await runs.stop()
  }

  function overdue(): { count: number; oldest: Milliseconds } {
    const now = doors.now().uptime
    const oldest = Math.max(...lines.map((line) => now - (line.oldest ?? now)))
    return { count: programs.length + others.length, oldest: milliseconds(oldest) }
  }

  function report(key: ServiceKey): CheckReport {
    const isRunning = runs.has(key)
    const isDue = isRunning || held.has(key) || lines.some((line) => line.has(key))
    const left = isDue ? milliseconds(0) : plans.dueIn(key)
    return { timer: left === null ? null : Math.ceil(left / 1000), running: isRunning, pid: runs.pid(key) }
  }

  return { use, timer, restart, stop, overdue, report, pids: runs.pids }
}

/** What a run asks of whom, as configured: an answer to another question is no verdict. */
const questionOf = ({ monitor, hosts }: Service): string =>
  JSON.stringify([monitor?.module, monitor?.options, monitor?.withHosts, hosts])
