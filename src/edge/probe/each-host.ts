/**
 * Runs a probe for every host of a check, several at once, and makes one CheckResult of what they say. The summary is
 * mon's: the hosts that failed, separated by blanks. The detail has one sentence for each of them.
 */
import type { CheckContext } from '../../model/monitor.ts'
import type { Host } from '../../model/names.ts'
import type { CheckResult, HostResult, WeightSaid } from '../../model/result.ts'
import type { Milliseconds } from '../../model/units.ts'
import { milliseconds } from '../../model/units.ts'
import { clock, elapsed } from '../clock.ts'
import type { Attempt } from './attempt.ts'
import { limitText, startAttempt } from './attempt.ts'

/** What a probe found out. Times count from the start of the attempt; `text` is a sentence's tail. */
export type Outcome = {
  readonly text: string
  /** The address talked to; named in the sentence where the host was given by name. */
  readonly address?: string | null
  readonly connect?: Milliseconds | null
  readonly firstByte?: Milliseconds | null
  readonly warnings?: readonly string[]
} & (
  | { readonly kind: 'up'; readonly share?: WeightSaid }
  | { readonly kind: 'down' | 'unknown'; readonly code: string }
)

type Probe = (host: Host, attempt: Attempt) => Promise<Outcome>

/** Hosts of one check that are probed at the same time; each takes a socket. */
const HOSTS_AT_ONCE = 1000

/**
 * `limit` is the time for one host; `context.timeout` bounds all of them together. With more hosts than are probed at
 * once none may take more than an equal share of the whole: hosts in front that swallow everything would otherwise keep
 * those behind them from ever being checked, and a dead one among these would keep its traffic.
 */
export async function eachHost(
  hosts: readonly Host[],
  limit: Milliseconds,
  context: CheckContext,
  probe: Probe,
  atOnce = HOSTS_AT_ONCE,
): Promise<CheckResult> {
  const started = clock.uptime()
  const queue = [...new Set(hosts)]
  const rounds = Math.ceil(queue.length / atOnce)
  const most = Math.min(limit, context.timeout / rounds)
  const results = new Map<Host, HostResult>()
  const warnings = new Map<Host, readonly string[]>()
  let next = 0

  async function worker(): Promise<void> {
    for (let host = queue[next++]; host !== undefined; host = queue[next++]) {
      const left = milliseconds(context.timeout - elapsed(started))
      if (left <= 0 || context.signal.aborted) {
        results.set(host, notStarted(host, context, left <= 0))
        continue
      }
      const attempt = startAttempt(milliseconds(Math.min(most, left)), context.signal, context.trace)
      const outcome = await probe(host, attempt)
      attempt.end()
      results.set(host, hostResult(host, outcome, attempt.elapsed()))
      warnings.set(host, outcome.warnings ?? [])
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, queue.length) }, worker))

  const inOrder = queue.flatMap((host) => results.get(host) ?? [])
  return checkResult(
    inOrder,
    queue.flatMap((host) => (warnings.get(host) ?? []).map((warning) => `${host} ${warning}`)),
  )
}

/** A check succeeds when every host is up; a host that nothing was learned about makes it fail, but is not called down. */
export function checkResult(hosts: readonly HostResult[], warnings: readonly string[] = []): CheckResult {
  const failing = hosts.filter((host) => host.kind !== 'up')
  return {
    exit: failing.length === 0 ? 0 : 1,
    summary: failing.map(({ host }) => host).join(' '),
    detail: failing.map(({ host, text }) => `${host} ${text}\n`).join(''),
    hosts,
    performance: [],
    warnings,
  }
}

function hostResult(host: Host, outcome: Outcome, total: Milliseconds): HostResult {
  const { address = null, connect = null, firstByte = null } = outcome
  const text = address === null || address === host ? outcome.text : `${outcome.text} (address ${address})`
  const timings = { connect, firstByte, total }
  if (outcome.kind === 'up') {
    return { kind: 'up', host, text, timings, ...(outcome.share === undefined ? {} : { share: outcome.share }) }
  }
  return { kind: outcome.kind, host, code: outcome.code, text, timings }
}

function notStarted(host: Host, context: CheckContext, late: boolean): HostResult {
  const timings = { connect: null, firstByte: null, total: milliseconds(0) }
  if (!late) return { kind: 'unknown', host, code: 'aborted', text: 'was not checked to the end', timings }
  const text = `was not checked: the ${limitText(context.timeout)} of the whole check were over before its turn came`
  return { kind: 'unknown', host, code: 'not-checked', text, timings }
}
