/**
 * What the clients of a pool did while something of it was down, by the counters of its services in the table: those who
 * read that it is over want to know whether anybody noticed.
 */
import type { Virtual } from '../../model/model.ts'
import type { Counters, PoolState, State, Traffic } from '../../model/state.ts'
import { serviceText } from '../../model/table.ts'
import { type Milliseconds, type Now, since, type WallTime } from '../../model/units.ts'

/** Fewer new connections a second than this are too few to compare. */
const LEAST_RATE = 1
/** A rate below this share of what it was before is a difference that clients made. */
const NOTICED_BELOW = 0.8
/** Outages shorter than this are over before a rate means anything, in milliseconds. */
const LEAST_LENGTH = 5_000

/** The counters are remembered when the first of its real servers goes. */
export function withTrafficBefore(
  before: PoolState,
  after: PoolState,
  virtual: Virtual,
  state: State,
  now: Now,
): PoolState {
  const isDown = ({ reals }: PoolState): boolean => reals.some(({ told }) => told === 'down')
  if (isDown(before) || !isDown(after)) return after
  const counters = countersOf(virtual, state.traffic)
  return { ...after, trafficBefore: counters === null ? null : { at: now.wall, counters } }
}

/** Empty where it cannot be said: no kernel table, counters that began anew, another outage's memory. */
export function trafficText(
  { trafficBefore }: PoolState,
  virtual: Virtual,
  traffic: Traffic,
  outage: { readonly from: WallTime | null; readonly lasted: Milliseconds | null },
  now: Now,
): string {
  const { from, lasted } = outage
  if (trafficBefore === null || from === null || lasted === null || lasted < LEAST_LENGTH) return ''
  // The pool goes with the first verdict, the service with its last: they begin together, give or take some checks.
  if (trafficBefore.at < from - since(from, now)) return ''
  const after = countersOf(virtual, traffic)
  const meanwhile = after === null ? -1 : after.connections - trafficBefore.counters.connections
  if (meanwhile < 0) return ''
  const rate = (meanwhile * 1000) / Math.max(1, since(trafficBefore.at, now))
  const before = trafficBefore.counters.rate
  const count = `${meanwhile} new connections to ${virtual.name} meanwhile, ${rounded(rate)} a second`
  if (before < LEAST_RATE) return `${count}; too few came before it to compare`
  const verdict = rate < before * NOTICED_BELOW ? 'traffic noticed it' : 'traffic did not notice it'
  return `${verdict}: ${count}; before it ${rounded(before)} a second`
}

/** All services of the virtual server together; `null` if the table counts none of them. */
function countersOf({ services }: Virtual, traffic: Traffic): Counters | null {
  const found = services.flatMap((service) => traffic.get(serviceText(service)) ?? [])
  if (found.length === 0) return null
  const sum = (value: (one: Counters) => number): number => found.reduce((total, one) => total + value(one), 0)
  return { connections: sum(({ connections }) => connections), rate: sum(({ rate }) => rate) }
}

const rounded = (rate: number): string => (rate >= 10 ? String(Math.round(rate)) : rate.toFixed(1))
