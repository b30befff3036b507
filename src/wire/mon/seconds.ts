/** mon's bytes count whole seconds, since 1970 or of a length; upalert counts milliseconds. */
import { type Milliseconds, milliseconds, seconds, type WallTime, wallTime } from '../../model/units.ts'

/** Epoch seconds of an instant, or whole seconds of a length that has passed. */
export const wholeSeconds = (of: WallTime | Milliseconds): number => Math.floor(of / 1000)

/** Seconds still to go: 0 only when nothing is left. */
export const secondsLeft = (of: Milliseconds): number => Math.ceil(of / 1000)

export const atSecond = (epoch: number): WallTime => wallTime(epoch * 1000)

/** A length read from the wire; `null` for what is not a number of seconds. */
export const secondsLong = (text: string): Milliseconds | null => {
  const count = readCount(text)
  return count === null ? null : milliseconds(seconds(count))
}

/** A whole number, also a negative one, as far as a number here is exact; `null` for anything else. */
export function readCount(text: string): number | null {
  if (!/^-?[0-9]{1,15}$/.test(text)) return null
  const count = Number(text)
  return Object.is(count, -0) ? 0 : count
}
