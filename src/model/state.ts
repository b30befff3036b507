/**
 * All that the engine remembers. It is replaced, never changed in place; runtime/loop.ts holds the one current value.
 * What must survive a crash is `Saved`; the rest (the model, what is being done now) is made anew at start.
 */
import type { AlertMessage } from './alert.ts'
import type { PoolStanding, QuietReason, RealStanding } from './entry.ts'
import type { InMaintenance, OneOffWindow, WindowMemory } from './maintenance.ts'
import type { AlertCall, Model } from './model.ts'
import type { Host, Id, ServiceKey } from './names.ts'
import type { Opstatus } from './opstatus.ts'
import type { PerformanceDatum, Timings, WeightSaid } from './result.ts'
import type { Milliseconds, WallTime, Weight } from './units.ts'

export interface State {
  readonly model: Model
  readonly services: readonly ServiceState[]
  readonly pools: readonly PoolState[]
  readonly controls: Controls
  /** Services and destinations of the IPVS table that are ours to change or delete, by their text (model/table.ts). */
  readonly owned: Owned
  /** Notifications decided on and not yet delivered. */
  readonly outbox: readonly Delivery[]
  readonly noise: Noise
  /** What the table counts; made anew at each start. */
  readonly traffic: Traffic
}

/** By the service's text (model/table.ts). */
export type Traffic = ReadonlyMap<string, Counters>

export interface Counters {
  /** Since the service was made. */
  readonly connections: number
  /** New connections a second, as the kernel estimates them. */
  readonly rate: number
}

/** What limits on notifications remember. */
export interface Noise {
  /** By channel (model/receiver.ts). */
  readonly channels: Readonly<Record<string, ChannelState>>
  /** Ways of telling that do not get through, by channel. */
  readonly troubles: Readonly<Record<string, Trouble>>
}

export interface ChannelState {
  /** When messages were decided lately, as far as the digest counts them; oldest first. */
  readonly decided: readonly WallTime[]
  /** When it was handed messages lately, as far as the rate counts them; oldest first. */
  readonly handed: readonly WallTime[]
}

export interface Trouble {
  readonly call: AlertCall
  readonly since: WallTime
  readonly text: string
  /** What was given up since, for people. */
  readonly lost?: readonly string[]
  /** Who was told that it does not get through; `null`: nobody yet. */
  readonly told: readonly AlertCall[] | null
}

export const QUIET_NOISE: Noise = { channels: {}, troubles: {} }

/** What operators have switched off, beyond single services. */
export interface Controls {
  /** Since when the scheduler is stopped; `null`: it runs. A restart starts it again. */
  readonly stopped: WallTime | null
  /** Since when checks run: since this start, or that of the scheduler. What failed before it may be well by now. */
  readonly watchedSince?: WallTime
  /** Disabled watches, by the group's name. */
  readonly watches: Readonly<Record<string, Disabled>>
  /** Disabled hosts, by the group's name. */
  readonly hosts: Readonly<Record<string, readonly DisabledHost[]>>
  /** What operators decided about real and virtual servers. At most one of each target. */
  readonly overrides: readonly Override[]
  /** Times of maintenance that operators began. */
  readonly windows: readonly OneOffWindow[]
  /** Without it, nobody has looked yet which windows are in force. */
  readonly calendar?: WindowMemory
  /** Names in the maintenance directory: an address, address:port, or a host as configured. Not kept over a restart. */
  readonly maintenance: readonly string[]
  /** What names of hosts among them mean, as far as they were looked up: addresses, with the port where one is written. */
  readonly maintenanceMeans?: readonly MeantName[]
  /** Addresses on this host, as far as something depends on them. Not kept over a restart; `null`: not looked at yet. */
  readonly addresses: readonly string[] | null
}

export interface MeantName {
  readonly name: string
  readonly ends: readonly string[]
}

