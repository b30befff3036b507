/** Everything the engine can ask for. Effects are carried out in the order given, after the state they belong to is on disk. */
import type { Entry } from './entry.ts'
import type { Delivery } from './state.ts'

export type Effect =
  /** Remember this, and show it to whoever looks. */
  | { readonly kind: 'record'; readonly entry: Entry }
  /** Try to deliver this, now or at its `notBefore`. */
  | { readonly kind: 'deliver'; readonly delivery: Delivery }
  /** The wanted table may have changed: bring the kernel's in line. */
  | { readonly kind: 'reconcile' }
