/**
 * What is remembered: one entry for every decision, whether something was done or deliberately not done. Entries go
 * to the journal, from there to PostgreSQL, and are what `log` and `why` show. engine/words.ts turns one into a sentence.
 */
import type { AlertKind } from './alert.ts'
import type { Host, Id, ServiceKey } from './names.ts'
import type { Milliseconds, WallTime, Weight } from './units.ts'

interface Common {
  readonly id: Id
  readonly at: WallTime
  /** The entry or event that led to this one; `null` for what came from outside. */
  readonly cause: Id | null
}

/** A verdict on a service, on one host of it, or on a real server in its pool. */
export type Verdict = 'untested' | 'up' | 'down'

export type Entry = Common &
  (
    | {
        readonly kind: 'service'
        readonly service: ServiceKey
        readonly from: Verdict
        readonly to: Verdict
        /** A stable word for machines: `check-failed`, `check-passed`. */
        readonly reason: string
        readonly summary: string
        /** How long the former verdict held; `null` if it is not known. */
        readonly lasted: Milliseconds | null
      }
    | {
        readonly kind: 'host'
        readonly service: ServiceKey
        readonly host: Host
        readonly from: Verdict
        readonly to: Verdict
        readonly reason: string
        readonly text: string
        readonly lasted: Milliseconds | null
      }
    | {
        readonly kind: 'real'
        readonly virtual: string
        readonly real: string
        /** `held`: nothing is known yet, the table keeps what it has. */
        readonly from: RealStanding
        readonly to: RealStanding
        readonly weight: Weight
        readonly reason: string
        readonly text: string
      }
    | {
        readonly kind: 'pool'
        readonly virtual: string
        readonly from: PoolStanding
        readonly to: PoolStanding
        readonly reason: string
        readonly text: string
      }
    | {
        /** An alert was decided on and handed to the outbox. `period` is empty for redistribute. */
        readonly kind: 'alert'
        readonly service: ServiceKey
        readonly period: string
        readonly alert: AlertKind
        readonly call: string
        readonly delivery: Id
        readonly summary: string
        /** The receiver that it goes to, if the line names one. */
        readonly receiver?: string
        /** Why it comes to this receiver, or comes now, where no event of the service itself says so. */
        readonly because?: string
        /** Why it waits before it is tried; without it, it is tried at once. */
        readonly held?: string
      }
    | {
        /** Several notifications go to one channel as one. `deliveries`: theirs; `delivery`: the one that tells them. */
        readonly kind: 'batch'
        readonly call: string
        readonly delivery: Id
        readonly deliveries: readonly Id[]
        readonly text: string
      }
    | {
        /** A time of maintenance begins or ends for a service, or for a pool as `virtual NAME`. */
        readonly kind: 'maintenance'
        readonly service: ServiceKey
        readonly began: boolean
        readonly window: string
        readonly text: string
      }
    | {
        /** Nobody watched from then until now: the daemon was down, or its scheduler was stopped. */
        readonly kind: 'gap'
        readonly from: WallTime
        readonly text: string
      }
    | {
        /** The configuration that is in force from now on, by the SHA-256 of what was read, in hex. */
        readonly kind: 'configuration'
        readonly hash: string
        readonly text: string
      }
    | {
        /** An alert was not sent, and why; written when the reason changes, not at every failure. */
        readonly kind: 'quiet'
        readonly service: ServiceKey
        readonly period: string
        readonly alert: AlertKind
        readonly reason: QuietReason
        readonly text: string
      }
    | {
        /** What came of an attempt to deliver. */
        readonly kind: 'delivery'
        readonly service: ServiceKey
        readonly call: string
        readonly delivery: Id
        readonly outcome: 'sent' | 'retry' | 'gave-up' | 'handed-over' | 'dropped'
        readonly attempt: number
        readonly text: string
      }
    | {
        /** One change of the IPVS table, or the refusal of one. */
        readonly kind: 'ipvs'
        readonly virtual: string
        readonly change: string
        readonly where: 'kernel' | 'memory'
        /** `OK` or the errno's name. */
        readonly outcome: string
        readonly reason: string
        readonly text: string
      }
    | {
        /** A check that is due does not start, and why; `null`: it starts again. */
        readonly kind: 'held'
        readonly service: ServiceKey
        readonly text: string | null
      }
    | {
        /** What an operator did. */
        readonly kind: 'command'
        readonly who: string
        readonly command: string
        readonly outcome: 'done' | 'refused'
        readonly text: string
      }
    | {
        /** The daemon itself: started, stopped, reloaded, could not reload, clock stepped, history behind … */
        readonly kind: 'daemon'
        readonly what: string
        readonly text: string
      }
  )

/** `standby`: a backup server that is not needed now. */
export type RealStanding = 'held' | 'in' | 'standby' | 'drained' | 'out'
export type PoolStanding = 'unknown' | 'serving' | 'sorry' | 'below-quorum' | 'empty'

/** Why nothing was sent. Every word has its sentence in engine/words.ts. */
export type QuietReason =
  | 'stopped'
  | 'watch-disabled'
  | 'depends'
  | 'depend-unknown'
  | 'alertexitrange'
  | 'unpaired'
  | 'alert-missing'
  | 'outside-period'
  | 'acknowledged'
  | 'disabled'
  | 'exit-out-of-range'
  | 'numalerts-reached'
  | 'alertevery'
  | 'alertafter-count'
  | 'alertafter-time'
  | 'alertafter-window'
  | 'no-alert-before'
  | 'upalertafter'
  | 'outbox-full'
  | 'told-already'
  | 'maintenance'
  | 'flapping'
