/** What is counted of one channel: when messages for it were decided lately, and when it was handed some. */
import type { AlertCall } from '../../model/model.ts'
import { type Burst, channelOf, type Receiver } from '../../model/receiver.ts'
import type { ChannelState, Noise } from '../../model/state.ts'
import { type Milliseconds, milliseconds, type Now, type WallTime, wallTime } from '../../model/units.ts'
import { LONGEST_WINDOW, SHORTEST_WINDOW, TIMES_KEPT } from './limits.ts'

const nothing: ChannelState = { decided: [], handed: [] }

export const channelState = ({ channels }: Noise, call: AlertCall): ChannelState => channels[channelOf(call)] ?? nothing

/** A message has been handed to the channel: an attempt has ended well. Counted only where a rate asks for it. */
export function handed(noise: Noise, call: AlertCall, receiver: Receiver | undefined, now: Now): Noise {
  const rate = receiver?.rate ?? null
  if (rate === null || call.receiver === undefined) return noise
  const state = channelState(noise, call)
  const kept = [...lately(state.handed, rate, now), now.wall].slice(-countOf(rate))
  return withChannel(noise, call, { ...state, handed: kept }, now)
}

/** A message for the channel has been decided. What is beyond the digest's number is not counted: it is in the digest. */
export function decided(noise: Noise, call: AlertCall, digest: Burst, now: Now): Noise {
  const state = channelState(noise, call)
  const kept = lately(state.decided, digest, now)
  if (kept.length >= countOf(digest)) return noise
  return withChannel(noise, call, { ...state, decided: [...kept, now.wall] }, now)
}

/** The digest of a burst goes out: the next message is the first of the next burst. */
export function burstOver(noise: Noise, call: AlertCall, now: Now): Noise {
  const state = channelState(noise, call)
  return state.decided.length === 0 ? noise : withChannel(noise, call, { ...state, decided: [] }, now)
}

/** Those of these times that still count. */
export const lately = (times: readonly WallTime[], burst: Burst, now: Now): readonly WallTime[] =>
  times.filter((time) => time + windowOf(burst) > now.wall)

export interface Room {
  /** How many messages the channel may be handed now. */
  readonly places: number
  /** When the next place comes, at the earliest; a time to look again. */
  readonly next: WallTime
}

/**
 * `pending` messages are on their way to the channel and will be handed over sooner or later: each takes a place until it
 * is through, and for the rate's whole time from then. So no window holds more, even when a relay comes back after hours.
 */
export function roomOf(rate: Burst, state: ChannelState, pending: number, now: Now): Room {
  const times = lately(state.handed, rate, now)
  const over = times.length + pending - countOf(rate) + 1
  const leaves = over <= 0 ? now.wall : times[over - 1]
  const from = leaves ?? now.wall
  return { places: Math.max(0, 1 - over), next: over <= 0 ? now.wall : wallTime(from + windowOf(rate)) }
}

/** At least one: otherwise nothing would ever be told. */
export const countOf = ({ count }: Burst): number => Math.min(Math.max(1, count), TIMES_KEPT)

export const windowOf = ({ within }: Burst): Milliseconds =>
  milliseconds(Math.min(Math.max(within, SHORTEST_WINDOW), LONGEST_WINDOW))

/** Channels of which nothing counts any more are forgotten, such as those that a reload has taken away. */
function withChannel({ channels, ...rest }: Noise, call: AlertCall, state: ChannelState, now: Now): Noise {
  const name = channelOf(call)
  const others = Object.entries(channels).filter(([one, { decided, handed }]) => {
    const last = Math.max(decided.at(-1) ?? 0, handed.at(-1) ?? 0)
    return one !== name && last + LONGEST_WINDOW > now.wall
  })
  const own: [string, ChannelState][] = state.decided.length + state.handed.length === 0 ? [] : [[name, state]]
  return { ...rest, channels: Object.fromEntries([...others, ...own]) }
}
