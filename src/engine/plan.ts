/**
 * Wanted table minus actual table: the fewest commands that bring the kernel's in line, in an order in which no pool is
 * ever empty in between. Touches only what the configuration names, or named before (`owned`); everything else in the
 * table is somebody else's and appears in no command.
 * Source: spec "Reconciliation" (read, diff, change, read back), as keepalived's users asked for it.
 */
import type { Id } from '../model/names.ts'
import type { Owned } from '../model/state.ts'
import type { TableCommand, TableDestination, TableService } from '../model/table.ts'
import { endpointText, serviceText } from '../model/table.ts'
import type { WantedDestination, WantedService } from '../model/wanted.ts'
import {
  destinationDifferences,
  destinationSettingsText,
  serviceDifferences,
  serviceSettingsText,
} from './plan-words.ts'

/** A command with its reasons, as they will stand in the history. */
export interface PlannedCommand {
  readonly command: TableCommand
  /** Name of the virtual server, or the service's text where it is no longer configured. */
  readonly virtual: string
  /** `add 10.1.1.2:8080 masq weight 2`, for people. */
  readonly change: string
  readonly reason: 'wanted' | 'drift' | 'unwanted'
  readonly text: string
  readonly cause: Id | null
}

/** Something in the table that is not ours: a whole service, or a destination that somebody put into one of ours. */
export interface Foreign {
  readonly service: string
  readonly destination: string | null
}

const UNWANTED = 'the configuration no longer names it'

/**
 * `settled` is the wanted table of the last pass after which everything stood as wanted: what differs now although it is
 * wanted just as it was then, somebody else has changed. `null`: there was no such pass yet, so nothing counts as drift.
 */
export function plan(
  wanted: readonly WantedService[],
  actual: readonly TableService[],
  owned: Owned,
  settled: readonly WantedService[] | null,
): readonly PlannedCommand[] {
  const found = byService(actual)
  const before = byService(settled ?? [])
  const named = byService(wanted)
  const planned: PlannedCommand[] = []
  for (const [key, service] of named) {
    const entry = found.get(key)
    for (const step of planService(service, entry, before.get(key))) planned.push(step)
    for (const step of planDestinations(service, entry, owned[key] ?? [], before.get(key))) planned.push(step)
  }
  for (const [key, service] of found) {
    if (key in owned && !named.has(key)) planned.push(...planUnwanted(service, owned[key] ?? []))
  }
  if (planned.length < 2) return planned
  const weights = weightsOf(actual)
  const ranked = planned.map((one) => ({ one, rank: rank(one.command, weights) }))
  return ranked.sort((a, b) => a.rank - b.rank).map(({ one }) => one)
}

/** What is in the table and never touched. */
export function foreign(
  wanted: readonly WantedService[],
  actual: readonly TableService[],
  owned: Owned,
): readonly Foreign[] {
  const named = byService(wanted)
  return actual.flatMap(({ id, destinations }): Foreign[] => {
    const service = serviceText(id)
    const ours = owned[service]
    const names = namedDestinations(named.get(service))
    if (ours === undefined && !named.has(service)) return [{ service, destination: null }]
    return destinations
      .map((destination) => endpointText(destination.id))
      .filter((text) => !names.has(text) && ours?.includes(text) !== true)
      .map((destination) => ({ service, destination }))
  })
}

/** What is ours from now on: of all that is in the table after a pass, what the configuration names or named before. */
export function ownedAfter(wanted: readonly WantedService[], actual: readonly TableService[], owned: Owned): Owned {
  const named = byService(wanted)
  const after: Record<string, readonly string[]> = {}
  for (const { id, destinations } of actual) {
    const service = serviceText(id)
    if (!named.has(service) && !(service in owned)) continue
    const names = namedDestinations(named.get(service))
    after[service] = destinations
      .map((destination) => endpointText(destination.id))
      .filter((text) => names.has(text) || owned[service]?.includes(text) === true)
      .sort()
  }
  return after
}

function planService(
  wanted: WantedService,
  found: TableService | undefined,
  before: WantedService | undefined,
): readonly PlannedCommand[] {
  const { id: service, settings, name: virtual, cause } = wanted
  if (found === undefined) {
    const change = `add ${serviceText(service)} ${serviceSettingsText(settings)}`
    const reasons = before
      ? drift('somebody else has deleted it, so it is put back')
      : because(`virtual server ${virtual} is configured`, cause)
    return [{ command: { kind: 'new-service', service, settings }, virtual, change, ...reasons }]
  }
  const differences = serviceDifferences(found, settings)
  if (differences.length === 0) return []
  const same = before !== undefined && serviceDifferences(before.settings, settings).length === 0
  const reasons = same
    ? drift('somebody else has changed it, so it is set back')
    : because(`virtual server ${virtual} is configured so`, cause)
  const change = `set ${serviceText(service)} ${differences.join(', ')}`
  return [{ command: { kind: 'set-service', service, settings }, virtual, change, ...reasons }]
}