/** An operator's decision about a real server, in one virtual server or wherever it stands, or about a virtual server. */
export interface Override {
  /** `null`: in every virtual server. */
  readonly virtual: string | null
  /** By its text, `10.1.1.2:8080`. `null`: all real servers of the virtual server. */
  readonly real: string | null
  readonly what: /** Weight 0, and out of the table when its last connection has ended or `limit` has come. */
    | { readonly kind: 'drain'; readonly limit: WallTime | null }
    | { readonly kind: 'disable' }
    | { readonly kind: 'weight'; readonly weight: Weight }
  readonly at: WallTime
  readonly who: string
  readonly reason: string
  /** It ends by itself at this time. */
  readonly until: WallTime | null
}

export interface DisabledHost extends Disabled {
  readonly host: Host
}

/** Destinations by service: `{ 'tcp 192.0.2.1:80': ['10.1.1.2:8080'] }`. */
export type Owned = Readonly<Record<string, readonly string[]>>

export interface ServiceState {
  readonly key: ServiceKey
  readonly status: ServiceStatus
  /** The same in mon's numbers [op_status], which a client may set; and the one before the last event [last_op_status]. */
  readonly opstatus: Opstatus
  readonly lastOpstatus: Opstatus
  /** Failing events in a row; what mon calls consec_failures. */
  readonly consecutive: number
  readonly failureCount: number
  readonly alertCount: number
  readonly lastCheck: WallTime | null
  readonly lastSuccess: WallTime | null
  readonly lastFailure: WallTime | null
  /** [first_failure] beginning of the outage. */
  readonly firstFailure: WallTime | null
  /** The last failing event; unlike `lastFailure` it outlives the outage, for dep_memory. */
  readonly failedAt: WallTime | null
  /** [last_failure_summary] summary of that event. */
  readonly failedSummary: string
  readonly lastTrap: WallTime | null
  /** The last evaluation of its dependency; `null` if it never could be worked out. */
  readonly dependOk: boolean | null
  /** failure_interval is in force. */
  readonly failureInterval: boolean
  readonly lastDuration: Milliseconds | null
  readonly exit: number | null
  /** [exitval] the same as it was received: a trap may say `fail`. */
  readonly exitval: string | null
  readonly summary: string
  readonly detail: string
  /** Complete output of the event before the current one, of any kind; what an upalert reads. `null` before the first. */
  readonly lastOutput: string | null
  /** Complete output of the previous failing event of this outage; empty after a success, `null` before any event. */
  readonly lastFailingOutput: string | null
  readonly warnings: readonly string[]
  /** Figures of the last run, of a Nagios plugin. */
  readonly performance: readonly PerformanceDatum[]
  /** Runs in a row that ended alike, against `fall` and `rise`. */
  readonly streak: { readonly kind: 'failing' | 'passing'; readonly count: number }
  /** Why a check that is due does not start. */
  readonly held: string | null
  /** An alert of this outage that was given up, and why: somebody believes that all is well. */
  readonly untold: string | null
  readonly ack: Ack | null
  readonly disabled: Disabled | null
  readonly maintenance: InMaintenance | null
  /** Names the outage; given by the event that began it. `null`: there is none. */
  readonly outage: string | null
  /** Who was told of this outage and must hear of its end, come what may. Plain calls of upalert lines, and receivers. */
  readonly announced: readonly AlertCall[]
  /** Messages of this outage whose link has been used. */
  readonly usedLinks: readonly Id[]
  readonly flapping: Flapping
  /** In the order of the service's hosts. */
  readonly hosts: readonly HostState[]
  /** In the order of the service's periods. */
  readonly periods: readonly PeriodState[]
  /** The entry of the last change of status: the cause of what follows from it. */
  readonly cause: Id | null
}

/** mon's op_status, as far as the daemon itself sets it: 7 untested, 1 ok, 0 fail. */
export type ServiceStatus =
  | { readonly kind: 'untested' }
  | { readonly kind: 'up'; readonly since: WallTime }
  | { readonly kind: 'down'; readonly since: WallTime }

