/**
 * mon's status of a service as a number, for its clients, its state file and MON_OPSTATUS.
 * mon manual, "set … opstatus"; the daemon itself only sets fail, ok and untested.
 */
export type Opstatus = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7

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

export type OpstatusName = (typeof opstatusNames)[number]

export const FAIL: Opstatus = 0
export const OK: Opstatus = 1
export const UNTESTED: Opstatus = 7

/** What a dependency takes for well, and `list successes` shows. */
export const isSuccess = (status: Opstatus): boolean => status !== 0 && status !== 4 && status !== 6
/** What `list warnings` shows. */
export const isWarning = (status: Opstatus): boolean => status === 2 || status === 3 || status === 5
