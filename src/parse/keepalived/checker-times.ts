/**
 * How often each checker asks again before it believes a failure, where nothing is written. Source: keepalived.conf(5),
 * "Healthchecker"; 2.2.7 tried for what a first failure does.
 */
import { type Milliseconds, seconds } from '../../model/units.ts'
import type { Checker } from './file.ts'

export interface CheckerTimes {
  readonly retry: number
  /** `null`: as long as delay_loop. */
  readonly delay: Milliseconds | null
  /** Good answers that bring a server back. */
  readonly rise: number
  /** A first failing answer counts at once. */
  readonly failsAtOnce: boolean
  /** Whole rounds of attempts are made while it is down. */
  readonly retriesWhileDown: boolean
}

const usual: CheckerTimes = { retry: 1, delay: seconds(1), rise: 1, failsAtOnce: true, retriesWhileDown: false }
const http: CheckerTimes = { ...usual, delay: seconds(3), rise: 2 }

/** Those that are run. */
export type CheckerKind = Exclude<Checker['kind'], 'BFD_CHECK'>

export const CHECKER_TIMES: Readonly<Record<CheckerKind, CheckerTimes>> = {
  TCP_CHECK: { ...usual, retriesWhileDown: true },
  HTTP_GET: http,
  SSL_GET: http,
  SMTP_CHECK: { ...usual, failsAtOnce: false, retriesWhileDown: true },
  DNS_CHECK: { ...usual, retry: 3, delay: null },
  MISC_CHECK: { ...usual, retry: 0 },
  UDP_CHECK: usual,
  PING_CHECK: usual,
  FILE_CHECK: { ...usual, retry: 0 },
}
