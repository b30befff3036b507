/**
 * Runs the monitors: each service at its time, never twice at once, at most so many at a time, each within its deadline.
 * Results become events. Timers run on the monotonic clock, so that setting the wall clock starts nothing.
 */
import { setMaxListeners } from 'node:events'
import { monitorEnvironment } from '../engine/message.ts'
import type { EventBody } from '../model/event.ts'
import type { Model, Service } from '../model/model.ts'
import type { Monitor } from '../model/monitor.ts'
import type { ServiceKey } from '../model/names.ts'
import type { CheckResult } from '../model/result.ts'
import type { ServiceState, State } from '../model/state.ts'
import { type Milliseconds, milliseconds, type Now, seconds, type Uptime, uptime } from '../model/units.ts'
import { dueAt, nextTurn, type Rate, type Turn } from '../schedule/due.ts'
import { firstDelay } from '../schedule/spread.ts'

/** Services whose check may run at once; a thousand sockets are easy, a thousand TLS handshakes are not. */
export const checksAtOnce = 200
/** Programs at once where mon.cf does not say `maxprocs`: each is a process with its own memory. */
export const programsAtOnce = 50
/** A monitor that has not settled this long after its deadline is left behind; the service goes on without it. */
export const settleGrace = seconds(5)

export interface CheckDoors {
  now(): Now
  state(): State
  post(event: EventBody): void
  /** Calls back after a time; the returned function takes the wish back. */
  after(delay: Milliseconds, callback: () => void): () => void
  /** Calls back at the times of a calendar expression (node-cron's); the returned function ends it. */
  calendar(expression: string, callback: () => void): () => void
  monitor(name: string): Monitor | undefined
  /** Whether a monitor starts a process, which `maxprocs` limits. */
  startsProgram(name: string): boolean
  readonly seed: number
}

export interface Checks {
  /** Takes over a model: what is unchanged keeps its rhythm, what is new starts, what is gone stops. */
  use(model: Model): void
  /** Ends everything under way and waits for it. */
  stop(): Promise<void>
  /** How many services are due and wait for a free place; `oldest`: for how long. */
  overdue(): { readonly count: number; readonly oldest: Milliseconds }
}

interface Planned {
  service: Service
  readonly rhythm: string
  turn: Turn
  cancel: () => void
}

interface Run {
  readonly controller: AbortController
  /** What was asked of the monitor; a reload that asks otherwise drops the answer. */
  readonly asked: string
  dropped: boolean
}

