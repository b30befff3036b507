/**
 * One event of one service, as mon knows events: a monitor's exit, a trap, or a trap that did not come. The service's
 * status and counts follow it, and those who are to be told are asked. The order of steps is the mon program's.
 */
import { durationText } from '../model/duration.ts'
import type { Service } from '../model/model.ts'
import { FAIL, OK, UNKNOWN, UNTESTED } from '../model/opstatus.ts'
import { CALM, type PeriodState, type ServiceState } from '../model/state.ts'
import { type Milliseconds, type Now, since } from '../model/units.ts'
import { withOwed } from './announce.ts'
import { type Circumstances, type Consulted, consult, summaryOf, type Telling } from './consult.ts'
import { outputKept, summaryKept } from './limits.ts'
import { afterSuccess } from './notify.ts'
import { freshPeriod } from './start.ts'

export interface Happening {
  readonly kind: 'failure' | 'trap' | 'traptimeout'
  /** 0 is success. */
  readonly exit: number
  /** What ranges of exit statuses are compared with. */
  readonly code: number
  /** The same as it was received. */
  readonly exitval: string
  /** For people; what decisions compare is the output's first line. */
  readonly summary: string
  readonly detail: string
  readonly output: string
}

export interface Outcome {
  readonly state: ServiceState
  /** The state that those who are told hear of: in an upalert the outage's, before it was cleared. */
  readonly told: ServiceState
  /** The service's own change of status; `null` if it stands. */
  readonly change: {
    readonly from: 'untested' | 'up' | 'down'
    readonly to: 'up' | 'down'
    readonly lasted: Milliseconds | null
  } | null
  readonly tellings: readonly Telling[]
}

export function happened(
  before: ServiceState,
  service: Service,
  happening: Happening,
  about: Circumstances,
  now: Now,
): Outcome {
  return happening.exit === 0
    ? succeeded(before, service, happening, about, now)
    : failed(before, service, happening, about, now)
}

function failed(before: ServiceState, service: Service, happening: Happening, about: Circumstances, now: Now): Outcome {
  const { kind, exit, code, exitval } = happening
  const output = happening.output.slice(0, outputKept)
  const summary = shownSummary(happening)
  const change = changed(before, 'down', now)
  const begins = before.opstatus === OK || before.opstatus === UNKNOWN || before.opstatus === UNTESTED
  const seen: ServiceState = {
    ...before,
    status: before.status.kind === 'down' ? before.status : { kind: 'down', since: now.wall },
    lastOpstatus: before.opstatus,
    opstatus: FAIL,
    consecutive: before.consecutive + 1,
    failureCount: before.failureCount + 1,
    lastFailure: now.wall,
    firstFailure: begins ? now.wall : before.firstFailure,
    failedAt: now.wall,
    failedSummary: summary,
    outage: outageAt(before, about, begins),
    flapping: flapping(before, service, change, now),
    exit,
    exitval,
    summary,
    detail: happening.detail.slice(0, outputKept),
  }
  const told = consult(seen, service, { kind, exit: code, output, ends: false }, about, now)
  return {
    state: {
      ...told.state,
      failureInterval: before.failureInterval || (kind === 'failure' && service.failureInterval !== null),
      lastOutput: output,
      lastFailingOutput: output,
    },
    told: told.state,
    change,
    tellings: withFlapping(told.tellings, seen, service, now),
  }
}

