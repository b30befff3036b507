/**
 * What its checks say of a real server, by their last results and the configuration alone: down if one says so, up if all
 * do, and until then what `initial` makes of it. keepalived.conf(5): several checkers of one server are joined by "and".
 */
import type { Real, RealCheck } from '../../model/model.ts'
import type { Id } from '../../model/names.ts'
import type { HostState, RealState } from '../../model/state.ts'
import { type Now, type WallTime, wallTime } from '../../model/units.ts'
import { type Said, type SaidOfWeight, weighed } from './said.ts'

/** `weight` is as its checks will have it. */
export interface RealVerdict extends SaidOfWeight {
  /** `untested`: nothing is known, and the table keeps what it has. */
  readonly kind: 'up' | 'down' | 'untested'
  readonly reason: string
  readonly text: string
  readonly cause: Id | null
  /** Whether its checks, and not `initial`, say so. */
  readonly known: boolean
  /** A check has run and still knows nothing of it. */
  readonly unclear: boolean
  /** When waiting for a first verdict ends. */
  readonly waitsUntil: WallTime | null
}

/** The state of the host that a check is about; `null` if its service or host does not exist. */
export type HostFinder = (check: RealCheck) => HostState | null

/**
 * `hosts`: what its checks last said, in their order. `begun`: since when this run of the daemon knows the real server.
 * `told`: what its checks said last, be they others than today's.
 */
export function verdictOn(
  real: Real,
  hosts: readonly (HostState | null)[],
  { begun, told }: { readonly begun: WallTime; readonly told: RealState['told'] },
  now: Now,
): RealVerdict {
  const seen = real.checks.map((check, i) => ({ check, host: counted(check, hosts[i] ?? null, real, begun) }))
  const advice = seen.filter(isAdvice)
  const asked = seen.filter((one) => !isAdvice(one))
  const base = { cause: null, known: true, unclear: false, waitsUntil: null, ...weighed(real, advice) }
  for (const { check, host } of seen) {
    if (host?.verdict.kind !== 'down') continue
    const text = `${check.service} is down${through(real, check)}: ${host.verdict.text}`
    return { ...base, kind: 'down', reason: 'down', text, cause: host.cause }
  }
  const last = asked.at(-1)
  if (last === undefined) return { ...base, kind: 'up', reason: 'unchecked', text: uncheckedText(advice) }
  const open = asked.find(({ host }) => host === null || host.verdict.kind === 'untested')
  if (open !== undefined) {
    const rest = weighed(real, advice)
    return { ...(lastKnown(real, open, told) ?? unknownYet(real, open, begun, now)), ...rest }
  }
  const text = asked.map(({ check }) => `${check.service} is up${through(real, check)}`).join(', ')
  return { ...base, kind: 'up', reason: 'up', text, cause: last.host?.cause ?? null, ...weighed(real, seen) }
}

/** What only advises decides when it says something: that it says nothing yet, or cannot, counts for nothing. */
const isAdvice = ({ check }: Said): boolean => check.advice === true

function uncheckedText(advice: readonly Said[]): string {
  const names = advice.map(({ check }) => check.service)
  if (names.length === 0) return 'has no check, so it is taken to be up'
  const only = names.length === 1 ? 'only advises' : 'only advise'
  return `${names.join(' and ')} ${only}, so it is taken to be up`
}

const through = (real: Real, { host }: RealCheck): string => (real.id.address === host ? '' : ` (checked on ${host})`)

/** What is remembered of an earlier run counts only where `initial` says so; advice stays until other advice comes. */
function counted({ advice }: RealCheck, host: HostState | null, { initial }: Real, begun: WallTime): HostState | null {
  if (host === null || advice === true || initial.remembered) return host
  return host.last !== null && host.last.at >= begun ? host : null
}

/** A verdict, as far as it does not depend on what is said of the weight. */
type Unweighed = Omit<RealVerdict, keyof SaidOfWeight>

/** Its checks are others than before, and one of them has not run yet: it is what it was, dead or alive. */
function lastKnown(real: Real, { check, host }: Said, told: RealState['told']): Unweighed | null {
  if (told === null || !real.initial.remembered || host?.last?.kind === 'unknown') return null
  const text = `${check.service} has no verdict on ${check.host} yet, and it was ${told} before`
  const base = { cause: null, known: false, unclear: false, waitsUntil: null }
  return { ...base, kind: told, reason: told === 'up' ? 'assumed' : 'down', text }
}

function unknownYet(real: Real, { check, host }: Said, begun: WallTime, now: Now): Unweighed {
  const { unknown, waitMost } = real.initial
  const unclear = host?.last?.kind === 'unknown'
  const why = unclear ? `: ${host?.last?.text}` : ' yet'
  const none = `${check.service} has no verdict on ${check.host}${why}`
  const base = { cause: null, known: false, unclear, waitsUntil: null }
  if (unknown === 'down') {
    return { ...base, kind: 'down', reason: 'untested', text: `${none}, and it is out until its first passing check` }
  }
  if (unknown === 'up') return { ...base, kind: 'up', reason: 'assumed', text: `${none}, and it is taken to be up` }
  const waitsUntil = waitMost === null ? null : wallTime(begun + waitMost)
  // A check that has run and learned nothing is broken itself; that moves no server, however long it lasts.
  if (unclear || waitsUntil === null || now.wall < waitsUntil) {
    return { ...base, kind: 'untested', reason: 'untested', text: none, waitsUntil: unclear ? null : waitsUntil }
  }
  return { ...base, kind: 'up', reason: 'assumed', text: `${none}, so it is taken to be up` }
}
