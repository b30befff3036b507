/**
 * What the operator asked for, with names found and defaults filled in. Made by parse/resolve.ts, replaced as a whole
 * at reload, changed by nobody.
 */

import type { ClientSettings, LogSettings } from './client-settings.ts'
import type { Dependencies } from './dependency.ts'
import type { MailBodies } from './keepalived-words.ts'
import type { RecurringWindow } from './maintenance.ts'
import type { GroupName, Host, ServiceKey, ServiceName } from './names.ts'
import type { NotifySettings, ReportSchedule } from './notify-settings.ts'
import type { PeriodExpression } from './period.ts'
import type { Quirks } from './quirks.ts'
import type { Burst, Receiver } from './receiver.ts'
import type { Forward, TableDestinationId, TableServiceId, TableServiceSettings, TableTunnel } from './table.ts'
import type { TableSettings } from './table-settings.ts'
import { type Milliseconds, seconds, type Weight } from './units.ts'

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
  /** Of checks `via vip`. */
  readonly paths: readonly CheckPath[]
  /** By name. */
  readonly receivers: ReadonlyMap<string, Receiver>
  /** Times of maintenance that come again and again; `windows` of operators are in the state. */
  readonly windows: readonly RecurringWindow[]
  /** Reports that are mailed. */
  readonly reports: readonly ReportSchedule[]
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
  /** In front of every subject of keepalived's mails: `[LVS_MAIN] Realserver …` (keepalived.conf "router_id"). */
  readonly routerId: string
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
  readonly table: TableSettings
  readonly notify: NotifySettings
  readonly reload: ReloadSettings
  /** Files of other directors' tools that are loaded together with this one, as written; the first word may be `keepalived`. */
  readonly keepalived: readonly { readonly path: string; readonly place: Place }[]
}

/** What happens by itself when the configuration's file changes (ldirectord.cf "autoreload", "callback"). */
export interface ReloadSettings {
  /** It is read again, as SIGHUP asks for. */
  readonly auto: boolean
  /** A program that is started for each file that changed, with its path behind its own words. Empty: none. */
  readonly callback: readonly string[]
  /** How often the files are looked at. */
  readonly every: Milliseconds
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
  /** Failing results in a row that make a host down of which nothing is known; `null`: `fall`. keepalived's checkers: 1. */
  readonly firstFall: number | null
  /** keepalived's `delay_before_retry`: the time to the next run while failures are counted towards `fall`. */
  readonly retryInterval: Milliseconds | null
  /** A host that is down is asked in rounds of `fall` runs, `retryInterval` apart, too (keepalived's TCP and SMTP). */
  readonly retriesWhileDown: boolean
  /** Every failing attempt is written down, not only the one that changes the verdict (keepalived.conf "log_all_failures"). */
  readonly logFailures: boolean
  /** The first run comes within this time; `null`: within randstart. */
  readonly warmup: Milliseconds | null
  /** It runs only while one of these addresses is on this host; `null`: always. */
  readonly onlyWith: readonly string[] | null
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
  /** A service whose status changes so often is told of once, and again when it is calm. `null`: each change is told. */
  readonly flap: Burst | null
  /** Called at every event, success or not, before all else. */
  readonly redistribute: AlertCall | null
  /** A trap must come at least this often, or the service fails. */
  readonly traptimeout: Milliseconds | null
  /** What a trap said is over after this. */
  readonly trapduration: Milliseconds | null
  /** The `NAME=value` lines of the service, for its programs. */
  readonly environment: Readonly<Record<string, string>>
  readonly periods: readonly Period[]
  /** What keepalived's mails say of this check between the arrows of `=> … <=`; `null`: it is none of keepalived's. */
  readonly mailBodies: MailBodies | null
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
  /** Who is told besides, when a failure that was told has not been acknowledged for so long. In order of their times. */
  readonly escalations: readonly Escalation[]
  readonly place: Place
}

