/**
 * The ping monitor with the options of mon's fping.monitor, so that a mon.cf written for it means the same here.
 * Source: mon's fping.monitor (-a, -r, -s, -t; -T, a traceroute to each host that fails, is not done); fping(8).
 */

import { type PingPlan, pingHosts } from '../src/edge/ping/ping-host.ts'
import { checkResult } from '../src/edge/probe/each-host.ts'
import type { Monitor } from '../src/model/monitor.ts'
import type { CheckResult, HostResult } from '../src/model/result.ts'
import { milliseconds } from '../src/model/units.ts'
import { sortedSummary } from '../src/wire/program/sorted-summary.ts'

export interface FpingOptions {
  /** Fail only if no host answers. */
  readonly all?: boolean
  readonly retries?: number
  /** Milliseconds. */
  readonly slow?: number
  /** Milliseconds. */
  readonly timeout?: number
  readonly traceroute?: boolean
}

/** What fping.monitor uses where an option is not given. */
const RETRIES = 3
const TIMEOUT_MS = 2000
const NO_TRACEROUTE = '-T is not done: no traceroute is run; keep the original fping.monitor in mondir for it'
/** Bytes behind the ICMP header, as fping(8) has it. */
const SIZE = 56

export const fping: Monitor<FpingOptions> = {
  name: 'fping',
  question: 'does it echo? (the options of fping.monitor)',
  reachesHosts: true,
  schema: {
    type: 'object',
    properties: {
      all: { type: 'boolean', default: false, description: 'fail only if none of the hosts answers' },
      retries: {
        type: 'integer',
        minimum: 0,
        maximum: 99,
        default: RETRIES,
        description: 'pings after the first one, before a host is given up',
      },
      slow: { type: 'number', exclusiveMinimum: 0, description: 'milliseconds; a later answer is a failure' },
      timeout: {
        type: 'number',
        minimum: 10,
        maximum: 3_600_000,
        default: TIMEOUT_MS,
        description: 'milliseconds to wait before the next ping',
      },
      traceroute: { type: 'boolean', default: false, description: 'accepted, and not done' },
    },
    additionalProperties: false,
  },
  flags: { a: 'all', r: 'retries', s: 'slow', t: 'timeout', T: 'traceroute' },
  rest: null,
  async check(hosts, options, context) {
    const wait = milliseconds(options.timeout ?? TIMEOUT_MS)
    const count = (options.retries ?? RETRIES) + 1
    const plan: PingPlan = {
      count,
      interval: wait,
      wait,
      size: SIZE,
      outlet: { source: null },
      family: null,
      maxLoss: null,
    }
    const result = await pingHosts(hosts, plan, context)
    const judged = options.slow === undefined ? result : withSlow(result, options.slow)
    // With -a a late answer is an answer.
    const answered = result.hosts.some(({ kind }) => kind === 'up')
    const warnings = options.traceroute === true ? [...judged.warnings, NO_TRACEROUTE] : judged.warnings
    const exit = options.all === true ? Number(!answered) : exitOf(judged)
    return { ...sortedSummary(judged), exit, warnings }
  },
}

/** fping(8) exits with 2 where a name has no address; the script makes 1 of it where a host is too slow. */
function exitOf({ exit, hosts }: CheckResult): number {
  const codes = hosts.map((host) => (host.kind === 'up' ? '' : host.code))
  return exit !== 0 && codes.includes('name-not-found') && !codes.includes('slow') ? 2 : exit
}

/** A host that answers too late counts as failing, and its sentence says by how much. */
function withSlow(result: CheckResult, slow: number): CheckResult {
  const hosts = result.hosts.map((host): HostResult => {
    if (host.kind !== 'up' || host.timings.total <= slow) return host
    return { ...host, kind: 'down', code: 'slow', text: `${host.text}, and ${slow} ms were allowed` }
  })
  return checkResult(hosts, result.warnings)
}
