/**
 * Times of maintenance as they begin and end: who is in one now, and when that changes next. Worked out anew from the
 * windows at each look, so that a restart in the middle, a reload and a step of the clock lead where an undisturbed run
 * would have led.
 */
import { zonedText } from '../model/calendar/stamp.ts'
import { endedAt, nextChange, type Planned, windowsInForce } from '../model/calendar/windows.ts'
import type { Effect } from '../model/effect.ts'
import type { InMaintenance, WindowMemory } from '../model/maintenance.ts'
import type { GroupName, ServiceKey } from '../model/names.ts'
import type { Controls, ServiceState, State } from '../model/state.ts'
import { type Now, type WallTime, wallTime } from '../model/units.ts'
import { earliest } from './pool/judge.ts'
import { type Decided, record, type Scribe } from './scribe.ts'

/** Tells whose maintenance has begun or ended; windows that are over leave the controls. The same state if none has. */
export function withMaintenance(before: State, write: Scribe, now: Now): Decided {
  const controls = tidied(before, now)
  const { windows, calendar: known } = controls
  const active = windowsInForce(before.model.windows, windows, now.wall, known?.ended).map((window) =>
    activeOf(window, now),
  )
  // Who is in several is in the one that lasts longest, since nobody is told until then.
  active.sort((a, b) => b.window.until - a.window.until)
  const facts = { model: before.model, controls }
  const effects: Effect[] = []
  const change = (subject: ServiceKey, from: InMaintenance | null, to: Active | null): InMaintenance | null => {
    const next = continued(from, to, now)
    if (from === null || next === null || from.window !== next.window) {
      effects.push(...changeEntries(subject, from, to, facts, write, now))
    }
    return next
  }
  const services = servicesIn(before, active, change)
  const pools = poolsIn(before, active, change)
  const calendar = memory(facts, pools, now)
  const next = calendar === undefined || calendar === known ? controls : { ...controls, calendar }
  if (next === before.controls && services === before.services) return { state: before, effects }
  return { state: { ...before, services, controls: next }, effects }
}

/** When it has to be looked at again; `null`: when something happens. */
export const nextMaintenance = ({ controls }: Pick<State, 'controls'>): WallTime | null =>
  controls.calendar?.next ?? null

/** What a service, by its key, or a virtual server, as `virtual NAME`, is in. */
export function inMaintenance(
  { model, services, controls }: Pick<State, 'model' | 'services' | 'controls'>,
  subject: ServiceKey | `virtual ${string}`,
  now: Now,
): InMaintenance | null {
  const name = subject.startsWith('virtual ') ? subject.slice('virtual '.length) : null
  const found = name === null ? services[indexOf(model, subject)]?.maintenance : poolMemory(controls, name)
  return found !== undefined && found !== null && now.wall < found.until ? found : null
}

const indexOf = ({ serviceIndex }: State['model'], key: string): number => {
  const keys: ReadonlyMap<string, number> = serviceIndex
  return keys.get(key) ?? -1
}

const poolMemory = ({ calendar }: Controls, name: string): InMaintenance | null =>
  calendar !== undefined && Object.hasOwn(calendar.pools, name) ? (calendar.pools[name] ?? null) : null

type Facts = Pick<State, 'model' | 'controls'>

interface Active {
  readonly window: Planned
  /** Of whom it covers from now on: one object for all of them. */
  readonly state: InMaintenance
  /** Its subjects, to be looked up: with many services, searching a list for each takes long. */
  readonly subjects: ReadonlySet<string>
}

function activeOf(window: Planned, now: Now): Active {
  const { name, until, reason, subjects } = window
  return { window, state: { window: name, since: now.wall, until, reason }, subjects: new Set(subjects) }
}

type Change = (subject: ServiceKey, from: InMaintenance | null, to: Active | null) => InMaintenance | null

function servicesIn({ model, services }: State, active: readonly Active[], change: Change): readonly ServiceState[] {
  let changed: ServiceState[] | null = null
  for (let i = 0; i < services.length; i += 1) {
    const service = services[i]
    if (service === undefined || (active.length === 0 && service.maintenance === null)) continue
    const group = model.services[i]?.group
    const to = covering(active, service.maintenance, service.key, group)
    if (service.maintenance === null && to === null) continue
    const next = change(service.key, service.maintenance, to)
    if (next === service.maintenance) continue
    changed ??= [...services]
    changed[i] = { ...service, maintenance: next }
  }
  return changed ?? services
}

/** Entries of a pool have its name in place of a service's key (model/entry.ts). */
const poolKey = (name: string): ServiceKey => `virtual ${name}` as ServiceKey