export interface Ack {
  readonly at: WallTime
  readonly who: string
  readonly comment: string
  /** It ends by itself; without it, it does not. */
  readonly until?: WallTime
  /** What ends it besides the recovery; without it, as the service's unack_summary says. */
  readonly by?: 'change' | 'recovery'
}

export interface Flapping {
  /** When the status changed lately, as far as it counts; oldest first. */
  readonly changes: readonly WallTime[]
  /** Since when changes are not told one by one; `null`: they are. */
  readonly since: WallTime | null
  /** Changes since then. */
  readonly count: number
}

export const CALM: Flapping = { changes: [], since: null, count: 0 }

export interface Disabled {
  readonly at: WallTime
  readonly who: string
  readonly reason: string
}

/** The verdict on one host in one service, with the run of results that may change it. */
export interface HostState {
  readonly host: Host
  readonly verdict: HostVerdict
  /** Results in a row that speak against the verdict; while untested, failing results in a row. */
  readonly against: number
  /** What the last probe said; `null` before the first. */
  readonly last: {
    readonly kind: 'up' | 'down' | 'unknown'
    readonly code: string
    readonly text: string
    readonly at: WallTime
    readonly timings: Timings
  } | null
  readonly cause: Id | null
  /** What the last passing result said of the weight; gone when it is down. */
  readonly share?: WeightSaid | undefined
}

export type HostVerdict =
  | { readonly kind: 'untested' }
  | { readonly kind: 'up'; readonly since: WallTime }
  | { readonly kind: 'down'; readonly since: WallTime; readonly text: string }

/** What mon remembers for each period (its state file's names in brackets). */
export interface PeriodState {
  readonly label: string
  /** [alert_sent] alert events since the last success. */
  readonly sent: number
  /** [last_alert] `null`: none that still counts. */
  readonly lastSent: WallTime | null
  /** [1stfailtime] start of the alertafter window; `null`: not started. */
  readonly windowStart: WallTime | null
  /** [failcount] */
  readonly windowCount: number
  /** Upalerts without an alert before them (quirks.oneUnpairedUpalert). */
  readonly unpairedUps: number
  /** When somebody was first told of this outage, and how many escalations have followed. */
  readonly firstSent: WallTime | null
  readonly escalated: number
  /** What failed when somebody was told last; older journals have none. */
  readonly toldOf?: string
  /** Why nothing was sent last time, so that each reason is told once; `null` after something was sent. */
  readonly quiet: QuietReason | null
}

/** Of a failure of a pool or of one of its real servers: what people know of it. */
export interface PoolHeard {
  /** Who was told of it and must hear of its end, as in ServiceState.announced. */
  readonly owed: readonly AlertCall[]
  /** It began in this time of maintenance, so that people do not know it: they are told when that is over. */
  readonly hushed: string | null
}

/** What is heard is heard of its quorum. */
export interface PoolState extends PoolHeard {
  readonly name: string
  readonly standing: PoolStanding
  readonly reals: readonly RealState[]
  readonly cause: Id | null
  /** The weights of all that serve or could, as the quorum counts them. */
  readonly upWeight: number
  /** This run of the daemon has told its quorum to those who hear of it at each start (keepalived's quorum_up). */
  readonly announced: boolean
  /** Since when it lacks its quorum, which it had; `null`: it has it. */
  readonly lostAt: WallTime | null
  /** When somebody was last told that others change its part of the table. */
  readonly driftTold: WallTime | null
  /** What the table counted when the first of its real servers went, for what the end of it says. */
  readonly trafficBefore: { readonly at: WallTime; readonly counters: Counters } | null
  /** When it must be looked at again although nothing happens: a wait, a slow start, a limit ends. `null`: never. */
  readonly wakeAt: WallTime | null
}

