/**
 * What must be well before a service alerts, is checked, or counts a host: mon's `depend`, `alertdepend`, `monitordepend`
 * and `hostdepend`. mon manual, "depend", "dep_behavior".
 */
import type { ServiceKey } from './names.ts'

/** A Boolean expression over services: `&&`, `||`, `!`, `and`, `or`, `not`, parentheses. */
export type DependExpression =
  | { readonly kind: 'service'; readonly service: ServiceKey }
  | { readonly kind: 'not'; readonly of: DependExpression }
  | { readonly kind: 'and' | 'or'; readonly of: readonly DependExpression[] }

export interface Dependency {
  /** As written, with `SELF:` filled in. */
  readonly text: string
  readonly expression: DependExpression
}

/** What each sort of dependency holds back; `depend` with its dep_behavior fills one of the three. */
export interface Dependencies {
  /** Alerts of the service. `alone`: written as `alertdepend`, not as `depend` (quirks.loneAlertdependSilences). */
  readonly alerts: (Dependency & { readonly alone: boolean }) | null
  /** The run of its monitor. */
  readonly monitor: Dependency | null
  /** Hosts that the summary of one of these services names are left out of a run. */
  readonly hosts: { readonly text: string; readonly services: readonly ServiceKey[] } | null
  /** The words as written, for clients (`list opstatus`, `list deps`). */
  readonly written: {
    readonly depend: string
    readonly alertdepend: string
    readonly monitordepend: string
    readonly hostdepend: string
    /** Services that `depend` names, in its order. */
    readonly services: readonly ServiceKey[]
  }
}

export const noDependencies: Dependencies = {
  alerts: null,
  monitor: null,
  hosts: null,
  written: { depend: '', alertdepend: '', monitordepend: '', hostdepend: '', services: [] },
}
