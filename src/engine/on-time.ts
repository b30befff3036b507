/**
 * What comes about by itself: a time that the state waits for has come, or the world around the pools has changed without
 * a check. Pools are judged anew; whoever decided for a while hears in the log that it is over.
 */
import type { Event } from '../model/event.ts'
import type { MeantName, State } from '../model/state.ts'
import type { Now, WallTime } from '../model/units.ts'
import { targetName, targetText, withoutExpired } from './command/override.ts'
import { nextForPeople, peopleLater } from './later/later.ts'
import { earliest } from './pool/judge.ts'
import { decisionText, namesOf } from './pool/override.ts'
import { allPools, recomputePools } from './pool/pools.ts'
import { type Decided, record, type Scribe } from './scribe.ts'

/** The next time that pools wait for; `null`: only when something happens. What people wait for asks by itself (`wake`). */
export function nextWake({ pools, controls }: Pick<State, 'pools' | 'controls'>): WallTime | null {
  return earliest([...pools.map(({ wakeAt }) => wakeAt), ...controls.overrides.map(({ until }) => until)])
}

export function onTime(before: State, write: Scribe, now: Now): Decided {
  const { state, expired } = withoutExpired(before, now)
  const entries = expired.map((one) => {
    const text = `its time is over, and checks decide again: ${targetText(one)} (${decisionText(one)})`
    const body = {
      kind: 'command',
      who: 'upalert',
      command: `enable ${targetName(one)}`,
      outcome: 'done',
      text,
    } as const
    return record(write.entry(body))
  })
  const due = state.pools.flatMap(({ wakeAt }, i) => (wakeAt !== null && wakeAt <= now.wall ? [i] : []))
  const judged = recomputePools(state, expired.length > 0 ? allPools(state) : due, write, now)
  const people = peopleLater(judged.state, write, now)
  const next = awaited({ state: people.state, effects: [] }, now)
  return { state: people.state, effects: [...entries, ...judged.effects, ...people.effects, ...next.effects] }
}

/** Asks to be woken at the next time that people wait for: after each of these times (`now`), a start, and a reload. */
export function awaited({ state, effects }: Decided, now?: Now): Decided {
  const at = nextForPeople(state, now)
  return at === null ? { state, effects } : { state, effects: [...effects, { kind: 'wake', at }] }
}

/** Files in the maintenance directory, and who comes and goes by them. */
export function onMaintenance(
  state: State,
  { names, means: told = [] }: Extract<Event, { kind: 'maintenance' }>,
  write: Scribe,
  now: Now,
): Decided {
  const before = state.controls.maintenance
  const [former, present] = [new Set(before), new Set(names)]
  const came = names.filter((name) => !former.has(name))
  const went = before.filter((name) => !present.has(name))
  const meant = meantBy(state.controls.maintenanceMeans ?? [], told, present)
  const changed = meant.filter((one) => former.has(one.name) && !isAmong(one, state.controls.maintenanceMeans ?? []))
  if (came.length + went.length + changed.length === 0) return { state, effects: [] }
  const { maintenanceMeans: _, ...controls } = state.controls
  const means = meant.length === 0 ? {} : { maintenanceMeans: meant }
  const next: State = { ...state, controls: { ...controls, maintenance: names, ...means } }
  const known = came.length + changed.length === 0 ? new Set<string>() : allNames(state)
  const endsOf = new Map(meant.map(({ name, ends }) => [name, ends]))
  const said = [
    ...came.map((name) => cameText(name, endsOf.get(name) ?? [], known)),
    ...changed.map(({ name, ends }) => cameText(name, ends, known)),
    ...went.map((name) => `${name} is gone`),
  ]
  const more = said.length > namesShown ? ` and ${said.length - namesShown} more` : ''
  const text = `maintenance directory: ${said.slice(0, namesShown).join(', ')}${more}`
  const entry = record(write.entry({ kind: 'daemon', what: 'maintenance', text }))
  const judged = recomputePools(next, allPools(next), write, now)
  return { state: judged.state, effects: [entry, ...judged.effects] }
}

/** What was said last of each name that is still there. */
function meantBy(
  former: readonly MeantName[],
  told: readonly MeantName[],
  present: ReadonlySet<string>,
): readonly MeantName[] {
  const all = new Map([...former, ...told].map((one) => [one.name, one]))
  return [...all.values()].filter(({ name }) => present.has(name))
}

const isAmong = ({ name, ends }: MeantName, all: readonly MeantName[]): boolean =>
  all.some((one) => one.name === name && one.ends.length === ends.length && one.ends.every((end, i) => end === ends[i]))

/** Files that are named in one entry. */
const namesShown = 20

const allNames = ({ model }: State): ReadonlySet<string> =>
  new Set(model.virtuals.flatMap(({ reals }) => reals.flatMap((real) => namesOf(real))))

/** A name with a slip of the finger in it does nothing, and whoever wrote it believes otherwise. */
function cameText(name: string, ends: readonly string[], known: ReadonlySet<string>): string {
  const hosts = ends.filter((end) => known.has(end))
  if (!known.has(name) && hosts.length > 0) {
    return `${name} is there, which is ${hosts.slice(0, namesShown).join(' and ')}, and disables that real server`
  }
  return known.has(name)
    ? `${name} is there, and disables that real server`
    : `${name} is there, BUT NO REAL SERVER IS CALLED SO`
}

/** Addresses that came or went let checks run or hold them (keepalived.conf(5), "ha_suspend"); verdicts stay. */
export function onAddresses(state: State, { present }: Extract<Event, { kind: 'addresses' }>): Decided {
  return { state: { ...state, controls: { ...state.controls, addresses: present } }, effects: [] }
}