function planDestinations(
  wanted: WantedService,
  found: TableService | undefined,
  owned: readonly string[],
  before: WantedService | undefined,
): readonly PlannedCommand[] {
  const { id: service, name: virtual } = wanted
  const entries = byEnd(found?.destinations ?? [])
  const named = byEnd(wanted.destinations)
  const planned: PlannedCommand[] = []
  let earlier: ReadonlyMap<string, WantedDestination> | null = null
  for (const [end, destination] of named) {
    const entry = entries.get(end)
    // What stands as wanted is nearly all of a large table, and is looked at no further.
    if (stands(destination, entry)) continue
    earlier ??= byEnd(before?.destinations ?? [])
    const step = planDestination(wanted, destination, end, entry, earlier.get(end))
    if (step !== null) planned.push(step)
  }
  const stay = waits(wanted)
  for (const [end, { id: destination }] of entries) {
    if (stay || named.has(end) || !owned.includes(end)) continue
    const command = { kind: 'delete-destination' as const, service, destination }
    planned.push({ command, virtual, change: `remove ${end}`, reason: 'unwanted', text: UNWANTED, cause: wanted.cause })
  }
  return planned
}

function stands(wanted: WantedDestination, found: TableDestination | undefined): boolean {
  if (wanted.kind === 'as-found') return true
  if (found === undefined) return wanted.kind === 'absent'
  return wanted.kind === 'present' && destinationDifferences(found, wanted.settings).length === 0
}

/**
 * Nobody of those named serves yet, and some have not been checked: what the configuration no longer names goes on serving
 * until they have. A reload that replaces every real server leaves nobody without one.
 */
const waits = ({ destinations }: WantedService): boolean =>
  destinations.some(({ kind }) => kind === 'as-found') &&
  !destinations.some((one) => one.kind === 'present' && one.settings.weight > 0)

function planDestination(
  { id: service, name: virtual }: WantedService,
  wanted: WantedDestination,
  end: string,
  found: TableDestination | undefined,
  before: WantedDestination | undefined,
): PlannedCommand | null {
  const destination = wanted.id
  if (wanted.kind === 'as-found' || (wanted.kind === 'absent' && found === undefined)) return null
  if (wanted.kind === 'absent') {
    const reasons =
      before?.kind === 'absent'
        ? drift(`somebody else has added it, so it is removed again: ${wanted.text}`)
        : because(wanted.text, wanted.cause)
    return {
      command: { kind: 'delete-destination', service, destination },
      virtual,
      change: `remove ${end}`,
      ...reasons,
    }
  }
  const { settings, text, cause } = wanted
  const same = before?.kind === 'present' && destinationDifferences(before.settings, settings).length === 0
  if (found === undefined) {
    const change = `add ${end} ${destinationSettingsText(settings)}`
    const reasons = same ? drift('somebody else has deleted it, so it is put back') : because(text, cause)
    return { command: { kind: 'new-destination', service, destination, settings }, virtual, change, ...reasons }
  }
  const differences = destinationDifferences(found, settings)
  if (differences.length === 0) return null
  const change = `set ${end} ${differences.join(', ')}`
  const reasons = same ? drift('somebody else has changed it, so it is set back') : because(text, cause)
  return { command: { kind: 'set-destination', service, destination, settings }, virtual, change, ...reasons }
}

/** A service of ours that nobody wants any more goes, unless somebody else's destination is in it: then only our part. */
function planUnwanted(found: TableService, owned: readonly string[]): readonly PlannedCommand[] {
  const virtual = serviceText(found.id)
  const reasons = { virtual, reason: 'unwanted' as const, text: UNWANTED, cause: null }
  const ours = found.destinations.filter((one) => owned.includes(endpointText(one.id)))
  if (ours.length === found.destinations.length) {
    return [{ command: { kind: 'delete-service', service: found.id }, change: `delete ${virtual}`, ...reasons }]
  }
  return ours.map(({ id: destination }) => ({
    command: { kind: 'delete-destination', service: found.id, destination },
    change: `remove ${endpointText(destination)}`,
    ...reasons,
  }))
}

function drift(text: string) {
  return { reason: 'drift' as const, text, cause: null }
}

function because(text: string, cause: Id | null) {
  return { reason: 'wanted' as const, text, cause }
}

/** What takes traffic comes before what gives it up, so that no pool is without a usable server in between. */
function rank(command: TableCommand, weights: ReadonlyMap<string, number>): number {
  switch (command.kind) {
    case 'new-service':
    case 'set-service':
      return 0
    case 'new-destination':
      return 1
    case 'set-destination':
      return command.settings.weight >= (weights.get(entryText(command)) ?? 0) ? 2 : 3
    case 'delete-destination':
      return 4
    case 'delete-service':
      return 5
  }
}

function weightsOf(actual: readonly TableService[]): ReadonlyMap<string, number> {
  const entries = actual.flatMap(({ id: service, destinations }) =>
    destinations.map((one): [string, number] => [entryText({ service, destination: one.id }), one.weight]),
  )
  return new Map(entries)
}

function entryText(entry: {
  readonly service: TableService['id']
  readonly destination: TableDestination['id']
}): string {
  return `${serviceText(entry.service)} ${endpointText(entry.destination)}`
}

function namedDestinations(service: WantedService | undefined): ReadonlySet<string> {
  return new Set(service?.destinations.map((one) => endpointText(one.id)))
}

/** If two of them have the same identity the first counts; the parser lets no such configuration through. */
function byService<One extends { readonly id: TableService['id'] }>(services: readonly One[]): Map<string, One> {
  const map = new Map<string, One>()
  for (const one of services) {
    const key = serviceText(one.id)
    if (!map.has(key)) map.set(key, one)
  }
  return map
}

function byEnd<One extends { readonly id: TableDestination['id'] }>(destinations: readonly One[]): Map<string, One> {
  const map = new Map<string, One>()
  for (const one of destinations) map.set(endpointText(one.id), one)
  return map
}
