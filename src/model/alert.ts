import type { OptionShape } from './module.ts'
import type { GroupName, Host, Id, ServiceKey, ServiceName } from './names.ts'
import type { Dkim } from './notify-settings.ts'
import type { TableDoor } from './table.ts'
import type { Milliseconds, WallTime } from './units.ts'

/** Why an alert is sent, in mon's words (MON_ALERTTYPE). */
export type AlertKind = 'failure' | 'up' | 'startup' | 'ack' | 'disable' | 'trap' | 'traptimeout' | 'test'

/** It tells of a failure, and not of the end of one or of what somebody did. */
export const isFailing = (kind: AlertKind): boolean => kind === 'failure' || kind === 'trap' || kind === 'traptimeout'

/** Everything a way of telling needs, fixed at the moment of the decision so that a late retry tells the same story. */
export interface AlertMessage {
  readonly id: Id
  readonly kind: AlertKind
  /** An operator tries out whether it arrives; nothing has happened. A tried upalert is of kind `up`. */
  readonly isTest?: boolean
  readonly key: ServiceKey
  readonly group: GroupName
  readonly service: ServiceName
  readonly description: string
  readonly hosts: readonly Host[]
  /** Hosts that fail now; empty in an upalert. `text` is the sentence's tail that says why. */
  readonly failing: readonly { readonly host: Host; readonly text: string }[]
  readonly exit: number
  readonly summary: string
  readonly detail: string
  /**
   * What mon writes to the alert's standard input: the failing event's whole output; in an upalert the last failing one.
   * A byte that is not UTF-8 is a lone surrogate U+DC80 to U+DCFF, so that a program gets the very bytes.
   */
  readonly output: string
  readonly at: WallTime
  readonly firstFailure: WallTime | null
  readonly lastFailure: WallTime | null
  readonly lastSuccess: WallTime | null
  /** How long the outage lasted, in an upalert. */
  readonly lasted: Milliseconds | null
  readonly failures: number
  readonly acknowledged: string | null
  /** One line a pool that this service drives: "web: 2 of 3 real servers remain". */
  readonly pools: readonly string[]
  /** The subject and text of a mail, word for word: where another program's are asked for (keepalived's), or a report's. */
  readonly mail?: { readonly subject: string; readonly text: string; readonly html?: string }
  /** Who changed, as keepalived's FIFO has it: `RS [10.1.1.2]:tcp:80 [192.0.2.1]:tcp:80 DOWN`. */
  readonly line?: string
  /** Names the outage that this is about, the same from its first message to its last; doubles and ends are known by it. */
  readonly outage?: string
  /** What would end it: "1 of 2 passing checks; the next is due within 30 s". */
  readonly remedy?: string
  /** Who else is told of this. */
  readonly others?: readonly string[]
  /** In an upalert: what the clients of the pools did meanwhile, from the table's counters. */
  readonly traffic?: string
  /** Why it comes to this receiver, or comes now: an escalation, a channel that failed, the end of flapping. */
  readonly because?: string
  /** It has not ended: nobody watches it any more. */
  readonly gone?: true
  /** Several messages as one; this one sums them up. Without the output and detail of each. */
  readonly members?: readonly AlertMessage[]
  /** How many services these are about, by what each came to last, named or not. */
  readonly counts?: { readonly down: number; readonly up: number; readonly other: number }
  /** Further ones, of which no more is said. */
  readonly omitted?: number
  /** The services that only those tell of, and what of each came last: who hears of their ends, and who was not told. */
  readonly omittedServices?: readonly Pick<AlertMessage, 'key' | 'kind' | 'outage'>[]
  /** MON_* and the service's own variables (mon manual, "ENVIRONMENT VARIABLES"). */
  readonly environment: Readonly<Record<string, string>>
}

/** What it tells of, one by one. */
export const tellingsOf = (message: AlertMessage): readonly AlertMessage[] => message.members ?? [message]

/** What came of one attempt. `retry` says whether another attempt could end otherwise. `text` is for people. */
export type AlertOutcome =
  | { readonly kind: 'sent'; readonly text: string }
  /**
   * `reached`: receivers who have the message all the same, and shall not get it again when the rest is retried.
   * `after`: the receiver asks not to be tried again sooner (Retry-After).
   */
  | {
      readonly kind: 'failed'
      readonly retry: boolean
      readonly text: string
      readonly reached?: readonly string[]
      readonly after?: Milliseconds
    }

export interface AlertContext {
  readonly signal: AbortSignal
  readonly timeout: Milliseconds
  /** 1 for the first try. */
  readonly attempt: number
  /** What earlier attempts at this delivery answered as `reached`. */
  readonly reached?: readonly string[]
  /** The configuration's settings that ways of telling share. `server`: one relay's URL, or several in order, blanks between. */
  readonly mail: {
    readonly server: string
    readonly from: string
    readonly hostname: string
    readonly listId?: string
    readonly dkim?: Dkim | null
  }
  /** A directory of templates that take the place of the built-in ones; without it there are none. */
  readonly templates?: string
  /** Private networks that a webhook may reach, as CIDR. */
  readonly webhookAllow?: readonly string[]
  /** A link by which one acknowledgement can be given, for a message about a failure. */
  ackLink?(message: AlertMessage): string | null
  /** The IPVS table, for alerts that change it. */
  readonly table: TableDoor
}

/**
 * The one signature of every way of telling. `send` never throws; it may be called again with the same message after a
 * crash, so it carries `message.id` to the receiver where the medium has room for it.
 */
export interface Alert<Options = unknown> extends OptionShape {
  readonly name: string
  /** One line for listings: "sends a mail". */
  readonly deed: string
  /** It changes the IPVS table it is handed: whether that is the kernel's matters to whoever calls it. */
  readonly usesTable?: true
  /**
   * Who is told with these options. Messages of one service to one receiver keep their order, so that no "up" arrives
   * before its "down"; without this, the options as a whole name the receiver.
   */
  receiver?(options: Options): string
  /**
   * What may be slow or broken by itself: deliveries wait for a free place with those of the same one only, so that a
   * program that hangs holds no other up. Without this, the module as a whole.
   */
  line?(options: Options): string
  send(message: AlertMessage, options: Options, context: AlertContext): Promise<AlertOutcome>
  /** Whether it can tell of several messages at once (AlertMessage.members). */
  combines?(options: Options): boolean
  /** Whom it tells forgets a failure that is not repeated: it is sent again every minute until its end (Alertmanager). */
  readonly keepAlive?: true
  /** Of `keepAlive`: failures that last, or whose end came meanwhile, many at once. Without it each is sent by itself. */
  repeat?(messages: readonly AlertMessage[], options: Options, context: AlertContext): Promise<AlertOutcome>
  /** What would be sent, for people, without sending it; secrets are left out. */
  render?(message: AlertMessage, options: Options, context: AlertContext): string
  /** What is wrong with these options that no schema can say, such as a template with a mistake; sentences. */
  faults?(options: Options): readonly string[]
}
