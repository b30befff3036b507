/**
 * Results in a row -> up or down. A verdict belongs to a host in a service.
 * `fall` failing results in a row make it down, `rise` passing ones make it up again; the first passing result of a host
 * that nothing is known of makes it up at once, so that a start does not wait. With both at 1 this is what mon does.
 */
import type { Verdict } from '../model/entry.ts'
import type { HostResult } from '../model/result.ts'
import type { HostState, HostVerdict } from '../model/state.ts'
import { type Milliseconds, type Now, since } from '../model/units.ts'

export interface Judgement {
  readonly host: HostState
  /** What changed, for the record; `null` if the verdict stands. */
  readonly change: { readonly from: Verdict; readonly to: Verdict; readonly lasted: Milliseconds | null } | null
}

/** How many results in a row change a verdict; the first one of a host that nothing is known of may need fewer. */
export interface Rule {
  readonly fall: number
  readonly rise: number
  readonly firstFall: number | null
}

export function judge(host: HostState, result: HostResult, rule: Rule, now: Now): Judgement {
  const last = {
    kind: result.kind,
    code: result.kind === 'up' ? '' : result.code,
    text: result.text,
    at: now.wall,
    timings: result.timings,
  }
  if (result.kind === 'unknown') return { host: { ...host, last }, change: null }

  const speaksAgainst = result.kind !== (host.verdict.kind === 'down' ? 'down' : 'up')
  if (!speaksAgainst && host.verdict.kind !== 'untested') {
    const verdict = refreshed(host.verdict, result.text)
    return { host: { ...host, ...shareOf(result), verdict, against: 0, last }, change: null }
  }
  const against = host.against + 1
  const needed = neededFor(result.kind, host.verdict.kind === 'untested', rule)
  if (against < needed) return { host: { ...host, against, last }, change: null }

  const verdict: HostVerdict =
    result.kind === 'up' ? { kind: 'up', since: now.wall } : { kind: 'down', since: now.wall, text: result.text }
  const lasted = host.verdict.kind === 'untested' ? null : since(host.verdict.since, now)
  return {
    host: { ...host, ...shareOf(result), verdict, against: 0, last },
    change: { from: host.verdict.kind, to: verdict.kind, lasted },
  }
}

const neededFor = (kind: 'up' | 'down', isUntested: boolean, { fall, rise, firstFall }: Rule): number => {
  if (kind === 'down') return isUntested ? (firstFall ?? fall) : fall
  return isUntested ? 1 : rise
}

/** What a passing result says of the weight; a failing one that counts takes it back. */
const shareOf = (result: HostResult): Pick<HostState, 'share'> =>
  result.kind === 'up' && result.share !== undefined ? { share: result.share } : { share: undefined }

/** While a host stays down, its reason is the latest one; the object stays the same as long as nothing changed. */
function refreshed(verdict: HostVerdict, text: string): HostVerdict {
  return verdict.kind === 'down' && verdict.text !== text ? { ...verdict, text } : verdict
}

/** Runs of the service's monitor in a row that ended alike; the last one is counted. */
export interface Streak {
  readonly kind: 'failing' | 'passing'
  readonly count: number
}

export const nextStreak = (before: Streak, exit: number): Streak => {
  const kind = exit === 0 ? 'passing' : 'failing'
  return before.kind === kind ? { kind, count: before.count + 1 } : { kind, count: 1 }
}

/**
 * What a run of the monitor means for the service as a whole.
 * It fails with its first host that is down; and, where no host is to blame for long enough (the program could not be
 * run, or another host fails each time), with its own `fall` failing runs in a row. Likewise back, with `rise`.
 * `pending`: something has begun, but not for long enough to count; nothing is decided.
 */
export function outcome(
  streak: Streak,
  wasDown: boolean,
  hosts: readonly HostState[],
  rule: { readonly fall: number; readonly rise: number },
): 'failing' | 'passing' | 'pending' {
  const anyDown = hosts.some((host) => host.verdict.kind === 'down')
  if (streak.kind === 'failing') return anyDown || streak.count >= rule.fall ? 'failing' : 'pending'
  return anyDown || (wasDown && streak.count < rule.rise) ? 'pending' : 'passing'
}
