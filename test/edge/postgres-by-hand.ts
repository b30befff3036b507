/**
 * Availability and incidents worked out minute by minute, as somebody would with a calendar and a pencil: for each minute
 * who watched, what the service was, whether it was in maintenance, and which day it was.
 */
import type { Entry } from '../../src/model/entry.ts'

export const MINUTE = 60_000

export interface Day {
  readonly day: string
  readonly observed: number
  readonly up: number
  readonly down: number
  readonly maintenance_down: number
  readonly not_observed: number
}

/** All lengths in seconds. */
export interface Incident {
  readonly began: number
  readonly ended: number | null
  readonly lasted: number
  readonly counted: number
  readonly in_maintenance: number
  readonly not_observed: number
}

interface Watched {
  readonly entries: readonly Entry[]
  readonly service: string
  readonly zone: string
  /** All times are whole minutes; nothing is known from here on. */
  readonly until: number
}

export function daysByHand({ entries, service, zone, until }: Watched): readonly Day[] {
  const [first] = changesOf(entries, service)
  const last = changesOf(entries, service).at(-1)
  if (first === undefined || last === undefined) return []
  const end = last.to === 'untested' ? last.at : until
  const dayOf = calendarOf(zone)
  const days = new Map<string, Day>()
  const add = (day: string, what: keyof Day) => {
    const known = days.get(day) ?? { day, observed: 0, up: 0, down: 0, maintenance_down: 0, not_observed: 0 }
    days.set(day, { ...known, [what]: Number(known[what]) + 60 })
  }
  const from = first.at - 26 * 60 * MINUTE
  const wanted = new Set<string>()
  for (let at = first.at; at < end; at += MINUTE) wanted.add(dayOf(at))
  for (let at = from; at < end + 26 * 60 * MINUTE; at += MINUTE) {
    const day = dayOf(at)
    if (!wanted.has(day)) continue
    const state = at < end && !inGap(entries, at) ? stateAt(entries, service, at) : 'untested'
    if (state === 'untested') add(day, 'not_observed')
    else {
      add(day, 'observed')
      add(day, state === 'up' ? 'up' : inMaintenance(entries, service, at) ? 'maintenance_down' : 'down')
    }
  }
  return [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1))
}

export function incidentsByHand({ entries, service, until }: Watched): readonly Incident[] {
  const changes = changesOf(entries, service)
  return changes.flatMap((change, index) => {
    if (change.to !== 'down') return []
    const ended = changes[index + 1]?.at ?? null
    let counted = 0
    let kept = 0
    let unseen = 0
    for (let at: number = change.at; at < (ended ?? until); at += MINUTE) {
      if (inGap(entries, at)) unseen += 60
      else if (inMaintenance(entries, service, at)) kept += 60
      else counted += 60
    }
    const lasted = ((ended ?? until) - change.at) / 1000
    return [{ began: change.at, ended, lasted, counted, in_maintenance: kept, not_observed: unseen }]
  })
}

/** Each time that it became something else. */
function changesOf(
  entries: readonly Entry[],
  service: string,
): readonly { readonly at: number; readonly to: string }[] {
  const changes: { at: number; to: string }[] = []
  for (const entry of entries)
    if (entry.kind === 'service' && entry.service === service && entry.to !== changes.at(-1)?.to)
      changes.push({ at: entry.at, to: entry.to })
  return changes
}

function stateAt(entries: readonly Entry[], service: string, at: number): string {
  return changesOf(entries, service).findLast((change) => change.at <= at)?.to ?? 'untested'
}

/** That one ended says that it was before, although nothing says since when: since the history begins. */
function inMaintenance(entries: readonly Entry[], service: string, at: number): boolean {
  const changes = entries.flatMap((one) => (one.kind === 'maintenance' && one.service === service ? [one] : []))
  const last = changes.findLast((one) => one.at <= at)
  return last?.began ?? changes[0]?.began === false
}

function inGap(entries: readonly Entry[], at: number): boolean {
  return entries.some((entry) => entry.kind === 'gap' && entry.from <= at && at < entry.at)
}

/** The day of an instant in a zone, `2026-10-25`. Every zone of today is whole quarters of an hour from UTC. */
function calendarOf(zone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' })
  const known = new Map<number, string>()
  return (at) => {
    const quarter = Math.floor(at / (15 * MINUTE))
    const day = known.get(quarter) ?? format.format(quarter * 15 * MINUTE)
    known.set(quarter, day)
    return day
  }
}
