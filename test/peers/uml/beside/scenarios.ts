/** All scenarios, in two acts, each of which is played in a guest of its own: one guest's processor is too slow for all. */
import { CHECKERS } from './checkers.ts'
import { FORMS } from './forms.ts'
import { POOLS } from './pools.ts'
import { DRIFT, RELOADS, WEIGHT_CHANGE } from './reloads.ts'
import type { Scenario } from './scenario.ts'

/** By the place in its act a scenario has its port. WEIGHT_CHANGE is in both: it shows that a reload is over. */
export const ACTS = {
  pools: [...POOLS, ...FORMS, ...DRIFT, WEIGHT_CHANGE],
  checks: [...CHECKERS, ...RELOADS, WEIGHT_CHANGE],
} satisfies Record<string, readonly Scenario[]>

export type Act = keyof typeof ACTS

export function actNamed(name: string | undefined): readonly Scenario[] {
  return ACTS[name === 'checks' ? 'checks' : 'pools']
}
