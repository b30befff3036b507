/** Checks on a fake clock with the real engine behind them: what is posted is decided, and its timer effects come back. */
import type { Command, EventBody } from '../../src/model/event.ts'
import type { Model, Service, WrittenPeriod } from '../../src/model/model.ts'
import type { CheckContext, Monitor } from '../../src/model/monitor.ts'
import type { Host, ServiceKey } from '../../src/model/names.ts'
import type { CheckResult } from '../../src/model/result.ts'
import type { ServiceState, State } from '../../src/model/state.ts'
import { type Milliseconds, seconds } from '../../src/model/units.ts'
import { type Checks, createChecks } from '../../src/runtime/checks.ts'
import { call, Run, result, service } from '../engine/build.ts'
import { FakeTime } from './fake-time.ts'

export type Answering = (context: CheckContext, hosts: readonly Host[]) => Promise<CheckResult>

interface Options {
  readonly answering?: Answering
  readonly seed?: number
  readonly lookAgain?: Milliseconds
  /** The scheduler is stopped at the start, mon's `-S`. */
  readonly stopped?: boolean
}

export interface Rig {
  readonly time: FakeTime
  readonly checks: Checks
  readonly run: Run
  /** When each monitor began, in seconds. */
  readonly starts: number[]
  /** The same by service, `g/s`. */
  readonly startsOf: Map<string, number[]>
  readonly handed: (readonly Host[])[]
  readonly posted: EventBody[]
  readonly dates: (() => void)[]
  post(body: EventBody): void
  command(command: Command): void
  reload(model: Model): void
  kinds(kind: EventBody['kind']): EventBody[]
}

/** Begins at a whole minute of the wall clock. */
export function rig(of: Model, options: Options = {}): Rig {
  const { answering = async () => result([], []), seed = 1, lookAgain, stopped = false } = options
  const time = new FakeTime()
  const run = new Run(of)
  const starts: number[] = []
  const startsOf = new Map<string, number[]>()
  const handed: (readonly Host[])[] = []
  const posted: EventBody[] = []
  const dates: (() => void)[] = []

  function post(body: EventBody): void {
    posted.push(body)
    for (const effect of run.post(body, time.now())) {
      if (effect.kind === 'timer') checks.timer(effect.service, effect.what)
    }
  }

  const monitor: Monitor = {
    name: 'test',
    question: '',
    flags: {},
    rest: null,
    schema: { type: 'object', properties: {}, additionalProperties: false },
    check(hosts, _options, context) {
      const now = time.now().uptime / 1000
      const key = `${context.environment.MON_GROUP}/${context.environment.MON_SERVICE}`
      starts.push(now)
      startsOf.set(key, [...(startsOf.get(key) ?? []), now])
      handed.push(hosts)
      return answering(context, hosts)
    },
  }
  const checks = createChecks({
    now: time.now,
    after: time.after,
    state: () => run.state,
    post,
    calendar: (expression, callback) => {
      if (expression === 'odd') throw new Error('what?')
      dates.push(callback)
      return () => dates.splice(dates.indexOf(callback), 1)
    },
    monitor: (name) =>
      name === 'test' ? monitor : name === 'script' ? { ...monitor, startsPrograms: true } : undefined,
    seed,
    ...(lookAgain === undefined ? {} : { lookAgain }),
  })
  post({ kind: 'started', saved: null, text: '', stopped })
  checks.use(of)

  return {
    ...{ time, checks, run, starts, startsOf, handed, posted, dates, post },
    command: (command) => post({ kind: 'command', who: 'test', command }),
    reload(model) {
      post({ kind: 'reloaded', model, text: '' })
      checks.use(model)
    },
    kinds: (kind) => posted.filter((body) => body.kind === kind),
  }
}

/** A service `called` `group/service`, checked every so many seconds. */
export const every = (interval: number, called: string, changes: Partial<Service> = {}): Service =>
  service({
    called,
    timing: { kind: 'every', interval: seconds(interval), randskew: null },
    timeout: seconds(30),
    ...changes,
  })

export const script = { ...call('slow.monitor'), module: 'script' }

/** `sec {FROM-TO}` */
export const inSeconds = (from: number, to: number): WrittenPeriod => ({
  text: `sec {${from}-${to}}`,
  when: { kind: 'any', subs: [{ sec: [{ from, to }] }] },
})

/** How far apart, rounded to milliseconds. */
export const distances = (times: readonly number[]): number[] =>
  times.slice(1).map((time, i) => Math.round((time - (times[i] ?? 0)) * 1000) / 1000)

/** As if each had been started by a program that takes so many seconds. */
export const taking =
  (time: () => FakeTime, lasts: number, said: CheckResult = result([], [])): Answering =>
  () =>
    new Promise((resolve) => time().after(seconds(lasts), () => resolve(said)))

export function stateOf({ services, model }: State, key: ServiceKey): ServiceState {
  const state = services[model.serviceIndex.get(key) ?? -1]
  if (state === undefined) throw new Error(`${key} is not configured`)
  return state
}
