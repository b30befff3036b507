/** What the daemon and the demonstration's process say to each other: plain JSON over the channel between them. */
import type { DemoServer, Place } from '../model/model.ts'
import type { Milliseconds } from '../model/units.ts'

export interface DemoMailbox {
  readonly address: string
  readonly port: number
  readonly place: Place
}

/** When in each round the failing servers fail, counted from the start. */
export interface Rhythm {
  readonly round: Milliseconds
  readonly failsAt: Milliseconds
  readonly recoversAt: Milliseconds
}

export interface DemoOrder {
  readonly servers: readonly DemoServer[]
  readonly mailbox: DemoMailbox | null
  /** Where the mailbox keeps what it receives. */
  readonly mailboxDir: string
  readonly rhythm: Rhythm
}

export type DemoAnswer =
  | { readonly kind: 'ready'; readonly ports: readonly number[]; readonly mailboxPort: number | null }
  | { readonly kind: 'failed'; readonly text: string }
  /** A line for the terminal. */
  | { readonly kind: 'line'; readonly text: string }

/** Both ends are this program, so anything else on the channel is our own mistake. */
export function isAnswer(message: unknown): message is DemoAnswer {
  return (
    typeof message === 'object' &&
    message !== null &&
    'kind' in message &&
    ['ready', 'failed', 'line'].includes(String(message.kind))
  )
}

export function isOrder(message: unknown): message is DemoOrder {
  return typeof message === 'object' && message !== null && 'servers' in message && 'rhythm' in message
}
