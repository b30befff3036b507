/**
 * The runs under way: one a service, whose result becomes an event. A run may be dropped: it is told to end, and its
 * answer does not count.
 */
import type { EventBody } from '../../model/event.ts'
import type { Call, Service } from '../../model/model.ts'
import type { Monitor } from '../../model/monitor.ts'
import type { Host, ServiceKey } from '../../model/names.ts'
import { type Milliseconds, milliseconds, type Now } from '../../model/units.ts'
import { createPulse } from './pulse.ts'
import { answerOf, settleGrace } from './run.ts'

/** Runs of one service that are asked again for it; on a machine that is always late, something must count in the end. */
const askedAgainMost = 3

export interface Asked {
  readonly service: Service
  readonly call: Call
  readonly hosts: readonly Host[]
  readonly environment: Readonly<Record<string, string>>
}

export interface Runs {
  start(asked: Asked): void
  /** Whether a run is under way. For one that was dropped, or if `again` says so, the question is asked once more after it. */
  misses(key: ServiceKey, how: { readonly again: boolean }): boolean
  has(key: ServiceKey): boolean
  /** Ends those that `unwanted` names; their answers do not count. */
  dropAll(unwanted: (key: ServiceKey, asked: Asked) => boolean): void
  /** The service goes, or begins anew: nothing of its former runs counts. */
  forget(key: ServiceKey): void
  pids(): readonly { readonly service: ServiceKey; readonly pid: number }[]
  pid(key: ServiceKey): number | null
  /** Ends everything under way and waits for it. */
  stop(): Promise<void>
}

interface Doors {
  now(): Now
  after(delay: Milliseconds, callback: () => void): () => void
  post(event: EventBody): void
  monitor(name: string): Monitor | undefined
  /** A run has ended. `again`: its service is due at once. */
  ended(key: ServiceKey, again: boolean): void
}

interface Run {
  readonly asked: Asked
  readonly controller: AbortController
  /** The answer does not count. */
  dropped: boolean
  /** It was due once more meanwhile, and is asked again right after. */
  again: boolean
  /** The process that the monitor started last. */
  pid: number | null
}

export function createRuns(doors: Doors): Runs {
  const running = new Map<ServiceKey, Run>()
  const ending = new Set<Promise<void>>()
  /** Failures in a row that were not counted because we stood still. */
  const askedAgain = new Map<ServiceKey, number>()
  const pulse = createPulse({ ...doors, running: () => running.size })
  let stopped = false

  function start(asked: Asked): void {
    const { key } = asked.service
    const run: Run = { asked, controller: new AbortController(), dropped: false, again: false, pid: null }
    running.set(key, run)
    const end = check(run).finally(() => {
      running.delete(key)
      ending.delete(end)
      if (!stopped) doors.ended(key, run.again)
    })
    ending.add(end)
  }

  async function check(run: Run): Promise<void> {
    const { service, call } = run.asked
    const begun = doors.now().uptime
    const started = (pid: number): void => {
      run.pid = pid
    }
    const question = { ...run.asked, monitor: doors.monitor(call.module), controller: run.controller, started }
    const result = await answerOf(question, doors.after)
    const took = milliseconds(doors.now().uptime - begun)
    pulse.feel()
    const failed = result.exit !== 0 && pulse.stoodStillSince(begun)
    const times = failed ? (askedAgain.get(service.key) ?? 0) + 1 : 0
    askedAgain.set(service.key, times)
    if (failed && times <= askedAgainMost) {
      run.dropped = true
      run.again = true
    }
    if (stopped || run.dropped) return
    doors.post({ kind: 'checked', service: service.key, result, took })
  }

  function misses(key: ServiceKey, { again }: { readonly again: boolean }): boolean {
    const run = running.get(key)
    if (run === undefined) return false
    if (again || run.dropped) run.again = true
    return true
  }

  function dropAll(unwanted: (key: ServiceKey, asked: Asked) => boolean): void {
    for (const [key, run] of running) {
      if (!unwanted(key, run.asked)) continue
      run.dropped = true
      run.controller.abort()
    }
  }

  async function stop(): Promise<void> {
    stopped = true
    pulse.stop()
    for (const run of running.values()) run.controller.abort()
    const patience = new Promise<void>((resolve) => doors.after(settleGrace, resolve))
    if (ending.size > 0) await Promise.race([Promise.allSettled([...ending]), patience])
  }

  return {
    start,
    misses,
    has: (key) => running.has(key),
    dropAll,
    forget: (key) => void askedAgain.delete(key),
    pids: () => [...running].flatMap(([service, { pid }]) => (pid === null ? [] : [{ service, pid }])),
    pid: (key) => running.get(key)?.pid ?? null,
    stop,
  }
}
