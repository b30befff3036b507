/**
 * One attempt to learn something about one host: when it began, how long it may take, and why it was stopped.
 * Every door that waits takes an attempt, so that the host's own limit and the check's abort end it alike.
 */
import { setMaxListeners } from 'node:events'
import type { Trace } from '../../model/monitor.ts'
import type { Milliseconds, Uptime } from '../../model/units.ts'
import { milliseconds } from '../../model/units.ts'
import { clock, elapsed } from '../clock.ts'

/** `timed-out`: the time allowed is over, which speaks against the host. `aborted`: nobody waits for the answer any more. */
type StopReason = 'timed-out' | 'aborted'

export interface Attempt {
  readonly signal: AbortSignal
  /** The time this attempt may take. */
  readonly limit: Milliseconds
  readonly started: Uptime
  /** Told what goes over the wire, where somebody wants to see it. */
  readonly trace?: Trace | undefined
  /** Why `signal` has fired; `null` while it has not. */
  stopped(): StopReason | null
  /** How long it has been running. */
  elapsed(): Milliseconds
  /** Must be called at the end: lets go of the timer and of the outer signal. */
  end(): void
}

/** Node's timers take no more (2^31 - 1 ms); a longer limit is cut to 24 days. */
const LONGEST_TIMER = milliseconds(2_147_483_647)

/** A timer may fire this much early by the clock that measures it; an abort so near the end is the end. */
const TIMER_SLACK = milliseconds(5)

export function startAttempt(limit: Milliseconds, outer: AbortSignal, trace?: Trace): Attempt {
  const started = clock.uptime()
  const controller = new AbortController()
  let reason: StopReason | null = null
  const stop = (why: StopReason): void => {
    reason ??= why
    controller.abort()
  }
  const onOuter = (): void => stop(elapsed(started) >= limit - TIMER_SLACK ? 'timed-out' : 'aborted')
  const timer = setTimeout(stop, Math.min(limit, LONGEST_TIMER), 'timed-out')
  // As many attempts listen as hosts are probed at once, and each lets go at its end: no leak to be warned about.
  setMaxListeners(0, outer)
  outer.addEventListener('abort', onOuter, { once: true })
  if (outer.aborted) onOuter()

  return {
    signal: controller.signal,
    limit,
    started,
    trace,
    stopped: () => reason,
    elapsed: () => elapsed(started),
    end() {
      clearTimeout(timer)
      outer.removeEventListener('abort', onOuter)
    },
  }
}

/** `5 s`, `1.5 s`, `200 ms`: a limit as people say it. */
export function limitText(limit: Milliseconds): string {
  return limit < 1000 ? `${Math.ceil(limit)} ms` : `${Math.round(limit / 100) / 10} s`
}
