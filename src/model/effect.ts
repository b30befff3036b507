/** Everything the engine can ask for. Effects are carried out in the order given, after the state they belong to is on disk. */
import type { AlertKind } from './alert.ts'
import type { Entry } from './entry.ts'
import type { GroupName, ServiceKey, ServiceName } from './names.ts'
import type { Delivery } from './state.ts'
import type { WallTime } from './units.ts'

export type Effect =
  /** Remember this, and show it to whoever looks. */
  | { readonly kind: 'record'; readonly entry: Entry }
  /** Try to deliver this, now or at its `notBefore`. */
  | { readonly kind: 'deliver'; readonly delivery: Delivery }
  /** The wanted table may have changed: bring the kernel's in line. */
  | { readonly kind: 'reconcile' }
  /** Something changed what the timers of a service, or of all (`null`), should do. */
  | { readonly kind: 'timer'; readonly service: ServiceKey | null; readonly what: TimerChange }
  /** A time has to be looked at: `{ kind: 'time' }` is posted then. */
  | { readonly kind: 'wake'; readonly at: WallTime }
  /** For mon's logs and histories; not remembered. */
  | { readonly kind: 'note'; readonly note: Note }

/**
 * `check-now`: as soon as nothing holds it. `restart`: the interval and the trap timers begin anew. `interval`: another
 * interval is in force. `trapped`: an accepted trap. `scheduler`: it was stopped or started.
 */
export type TimerChange = 'check-now' | 'restart' | 'interval' | 'trapped' | 'scheduler'

interface Subject {
  readonly group: GroupName
  readonly service: ServiceName
  readonly at: WallTime
}

/** What mon writes to syslog and to its histories at every event. */
export type Note =
  | (Subject & { readonly kind: 'failure'; readonly summary: string })
  /** An alert was handed on. `counts`: it has a place in the alert history, which tests and redistributions have not. */
  | (Subject & {
      readonly kind: 'calling'
      readonly alert: AlertKind
      readonly isTest: boolean
      readonly counts: boolean
      readonly script: string
      readonly argumentText: string
      readonly summary: string
    })
  /** The end of an outage, for the downtime log. `interval`: the one in force, in seconds; 0 without one. */
  | (Subject & {
      readonly kind: 'recovered'
      readonly firstFailure: WallTime | null
      readonly interval: number
      readonly summary: string
    })
  /** What was disabled or enabled, for the file `disabled` and for monremote; `test G S` is for monremote only. */
  | { readonly kind: 'control'; readonly command: string }
