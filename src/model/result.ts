import type { Host } from './names.ts'
import type { Milliseconds } from './units.ts'

/** How long the parts of one probe took, from the moment it was started. `null`: it did not get that far. */
export interface Timings {
  readonly connect: Milliseconds | null
  readonly firstByte: Milliseconds | null
  readonly total: Milliseconds
}

/**
 * What a check says about the weight of a real server that is up, besides that it is up.
 * `is`: the weight shall be `value` (keepalived's MISC_CHECK with `misc_dynamic`: the exit status less 2). `plus`: `value` is
 * added to the configured weight (FILE_CHECK: the number in the file times its weight). `percent`: that part of the configured
 * weight (HAProxy's agent-check). `load`: no weight but the load average that one is made from (Virtual.loadFeedback). The
 * value is as the check said it, in or out of the range of weights: bounding it belongs to the pool.
 */
export type WeightSaid = { readonly kind: 'is' | 'plus' | 'percent' | 'load'; readonly value: number }

/**
 * What one probe says about one host.
 * `unknown` means that the check learned nothing about the host (its program could not be run, or failed without naming
 * a host): it must never move a real server, in or out.
 */
export type HostResult =
  | {
      readonly kind: 'up'
      readonly host: Host
      readonly text: string
      readonly timings: Timings
      /** Only of a check that speaks about weights; without it the configured weight holds. */
      readonly share?: WeightSaid
    }
  | {
      readonly kind: 'down'
      readonly host: Host
      readonly code: string
      readonly text: string
      readonly timings: Timings
    }
  | {
      readonly kind: 'unknown'
      readonly host: Host
      readonly code: string
      readonly text: string
      readonly timings: Timings
    }

/** One figure a Nagios plugin reported behind the bar of its output (Monitoring Plugins guidelines, 2.6). */
export interface PerformanceDatum {
  readonly label: string
  readonly value: number
  readonly unit: string
  readonly warn: string
  readonly critical: string
  readonly min: string
  readonly max: string
}

/**
 * The answer of one run of a monitor.
 * `exit` is mon's exit status: 0 is success, anything else failure. `summary` is mon's first line, by convention the
 * failing hosts separated by spaces; `detail` is the rest of the output. `text` per host says why, in a sentence's tail
 * ("answered 503 where 200 was expected").
 */
export interface CheckResult {
  readonly exit: number
  readonly summary: string
  readonly detail: string
  readonly hosts: readonly HostResult[]
  readonly performance: readonly PerformanceDatum[]
  /**
   * All that a program printed, to the byte: one that is not UTF-8 is a lone surrogate U+DC80 to U+DCFF. Without it, summary
   * and detail are the output.
   */
  readonly output?: string
  /** The program was ended by a signal (quirks.signalIsSuccess). */
  readonly signalled?: true
  /** A remark for the operator that does not make the service fail: a certificate with 12 days left, truncated output. */
  readonly warnings: readonly string[]
}
