/** Whom upalert stands beside: the program, its configuration file, and how a mistake in it is made and noticed. */
import { keepalived } from './peers/keepalived.ts'
import { ldirectord } from './peers/ldirectord.ts'
import type { Placed, World } from './scenario.ts'

export type PeerName = Exclude<World, 'upalert'>

export interface Peer {
  /** The file's name in DIRECTORY; upalert reads it beside a mon.cf. */
  readonly file: string
  /** The words that start it in the foreground, where everything it says goes to its output. */
  readonly command: readonly string[]
  /** The whole file, at the start (0) or after so many reloads. */
  text(scenarios: readonly Placed[], reloads: number): string
  /** The same with a mistake in it. */
  broken(text: string): string
  /** SIGHUP asks for a reload; otherwise it sees by itself that its file has changed. */
  readonly hangup: boolean
  /** What it says when it has met the mistake; `null`: it goes on, and the second virtual server goes. */
  readonly complains: RegExp | null
}

export const PEERS: Readonly<Record<PeerName, Peer>> = { keepalived, ldirectord }
