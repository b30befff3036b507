/** How long a checker waits: between its runs, before it tries again, before its first run. */
import { type Milliseconds, milliseconds } from '../../model/units.ts'
import { LONGEST_DURATION } from '../text/duration.ts'
import { spanOf } from './line.ts'
import { timer, type Value } from './values.ts'

/** keepalived takes a millionth of a second, and then does nothing else. */
const SHORTEST_DELAY_LOOP: Milliseconds = milliseconds(100)

/** Longer than ten years counts as ten years. */
const bounded = (time: Milliseconds) => milliseconds(Math.min(time, LONGEST_DURATION))

const anyTime = timer(0, Infinity)

export const pause: Value<Milliseconds> = {
  wants: anyTime.wants,
  read: (args) => {
    const time = anyTime.read(args)
    return time === null ? null : bounded(time)
  },
}

const aboveZero = timer(0, Infinity, { above: true })

export const delayLoop: Value<Milliseconds> = {
  wants: aboveZero.wants,
  read: (args) => {
    const time = aboveZero.read(args)
    if (time === null || time >= SHORTEST_DELAY_LOOP) return time === null ? null : bounded(time)
    const message = `checks as often as this are more than a server needs: ${SHORTEST_DELAY_LOOP / 1000} seconds are taken`
    args.report.warning('delay-loop', spanOf(args.statement.rest), message, 'write delay_loop 0.1 or more')
    return SHORTEST_DELAY_LOOP
  },
}
