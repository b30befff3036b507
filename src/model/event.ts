/** Everything that can happen to the engine. The loop gives each an id; what follows from it names that id as its cause. */
import type { AlertOutcome } from './alert.ts'
import type { Model } from './model.ts'
import type { GroupName, Host, Id, ServiceKey } from './names.ts'
import type { Opstatus } from './opstatus.ts'
import type { CheckResult, HostResult } from './result.ts'
import type { FoundWeights, Gone, MeantName, Owned, Saved, Traffic } from './state.ts'
import type { Milliseconds, WallTime, Weight } from './units.ts'

export type Event = { readonly id: Id } & EventBody

export type EventBody =
  /**
   * `saved` is what was remembered; without it, the state that the loop was made with goes on. `loaded`: what mon's files
   * say besides. `stopped`: the scheduler does not run until it is told to. `gone`: what was remembered besides the state
   * that the loop was made with; it goes without saying where `saved` is given.
   */
  | {
      readonly kind: 'started'
      readonly saved?: Saved | null
      readonly gone?: Gone
      readonly text: string
      readonly stopped?: boolean
      readonly loaded?: LoadedState
      /** The last moment at which the run before this one is known to have been alive; `null`: there was none. */
      readonly aliveUntil?: WallTime | null
      readonly configuration?: string
    }
  /** What operators call a reload keeps all that is remembered; mon's `reset` keeps it, or begins anew. */
  | {
      readonly kind: 'reloaded'
      readonly model: Model
      readonly text: string
      readonly reset?: Reset
      readonly configuration?: string
    }
  /** State from mon's files, for the services they name. */
  | { readonly kind: 'state-loaded'; readonly loaded: LoadedState; readonly text: string }
  | { readonly kind: 'reload-refused'; readonly text: string }
  | { readonly kind: 'stopping'; readonly text: string }
  /** One run of a service's monitor has ended. */
  | {
      readonly kind: 'checked'
      readonly service: ServiceKey
      readonly result: CheckResult
      readonly took: Milliseconds
    }
  /** Somebody reported on a service over the network. */
  | { readonly kind: 'trapped'; readonly service: ServiceKey; readonly trap: Trap }
  /** No trap came for as long as the service's traptimeout. */
  | { readonly kind: 'trap-timeout'; readonly service: ServiceKey }
  /** The service's trapduration is over. */
  | { readonly kind: 'trap-expired'; readonly service: ServiceKey }
  /** A monitor that was due was not started; said when the reason changes. `null`: nothing holds it any longer. */
  | { readonly kind: 'held'; readonly service: ServiceKey; readonly text: string | null }
  /** An attempt to deliver has ended. */
  | { readonly kind: 'attempted'; readonly delivery: Id; readonly outcome: AlertOutcome }
  /** The IPVS table was brought in line, or could not be. */
  | { readonly kind: 'reconciled'; readonly report: ReconcileReport }
  /** The wall clock was set: everything that counts by it moves along. Positive is forward. */
  | { readonly kind: 'clock-stepped'; readonly by: Milliseconds }
  | { readonly kind: 'command'; readonly who: string; readonly command: Command }
  /** A time that the state waits for has come: State's `wakeAt`, an override's `until`. */
  | { readonly kind: 'time' }
  /** The table's counters of each service, by its text (model/table.ts): connections since it was made, and a second. */
  | { readonly kind: 'traffic'; readonly counters: Traffic }
  /** What a start finds in the table, before it changes anything. */
  | { readonly kind: 'table-found'; readonly weights: FoundWeights }
  /** A report is due, and this is it. */
  | {
      readonly kind: 'report'
      readonly name: string
      readonly mail: { readonly subject: string; readonly text: string; readonly html?: string }
    }
  /**
   * The names in the maintenance directory are others than before, or mean others. What `means` says nothing of keeps its
   * former meaning.
   */
  | { readonly kind: 'maintenance'; readonly names: readonly string[]; readonly means?: readonly MeantName[] }
  /** The addresses on this host that something depends on are others than before. */
  | { readonly kind: 'addresses'; readonly present: readonly string[] }
  /** Something the operator should know that changes nothing: a door's trouble, said once when it begins and ends. */
  | { readonly kind: 'notice'; readonly what: string; readonly text: string }

