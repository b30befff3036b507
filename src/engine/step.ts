/**
 * The wall clock was set by `by`: every instant the state remembers moves along, so that "an hour ago" stays an hour ago
 * and neither a storm of alerts nor a long silence follows from somebody setting the clock.
 */
import type {
  Controls,
  Delivery,
  HostState,
  Override,
  PeriodState,
  PoolState,
  ServiceState,
  State,
} from '../model/state.ts'
import { type Milliseconds, type Now, type WallTime, wallTime } from '../model/units.ts'

export function steppedState(state: State, by: Milliseconds): State {
  const stepped = withTimes(state, (time) => wallTime(time + by))
  const later = <T extends WallTime | null>(time: T): T => (time === null ? time : (wallTime(time + by) as T))
  const overrides = stepped.controls.overrides.map((one): Override => {
    const what = one.what.kind === 'drain' ? { ...one.what, limit: later(one.what.limit) } : one.what
    return { ...one, what, at: later(one.at), until: later(one.until) }
  })
  return { ...stepped, controls: { ...stepped.controls, overrides } }
}

/**
 * What was saved under a clock that was ahead of today's: nothing lies in the future. Otherwise an alert that "was sent
 * next month" would keep its service quiet until then.
 */
export function notInFuture(state: State, now: Now): State {
  return withTimes(state, (time) => wallTime(Math.min(time, now.wall)))
}

function withTimes(state: State, change: (time: WallTime) => WallTime): State {
  const move = <T extends WallTime | null>(time: T): T => (time === null ? time : (change(time) as T))
  const host = (it: HostState): HostState => ({
    ...it,
    verdict: it.verdict.kind === 'untested' ? it.verdict : { ...it.verdict, since: move(it.verdict.since) },
    last: it.last === null ? null : { ...it.last, at: move(it.last.at) },
  })
  const period = (it: PeriodState): PeriodState => ({
    ...it,
    lastSent: move(it.lastSent),
    windowStart: move(it.windowStart),
  })
  const service = (it: ServiceState): ServiceState => ({
    ...it,
    status: it.status.kind === 'untested' ? it.status : { ...it.status, since: move(it.status.since) },
    lastCheck: move(it.lastCheck),
    lastSuccess: move(it.lastSuccess),
    lastFailure: move(it.lastFailure),
    firstFailure: move(it.firstFailure),
    failedAt: move(it.failedAt),
    lastTrap: move(it.lastTrap),
    ack: it.ack === null ? null : { ...it.ack, at: move(it.ack.at) },
    hosts: it.hosts.map(host),
    periods: it.periods.map(period),
  })
  const pool = (it: PoolState): PoolState => ({
    ...it,
    lostAt: move(it.lostAt),
    driftTold: move(it.driftTold),
    wakeAt: move(it.wakeAt),
    reals: it.reals.map((real) => ({
      ...real,
      since: move(real.since),
      toldAt: move(real.toldAt),
      begun: move(real.begun),
      risingSince: move(real.risingSince),
      drain: real.drain === null ? null : { ...real.drain, since: move(real.drain.since) },
    })),
  })
  const delivery = (it: Delivery): Delivery => ({
    ...it,
    decidedAt: move(it.decidedAt),
    notBefore: move(it.notBefore),
  })
  // Since when something is disabled is for people; only the stop is a clock that counts. The ends of operators' decisions
  // lie in the future and may: who moves them does it himself.
  const controls = (it: Controls): Controls => ({ ...it, stopped: move(it.stopped) })
  return {
    ...state,
    controls: controls(state.controls),
    services: state.services.map(service),
    pools: state.pools.map(pool),
    outbox: state.outbox.map(delivery),
  }
}