export function createChecks(doors: CheckDoors): Checks {
  const planned = new Map<ServiceKey, Planned>()
  const running = new Map<ServiceKey, Run>()
  const ended = new Set<Promise<void>>()
  /** Since when each waits for a free place, first come first served; programs apart, since they have a limit of their own. */
  const waiting = { programs: new Map<ServiceKey, Uptime>(), others: new Map<ServiceKey, Uptime>() }
  let programs = 0
  let maxprocs = programsAtOnce
  let stopped = false

  function use(model: Model): void {
    maxprocs = model.settings.maxprocs === 0 ? programsAtOnce : model.settings.maxprocs
    const wanted = new Map(model.services.map((service) => [service.key, service]))
    for (const [key, plan] of planned) {
      const service = wanted.get(key)
      if (service !== undefined && rhythmOf(service) === plan.rhythm) {
        plan.service = service
        continue
      }
      plan.cancel()
      planned.delete(key)
      waiting.programs.delete(key)
      waiting.others.delete(key)
    }
    for (const [key, run] of running) {
      const service = wanted.get(key)
      if (service !== undefined && questionOf(service) === run.asked) continue
      run.dropped = true
      run.controller.abort()
    }
    for (const service of model.services) if (!planned.has(service.key)) begin(service, model)
  }

  function begin(service: Service, model: Model): void {
    const { key, timing } = service
    const now = doors.now().uptime
    const spread = timing.kind === 'every' ? timing.interval : seconds(60)
    const delay = firstDelay(key, doors.seed, model.settings.randstart, spread)
    const plan: Planned = {
      service,
      rhythm: rhythmOf(service),
      turn: { start: uptime(now + delay), number: 0 },
      cancel: () => {},
    }
    planned.set(key, plan)
    if (timing.kind === 'cron') {
      // A calendar service is checked once at the start as well, so that its verdict need not wait for the next date.
      const cancelFirst = doors.after(delay, () => due(key))
      const cancelCalendar = doors.calendar(timing.expression, () => due(key))
      plan.cancel = () => {
        cancelFirst()
        cancelCalendar()
      }
    } else arm(plan)
  }

  function arm(plan: Planned): void {
    const { key } = plan.service
    const at =
      plan.service.timing.kind === 'every' ? dueAt(plan.turn, rateOf(plan.service, doors.seed)) : plan.turn.start
    plan.cancel = doors.after(milliseconds(Math.max(0, at - doors.now().uptime)), () => {
      if (plan.service.timing.kind !== 'every') return
      plan.turn = nextTurn(plan.turn, rateOf(plan.service, doors.seed), doors.now().uptime)
      arm(plan)
      due(key)
    })
  }

  /** A service that still runs, or already waits, misses this turn. */
  function due(key: ServiceKey): void {
    const service = planned.get(key)?.service
    if (stopped || service === undefined || running.has(key)) return
    const line = doors.startsProgram(service.monitor.module) ? waiting.programs : waiting.others
    if (!line.has(key)) line.set(key, doors.now().uptime)
    startWaiting()
  }

  function startWaiting(): void {
    startFrom(waiting.others, false)
    startFrom(waiting.programs, true)
  }

  function startFrom(line: Map<ServiceKey, Uptime>, isProgram: boolean): void {
    for (const key of line.keys()) {
      if (running.size >= checksAtOnce || (isProgram && programs >= maxprocs)) return
      line.delete(key)
      const service = planned.get(key)?.service
      if (service !== undefined) start(service, isProgram)
    }
  }

  function start(service: Service, isProgram: boolean): void {
    const index = doors.state().model.serviceIndex.get(service.key)
    const state = index === undefined ? undefined : doors.state().services[index]
    if (state === undefined) return
    const run: Run = { controller: new AbortController(), asked: questionOf(service), dropped: false }
    running.set(service.key, run)
    if (isProgram) programs += 1
    const end = check(service, state, run).finally(() => {
      running.delete(service.key)
      if (run.dropped) due(service.key)
      if (isProgram) programs -= 1
      ended.delete(end)
      if (!stopped) startWaiting()
    })
    ended.add(end)
  }

  async function check(service: Service, state: ServiceState, run: Run): Promise<void> {
    const begun = doors.now().uptime
    const cancelDeadline = doors.after(service.timeout, () => run.controller.abort())
    const result = await settledResult(service, state, run.controller)
    cancelDeadline()
    const took = milliseconds(doors.now().uptime - begun)
    if (!stopped && !run.dropped) doors.post({ kind: 'checked', service: service.key, result, took })
  }

  /** The monitor's answer; or, from one that neither answers nor ends when told to, an answer in its place. */
  function settledResult(service: Service, state: ServiceState, controller: AbortController): Promise<CheckResult> {
    const monitor = doors.monitor(service.monitor.module)
    if (monitor === undefined) {
      return Promise.resolve(
        noAnswer(service, 'monitor-missing', `the monitor "${service.monitor.module}" is not loaded`),
      )
    }
    setMaxListeners(0, controller.signal)
    const context = {
      withHosts: service.monitor.withHosts,
      signal: controller.signal,
      timeout: service.timeout,
      environment: monitorEnvironment(service, state, doors.state().model.settings),
    }
    return new Promise((resolve) => {
      const text = `the monitor "${service.monitor.module}" did not end within its ${service.timeout / 1000} s`
      const latest = milliseconds(service.timeout + settleGrace)
      const giveUp = doors.after(latest, () => resolve(noAnswer(service, 'monitor-stuck', text)))
      monitor.check(service.hosts, service.monitor.options, context).then(
        (result) => {
          giveUp()
          resolve(result)
        },
        (error: unknown) => {
          giveUp()
          resolve(
            noAnswer(service, 'monitor-broken', `the monitor "${service.monitor.module}" failed: ${String(error)}`),
          )
        },
      )
    })
  }

  async function stop(): Promise<void> {
    stopped = true
    for (const plan of planned.values()) plan.cancel()
    planned.clear()
    waiting.programs.clear()
    waiting.others.clear()
    for (const run of running.values()) run.controller.abort()
    const patience = new Promise<void>((resolve) => doors.after(settleGrace, resolve))
    if (ended.size > 0) await Promise.race([Promise.allSettled([...ended]), patience])
  }

  function overdue(): { count: number; oldest: Milliseconds } {
    const now = doors.now().uptime
    const first = [...waiting.programs.values(), ...waiting.others.values()]
    return { count: first.length, oldest: milliseconds(first.reduce((most, since) => Math.max(most, now - since), 0)) }
  }

  return { use, stop, overdue }
}

const rateOf = (service: Service, seed: number): Rate => {
  const { timing } = service
  return timing.kind === 'every'
    ? { key: service.key, interval: timing.interval, randskew: timing.randskew, seed }
    : { key: service.key, interval: seconds(60), randskew: null, seed }
}

/** What must stay the same for a service to keep its rhythm over a reload. */
const rhythmOf = ({ timing }: Service): string => JSON.stringify(timing)

/** What a run asks of whom: an answer to another question is no verdict. */
const questionOf = ({ monitor, hosts }: Service): string =>
  JSON.stringify([monitor.module, monitor.options, monitor.withHosts, hosts])

/** A failure of our own making says nothing about the hosts. */
function noAnswer(service: Service, code: string, text: string): CheckResult {
  const timings = { connect: null, firstByte: null, total: milliseconds(0) }
  return {
    exit: 1,
    summary: text,
    detail: '',
    hosts: service.hosts.map((host) => ({ kind: 'unknown', host, code, text, timings })),
    performance: [],
    warnings: [],
  }
}
