/**
 * What the operator asked for, with names found and defaults filled in. Made by parse/resolve.ts, replaced as a whole
 * at reload, changed by nobody.
 */
import type { Dependencies } from './dependency.ts'
import type { GroupName, Host, ServiceKey, ServiceName } from './names.ts'
import type { PeriodExpression } from './period.ts'
import type { Quirks } from './quirks.ts'
import type { Forward, TableDestinationId, TableServiceId, TableServiceSettings } from './table.ts'
import type { Milliseconds, Weight } from './units.ts'

/** Where in which file a thing was written; line and column count from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface Model {
  readonly settings: Settings
  readonly groups: readonly HostGroup[]
  /** In file order; `State.services[i]` is the state of `Model.services[i]`. */
  readonly services: readonly Service[]
  readonly serviceIndex: ReadonlyMap<ServiceKey, number>
  /** What clients may restrict their lists to. */
  readonly views: readonly View[]
  /** Text that clients may ask for. */
  readonly aliases: readonly Alias[]
  /** In file order; `State.pools[i]` is the state of `Model.virtuals[i]`. */
  readonly virtuals: readonly Virtual[]
}

/** The globals of mon.cf. The parser leaves directories as written; daemon/configuration.ts makes them absolute. */
export interface Settings {
  readonly basedir: string
  readonly cfbasedir: string
  readonly mondir: readonly string[]
  readonly alertdir: readonly string[]
  readonly statedir: string
  readonly logdir: string
  readonly quirks: Quirks
  /** Monitor programs at once; 0 is no limit. */
  readonly maxprocs: number
  /** Every service's first check comes within this time after the start. `null`: spread by the daemon itself. */
  readonly randstart: Milliseconds | null
  /** `none`, `embedded`, or a postgres:// URL. */
  readonly database: string
  /** smtp:// or smtps:// URL of the relay. */
  readonly mailserver: string
  readonly mailfrom: string
  /** Path of the unix socket that the command line talks to; empty: `upalert.sock` in statedir. */
  readonly socket: string
  /** Plugins: ES modules that export a monitor or an alert, as written. */
  readonly plugins: readonly { readonly path: string; readonly place: Place }[]
  /** The demonstration's web servers (address:port, a `*` behind the one that fails) and mailbox; empty: no demonstration. */
  readonly demoServers: readonly DemoServer[]
  readonly demoMailbox: { readonly address: string; readonly port: number; readonly place: Place } | null
  /** No monitor starts and no trap timer runs inside it. `null`: none. */
  readonly excludePeriod: WrittenPeriod | null
  /** How deep a chain of dependencies is followed. */
  readonly depRecurLimit: number
  readonly startupalertsOnReset: boolean
  readonly clients: ClientSettings
  readonly logs: LogSettings
}

/** Who may talk to the daemon over the network, and how. mon manual, "authfile" and the variables around it. */
export interface ClientSettings {
  /** auth.cf; a written one opens the client port under `upalert run`. Relative paths are under cfbasedir. */
  readonly authfile: { readonly path: string; readonly written: boolean; readonly place: Place | null }
  /** Ways of logging in, tried in this order. */
  readonly authtypes: readonly string[]
  readonly userfile: { readonly path: string; readonly written: boolean; readonly place: Place | null }
  readonly pamservice: string
  /** Addresses to listen on; empty: loopback. */
  readonly serverbind: string
  readonly trapbind: string
  readonly serverport: number
  readonly trapport: number
  /** Regular expressions over the whole address of a client; empty: everybody. */
  readonly clientallow: readonly string[]
  /** A client that sends nothing for this long is disconnected. */
  readonly cltimeout: Milliseconds
  /** Program that is told about disable, enable and test commands; empty: none. */
  readonly monremote: string
}

/** Files and logs for others to read. mon manual, "historicfile", "dtlogfile", "syslog_facility", "pidfile". */
export interface LogSettings {
  /** Entries kept of alerts and of failures for clients. */
  readonly histlength: number
  /** Alert history, appended to; under logdir. Empty: none. */
  readonly historicfile: string
  /** How far back it is read at start; 0: all. */
  readonly historictime: Milliseconds
  readonly dtlogging: boolean
  /** Downtime log, under logdir. */
  readonly dtlogfile: string
  /** Facility of syslog(3); empty: nothing goes to syslog (`upalert mon`: daemon). */
  readonly syslogFacility: string
  /** Empty: none under `upalert run`; the standard places under `upalert mon`. `written` tells an empty one from none. */
  readonly pidfile: { readonly path: string; readonly written: boolean }
  /** What takes standard output and standard error of a daemon in the background. */
  readonly monerrfile: string
}

export interface WrittenPeriod {
  readonly text: string
  readonly when: PeriodExpression
}

export interface View {
  readonly name: string
  /** `group` or `group:service`. */
  readonly members: readonly string[]
}

export interface Alias {
  readonly name: string
  readonly lines: readonly string[]
}

export interface DemoServer {
  readonly address: string
  readonly port: number
  readonly fails: boolean
  readonly place: Place
}

export interface HostGroup {
  readonly name: GroupName
  readonly hosts: readonly Host[]
  /** Written with a `*` before them: they start disabled. */
  readonly disabled: readonly Host[]
  readonly place: Place
}

/** When a service is due: every so often by the monotonic clock, or by the calendar (node-cron's five or six fields). */
export type Timing =
  | { readonly kind: 'every'; readonly interval: Milliseconds; readonly randskew: Milliseconds | null }
  | { readonly kind: 'cron'; readonly expression: string }

