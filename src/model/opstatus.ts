/**
 * mon's status of a service as a number, for its clients, its state file and MON_OPSTATUS.
 * mon manual, "set … opstatus"; the daemon itself only sets fail, ok and untested.
 */
export type Opstatus = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7

export const FAIL: Opstatus = 0
export const OK: Opstatus = 1
const COLDSTART: Opstatus = 2
const WARMSTART: Opstatus = 3
const LINKDOWN: Opstatus = 4
export const UNKNOWN: Opstatus = 5
const TIMEOUT: Opstatus = 6
export const UNTESTED: Opstatus = 7

/** As `set … opstatus` takes them. */
export const opstatusNames = [
  'fail',
  'ok',
  'coldstart',
  'warmstart',
  'linkdown',
  'unknown',
  'timeout',
  'untested',
] as const

const ALL: readonly Opstatus[] = [FAIL, OK, COLDSTART, WARMSTART, LINKDOWN, UNKNOWN, TIMEOUT, UNTESTED]

export const opstatusNamed = (name: string): Opstatus | null => ALL.find((one) => opstatusNames[one] === name) ?? null

/** What a dependency takes for well, and `list successes` shows. Any other is what `list failures` shows. */
export const isSuccess = (status: Opstatus): boolean => status !== FAIL && status !== LINKDOWN && status !== TIMEOUT
/** What `list warnings` shows. */
export const isWarning = (status: Opstatus): boolean =>
  status === COLDSTART || status === WARMSTART || status === UNKNOWN
