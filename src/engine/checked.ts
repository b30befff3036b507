/**
 * One run of a monitor -> new verdicts on hosts, and what it means for the service. What we add to mon is the verdict per
 * host, with `fall` and `rise`; with both at 1 every run is an event as mon knows it.
 */
import type { Service } from '../model/model.ts'
import type { CheckResult, HostResult } from '../model/result.ts'
import type { HostState, ServiceState } from '../model/state.ts'
import type { Milliseconds, Now } from '../model/units.ts'
import type { Circumstances } from './consult.ts'
import { happened, type Outcome } from './happening.ts'
import { type Judgement, judge, nextStreak, outcome } from './judge.ts'
import { outputOf } from './message.ts'

export interface Checked extends Outcome {
  readonly hostChanges: readonly HostChange[]
}

export interface HostChange {
  readonly index: number
  readonly change: NonNullable<Judgement['change']>
}

export function checked(
  state: ServiceState,
  service: Service,
  result: CheckResult,
  took: Milliseconds,
  about: Circumstances,
  now: Now,
): Checked {
  // mon takes a death by a signal for success; it still says nothing about any host.
  const excused = result.signalled === true && about.quirks.signalIsSuccess
  const exit = excused ? 0 : result.exit
  const judged = judgeHosts(state, service, excused ? [] : result.hosts, now)
  const streak = nextStreak(state.streak, exit)
  const seen: ServiceState = {
    ...state,
    // A passing streak is only counted as far as it matters, so that a service that is well changes nothing on disk.
    streak:
      streak.kind === 'passing' && state.status.kind === 'up' && state.streak.kind === 'passing'
        ? state.streak
        : streak,
    performance: result.performance,
    hosts: judged.hosts,
    lastCheck: now.wall,
    lastDuration: took,
    held: null,
    warnings: sameList(state.warnings, result.warnings) ? state.warnings : result.warnings,
  }
  const base = { hostChanges: judged.changes }
  const means = outcome(streak, state.status.kind === 'down', judged.tookPart, service)
  if (means === 'pending') return { ...base, state: seen, told: seen, change: null, tellings: [] }
  const counted = means === 'passing' ? 0 : exit === 0 ? 1 : exit
  const happening = {
    kind: 'failure',
    exit: counted,
    code: counted,
    exitval: String(counted),
    ...saidBy(result, about),
  } as const
  return { ...base, ...happened(seen, service, happening, about, now) }
}

export interface Said {
  readonly summary: string
  readonly detail: string
  readonly output: string
}

/**
 * What those who are told read: the program's own bytes. One that died by a signal may have printed anything, or nothing;
 * that it died is what matters, and the summary says so, unless that counts for nothing.
 */
export function saidBy({ output, signalled, summary, detail }: CheckResult, { quirks }: Circumstances): Said {
  if (signalled === true && quirks.signalIsSuccess) {
    const [first = '', ...rest] = (output ?? '').split('\n')
    return { summary: first, detail: rest.join('\n'), output: output ?? '' }
  }
  const own = output === undefined || signalled === true ? outputOf(summary, detail) : output
  return { summary, detail, output: own }
}

/** `tookPart`: the hosts that this run, or trap, says something about; one that is disabled keeps what is known of it. */
export function judgeHosts(
  state: ServiceState,
  rule: Pick<Service, 'fall' | 'rise' | 'firstFall'>,
  said: readonly HostResult[],
  now: Now,
) {
  const results = new Map<string, HostResult>(said.map((host) => [host.host, host]))
  const judgements = state.hosts.map((host): Judgement => {
    const result = results.get(host.host)
    return result === undefined ? { host, change: null } : judge(host, result, rule, now)
  })
  const hosts: readonly HostState[] = judgements.map((judgement) => judgement.host)
  const changes = judgements.flatMap(({ change }, index): HostChange[] => (change === null ? [] : [{ index, change }]))
  return { hosts, changes, tookPart: hosts.filter(({ host }) => results.has(host)) }
}

const sameList = <T>(a: readonly T[], b: readonly T[]): boolean =>
  a.length === b.length && a.every((item, i) => item === b[i])
