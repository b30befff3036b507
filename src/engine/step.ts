/**
 * The wall clock was set by `by`: every instant the state remembers moves along, so that "an hour ago" stays an hour ago
 * and neither a storm of alerts nor a long silence follows from somebody setting the clock.
 */
import type {
  ChannelState,
  Controls,
  Delivery,
  HostState,
  Noise,
  Override,
  PeriodState,
  PoolState,
  ServiceState,
  State,
} from '../model/state.ts'
import { type Milliseconds, type Now, type WallTime, wallTime } from '../model/units.ts'
import { steppedMaintenance } from './maintenance-clock.ts'

export function steppedState(state: State, by: Milliseconds): State {
  const stepped = withTimes(state, (time) => wallTime(time + by))
  const later = <T extends WallTime | null>(time: T): T => (time === null ? time : (wallTime(time + by) as T))
  const overrides = stepped.controls.overrides.map((one): Override => {
    const what = one.what.kind === 'drain' ? { ...one.what, limit: later(one.what.limit) } : one.what
    return { ...one, what, at: later(one.at), until: later(one.until) }
  })
  // Ends lie in the future; what nobody may clamp to the present is moved here alone.
  const services = stepped.services.map((it): ServiceState => {
    const { ack, maintenance } = it
    if (ack?.until === undefined && maintenance === null) return it
    return {
      ...it,
      ack: ack?.until === undefined ? ack : { ...ack, until: later(ack.until) },
      maintenance: maintenance === null ? null : { ...maintenance, until: later(maintenance.until) },
    }
  })
  const outbox = stepped.outbox.map((it) => withLater(it, later))
  const controls = steppedMaintenance({ ...stepped.controls, overrides }, by)
  return { ...stepped, services, outbox, controls }
}

/**
 * What was saved under a clock that was ahead of today's: nothing lies in the future. Otherwise an alert that "was sent
 * next month" would keep its service quiet until then.
 */
export function notInFuture(state: State, now: Now): State {
  const kept = withTimes(state, (time) => wallTime(Math.min(time, now.wall)))
  // Times to come are as far off as they were when they were set.
  const outbox = kept.outbox.map((it, i): Delivery => {
    const ahead = Math.max(0, (state.outbox[i]?.decidedAt ?? 0) - now.wall)
    return ahead === 0 ? it : withLater(it, (time) => wallTime(time - ahead))
  })
  return { ...kept, outbox }
}

/** What a delivery waits for, moved. */
const withLater = (it: Delivery, move: (time: WallTime) => WallTime): Delivery => ({
  ...it,
  ...(it.hold === undefined ? {} : { hold: { ...it.hold, until: move(it.hold.until) } }),
  ...(it.handover === undefined ? {} : { handover: { ...it.handover, at: move(it.handover.at) } }),
})

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
    firstSent: move(it.firstSent),
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
    maintenance: it.maintenance === null ? null : { ...it.maintenance, since: move(it.maintenance.since) },
    flapping: {
      ...it.flapping,
      changes: it.flapping.changes.length === 0 ? it.flapping.changes : it.flapping.changes.map(move),
      since: move(it.flapping.since),
    },
    hosts: it.hosts.map(host),
    periods: it.periods.map(period),
  })
  const pool = (it: PoolState): PoolState => ({
    ...it,
    trafficBefore: it.trafficBefore === null ? null : { ...it.trafficBefore, at: move(it.trafficBefore.at) },
    lostAt: move(it.lostAt),
    driftTold: move(it.driftTold),
    wakeAt: move(it.wakeAt),
    reals: it.reals.map((real) => ({
      ...real,
      since: move(real.since),
      toldAt: move(real.toldAt),
      begun: move(real.begun),
      risingSince: move(real.risingSince),
      ...(real.loaded === undefined ? {} : { loaded: { ...real.loaded, at: move(real.loaded.at) } }),
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
  const controls = (it: Controls): Controls => ({
    ...it,
    stopped: move(it.stopped),
    ...(it.watchedSince === undefined ? {} : { watchedSince: move(it.watchedSince) }),
  })
  const channel = (it: ChannelState): ChannelState => ({ decided: it.decided.map(move), handed: it.handed.map(move) })
  const noise = ({ channels, troubles }: Noise): Noise => ({
    channels: Object.fromEntries(Object.entries(channels).map(([name, it]) => [name, channel(it)])),
    troubles: Object.fromEntries(
      Object.entries(troubles).map(([name, it]) => [name, { ...it, since: move(it.since) }]),
    ),
  })
  return {
    ...state,
    noise: noise(state.noise),
    controls: controls(state.controls),
    services: state.services.map(service),
    pools: state.pools.map(pool),
    outbox: state.outbox.map(delivery),
  }
}
