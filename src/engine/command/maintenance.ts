/** Operators' times of maintenance: one is begun, now or later, and ended, be it theirs or one of the configuration. */
import { zonedText } from '../../model/calendar/stamp.ts'
import { endedAt, nextChange, type Span, windowAt, windowsInForce } from '../../model/calendar/windows.ts'
import { durationText } from '../../model/duration.ts'
import type { Command } from '../../model/event.ts'
import { covers, type OneOffWindow, type RecurringWindow } from '../../model/maintenance.ts'
import type { Controls, State } from '../../model/state.ts'
import { days, milliseconds, type Now, type WallTime, wallTime } from '../../model/units.ts'
import { withMaintenance } from '../maintenance.ts'
import { maintenanceLater } from '../maintenance-over.ts'
import { type Carried, done, refused } from '../on-command.ts'
import type { Scribe } from '../scribe.ts'

type Begin = Extract<Command, { kind: 'begin-maintenance' }>
type End = Extract<Command, { kind: 'end-maintenance' }>

/** Operators' windows at once, what one covers, and the letters of its name. */
export const mostWindows = 1000
export const mostSubjects = 500
export const longestName = 64
/** Longer is no maintenance: disable the service, or take it out of the configuration. */
export const longestWindow = days(31)
/** Further ahead is taken for a mistake in the date. */
export const furthestAhead = days(366)

export function onBeginMaintenance(state: State, command: Begin, who: string, write: Scribe, now: Now): Carried {
  const fault = beginFault(state, command, now)
  if (fault !== null) return refused(fault)
  const window = windowOf(state, command, who, now)
  const windows = [...state.controls.windows, window]
  const begun = withMaintenance({ ...state, controls: { ...state.controls, windows } }, write, now)
  return done(begun.state, beginText(state, window, now), begun.effects)
}

function windowOf(state: State, { name, subjects, from, lasts, reason }: Begin, who: string, now: Now): OneOffWindow {
  const begins = from ?? now.wall
  return {
    name: name ?? freeName(state),
    subjects: [...new Set(subjects)],
    at: now.wall,
    from: begins,
    until: wallTime(begins + lasts),
    who,
    reason,
  }
}

/** `maintenance-1`, or the next number that is free. */
function freeName({ model, controls }: State): string {
  const taken = new Set([...model.windows, ...controls.windows].map(({ name }) => name))
  for (let number = 1; ; number += 1) {
    if (!taken.has(`maintenance-${number}`)) return `maintenance-${number}`
  }
}

function beginFault(state: State, { name, subjects, from, lasts }: Begin, now: Now): string | null {
  const { windows } = state.controls
  if (windows.length >= mostWindows) return `there are ${mostWindows} times of maintenance already; end some of them`
  if (subjects.length === 0) return 'say what it is about: a watch, watch/service, virtual:NAME, or "*" for all'
  if (subjects.length > mostSubjects) return `it may name ${mostSubjects} subjects; write * for all`
  return subjectFault(state, subjects) ?? nameFault(state, name) ?? timeFault(from, lasts, now)
}

/** What the model does not have is a slip, and somebody would be paged. */
function subjectFault(state: State, subjects: readonly string[]): string | null {
  const known = new Set(knownSubjects(state))
  const unknown = subjects.filter((one) => !known.has(one))
  if (unknown.length === 0) return null
  const listed = unknown.slice(0, namesShown).map((one) => `"${subjectWritten(one)}"`)
  const more = unknown.length > namesShown ? ` and ${unknown.length - namesShown} more` : ''
  return `no watch, service or virtual server is called ${listed.join(', ')}${more}`
}

/** Names that one sentence lists. */
const namesShown = 5

/** A virtual server as operators write it: `virtual:shop`. */
export const subjectWritten = (subject: string): string => subject.replace(/^virtual /, 'virtual:')

/** All that a window may cover, as the model has it: `*`, watches, services, and virtual servers as `virtual NAME`. */
export function knownSubjects({ model }: Pick<State, 'model'>): readonly string[] {
  const watches = new Set(model.services.map(({ group }) => group))
  return [
    '*',
    ...watches,
    ...model.services.map(({ key }) => key),
    ...model.virtuals.map(({ name }) => `virtual ${name}`),
  ]
}

function nameFault({ model, controls }: State, name: string | null): string | null {
  if (name === null) return null
  if (name.length > longestName || !/^[^\s\p{C}]+$/u.test(name)) {
    return `a name has at most ${longestName} letters, and no blanks`
  }
  if (model.windows.some((one) => one.name === name))
    return `the configuration has a maintenance "${name}"; choose another name`
  if (!controls.windows.some((one) => one.name === name)) return null
  return `there is a maintenance "${name}" already; end it with "upalert maintenance end ${name}", or choose another name`
}

function timeFault(from: WallTime | null, lasts: number, now: Now): string | null {
  if (!(lasts > 0)) return 'say how long it lasts: --for 2h'
  if (lasts > longestWindow) return `it may last ${durationText(longestWindow)} at most; "upalert disable" has no end`
  if (from === null) return null
  if (!(from > now.wall)) return `${timeText(from)} is over; without --at it begins now`
  return from - now.wall > furthestAhead ? `${timeText(from)} is more than a year ahead` : null
}

