/**
 * All that the servers of mon's protocol need of the daemon that runs them, so that a test hands in another one.
 * Nothing here throws or rejects: what goes wrong behind it is logged there.
 */
import type { Comparison } from '../../edge/auth/password.ts'
import type { AuthFile } from '../../model/auth.ts'
import type { Entry } from '../../model/entry.ts'
import type { EventBody, Reset } from '../../model/event.ts'
import type { ServiceKey } from '../../model/names.ts'
import type { State } from '../../model/state.ts'
import type { Milliseconds, Now } from '../../model/units.ts'
import type { Priority } from '../../wire/mon/syslog.ts'

export interface MonDaemon {
  /** What `list pids` and `reset` say of the daemon itself. */
  readonly pid: number
  readonly hostname: string
  now(): Now
  state(): State
  /** Lets the engine decide, at once; the entries that it records. */
  post(event: EventBody): readonly Entry[]
  run(service: ServiceKey): MonitorRun
  /** Lines as src/wire/mon/history.ts makes them, not escaped, oldest first. */
  alertHistory(): readonly string[]
  failureHistory(): readonly string[]
  /** How many lines each history keeps: mon's histlength, which clients call maxkeep. */
  histlength(): number
  setHistlength(lines: number): void
  downtimeLog(): Promise<DowntimeLog>
  /** Reads the configuration again; false: it has mistakes, and everything stays. The scheduler stops even then. */
  reset(how: Reset): Promise<boolean>
  reloadAuth(): Promise<void>
  /** `disabled`, `opstatus`, `all`; other words do nothing. */
  /** `false`: something could not be written, and was logged. */
  saveState(words: readonly string[]): Promise<boolean>
  loadState(words: readonly string[]): Promise<void>
  /** What is wrong with the configuration file as it is now; `null`: nothing. May have several lines. */
  testConfiguration(): Promise<string | null>
  /** Ends the daemon. Called when the client has its answer. */
  terminate(): void
  authFile(): AuthFile
  /** `from`: the client's address. */
  login(user: string, password: string, from: string): Promise<LoginAnswer>
  /** Addresses of the host names in auth.cf's trap section, by name in lower case. */
  trapAddresses(): ReadonlyMap<string, readonly string[]>
  comparePassword(password: string, hash: string): Promise<Comparison>
  /** A line for syslog. It may hold anything a stranger sent, control characters included. */
  log(priority: Priority, text: string): void
}

interface LoginAnswer {
  readonly ok: boolean
  /** It is the name of a user, who has another password; any other name may be a password in the wrong place. */
  readonly wrongPassword?: true
  /** For the log; names neither user nor password. */
  readonly text: string
}

export interface MonitorRun {
  /** Until the next start; at most 0 when it is due. `null`: no start is planned. */
  readonly timer: Milliseconds | null
  readonly running: boolean
  /** Of the program that runs; `null` for what runs within the daemon. */
  readonly pid: number | null
}

export type DowntimeLog =
  /** The newest part of it where it is large, beginning with a whole line. */
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'off' } | { readonly kind: 'unreadable' }
