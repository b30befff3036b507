/** Everything that can happen to the engine. The loop gives each an id; what follows from it names that id as its cause. */
import type { AlertOutcome } from './alert.ts'
import type { Model } from './model.ts'
import type { Id, ServiceKey } from './names.ts'
import type { CheckResult } from './result.ts'
import type { Owned, Saved } from './state.ts'
import type { Milliseconds } from './units.ts'

export type Event = { readonly id: Id } & EventBody

export type EventBody =
  | { readonly kind: 'started'; readonly saved: Saved | null; readonly text: string }
  | { readonly kind: 'reloaded'; readonly model: Model; readonly text: string }
  | { readonly kind: 'reload-refused'; readonly text: string }
  | { readonly kind: 'stopping'; readonly text: string }
  /** One run of a service's monitor has ended. */
  | {
      readonly kind: 'checked'
      readonly service: ServiceKey
      readonly result: CheckResult
      readonly took: Milliseconds
    }
  /** An attempt to deliver has ended. */
  | { readonly kind: 'attempted'; readonly delivery: Id; readonly outcome: AlertOutcome }
  /** The IPVS table was brought in line, or could not be. */
  | { readonly kind: 'reconciled'; readonly report: ReconcileReport }
  /** The wall clock was set: everything that counts by it moves along. Positive is forward. */
  | { readonly kind: 'clock-stepped'; readonly by: Milliseconds }
  | { readonly kind: 'command'; readonly who: string; readonly command: Command }
  /** Something the operator should know that changes nothing: a door's trouble, said once when it begins and ends. */
  | { readonly kind: 'notice'; readonly what: string; readonly text: string }

export type Command =
  | { readonly kind: 'ack'; readonly service: ServiceKey; readonly comment: string }
  | { readonly kind: 'unack'; readonly service: ServiceKey }
  | { readonly kind: 'disable'; readonly service: ServiceKey; readonly reason: string }
  | { readonly kind: 'enable'; readonly service: ServiceKey }

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
}