export interface Service {
  readonly key: ServiceKey
  readonly group: GroupName
  readonly name: ServiceName
  readonly hosts: readonly Host[]
  readonly description: string
  /** `null`: never checked by itself; it hears of its hosts by traps, or not at all. */
  readonly timing: Timing | null
  /** In force from a failure of the monitor to the next success. */
  readonly failureInterval: Milliseconds | null
  readonly timeout: Milliseconds
  /** Failing results in a row that make a host down, and passing ones that make it up again. 1 is mon's behaviour. */
  readonly fall: number
  readonly rise: number
  /** `null`: none is written, or (with quirks only) none of that name was found, which `monitorMissing` tells. */
  readonly monitor: Call | null
  /** The words of a monitor that was not found; empty otherwise. */
  readonly monitorMissing: string
  /** The monitor runs although no host is left to check. */
  readonly allowEmptyGroup: boolean
  readonly excludeHosts: readonly Host[]
  /** The monitor does not start inside it. */
  readonly excludePeriod: WrittenPeriod | null
  readonly dependencies: Dependencies
  /** Who depends on this service takes it for failing this much longer than it is; 0: no longer. */
  readonly depMemory: Milliseconds
  /** A changed summary ends an acknowledgement. */
  readonly unackSummary: boolean
  /** Called at every event, success or not, before all else. */
  readonly redistribute: AlertCall | null
  /** A trap must come at least this often, or the service fails. */
  readonly traptimeout: Milliseconds | null
  /** What a trap said is over after this. */
  readonly trapduration: Milliseconds | null
  /** The `NAME=value` lines of the service, for its programs. */
  readonly environment: Readonly<Record<string, string>>
  readonly periods: readonly Period[]
  readonly place: Place
}

/** A monitor or alert as the operator called it, resolved. */
export interface Call {
  /** The module that carries it out: `tcp`, `script`, `mail`, `program`, or a plugin's name. */
  readonly module: string
  /** The module's options, valid against its schema. */
  readonly options: unknown
  /** The words as written, for people: `http.monitor -p 8080`. */
  readonly text: string
  /** Whether the hosts of the group are handed over; false behind mon's `;;`. */
  readonly withHosts: boolean
  readonly place: Place
}

export interface Period {
  /** The label, or the expression's text where there is none; empty for a bare `period`. */
  readonly label: string
  readonly text: string
  readonly when: PeriodExpression
  readonly alertevery: AlertEvery | null
  readonly alertafter: AlertAfter
  /** 0: no limit. */
  readonly numalerts: number
  /** An upalert is sent only for an outage at least this long. `null`: always. */
  readonly upalertafter: Milliseconds | null
  /** Exit statuses outside it are no failures for this period. */
  readonly alertexitrange: ExitRange | null
  /** An upalert needs no alert before it. */
  readonly noCompAlerts: boolean
  /** mon's `alerts_dont_count`: clients are not shown this period's number of alerts. */
  readonly alertsDontCount: boolean
  readonly alerts: readonly AlertCall[]
  readonly upalerts: readonly AlertCall[]
  readonly startupalerts: readonly AlertCall[]
  readonly ackalerts: readonly AlertCall[]
  readonly disablealerts: readonly AlertCall[]
  readonly place: Place
}

export interface ExitRange {
  readonly from: number
  readonly to: number
}

export interface AlertCall extends Call {
  /** `exit=N-M`: only for monitor exit statuses in this range. `null`: for all. */
  readonly exit: ExitRange | null
  /** The program's full path, or the module's name; what clients and logs call it. */
  readonly script: string
  /** What stands behind its name, unsplit. */
  readonly argumentText: string
  /** No such alert was found (with quirks only; otherwise that is an error): it is never sent, and never counts. */
  readonly missing?: true
}

/** How often a repeated failure is told. mon manual, "alertevery". */
export interface AlertEvery {
  readonly every: Milliseconds
  /**
   * What is told before the time is over: a failure with a changed `summary`, with any changed output (`detail`), the
   * first failure after a `success` only (mon's ignore_summary), or none (`strict`).
   */
  readonly unless: 'summary' | 'detail' | 'success' | 'strict'
}

/** How long a failure must last before it is told; the three forms of mon's "alertafter". */
export interface AlertAfter {
  /** `alertafter N`: that many failures in a row. */
  readonly count: number | null
  /** `alertafter T`: failing for longer than this. */
  readonly time: Milliseconds | null
  /** `alertafter N T`: N failures within T. */
  readonly window: { readonly count: number; readonly time: Milliseconds } | null
}

/** A virtual server and the pool of real servers behind it. */
export interface Virtual {
  readonly name: string
  readonly id: TableServiceId
  readonly settings: TableServiceSettings
  /** Least total weight of usable real servers; below it the sorry server takes over (keepalived.conf "quorum"). */
  readonly quorum: Weight
  readonly sorry: Sorry | null
  /** What becomes of a real server that is down: weight 0, or no entry at all. */
  readonly onFail: 'drain' | 'remove'
  readonly reals: readonly Real[]
  readonly place: Place
}

export interface Sorry {
  readonly id: TableDestinationId
  readonly forward: Forward
}

export interface Real {
  readonly id: TableDestinationId
  readonly weight: Weight
  readonly forward: Forward
  readonly upperThreshold: number
  readonly lowerThreshold: number
  /** The verdict it follows: of this host (itself, or its proxy endpoint after `via`) in this service. `null`: always up. */
  readonly check: { readonly service: ServiceKey; readonly host: Host } | null
  readonly place: Place
}
