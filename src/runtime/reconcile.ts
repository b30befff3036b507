/**
 * Brings the virtual server table in line with the wanted one: read, plan, change, read back. One pass leaves the table
 * either as wanted or with every refusal told once; whatever is left over is the next pass's work, so a crash between
 * any two commands is mended by the next pass.
 */
import { type DriftRule, REPAIR, treated } from '../engine/drift.ts'
import type { PlannedCommand } from '../engine/plan.ts'
import { ownedAfter, plan } from '../engine/plan.ts'
import type { ReconcileReport } from '../model/event.ts'
import type { Counters, Owned, Traffic } from '../model/state.ts'
import type { TableAnswer, TableCommand, TableDoor, TableError, TableService } from '../model/table.ts'
import { connectionsAtWork, endpointText, serviceText } from '../model/table.ts'
import type { Uptime } from '../model/units.ts'
import { uptime } from '../model/units.ts'
import type { WantedService } from '../model/wanted.ts'

/** Remembers between passes what was wanted last and what was refused, so that a refusal is told once and tried seldom. */
export interface Reconciler {
  /** Never throws. An empty list of changes means that the table stood as wanted, or that nothing new is to be told. */
  pass(wanted: readonly WantedService[], owned: Owned, now: Uptime, rule?: DriftRule): ReconcileReport
  /** The wanted table as far as it stood after the last pass: what differs from it somebody else has changed. */
  settled(): readonly WantedService[] | null
}

type Change = ReconcileReport['changes'][number]

/** A command that was refused: not sent again before `notBefore`, not told again while the answer is the same. */
interface Refusal {
  readonly errno: string
  readonly failures: number
  readonly notBefore: Uptime
}

/** A refused command is tried again after 5 s, 10 s, 20 s …, and every 5 minutes in the end. */
const FIRST_RETRY = 5_000
const LAST_RETRY = 300_000
/** The outcome where the kernel said yes and the table says no: no errno has a name for it. */
const UNVERIFIED = 'UNVERIFIED'
const DENIED: TableError = {
  kind: 'error',
  errno: UNVERIFIED,
  text: 'the kernel said yes, but the table does not show it; it will be tried again',
}
const READ = 'read the table'

/** A reconciler for one table. Make a new one when the daemon turns to another table. */
export function reconciler(door: TableDoor): Reconciler {
  let settled: readonly WantedService[] | null = null
  let refusals: ReadonlyMap<string, Refusal> = new Map()
  let unreadable: string | null = null
  /** Drift that was told of and left as it is, by the command that would mend it. */
  let observed: ReadonlySet<string> = new Set()

  /** How often the same was put back of late, by what was put back. */
  const fights = new Map<string, { readonly count: number; readonly last: Uptime }>()

  /** Somebody who changes it back each time is no slip of the hand, and will not stop by himself. */
  function fought(one: Outcome, now: Uptime): Outcome {
    if (one.step.reason !== 'drift' || one.outcome !== 'OK') return one
    const key = keyOf(one.step)
    const count = (fights.get(key)?.count ?? 0) + 1
    if (fights.size < mostFights || fights.has(key)) fights.set(key, { count, last: now })
    if (count < fightBegins) return one
    const text = `${one.text}, put back ${count} times in a row: another upalert, keepalived or a script works on this table`
    return { ...one, text }
  }

  function pass(wanted: readonly WantedService[], formerly: Owned, now: Uptime, rule: DriftRule): ReconcileReport {
    const before = door.read()
    if (before.kind === 'error') {
      const news = before.errno === unreadable ? [] : [readChange(before.errno, before.text)]
      unreadable = before.errno
      return { where: door.where, changes: news, owned: formerly, connections: [] }
    }
    const changes: Change[] = unreadable === null ? [] : [readChange('OK', 'the table can be read again')]
    unreadable = null

    const { steps, left: drifted, owned } = treated(wanted, before.services, formerly, settled, rule)
    changes.push(...drifted.filter((step) => !observed.has(keyOf(step))).map(leftAlone))
    observed = new Set(drifted.map(keyOf))
    const round = carryOut(door, steps, wanted, refusals, now)
    const after = round.told.length === 0 ? before : door.read()
    if (after.kind === 'error') {
      unreadable = after.errno
      refusals = round.refusals
      changes.push(...round.told.map(changeOf), readChange(after.errno, after.text))
      return { where: door.where, changes, owned: formerly, connections: [] }
    }
    const left =
      round.told.length === 0 && steps.length + drifted.length === 0 ? [] : plan(wanted, after.services, owned, null)
    const checked = verified(round, left, refusals, now)
    refusals = checked.refusals
    if (!round.brokenOff) settled = settledPart(wanted, withoutDrift(left, drifted))
    for (const [key, { last }] of fights) if (now - last > fightLasts) fights.delete(key)
    changes.push(...checked.told.map((one) => changeOf(fought(one, now))))
    const connections = connectionsLeft(wanted, after.services)
    const ours = ownedAfter(wanted, after.services, owned)
    return { where: door.where, changes, owned: ours, connections, ...counted(after.services) }
  }

  return { pass: (wanted, owned, now, rule = REPAIR) => pass(wanted, owned, now, rule), settled: () => settled }
}

