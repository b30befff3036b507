/**
 * When each service is due: by its interval on the scheduler's clock, or by the calendar. A timer a service, so that
 * what is not due costs nothing.
 */
import type { Call, Service, Timing } from '../../model/model.ts'
import type { ServiceKey } from '../../model/names.ts'
import { type Milliseconds, milliseconds, seconds, type Uptime, uptime } from '../../model/units.ts'
import { dueAt, nextTurn, type Rate, type Turn } from '../../schedule/due.ts'
import { firstDelay } from '../../schedule/spread.ts'
import type { SchedulerClock } from './scheduler-clock.ts'

/** A service that can be due at all. */
export type TimedService = Service & { readonly timing: Timing; readonly monitor: Call }

export const isTimed = (service: Service): service is TimedService =>
  service.timing !== null && service.monitor !== null

interface Plan {
  /** A reload describes it anew. */
  service: TimedService
  readonly rhythm: string
  /** The interval in force; `null` by the calendar. */
  interval: Milliseconds | null
  turn: Turn
  /** When it is due next, on the scheduler's clock; `null` where only the calendar knows. */
  at: Uptime | null
  cancelTimer: () => void
  cancelDates: () => void
}

export interface Plans {
  get(key: ServiceKey): TimedService | undefined
  keys(): readonly ServiceKey[]
  /** Takes a service over: with an unchanged timing it keeps its rhythm; any other begins anew. */
  use(service: TimedService): void
  end(key: ServiceKey): void
  /** As at a start: the first turn comes within randstart. */
  beginAnew(key: ServiceKey): void
  /** The next turn comes one interval from now. */
  restart(key: ServiceKey): void
  /** Begins a new grid if another interval is in force than before. */
  adoptInterval(key: ServiceKey): void
  /** Time to the next turn; `null` where only the calendar knows it, or nobody. */
  dueIn(key: ServiceKey): Milliseconds | null
}

interface Doors {
  readonly clock: SchedulerClock
  calendar(expression: string, callback: () => void): () => void
  readonly seed: number
  randstart(): Milliseconds | null
  /** In force now. */
  interval(service: Service): Milliseconds | null
  due(key: ServiceKey): void
  trouble(text: string): void
}

export function createPlans(doors: Doors): Plans {
  const { clock, seed } = doors
  const plans = new Map<ServiceKey, Plan>()

  function use(service: TimedService): void {
    const { key, timing } = service
    const former = plans.get(key)
    const rhythm = JSON.stringify(timing)
    if (former?.rhythm === rhythm) {
      former.service = service
      adoptInterval(key)
      return
    }
    end(key)
    begin(service)
  }

  function begin(service: TimedService): void {
    const { key, timing } = service
    const spread = timing.kind === 'every' ? timing.interval : seconds(60)
    const start = uptime(clock.now() + firstDelay(key, seed, service.warmup ?? doors.randstart(), spread))
    const plan: Plan = {
      service,
      rhythm: JSON.stringify(timing),
      interval: doors.interval(service),
      turn: { start, number: 0 },
      at: start,
      cancelTimer: () => {},
      // A calendar service is checked once at the start as well, so that its verdict need not wait for the next date.
      cancelDates: timing.kind === 'cron' ? dates(key, timing.expression) : () => {},
    }
    plans.set(key, plan)
    arm(plan, start)
  }

  /** What the parser accepts the calendar understands; should it not, that is said, and nothing else suffers. */
  function dates(key: ServiceKey, expression: string): () => void {
    try {
      return doors.calendar(expression, () => doors.due(key))
    } catch (error) {
      doors.trouble(`${key} is checked only once: its calendar "${expression}" is not understood: ${String(error)}`)
      return () => {}
    }
  }

  function arm(plan: Plan, at: Uptime): void {
    plan.at = at
    plan.cancelTimer = clock.after(milliseconds(Math.max(0, at - clock.now())), () => {
      plan.at = null
      toNextTurn(plan)
      doors.due(plan.service.key)
    })
  }

  function toNextTurn(plan: Plan): void {
    const rate = rateOf(plan, seed)
    if (rate === null) return
    plan.turn = nextTurn(plan.turn, rate, clock.now())
    arm(plan, dueAt(plan.turn, rate))
  }

  function restart(key: ServiceKey): void {
    const plan = plans.get(key)
    if (plan === undefined || plan.interval === null) return
    plan.cancelTimer()
    plan.turn = { start: clock.now(), number: 0 }
    toNextTurn(plan)
  }

  function adoptInterval(key: ServiceKey): void {
    const plan = plans.get(key)
    if (plan === undefined) return
    const interval = doors.interval(plan.service)
    if (interval === plan.interval) return
    plan.interval = interval
    restart(key)
  }

  function end(key: ServiceKey): void {
    const plan = plans.get(key)
    plan?.cancelTimer()
    plan?.cancelDates()
    plans.delete(key)
  }

  function beginAnew(key: ServiceKey): void {
    const plan = plans.get(key)
    end(key)
    if (plan !== undefined) begin(plan.service)
  }

  function dueIn(key: ServiceKey): Milliseconds | null {
    const at = plans.get(key)?.at ?? null
    return at === null ? null : milliseconds(Math.max(0, at - clock.now()))
  }

  return {
    get: (key) => plans.get(key)?.service,
    keys: () => [...plans.keys()],
    use,
    end,
    beginAnew,
    restart,
    adoptInterval,
    dueIn,
  }
}

function rateOf({ service: { key, timing }, interval }: Plan, seed: number): Rate | null {
  return interval === null || timing.kind !== 'every' ? null : { key, interval, randskew: timing.randskew, seed }
}