/** What is heard is heard of what its checks say. */
export interface RealState extends PoolHeard {
  /** `10.1.1.2:8080` */
  readonly real: string
  readonly standing: RealStanding
  readonly weight: Weight
  readonly reason: string
  readonly text: string
  readonly since: WallTime | null
  /** The verdict's entry that it follows. */
  readonly cause: Id | null
  /** The entry that told of this standing: the cause of what is done in the kernel. */
  readonly entry: Id | null
  /** Since when this run of the daemon knows it: what `initial` counts by. `null`: not yet. */
  readonly begun: WallTime | null
  /** Since when it comes back in steps; `null`: it does not. */
  readonly risingSince: WallTime | null
  /** What its load has made of its weight; missing where that plays no part (Virtual.loadFeedback). */
  readonly loaded?: Loaded
  /** The weight that the table has of it while it is left as it was found, where a ramp or a load counts on it. */
  readonly found?: Weight
  /** An operator drains it. */
  readonly drain: Drain | null
  /** What its checks say, whatever stands in the table; `null`: nothing yet. What notify_up and notify_down follow. */
  readonly told: 'up' | 'down' | null
  /** Since when they say so. */
  readonly toldAt: WallTime | null
}

/** A weight that follows the load; only steps are remembered. */
export interface Loaded {
  /** The weight that it began with, and never goes below. */
  readonly of: Weight
  readonly weight: Weight
  /** When the last step was taken, or when it had its whole weight. */
  readonly at: WallTime
  /** The load that the last step was taken for; `null`: there was none yet. */
  readonly load: number | null
}

/** What a table has, by the text of service and destination (model/table.ts). */
export type FoundWeights = ReadonlyMap<string, ReadonlyMap<string, Weight>>

export interface Drain {
  readonly since: WallTime
  /** Connections at the last look, in all services together; `null`: not looked at yet. */
  readonly active: number | null
  readonly persistent: number | null
  /** It is empty, or its limit has come: it leaves the table. */
  readonly over: boolean
}

/** One notification on its way to one receiver. */
export interface Delivery {
  readonly id: Id
  readonly message: AlertMessage
  readonly call: AlertCall
  /** Attempts made so far. */
  readonly attempts: number
  /** When it was decided; moves along when the clock is set, unlike the message's own time. */
  readonly decidedAt: WallTime
  /** Not before this time; by the wall clock, since it outlives the process. */
  readonly notBefore: WallTime
  /** What the last attempt said. */
  readonly lastText: string
  /** Receivers that earlier attempts reached (AlertOutcome.reached). */
  readonly reached?: readonly string[]
  readonly cause: Id | null
  /** It is not tried before this; those of one batch go as one. */
  readonly hold?: { readonly batch: string; readonly until: WallTime; readonly text: string }
  /** When another channel takes over, if this one has not got through; `done`: it has. */
  readonly handover?: { readonly at: WallTime; readonly done: boolean }
  /** Of redistribute: the newest state is what counts, and takes the place of one that still waits. */
  readonly newestOnly?: true
  /** Of a stop: what has not been delivered when the daemon ends is not told any more. */
  readonly atStop?: true
}

/** What the journal keeps. Plain JSON; `version` rises when a reader of the old form would be wrong. */
export interface Saved {
  readonly version: 1
  readonly services: readonly ServiceState[]
  readonly pools: readonly PoolState[]
  readonly owned: Owned
  readonly controls: Controls
  readonly outbox: readonly Delivery[]
  /** What an older upalert wrote lacks it. */
  readonly noise?: Noise
}

/** What was remembered and the configuration of a later start does not name: their ends have still to be told. */
export type Gone = Pick<Saved, 'services' | 'pools'>

/** The parts of the state that one event changed: what the journal appends so that a crash forgets nothing. */
export interface Patch {
  readonly services: readonly ServiceState[]
  readonly pools: readonly PoolState[]
  readonly owned: Owned | null
  readonly controls: Controls | null
  /** Deliveries that are new or have changed. */
  readonly deliveries: readonly Delivery[]
  /** Deliveries that are over. */
  readonly delivered: readonly Id[]
  readonly noise?: Noise | null
  /** All there are from here on, after a start or a reload: what is not among them is gone. */
  readonly only?: { readonly services: readonly ServiceKey[]; readonly pools: readonly string[] }
}
