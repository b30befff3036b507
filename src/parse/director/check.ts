/** What the checks of keepalived, Piranha and ldirectord have in common: what none of them has, and how long a run may take. */
import { noDependencies } from '../../model/dependency.ts'
import { seconds } from '../../model/units.ts'
import { DEFAULT_DEP_MEMORY } from '../defaults.ts'

/** What a run needs beyond the deadline that its own options give it, to say how it ended. */
export const GRACE = seconds(1)
/** How long a program that a deadline has ended may take to end: it is told by SIGTERM first. */
export const PROGRAM_GRACE = seconds(5)

/** A check without timing, timeout, fall and monitor, of which nothing is asked for. */
export const plainCheck = {
  description: '',
  rise: 1,
  failureInterval: null,
  firstFall: null,
  retryInterval: null,
  retriesWhileDown: false,
  logFailures: false,
  warmup: null,
  onlyWith: null,
  monitorMissing: '',
  allowEmptyGroup: false,
  excludeHosts: [],
  excludePeriod: null,
  dependencies: noDependencies,
  depMemory: DEFAULT_DEP_MEMORY,
  unackSummary: false,
  redistribute: null,
  traptimeout: null,
  trapduration: null,
  environment: {},
  flap: null,
  periods: [],
  mailBodies: null,
} as const
