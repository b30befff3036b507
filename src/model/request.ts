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