function poolsIn({ model, controls }: State, active: readonly Active[], change: Change): WindowMemory['pools'] {
  const before = controls.calendar?.pools ?? {}
  if (active.length === 0 && Object.keys(before).length === 0) return before
  const configured = new Set(model.virtuals.map(({ name }) => name))
  for (const [name, from] of Object.entries(before)) if (!configured.has(name)) change(poolKey(name), from, null)
  const after = model.virtuals.flatMap(({ name }): [string, InMaintenance][] => {
    const from = poolMemory(controls, name)
    const next = change(poolKey(name), from, covering(active, from, poolKey(name), undefined))
    return next === null ? [] : [[name, next]]
  })
  const same = after.length === Object.keys(before).length && after.every(([name, one]) => before[name] === one)
  return same ? before : Object.fromEntries(after)
}

/** The one that lasts longest, and of two that last as long the one that was there before; as `covers` has it. */
function covering(
  active: readonly Active[],
  before: InMaintenance | null,
  subject: string,
  group: GroupName | undefined,
): Active | null {
  let found: Active | null = null
  for (const one of active) {
    const { subjects } = one
    if (found !== null && one.window.until < found.window.until) break
    const isCovered = subjects.has('*') || subjects.has(subject) || (group !== undefined && subjects.has(group))
    if (!isCovered) continue
    if (before === null || one.window.name === before.window) return one
    found ??= one
  }
  return found
}

/**
 * The same object if nothing has changed. `since` is when it became quiet and not when the window began, which a reload may
 * have added in its middle; where one follows the other without a gap, it is that of the first.
 */
function continued(from: InMaintenance | null, to: Active | null, now: Now): InMaintenance | null {
  if (from === null || to === null) return to?.state ?? null
  const { state } = to
  const since = from.until >= to.window.from ? wallTime(Math.min(from.since, now.wall)) : state.since
  const same = from.window === state.window && from.until === state.until && from.reason === state.reason
  return same && from.since === since ? from : { ...state, since }
}

function changeEntries(
  service: ServiceKey,
  from: InMaintenance | null,
  to: Active | null,
  facts: Facts,
  write: Scribe,
  now: Now,
): Effect[] {
  const entry = (began: boolean, window: string, text: string): Effect =>
    record(write.entry({ kind: 'maintenance', service, began, window, text }))
  const ended = from === null ? [] : [entry(false, from.window, endText(from, to, facts, now))]
  return to === null ? ended : [...ended, entry(true, to.window.name, beginText(to.window))]
}

/** `maintenance "backup" until 2026-11-22 04:00 Europe/Berlin (UTC+01:00), by anna: the weekly backup` */
function beginText({ name, until, zone, who, reason }: Planned): string {
  const by = who === '' ? '' : `, by ${who}`
  return `maintenance "${name}" has begun and lasts until ${zonedText(until, zone)}${by}${reason === '' ? '' : `: ${reason}`}`
}

function endText(from: InMaintenance, to: Active | null, { model, controls }: Facts, now: Now): string {
  if (to !== null) return `maintenance "${from.window}" gives way to "${to.window.name}", which lasts longer`
  const isKept = model.windows.some(({ name }) => name === from.window)
  const wasEnded = !isKept || endedAt(controls.calendar?.ended, from.window) !== null
  const early = from.until > now.wall && wasEnded ? ' before its time' : ''
  return `maintenance "${from.window}" is over${early}; failures are told again`
}

/** Without operators' windows that are over, and without what is remembered of occurrences that are. */
function tidied({ model, controls }: Facts, now: Now): Controls {
  const windows = controls.windows.filter(({ until }) => until > now.wall)
  const kept = windows.length === controls.windows.length ? controls : { ...controls, windows }
  const { calendar } = kept
  if (calendar === undefined) return kept
  const lasting = new Map(model.windows.map(({ name, lasts }) => [name, lasts]))
  const entries = Object.entries(calendar.ended)
  const ended = entries.filter(([name, at]) => at + (lasting.get(name) ?? 0) > now.wall)
  return ended.length === entries.length
    ? kept
    : { ...kept, calendar: { ...calendar, ended: Object.fromEntries(ended) } }
}

function memory({ model, controls }: Facts, pools: WindowMemory['pools'], now: Now): WindowMemory | undefined {
  const { windows, calendar } = controls
  const ended = calendar?.ended ?? {}
  const next = earliest([
    ...windows.map(({ from, until }) => (from > now.wall ? from : until)),
    ...model.windows.map((window) => nextChange(window, now.wall, endedAt(ended, window.name))),
  ])
  if (calendar?.next === next && calendar.pools === pools) return calendar
  if (calendar === undefined && next === null && Object.keys(pools).length === 0) return calendar
  return { next, ended, pools }
}