/** From this time on it is called by its name. */
const fightBegins = 3
/** Nobody has changed it again for so long: it is over. */
const fightLasts = 60_000
/** Changes that are counted at once. */
const mostFights = 1_000

const keyOf = (step: PlannedCommand): string => JSON.stringify(step.command)

const leftAlone = (step: PlannedCommand): Change => {
  const text = 'was changed by somebody else and is left so (drift = observe); what would mend it'
  return changeOf({ step, outcome: 'LEFT', text })
}

/** What is observed and not put back stays drift. */
function withoutDrift(left: readonly PlannedCommand[], drifted: readonly PlannedCommand[]): readonly PlannedCommand[] {
  if (drifted.length === 0) return left
  const known = new Set(drifted.map(keyOf))
  return left.filter((step) => !known.has(keyOf(step)))
}

/** Those of destinations that are drained. */
/** By service; nothing of a table that counts nothing. */
function counted(services: readonly TableService[]): { readonly traffic?: Traffic } {
  const found = services.flatMap(({ id, counters }): [string, Counters][] =>
    counters === undefined
      ? []
      : [[serviceText(id), { connections: counters.connections, rate: counters.connectionsPerSecond }]],
  )
  return found.length === 0 ? {} : { traffic: new Map(found) }
}

function connectionsLeft(
  wanted: readonly WantedService[],
  actual: readonly TableService[],
): ReconcileReport['connections'] {
  const draining = wanted.flatMap(({ id, destinations }) => {
    const ends = destinations.flatMap((one) =>
      one.kind === 'present' && one.draining === true ? [endpointText(one.id)] : [],
    )
    return ends.length === 0 ? [] : [{ id, ends: new Set(ends) }]
  })
  if (draining.length === 0) return []
  const found = new Map(actual.map((one) => [serviceText(one.id), one.destinations]))
  return draining.flatMap(({ id, ends }) => {
    const service = serviceText(id)
    return (found.get(service) ?? []).flatMap((one) => {
      const destination = endpointText(one.id)
      if (!ends.has(destination)) return []
      return [{ service, destination, active: connectionsAtWork(id, one), persistent: one.persistentConnections }]
    })
  })
}

/** A planned command and what came of it. */
interface Outcome {
  readonly step: PlannedCommand
  readonly outcome: string
  readonly text: string
}

interface Round {
  /** What is worth telling: everything that was done, and refusals that are new. */
  readonly told: readonly Outcome[]
  readonly refusals: ReadonlyMap<string, Refusal>
  readonly brokenOff: boolean
}

function carryOut(
  door: TableDoor,
  planned: readonly PlannedCommand[],
  wanted: readonly WantedService[],
  earlier: ReadonlyMap<string, Refusal>,
  now: Uptime,
): Round {
  const told: Outcome[] = []
  const refusals = new Map<string, Refusal>()
  const missing = new Set<string>()
  for (const part of parts(planned)) {
    const steps = part.map((step) => tried(step, earlier, now))
    const due = steps.filter(({ tooSoon }) => !tooSoon)
    const answers = door.applyAll(due.map(({ step }) => step.command))
    let next = 0
    for (const one of steps) {
      const first = one.tooSoon ? null : (answers[next++] ?? DENIED)
      const service = first?.kind === 'ok' ? '' : serviceText(one.step.command.service)
      // Without its service a destination can only be refused, and that has been told of the service already.
      if (missing.has(service)) continue
      const answer = first === null ? null : kindly(door, one.step.command, first, wanted)
      if (answer?.kind === 'ok') {
        told.push({ step: one.step, outcome: 'OK', text: one.step.text })
        continue
      }
      if (one.step.command.kind === 'new-service') missing.add(service)
      refusals.set(keyOf(one.step), refusal(answer, one.earlier, now))
      if (answer !== null && answer.errno !== one.earlier?.errno) {
        told.push({ step: one.step, outcome: answer.errno, text: answer.text })
      }
      // The same would be said to every further command.
      if (answer?.errno === 'EPERM') return { told, refusals, brokenOff: true }
    }
  }
  return { told, refusals, brokenOff: false }
}

/** Commands that go to the kernel together. */
const commandsAtOnce = 512