const timeText = (at: WallTime): string => (Number.isFinite(at) ? zonedText(at) : 'that time')

function beginText(state: State, window: OneOffWindow, now: Now): string {
  const { name, from, until, subjects } = window
  const when =
    from > now.wall ? `from ${zonedText(from)} until ${zonedText(until)}` : `from now until ${zonedText(until)}`
  const whom = coveredText(state, subjects)
  const end = `"upalert maintenance end ${name}" ${from > now.wall ? 'calls it off' : 'ends it earlier'}`
  return `maintenance "${name}" ${when}: nobody is told of failures of ${whom}; checks go on, and ends of what was told before are told. ${end}`
}

/** `3 services and virtual server shop`. */
function coveredText({ model }: State, subjects: readonly string[]): string {
  const services = model.services.filter(({ key }) => covers(subjects, key)).length
  const virtuals = model.virtuals.filter(({ name }) => covers(subjects, `virtual ${name}`))
  const counted = [
    ...(services > 0 || virtuals.length === 0 ? [`${services} ${services === 1 ? 'service' : 'services'}`] : []),
    ...(virtuals.length === 1 ? [`virtual server ${virtuals[0]?.name}`] : []),
    ...(virtuals.length > 1 ? [`${virtuals.length} virtual servers`] : []),
  ]
  return counted.join(' and ')
}

/** An operator's goes for good; of a recurring one, what is in force now is over, and the next date comes all the same. */
export function onEndMaintenance(state: State, { name }: End, write: Scribe, now: Now): Carried {
  const { windows } = state.controls
  const own = windows.find((one) => one.name === name)
  if (own !== undefined) {
    const controls = { ...state.controls, windows: windows.filter((one) => one !== own) }
    return ended(state, own, controls, ownEndText(own, now), write, now)
  }
  const recurring = state.model.windows.find((one) => one.name === name)
  if (recurring === undefined) return refused(`there is no maintenance "${name}"${namesText(state, now)}`)
  return endOccurrence(state, recurring, write, now)
}

function endOccurrence(state: State, window: RecurringWindow, write: Scribe, now: Now): Carried {
  const { calendar } = state.controls
  const { name, subjects } = window
  const span = windowAt(window, now.wall, endedAt(calendar?.ended, name))
  if (span === null) return refused(`maintenance "${name}" is not in force now${comesText(window, now)}`)
  const others = Object.entries(calendar?.ended ?? {}).filter(([one]) => one !== name)
  const next = {
    next: calendar?.next ?? null,
    pools: calendar?.pools ?? {},
    ended: Object.fromEntries([...others, [name, now.wall]]),
  }
  const text = `is over ${earlier(span, now)}${comesText(window, now)}`
  return ended(state, { name, subjects, ...span }, { ...state.controls, calendar: next }, text, write, now)
}

function comesText(window: RecurringWindow, now: Now): string {
  const next = nextChange(window, now.wall, now.wall)
  return next === null ? '' : `; the configuration has it begin at ${zonedText(next, window.zone)}`
}

interface Over extends Span {
  readonly name: string
  readonly subjects: readonly string[]
}

function ended(state: State, over: Over, controls: Controls, text: string, write: Scribe, now: Now): Carried {
  const decided = maintenanceLater({ ...state, controls }, write, now)
  const others = over.from > now.wall ? [] : stillQuiet(decided.state, over.subjects, now)
  const also = others.length === 0 ? '' : `. BUT: of these, some are still in ${listed(others)}`
  return done(decided.state, `maintenance "${over.name}" ${text}${also}`, decided.effects)
}

/** The windows that keep quiet, now that this one does not, what it covered. */
function stillQuiet({ model, controls }: State, subjects: readonly string[], now: Now): readonly string[] {
  const inForce = windowsInForce(model.windows, controls.windows, now.wall, controls.calendar?.ended)
  const known = [
    ...model.services.map(({ key }) => key),
    ...model.virtuals.map(({ name }) => `virtual ${name}` as const),
  ]
  const covered = known.filter((one) => covers(subjects, one))
  return inForce.filter((other) => covered.some((one) => covers(other.subjects, one))).map(({ name }) => name)
}

const ownEndText = (own: OneOffWindow, now: Now): string =>
  own.from > now.wall ? `is called off; it was to begin at ${zonedText(own.from)}` : `is over ${earlier(own, now)}`

const earlier = ({ until }: Pick<Span, 'until'>, now: Now): string =>
  `${durationText(wallDifference(until, now))} before its time; failures are told again`

const wallDifference = (until: WallTime, now: Now) => milliseconds(Math.max(0, until - now.wall))

function namesText({ model, controls }: State, now: Now): string {
  const names = [...controls.windows.filter(({ until }) => until > now.wall), ...model.windows].map(({ name }) => name)
  return names.length === 0 ? '; none is planned' : `; there are: ${listed(names)}`
}

function listed(names: readonly string[]): string {
  const more = names.length > namesShown ? ` and ${names.length - namesShown} more` : ''
  return `${names.slice(0, namesShown).join(', ')}${more}`
}
