/**
 * Numbers that carry their unit in their type, so that seconds never meet milliseconds by accident.
 * The wire and the operator's file hold bare numbers; everything between them holds these.
 */
export type Unit<Name extends string> = number & { readonly unit: Name }

/** A length of time, in milliseconds. */
export type Milliseconds = Unit<'Milliseconds'>
/** An instant on the wall clock, in milliseconds since 1970 (UTC). It may jump when somebody sets the clock. */
export type WallTime = Unit<'WallTime'>
/** An instant on the monotonic clock, in milliseconds since an arbitrary start. It never jumps; it stands still in suspend. */
export type Uptime = Unit<'Uptime'>
/** A real server's share of the traffic, 0 to 2147483647 (linux/ip_vs.h). 0 takes no new connections. */
export type Weight = Unit<'Weight'>

/** The two clocks, read together, once for each event. */
export interface Now {
  readonly wall: WallTime
  readonly uptime: Uptime
}

export const milliseconds = (n: number): Milliseconds => n as Milliseconds
export const seconds = (n: number): Milliseconds => (n * 1000) as Milliseconds
export const minutes = (n: number): Milliseconds => seconds(n * 60)
export const hours = (n: number): Milliseconds => minutes(n * 60)
export const days = (n: number): Milliseconds => hours(n * 24)
export const wallTime = (n: number): WallTime => n as WallTime
export const uptime = (n: number): Uptime => n as Uptime
export const weight = (n: number): Weight => n as Weight

/** How long ago `then` was, as the wall clock has it; negative if the clock was set back meanwhile. */
export const since = (then: WallTime, now: Now): Milliseconds => milliseconds(now.wall - then)
