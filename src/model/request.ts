/** What the command line asks the running daemon, and what it is answered: the words on the unix socket. */

/** One line from a client, decoded; every field but `command` is optional and checked here. */
export interface Request {
  readonly command: string
  readonly subject?: string
  readonly service?: string
  readonly since?: number
  readonly limit?: number
  readonly text?: string
  readonly who?: string
  /** Of a real server: in this virtual server alone. */
  readonly virtual?: string
  /** Milliseconds that a decision counts, and that a drain may take. */
  readonly lasts?: number
  readonly most?: number
  /** A weight. */
  readonly share?: number
  /** Although it leaves a pool without a usable server. */
  readonly force?: boolean
  /** What a time of maintenance covers, and its name. */
  readonly subjects?: readonly string[]
  readonly name?: string
  /** An instant that is asked about, or at which something begins. */
  readonly at?: number
  /** Of the log: only what was told to people, or was not. */
  readonly alerts?: boolean
  /** What ends an acknowledgement besides the recovery. */
  readonly until?: 'change' | 'recovery'
  /** A configuration that does not run yet, by its absolute path. */
  readonly file?: string
}

export type Answer =
  | { readonly ok: true; readonly data: unknown }
  /** `text` is a sentence for the operator. */
  | { readonly ok: false; readonly text: string }

/** How one of the daemon's doors fares, in a sentence: the kernel's table, the history, the journal. */
export interface DoorReport {
  readonly door: string
  readonly well: boolean
  readonly text: string
}
