/**
 * Runs the monitors: each service at its time, never twice at once, at most so many at a time, each within its deadline.
 * Results become events. Timers run on the monotonic clock, so that setting the wall clock starts nothing.
 */
import { setMaxListeners } from 'node:events'
import { monitorEnvironment } from '../engine/message.ts'
import { durationText } from '../model/duration.ts'
import type { EventBody } from '../model/event.ts'
import type { Model, Service } from '../model/model.ts'
import type { Monitor } from '../model/monitor.ts'
import type { ServiceKey } from '../model/names.ts'
import type { CheckResult } from '../model/result.ts'
import type { ServiceState, State } from '../model/state.ts'
import { type Milliseconds, milliseconds, type Now, seconds, type Uptime, uptime } from '../model/units.ts'
import { dueAt, nextTurn, type Rate, type Turn } from '../schedule/due.ts'
import { Line } from '../schedule/line.ts'
import { firstDelay } from '../schedule/spread.ts'

/** Services whose check may run at once within the daemon; programs have `maxprocs`. A socket is cheap, and a dead host slow. */
export const checksAtOnce = 2_000
/** A monitor that has not settled this long after its deadline is left behind; the service goes on without it. */
export const settleGrace = seconds(5)

/** How often the checks feel their own pulse. */
const pulseEvery = milliseconds(250)
/** A pulse that comes later than this means that we stood still, and that silence meanwhile was ours. */
const latestPulse = milliseconds(1_000)
/** Runs of one service that are asked again for it; on a machine that is always late, something must count in the end. */
const askedAgainMost = 3

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
  /** Failures in a row that were not counted because we stood still. */
  const askedAgain = new Map<ServiceKey, number>()
  const programs = new Line<ServiceKey>(0)
  const others = new Line<ServiceKey>(checksAtOnce)
  let stopped = false
  let pulse = doors.now().uptime
  /** When we last stood still, and since when. */
  let stoodStill: { readonly until: Uptime; readonly length: Milliseconds } | null = null
  let cancelPulse = doors.after(pulseEvery, beat)

  function beat(): void {
    feelPulse()
    cancelPulse = doors.after(pulseEvery, beat)
  }

  /**
   * The process was stopped, the machine was paused or far too busy: for that long nobody could have answered us. A
   * failure seen across such a time says nothing of the hosts.
   */
  function feelPulse(): void {
    const now = doors.now().uptime
    const late = now - pulse
    pulse = now
    if (late <= latestPulse) return
    stoodStill = { until: now, length: milliseconds(late) }
    const checks = running.size === 0 ? '' : `; of ${running.size} checks under way, those that failed are asked again`
    const text = `this process stood still for ${durationText(stoodStill.length)}${checks}`
    doors.post({ kind: 'notice', what: 'stood-still', text })
  }

  const crossed = (begun: Uptime): boolean => stoodStill !== null && stoodStill.until >= begun

  function use(model: Model): void {
    programs.places = model.settings.maxprocs === 0 ? Number.POSITIVE_INFINITY : model.settings.maxprocs
    const wanted = new Map(model.services.map((service) => [service.key, service]))
    const askAnew: ServiceKey[] = []
    for (const [key, plan] of planned) {
      const service = wanted.get(key)
      // Whoever waits to ask an old question waits no longer.
      const asksOtherwise = service === undefined || questionOf(service) !== questionOf(plan.service)
      if (asksOtherwise) for (const line of [programs, others]) line.leave(key)
      if (service !== undefined && rhythmOf(service) === plan.rhythm) {
        plan.service = service
        if (asksOtherwise) askAnew.push(key)
        continue
      }
      plan.cancel()
      planned.delete(key)
      askedAgain.delete(key)
    }
    for (const [key, run] of running) {
      const service = wanted.get(key)
      if (service !== undefined && questionOf(service) === run.asked) continue
      run.dropped = true
      run.controller.abort()
    }
    for (const service of model.services) if (!planned.has(service.key)) begin(service, model)
    // A new host, or a new question, does not wait for the next turn, which may be a day away.
    for (const key of askAnew) due(key)
    startWaiting()
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
      const cancelCalendar = dates(key, timing.expression)
      plan.cancel = () => {
        cancelFirst()
        cancelCalendar()
      }
    } else arm(plan)
  }

  /** What the parser accepts the calendar understands; should it not, that is said, and nothing else suffers. */
  function dates(key: ServiceKey, expression: string): () => void {
    try {
      return doors.calendar(expression, () => due(key))
    } catch (error) {
      const text = `${key} is checked only once: its calendar "${expression}" is not understood: ${String(error)}`
      doors.post({ kind: 'notice', what: 'trouble', text })
      return () => {}
    }
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
    lineOf(service).join(key, doors.now().uptime)
    startWaiting()
  }

  const lineOf = (service: Service): Line<ServiceKey> =>
    doors.monitor(service.monitor.module)?.startsPrograms === true ? programs : others

  function startWaiting(): void {
    for (const line of [others, programs]) {
      for (let key = line.next(); key !== undefined; key = line.next()) start(key, line)
    }
  }

  function start(key: ServiceKey, line: Line<ServiceKey>): void {
    const service = planned.get(key)?.service
    const index = doors.state().model.serviceIndex.get(key)
    const state = index === undefined ? undefined : doors.state().services[index]
    if (service === undefined || state === undefined) {
      line.done(key)
      return
    }
    const run: Run = { controller: new AbortController(), asked: questionOf(service), dropped: false }
    running.set(key, run)
    const end = check(service, state, run).finally(() => {
      running.delete(key)
      line.done(key)
      ended.delete(end)
      if (stopped) return
      if (run.dropped) due(key)
      startWaiting()
    })
    ended.add(end)
  }

  async function check(service: Service, state: ServiceState, run: Run): Promise<void> {
    const begun = doors.now().uptime
    const cancelDeadline = doors.after(service.timeout, () => run.controller.abort())
    const result = await settledResult(service, state, run.controller)
    cancelDeadline()
    const took = milliseconds(doors.now().uptime - begun)
    feelPulse()
    const failed = result.exit !== 0 && crossed(begun)
    const times = failed ? (askedAgain.get(service.key) ?? 0) + 1 : 0
    askedAgain.set(service.key, times)
    if (failed && times <= askedAgainMost) run.dropped = true
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
      // Asynchronous, so that one that throws at once ends like one that rejects.
      const asked = async () => monitor.check(service.hosts, service.monitor.options, context)
      asked().then(
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
    cancelPulse()
    for (const plan of planned.values()) plan.cancel()
    planned.clear()
    programs.clear()
    others.clear()
    for (const run of running.values()) run.controller.abort()
    const patience = new Promise<void>((resolve) => doors.after(settleGrace, resolve))
    if (ended.size > 0) await Promise.race([Promise.allSettled([...ended]), patience])
  }

  function overdue(): { count: number; oldest: Milliseconds } {
    const now = doors.now().uptime
    const oldest = Math.max(...[programs, others].map((line) => now - (line.oldest ?? now)))
    return { count: programs.length + others.length, oldest: milliseconds(oldest) }
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
