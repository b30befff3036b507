/** What clients, logs and mon's own files are set to: the part of the settings that only mon has. */
import type { Place } from './model.ts'
import type { Milliseconds } from './units.ts'

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