export type Command =
  /**
   * `lasts`: it ends by itself after this. `until`: a changed summary ends it, or nothing but the recovery; without it, as
   * the service's unack_summary says. `link`: by a link of this message, about this outage, which counts once.
   */
  | {
      readonly kind: 'ack'
      readonly service: ServiceKey
      readonly comment: string
      readonly lasts?: Milliseconds
      readonly until?: 'change' | 'recovery'
      readonly link?: { readonly message: Id; readonly outage: string }
    }
  /** Nobody is told of these for a while. `name`: `null` makes one. `from`: now, if it is `null`. */
  | {
      readonly kind: 'begin-maintenance'
      readonly name: string | null
      readonly subjects: readonly string[]
      readonly from: WallTime | null
      readonly lasts: Milliseconds
      readonly reason: string
    }
  | { readonly kind: 'end-maintenance'; readonly name: string }
  /** Notifications that wait are not to be sent any more: those of this service, or this one. */
  | { readonly kind: 'drop-deliveries'; readonly service: ServiceKey | null; readonly delivery: Id | null }
  | { readonly kind: 'unack'; readonly service: ServiceKey }
  | { readonly kind: 'disable'; readonly service: ServiceKey; readonly reason: string }
  | { readonly kind: 'enable'; readonly service: ServiceKey }
  | { readonly kind: 'disable-watch'; readonly group: GroupName; readonly reason: string }
  | { readonly kind: 'enable-watch'; readonly group: GroupName }
  /** In every group that has them; a group whose only host it is has its watch disabled with it. */
  | { readonly kind: 'disable-hosts'; readonly hosts: readonly Host[]; readonly reason: string }
  | { readonly kind: 'enable-hosts'; readonly hosts: readonly Host[] }
  | { readonly kind: 'clear-timers'; readonly service: ServiceKey }
  | { readonly kind: 'test-monitor'; readonly service: ServiceKey }
  /** Runs a period's alerts of one sort at once, whatever holds them back otherwise. */
  | {
      readonly kind: 'test-alert'
      readonly service: ServiceKey
      readonly list: AlertList
      readonly exit: string
      readonly period: string
    }
  /** A message that is only a test, to each channel of a receiver or each line of a service. */
  | { readonly kind: 'test-receiver'; readonly name: string; readonly up: boolean }
  | { readonly kind: 'set-opstatus'; readonly service: ServiceKey; readonly opstatus: Opstatus }
  | { readonly kind: 'stop' }
  | { readonly kind: 'start' }
  /** `force`: although it leaves a pool without a usable server. `remarks`: sentences for the answer. */
  | {
      readonly kind: 'override'
      readonly virtual: string | null
      readonly real: string | null
      readonly what:
        | { readonly kind: 'drain'; readonly most: Milliseconds | null }
        | { readonly kind: 'disable' }
        | { readonly kind: 'weight'; readonly weight: Weight }
      readonly lasts: Milliseconds | null
      readonly reason: string
      readonly force: boolean
      readonly remarks: readonly string[]
    }
  | { readonly kind: 'end-override'; readonly virtual: string | null; readonly real: string | null }

/** The lists of alerts that a period has. */
export type AlertList = 'alert' | 'upalert' | 'startupalert' | 'ackalert' | 'disablealert'

export interface Reset {
  readonly keepstate: boolean
  /** The scheduler is stopped first. */
  readonly stopped: boolean
}

/** A trap as it was received. mon manual, "TRAPS". */
export interface Trap {
  /** The exit status as sent: `0` or nothing is success, everything else failure. */
  readonly status: string
  readonly summary: string
  readonly detail: string
  /** The whole output as a monitor would have printed it. */
  readonly output: string
  readonly hosts: readonly HostResult[]
  /** `group:service` as sent, where the service `default` took it; `null`: it came where it was sent. */
  readonly intended: string | null
  /** Address of the sender. */
  readonly from: string
}

/** What mon's state files say of services, watches and hosts; `undefined` leaves things as they are. */
export interface LoadedState {
  readonly services: readonly LoadedService[]
  readonly disabled: {
    readonly hosts: readonly Host[]
    readonly watches: readonly GroupName[]
    readonly services: readonly ServiceKey[]
    /** Whatever else is disabled is enabled: the file is newer than what is remembered. */
    readonly replaces?: true
  }
}

/** One line of mon's `opstatus` file, as far as it means something here. mon's names in brackets. */
export interface LoadedService {
  readonly key: ServiceKey
  readonly opstatus: Opstatus
  readonly lastOpstatus: Opstatus
  readonly failureCount: number
  readonly alertCount: number
  readonly consecutive: number
  readonly lastSuccess: WallTime | null
  readonly lastFailure: WallTime | null
  readonly firstFailure: WallTime | null
  /** [last_failure_time] */
  readonly failedAt: WallTime | null
  /** [last_failure_summary] */
  readonly failedSummary: string
  readonly lastTrap: WallTime | null
  readonly lastCheck: WallTime | null
  readonly exit: string | null
  readonly summary: string
  readonly detail: string
  readonly ack: { readonly at: WallTime; readonly who: string; readonly comment: string } | null
  /** [failure_output] */
  readonly lastFailingOutput: string
  readonly periods: readonly {
    readonly label: string
    readonly lastSent: WallTime | null
    readonly sent: number
    readonly windowStart: WallTime | null
    readonly windowCount: number
  }[]
}

/** What one pass of the reconciler did. */
export interface ReconcileReport {
  readonly where: 'kernel' | 'memory'
  readonly changes: readonly {
    /** Name of the virtual server, or the service's text where it is no longer configured. */
    readonly virtual: string
    /** `add 10.1.1.2:8080 masq weight 2`, for people. */
    readonly change: string
    /** `OK` or the errno's name. */
    readonly outcome: string
    /** `wanted`: the verdicts ask for it. `drift`: somebody else had changed it. `unwanted`: the configuration no longer names it. */
    readonly reason: 'wanted' | 'drift' | 'unwanted'
    readonly text: string
    readonly cause: Id | null
  }[]
  readonly owned: Owned
  /** Connections of destinations, by service and destination; only of those asked for. */
  readonly connections: readonly {
    readonly service: string
    readonly destination: string
    readonly active: number
    readonly persistent: number
  }[]
  /** What the table counts of each service; missing where nothing flows through it. */
  readonly traffic?: Traffic
}
