import type { OptionShape } from './module.ts'
import type { Host } from './names.ts'
import type { CheckResult } from './result.ts'
import type { Milliseconds } from './units.ts'

/** What every run of a monitor is told besides its hosts and options. */
export interface CheckContext {
  /** Aborted at the deadline, on reload and at the stop of the daemon: the monitor must settle soon after. */
  readonly signal: AbortSignal
  /** The time the whole check may take, in milliseconds; `signal` fires then. */
  readonly timeout: Milliseconds
  /** MON_GROUP, MON_SERVICE, MON_LAST_SUMMARY … and the service's own variables, for monitors that run programs. */
  readonly environment: Readonly<Record<string, string>>
  /** `false` behind mon's `;;`: a program is not given the hosts as arguments, and still speaks for them. */
  readonly withHosts?: boolean
  /** A monitor that starts a process says so, for `list pids`. */
  readonly started?: (pid: number) => void
  /** Told all that goes over the wire, in order: `upalert try` shows it. The daemon does not ask. */
  readonly trace?: Trace
}

export type Trace = (what: Traced) => void

export type Traced =
  /** Over TLS what is inside of it. */
  | { readonly kind: 'sent' | 'received'; readonly bytes: Uint8Array }
  /** A text that must not be shown wherever it appears; it may be told after it was sent. */
  | { readonly kind: 'secret'; readonly text: string }
  | ({ readonly kind: 'ran' } & RanProgram)

/** A program that was run to its end. */
export interface RanProgram {
  readonly command: readonly string[]
  /** `null`: it did not exit by itself, and `end` says what became of it. */
  readonly status: number | null
  readonly end: string
  readonly output: Uint8Array
  /** Standard error, where it is kept apart. */
  readonly errors: Uint8Array | null
}

/**
 * The one signature of every monitor, built in or plugged in.
 * `check` never throws and never rejects: what the world does wrong is a result. It keeps nothing between calls.
 * It settles within a moment of `context.signal`, and leaves no socket, timer or process behind.
 */
export interface Monitor<Options = unknown> extends OptionShape {
  readonly name: string
  /** One line for listings: "does the port accept?" */
  readonly question: string
  /** It connects to its hosts, so that each must be an address or a name. A program or plugin may want any word. */
  readonly reachesHosts?: boolean
  /** Each run starts a process: `maxprocs` limits how many of these run at once. */
  readonly startsPrograms?: true
  /** It compares what a program prints with its option `expect`, which Piranha's nanny does otherwise (wire/expect/nanny.ts). */
  readonly comparesOutput?: true
  check(hosts: readonly Host[], options: Options, context: CheckContext): Promise<CheckResult>
}
