/**
 * Traps: somebody reported on a service, did not report in time, or what was reported is over. mon manual, "TRAPS".
 * The verdict on a host comes from the monitor where the service has one: what others say of such a service fails or ends
 * it, and moves no real server.
 */
import type { Event } from '../model/event.ts'
import { ctimeText, localStamp } from '../model/local-stamp.ts'
import type { Service } from '../model/model.ts'
import { OK } from '../model/opstatus.ts'
import type { HostResult } from '../model/result.ts'
import type { ServiceState, State } from '../model/state.ts'
import { milliseconds, type Now } from '../model/units.ts'
import { withOwed } from './announce.ts'
import { judgeHosts } from './checked.ts'
import { ended, type Happening, happened, type Outcome } from './happening.ts'
import { outputOf } from './message.ts'
import { concluded, type Found, serviceOf, timer, withDependency } from './on-happened.ts'
import { disabledNames } from './readiness.ts'
import type { Decided, Scribe } from './scribe.ts'

type Of<K extends Event['kind']> = Extract<Event, { kind: K }>

/** A trap is an answer in itself: no further one is waited for. */
const atOnce = { fall: 1, rise: 1, firstFall: null }

const isHeardOnly = ({ monitor, monitorMissing }: Service): boolean => monitor === null && monitorMissing === ''

export function onTrapped(state: State, event: Of<'trapped'>, write: Scribe, now: Now): Decided {
  const found = serviceOf(state, event.service, write)
  if (found === null) return { state, effects: [] }
  const { service, about } = found
  const { status, summary, detail, output, hosts, intended } = event.trap
  const exit = trapExit(status)
  const depends = withDependency(state, service, { ...found.state, lastTrap: now.wall }, now)
  const judged = judgeHosts(depends, atOnce, isHeardOnly(service) ? hosts : [], now)
  const code = Number.parseFloat(status) || 0
  const happening: Happening = { kind: 'trap', exit, code, exitval: status, summary, detail, output }
  const outcome = happened({ ...depends, hosts: judged.hosts }, service, happening, about, now)
  const result = { ...outcome, hostChanges: judged.changes }
  const reason = exit === 0 ? 'trap-passed' : 'trap-failed'
  const decided = concluded(
    state,
    { ...found, result, said: { summary, detail, output }, reason, intended },
    write,
    now,
  )
  return { ...decided, effects: [timer(service.key, 'trapped'), ...decided.effects] }
}

/**
 * mon's program asks whether the text is true as Perl has it: nothing and `0` are success, `00` and words are not.
 * Ranges compare it as a number, by which a word is 0.
 */
export function trapExit(status: string): number {
  if (status === '' || status === '0') return 0
  return /^[1-9]\d{0,5}$/.test(status) ? Number(status) : 1
}

export function onTrapTimeout(state: State, event: Of<'trap-timeout'>, write: Scribe, now: Now): Decided {
  const found = serviceOf(state, event.service, write)
  const limit = found?.service.traptimeout
  if (found === null || limit == null) return { state, effects: [] }
  const summary = 'trap timeout'
  const detail = `trap timeout after ${limit / 1000}s at ${ctimeText(localStamp(now.wall))}\n`
  const output = outputOf(summary, detail)
  const happening: Happening = { kind: 'traptimeout', exit: 1, code: 1, exitval: '1', summary, detail, output }
  const before = withDependency(state, found.service, found.state, now)
  const result = { ...happened(before, found.service, happening, found.about, now), hostChanges: [] }
  return concluded(state, { ...found, result, said: { summary, detail, output }, reason: 'trap-timeout' }, write, now)
}

/**
 * What the last trap said is over, unless something else has failed the service since. As promised, that is a success
 * like any other; mon only sets the status, so that nobody is told, and an acknowledgement stays for the next outage.
 */
export function onTrapExpired(state: State, event: Of<'trap-expired'>, write: Scribe, now: Now): Decided {
  const found = serviceOf(state, event.service, write)
  if (found === null || found.state.status.kind === 'up') return { state, effects: [] }
  const { lastFailure, lastTrap } = found.state
  const silently = found.about.quirks.trapdurationEndsSilently
  if (!silently && lastFailure !== null && lastFailure > (lastTrap ?? 0)) return { state, effects: [] }

  const judged = judgeHosts(found.state, atOnce, overFor(state, found), now)
  const before: ServiceState = { ...found.state, hosts: judged.hosts }
  const said = { summary: '', detail: '', output: '' }
  const outcome = silently
    ? endedSilently(before, now)
    : happened(before, found.service, { kind: 'trap', exit: 0, code: 0, exitval: '0', ...said }, found.about, now)
  const result = { ...outcome, hostChanges: judged.changes }
  const about = { ...found, result, said, reason: 'trap-expired', ...(silently ? { silent: true as const } : {}) }
  return concluded(state, about, write, now)
}

/** Hosts that a trap has failed are well again; of those that nobody asks about, nothing is said. */
function overFor({ controls }: State, { service, state }: Found): readonly HostResult[] {
  if (!isHeardOnly(service)) return []
  const timings = { connect: null, firstByte: null, total: milliseconds(0) }
  const off = disabledNames(controls, service.group)
  return state.hosts
    .filter(({ host, verdict }) => verdict.kind === 'down' && !off.has(host))
    .filter(({ host }) => !service.excludeHosts.includes(host))
    .map(({ host }) => ({ kind: 'up', host, text: 'what the last trap said is over', timings }))
}

function endedSilently(before: ServiceState, now: Now): Outcome {
  const { status, opstatus } = before
  const state: ServiceState = {
    ...before,
    status: { kind: 'up', since: now.wall },
    lastOpstatus: opstatus,
    opstatus: OK,
  }
  // mon tells nobody; a receiver, which is ours, hears of it.
  const announced = before.announced.filter(({ receiver }) => receiver !== undefined)
  const tellings = withOwed([], { ...before, announced })
  return {
    state: { ...state, ...ended(state) },
    told: state,
    change: { from: status.kind, to: 'up', lasted: null },
    tellings,
  }
}