function succeeded(
  before: ServiceState,
  service: Service,
  { exitval, detail, output, summary }: Happening,
  about: Circumstances,
  now: Now,
): Outcome {
  const isUp = before.status.kind === 'up'
  const change = changed(before, 'up', now)
  const seen: ServiceState = {
    ...before,
    status: isUp ? before.status : { kind: 'up', since: now.wall },
    lastOpstatus: before.opstatus,
    opstatus: OK,
    exit: 0,
    exitval,
    flapping: flapping(before, service, change, now),
  }
  const ends = before.opstatus === FAIL
  const unheard: Consulted = { state: seen, tellings: [] }
  // An upalert reads what the event before this one printed.
  const asked = ends || service.redistribute !== null
  const occasion = { kind: 'up', exit: 0, output: before.lastOutput ?? '', ends } as const
  const told = asked ? consult(seen, service, occasion, about, now) : unheard
  // While it flaps, nobody hears of the end; the last of them is told when it is calm.
  const silent = seen.flapping.since !== null && before.flapping.since !== null
  const state: ServiceState = {
    ...told.state,
    consecutive: 0,
    lastFailure: null,
    firstFailure: null,
    lastSuccess: now.wall,
    summary: summary.slice(0, summaryKept),
    detail: detail.slice(0, outputKept),
    lastOutput: output.slice(0, outputKept),
    lastFailingOutput: '',
    untold: null,
    ack: null,
    ...(silent ? {} : ended(told.state)),
    failureInterval: false,
    periods: cleared(told.state, service),
  }
  return {
    state,
    told: told.state,
    change,
    tellings: silent ? told.tellings : withFlapping(withOwed(told.tellings, before), seen, service, now),
  }
}

/** The status that changes, if it does. */
function changed(before: ServiceState, to: 'up' | 'down', now: Now): Outcome['change'] {
  return before.status.kind === to ? null : { from: before.status.kind, to, lasted: heldFor(before, now) }
}

/** Nobody is owed an end any more. Nothing where there was none, so that a service that is well changes nothing on disk. */
export const ended = ({ outage, announced, usedLinks }: ServiceState): Partial<ServiceState> =>
  outage === null && announced.length + usedLinks.length === 0 ? {} : { outage: null, announced: [], usedLinks: [] }

/** One outage goes on until its end was told: who heard of its beginning knows it by this name. */
const outageAt = ({ outage, announced }: ServiceState, { event }: Circumstances, begins: boolean): string =>
  outage === null || (begins && announced.length === 0) ? event : outage

/** The very same where nothing has changed. A first verdict is no change. */
function flapping(
  { flapping: before }: ServiceState,
  { flap }: Service,
  change: Outcome['change'],
  now: Now,
): ServiceState['flapping'] {
  if (flap === null) return before.since === null && before.changes.length === 0 ? before : CALM
  if (change === null || change.from === 'untested') return before
  const changes = [...before.changes.filter((at) => since(at, now) < flap.within), now.wall].slice(-flap.count)
  const begins = before.since === null && changes.length >= flap.count
  return { changes, since: begins ? now.wall : before.since, count: before.since === null ? 0 : before.count + 1 }
}

/** Whoever hears of the change with which flapping begins hears that further ones are not told. */
function withFlapping(
  tellings: readonly Telling[],
  { flapping: { since: begun, changes } }: ServiceState,
  { flap }: Service,
  now: Now,
): readonly Telling[] {
  if (flap === null || begun !== now.wall) return tellings
  const within = durationText(flap.within)
  const because = `it changes too often: ${changes.length} changes within ${within}; how it stands is told when it has been calm for ${within}`
  return tellings.map((telling) => ({ ...telling, because }))
}

/** The very same list where nothing is left to clear, so that a service that is well changes nothing on disk. */
function cleared({ periods }: ServiceState, service: Service): readonly PeriodState[] {
  const clear = service.periods.map((period, i) => afterSuccess(periods[i] ?? freshPeriod(period), period.alertevery))
  return clear.length === periods.length && clear.every((period, i) => period === periods[i]) ? periods : clear
}

/** What people are shown; a program that printed nothing has mon's words for that. */
const shownSummary = ({ summary, output }: Happening): string =>
  (summary.trim() === '' ? summaryOf(output) : summary).slice(0, summaryKept)

/** How long the status held that ends now. */
const heldFor = ({ status }: ServiceState, now: Now): Milliseconds | null =>
  status.kind === 'untested' ? null : since(status.since, now)
