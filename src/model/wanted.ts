/** The IPVS table as the verdicts want it: a pure function of model, verdicts and overrides (engine/pool/wanted.ts). */
import type { Id } from './names.ts'
import type { TableDestinationId, TableDestinationSettings, TableServiceId, TableServiceSettings } from './table.ts'

export interface WantedService {
  /** Name of the virtual server, for people. */
  readonly name: string
  readonly id: TableServiceId
  readonly settings: TableServiceSettings
  readonly destinations: readonly WantedDestination[]
  readonly cause: Id | null
}

export type WantedDestination =
  | {
      readonly kind: 'present'
      readonly id: TableDestinationId
      readonly settings: TableDestinationSettings
      /** Why, as a sentence's tail: "web/http is up on 10.1.1.2". */
      readonly text: string
      readonly cause: Id | null
      /** It shall lose its connections: how many it still has is reported. */
      readonly draining?: true
    }
  /** Known and deliberately without an entry: down with `on_fail remove`, or the sorry server while it is not needed. */
  | { readonly kind: 'absent'; readonly id: TableDestinationId; readonly text: string; readonly cause: Id | null }
  /** Nothing is known yet: an entry that is there stays as it is, one that is missing stays missing. */
  | { readonly kind: 'as-found'; readonly id: TableDestinationId }
