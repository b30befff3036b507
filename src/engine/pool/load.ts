/**
 * Weights that follow the load of real servers, as Piranha's nanny has them follow it (lvs.cf "load_monitor"): an idle
 * server climbs to ten times its weight, a busy one comes back to it, a step at a time. The load is the average of one
 * minute that a check tells. Source of the formula: nanny as it was observed.
 */
import type { Loaded } from '../../model/state.ts'
import { type Milliseconds, type Now, type WallTime, type Weight, wallTime, weight } from '../../model/units.ts'
import { GREATEST_WEIGHT } from '../limits.ts'

/** A weight grows up to so many times the configured one. */
const MOST_TIMES = 10
/** A step smaller than this part of the configured weight is not taken. */
const LEAST_STEP = 1 / 4

/** `load`: `null` where it is not known. The weight comes back as it was where no step is to be taken. */
export function loadStep(whole: Weight, current: Weight, load: number | null): Weight {
  if (load === null || !Number.isFinite(load) || load < 0 || load === 1 || whole <= 0) return current
  const most = Math.min(GREATEST_WEIGHT, MOST_TIMES * whole)
  const step = (whole / 2) * Math.cbrt(Math.abs(1 - load))
  const proposal = Math.trunc(load < 1 ? Math.min(most, current + step) : Math.max(whole, current - step))
  return Math.abs(proposal - current) < whole * LEAST_STEP ? current : weight(proposal)
}

export interface Followed {
  /** The same object if no step was taken. */
  readonly loaded: Loaded
  /** When the next step is due, by the load as it is; `null`: it gives no reason for one. */
  readonly nextAt: WallTime | null
}

/**
 * `found`: the weight that the table had of it when this began. Another whole weight than before begins anew, since it is
 * another scale. Nothing is remembered but steps, so that a load that goes up and down for nothing writes nothing.
 */
export function followLoad(
  before: Loaded | undefined,
  whole: Weight,
  found: Weight,
  load: number | null,
  every: Milliseconds,
  now: Now,
): Followed {
  const known = before !== undefined && before.of === whole
  const base = known ? before : { of: whole, weight: firstWeight(whole, found), at: now.wall, load: null }
  const next = loadStep(whole, base.weight, load)
  const dueAt = wallTime(base.at + every)
  if (next === base.weight) return { loaded: base, nextAt: null }
  if (now.wall < dueAt) return { loaded: base, nextAt: dueAt }
  const loaded = { of: whole, weight: next, at: now.wall, load }
  const isLast = loadStep(whole, next, load) === next
  return { loaded, nextAt: isLast ? null : wallTime(now.wall + every) }
}

const firstWeight = (whole: Weight, found: Weight): Weight =>
  weight(Math.max(whole, Math.min(found, MOST_TIMES * whole, GREATEST_WEIGHT)))
