/** All scenarios. One port each, by the place in this list. */
import { CHECKERS } from './checkers.ts'
import { FORMS } from './forms.ts'
import { POOLS } from './pools.ts'
import { RELOADS } from './reloads.ts'
import type { Scenario } from './scenario.ts'

export const SCENARIOS: readonly Scenario[] = [...POOLS, ...CHECKERS, ...FORMS, ...RELOADS]
