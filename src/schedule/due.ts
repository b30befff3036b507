/**
 * When a service is checked next: a fixed rate on the monotonic clock. A turn that was missed, because the check before
 * it took long, the machine was busy or asleep, is skipped and not made up for, so nothing ever comes as a storm.
 */
import { type Milliseconds, milliseconds, type Uptime, uptime } from '../model/units.ts'
import { skewOf } from './spread.ts'

export interface Rate {
  readonly key: string
  readonly interval: Milliseconds
  readonly randskew: Milliseconds | null
  readonly seed: number
}

/** A place on the grid: the nth turn is at `start + n × interval`; what is due is that, give or take the skew. */
export interface Turn {
  readonly start: Uptime
  readonly number: number
}

/** The first turn later than `now`, at least one after `turn`. */
export function nextTurn(turn: Turn, rate: Rate, now: Uptime): Turn {
  const elapsed = Math.floor((now - turn.start) / rate.interval)
  return { start: turn.start, number: Math.max(turn.number + 1, elapsed + 1) }
}

/**
 * When a turn is due. Each leaves its place on the grid by at most half of randskew, so that the time from one turn to
 * the next is the interval give or take randskew, as the manual has it, and the rate stays what it is. A randskew larger
 * than the interval is cut, so that turns keep their order.
 */
export function dueAt(turn: Turn, rate: Rate): Uptime {
  const onGrid = turn.start + turn.number * rate.interval
  if (rate.randskew === null || turn.number === 0) return uptime(onGrid)
  const most = milliseconds(Math.min(rate.randskew, rate.interval) / 2)
  return uptime(onGrid + skewOf(rate.key, turn.number, rate.seed, most))
}