export interface Escalation {
  readonly after: Milliseconds
  readonly calls: readonly AlertCall[]
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
  /** The receiver that it is a channel of, and who therefore hears of the end of whatever it was told. */
  readonly receiver?: string
  /** Several messages may go as one. */
  readonly combines?: true
  /** Whom it tells forgets what is not repeated. */
  readonly keepAlive?: true
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
  /** What keepalived calls it in mails and FIFO lines (model/keepalived-names.ts); `null`: it is not of a keepalived.conf. */
  readonly keepalivedName: string | null
  /** The services of the table that the pool stands behind: one, or all of a keepalived `virtual_server_group`. */
  readonly services: readonly TableServiceId[]
  readonly settings: TableServiceSettings
  /** Least total weight of usable real servers; below it the sorry server takes over (keepalived.conf "quorum"). */
  readonly quorum: Weight
  /**
   * `servers`: quorum, hysteresis and `backupBelow` count servers that are up instead of their weights, so that one of
   * weight 0, whose connections end in peace, is one that is up (ldirectord.cf, lvs.cf). Missing: weights, as in keepalived.
   */
  readonly quorumCounts?: 'servers'
  /** The quorum is lost below quorum - hysteresis, and gained at quorum + hysteresis (keepalived.conf "hysteresis"). */
  readonly hysteresis: number
  /** Backup servers join while the other real servers weigh less than this together. */
  readonly backupBelow: Weight
  readonly sorry: Sorry | null
  /** A recovered real server comes back in steps over this time; 0: at once with its whole weight. */
  readonly slowStart: Milliseconds
  /** Instead of `slowStart`: every real server that comes into use begins low and doubles (Piranha's nanny). */
  readonly doubling: Doubling | null
  /** Weights follow the load that checks of real servers tell (Piranha "load_monitor"). `null`: they do not. */
  readonly loadFeedback: LoadFeedback | null
  /** What becomes of it in the table when the daemon stops; `null`: what `TableSettings.onStop` says. */
  readonly onStop: TableSettings['onStop'] | null
  /** Its checks run only while one of its addresses is on this host (keepalived.conf "ha_suspend"). */
  readonly haSuspend: boolean
  /** At a stop that clears the table, those who hear of a failure hear of the stop (keepalived.conf "omega"). */
  readonly omega: boolean
  /** Who hears of the quorum: `up` when it is gained, `down` when it is lost. */
  readonly notices: Notices
  /** Who hears that somebody else changed its part of the table. */
  readonly driftAlerts: readonly AlertCall[]
  readonly reals: readonly Real[]
  readonly place: Place
}

/** A real server begins with the `share`th part of its weight, at least 1, which doubles every so often up to the whole. */
export interface Doubling {
  readonly share: number
  readonly every: Milliseconds
}

/** Once a real server has its whole weight, a step by nanny's formula at most so often. */
export interface LoadFeedback {
  readonly every: Milliseconds
}

/** Called when a real server or a pool changes, through the outbox and in order, like every alert. */
export interface Notices {
  readonly up: readonly AlertCall[]
  readonly down: readonly AlertCall[]
}

export const noNotices: Notices = { up: [], down: [] }

/** Used while the quorum is lost; never checked. */
export interface Sorry {
  readonly id: TableDestinationId
  readonly forward: Forward
  readonly tunnel?: TableTunnel
  /** It stays in the table with weight 0 while it is not needed (keepalived.conf "sorry_server_inhibit"). */
  readonly inhibit: boolean
  /** Its port is that of each service it stands in. */
  readonly portFollows?: true
}

export interface Real {
  /** Its `port` is the one people know it by; see `portFollows`. */
  readonly id: TableDestinationId
  /** In the table it has the port of each service it stands in: direct routing and tunnels leave the port alone. */
  readonly portFollows?: true
  readonly role: 'primary' | 'backup'
  readonly weight: Weight
  readonly forward: Forward
  readonly tunnel?: TableTunnel
  readonly upperThreshold: number
  readonly lowerThreshold: number
  /** What becomes of it while it is down: weight 0 (keepalived.conf "inhibit_on_failure"), or no entry at all. */
  readonly onFail: 'drain' | 'remove'
  /** It is up if none of these says down; without any it is always up. */
  readonly checks: readonly RealCheck[]
  readonly initial: Initial
  readonly notices: Notices
  readonly place: Place
}

/** The verdict a real server follows: of this host (itself, or its proxy endpoint after `via`) in this service. */
export interface RealCheck {
  readonly service: ServiceKey
  readonly host: Host
  /** It may say down, or a weight; that nothing is known of it keeps nobody waiting and takes nobody out. */
  readonly advice?: true
}

/** What a real server is taken for as long as no check has said anything of it. */
export interface Initial {
  /** What is remembered of the last run counts; else every start begins as if nothing were known. */
  readonly remembered: boolean
  readonly unknown: 'up' | 'down' | 'wait'
  /** `wait` ends after this, and the server is taken to be up. `null`: it waits for its first verdict. */
  readonly waitMost: Milliseconds | null
}

/** A start neither sends clients to what may be dead nor empties a pool: what is in the table stays for these 5 s. */
export const LAST_KNOWN: Initial = { remembered: true, unknown: 'wait', waitMost: seconds(5) }

/**
 * The way down which a check reaches a real server as clients do: a connection to the virtual address with this firewall
 * mark reaches that server alone, by its own forwarding method. edge/path makes and removes it.
 */
export interface CheckPath {
  readonly mark: number
  readonly service: TableServiceId
  readonly real: TableDestinationId
  readonly forward: Forward
  readonly tunnel?: TableTunnel
}