/** The first goes alone, so that it shows whether any is let. */
function parts(planned: readonly PlannedCommand[]): readonly (readonly PlannedCommand[])[] {
  const found = [planned.slice(0, 1)]
  for (let start = 1; start < planned.length; start += commandsAtOnce) {
    found.push(planned.slice(start, start + commandsAtOnce))
  }
  return found
}

function tried(step: PlannedCommand, earlier: ReadonlyMap<string, Refusal>, now: Uptime) {
  const before = earlier.size === 0 ? undefined : earlier.get(keyOf(step))
  return { step, earlier: before, tooSoon: before !== undefined && now < before.notBefore }
}

/**
 * Somebody may have changed the table since it was read. What only says that the object is there already, or gone
 * already, is settled here: once, with the command that fits what was found.
 */
function kindly(
  door: TableDoor,
  command: TableCommand,
  answer: TableAnswer,
  wanted: readonly WantedService[],
): TableAnswer {
  if (answer.kind === 'ok') return answer
  switch (`${command.kind} ${answer.errno}`) {
    case 'new-service EEXIST':
    case 'new-destination EEXIST':
    case 'set-service ESRCH':
    case 'set-destination ENOENT':
      return door.apply(opposite(command))
    case 'new-destination ESRCH':
    case 'set-destination ESRCH':
      return withService(door, command, wanted) ?? answer
    case 'delete-service ESRCH':
    case 'delete-destination ESRCH':
    case 'delete-destination ENOENT':
      return { kind: 'ok' }
    default:
      return answer
  }
}

function opposite(command: TableCommand): TableCommand {
  switch (command.kind) {
    case 'new-service':
      return { ...command, kind: 'set-service' }
    case 'set-service':
      return { ...command, kind: 'new-service' }
    case 'new-destination':
      return { ...command, kind: 'set-destination' }
    case 'set-destination':
      return { ...command, kind: 'new-destination' }
    default:
      return command
  }
}

/** The whole service has gone since the table was read: first it, then the destination. */
function withService(door: TableDoor, command: TableCommand, wanted: readonly WantedService[]): TableAnswer | null {
  const service = wanted.find((one) => serviceText(one.id) === serviceText(command.service))
  if (service === undefined || !('destination' in command) || command.kind === 'delete-destination') return null
  const made = door.apply({ kind: 'new-service', service: service.id, settings: service.settings })
  if (made.kind === 'error' && made.errno !== 'EEXIST') return made
  return door.apply({ ...command, kind: 'new-destination' })
}

/** What was carried out and would have to be carried out again, the table does not show: that counts as a refusal. */
function verified(
  round: Round,
  left: readonly PlannedCommand[],
  earlier: ReadonlyMap<string, Refusal>,
  now: Uptime,
): Pick<Round, 'told' | 'refusals'> {
  if (left.length === 0) return { told: round.told, refusals: round.refusals }
  const again = new Set(left.map(keyOf))
  const refusals = new Map(round.refusals)
  const told = round.told.flatMap((one): Outcome[] => {
    const key = keyOf(one.step)
    if (one.outcome !== 'OK' || !again.has(key)) return [one]
    const known = earlier.get(key)
    refusals.set(key, refusal(DENIED, known, now))
    return known?.errno === UNVERIFIED ? [] : [{ ...one, outcome: UNVERIFIED, text: DENIED.text }]
  })
  return { told, refusals }
}

/** The wanted table without what does not stand yet: only a change of something that once stood is drift. */
function settledPart(wanted: readonly WantedService[], left: readonly PlannedCommand[]): readonly WantedService[] {
  if (left.length === 0) return wanted
  const services = new Set<string>()
  const destinations = new Set<string>()
  for (const { command } of left) {
    const service = serviceText(command.service)
    if ('destination' in command) destinations.add(`${service} ${endpointText(command.destination)}`)
    else services.add(service)
  }
  return wanted
    .filter((one) => !services.has(serviceText(one.id)))
    .map((one) => {
      const stands = (end: string) => !destinations.has(`${serviceText(one.id)} ${end}`)
      return { ...one, destinations: one.destinations.filter(({ id }) => stands(endpointText(id))) }
    })
}

function refusal(answer: TableError | null, earlier: Refusal | undefined, now: Uptime): Refusal {
  if (answer === null && earlier !== undefined) return earlier
  const failures = (earlier?.failures ?? 0) + 1
  const wait = Math.min(LAST_RETRY, FIRST_RETRY * 2 ** (failures - 1))
  return { errno: answer?.errno ?? '', failures, notBefore: uptime(now + wait) }
}

function changeOf({ step, outcome, text }: Outcome): Change {
  const { virtual, change, reason, cause } = step
  return { virtual, change, outcome, reason, text, cause }
}

function readChange(outcome: string, text: string): Change {
  return { virtual: '', change: READ, outcome, reason: 'wanted', text, cause: null }
}
