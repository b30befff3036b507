/**
 * What would happen, before anything is done: the commands that a pass over the table would send, what each does to live
 * connections, what becomes of each pool's capacity and standing, and who would hear of it. `decide` itself says so, on a
 * state that nobody keeps, so that a plan can promise nothing else than what is done.
 */
import type { EventBody } from '../model/event.ts'
import { id } from '../model/names.ts'
import { isPathService, type MarkRange, rangeOf } from '../model/path-marks.ts'
import type { State } from '../model/state.ts'
import type { TableDestination, TableService } from '../model/table.ts'
import { endpointText, serviceText } from '../model/table.ts'
import type { Now } from '../model/units.ts'
import type { WantedService } from '../model/wanted.ts'
import { decide } from './decide.ts'
import { type DecisionView, decisionViews } from './decisions.ts'
import { treated } from './drift.ts'
import { foreign, type PlannedCommand } from './plan.ts'
import { weightsIn } from './pool/found.ts'
import { wantedTable } from './pool/wanted.ts'
import { poolText } from './pool/words.ts'
import type { Decided } from './scribe.ts'

/** Connections through what a change touches; a template is what keeps a client with its server (persistence). */
export interface AtStake {
  readonly active: number
  readonly inactive: number
  readonly templates: number
}

export interface PlannedChange {
  readonly virtual: string
  readonly service: string
  readonly change: string
  readonly reason: PlannedCommand['reason']
  readonly text: string
  /** `null`: it takes nothing away from anybody. */
  readonly atStake: AtStake | null
  /** What the change does to those connections, after a colon. */
  readonly effect: string
  /** `false`: somebody else has changed it, and it is left so (drift = observe); the change is what would mend it. */
  readonly done: boolean
}

export interface PlannedPool {
  readonly virtual: string
  readonly service: string
  /** Sum of the weights in the table now, and after it. */
  readonly weightNow: number
  readonly weightAfter: number
  /** Change in per cent; `null` where there was none before. */
  readonly percent: number | null
  readonly standing: { readonly from: string; readonly to: string }
  readonly text: string
}

export interface Preview {
  readonly changes: readonly PlannedChange[]
  readonly pools: readonly PlannedPool[]
  readonly alerts: readonly {
    readonly call: string
    readonly kind: string
    readonly about: string
    readonly summary: string
  }[]
  readonly foreign: readonly string[]
  /** Operators' decisions that the plan reckons with. */
  readonly decisions: readonly DecisionView[]
  /** Names in the maintenance directory. */
  readonly maintenance: readonly string[]
}

/**
 * `events`: what is thought to happen, a reload with another model say; none: nothing but the next pass. `settled`: what
 * stood as wanted after the last pass, if there was one: what differs from it somebody else has changed.
 */
export function preview(
  state: State,
  events: readonly EventBody[],
  actual: readonly TableService[],
  now: Now,
  settled: readonly WantedService[] | null = null,
): Preview {
  const decided = decidedAll(state, withStart(events, actual), now)
  const { model, pools } = decided.state
  const wanted = wantedTable(model, pools)
  const rule = { policy: model.settings.table.drift, marks: rangeOf(model.paths) }
  const { steps, left, owned } = treated(wanted, actual, decided.state.owned, settled, rule)
  const found = new Map(actual.map((service) => [serviceText(service.id), service]))
  const known = new Set(state.outbox.map((delivery) => delivery.id))
  return {
    changes: [
      ...steps.map((step) => ({ ...changeOf(step, found), done: true })),
      ...left.map((step) => ({ ...changeOf(step, found), done: false })),
    ],
    pools: [
      ...wanted.flatMap((service) => poolOf(service, found.get(serviceText(service.id)), steps, state, decided.state)),
      ...goneOf(wanted, found, steps, state),
    ],
    alerts: decided.effects.flatMap((effect) => {
      if (effect.kind !== 'deliver' || known.has(effect.delivery.id)) return []
      const { call, message } = effect.delivery
      return [{ call: call.text, kind: message.kind, about: message.key, summary: message.summary }]
    }),
    foreign: foreign(wanted, actual, owned)
      .filter(({ service }) => !isForCheck(found.get(service), rule.marks))
      .map(({ service, destination }) => (destination === null ? service : `${destination} in ${service}`)),
    decisions: decisionViews(decided.state, now),
    maintenance: decided.state.controls.maintenance,
  }
}

/** A start looks at the table before it does anything. */
const withStart = (events: readonly EventBody[], actual: readonly TableService[]): readonly EventBody[] =>
  events.some(({ kind }) => kind === 'started')
    ? [{ kind: 'table-found', weights: weightsIn(actual) }, ...events]
    : events

function decidedAll(state: State, events: readonly EventBody[], now: Now): Decided {
  return events.reduce<Decided>(
    (before, event, i) => {
      const next = decide(before.state, { ...event, id: id(`preview-${i}`) }, now)
      return { state: next.state, effects: [...before.effects, ...next.effects] }
    },
    { state, effects: [] },
  )
}

const isForCheck = (service: TableService | undefined, marks: MarkRange): boolean =>
  service !== undefined && isPathService(service, marks)

function changeOf(step: PlannedCommand, found: ReadonlyMap<string, TableService>): Omit<PlannedChange, 'done'> {
  const { command, virtual, change, reason, text } = step
  const service = serviceText(command.service)
  const destinations = found.get(service)?.destinations ?? []
  const touched = touchedBy(step, destinations)
  const base = { virtual, service, change, reason, text }
  if (touched === null) return { ...base, atStake: null, effect: '' }
  return { ...base, atStake: stakeOf(touched.of), effect: touched.effect }
}

/** The destinations that lose something, and what. Facts: ip_vs_core.c; spec ipvs-netlink "weight 0 or delete". */
function touchedBy(
  { command }: PlannedCommand,
  destinations: readonly TableDestination[],
): { readonly of: readonly TableDestination[]; readonly effect: string } | null {
  if (command.kind === 'delete-service') {
    return { of: destinations, effect: 'they end, since packets for it are no longer forwarded' }
  }
  if (!('destination' in command)) return null
  const end = endpointText(command.destination)
  const of = destinations.filter((one) => endpointText(one.id) === end)
  const before = of[0]
  if (before === undefined) return null
  if (command.kind === 'delete-destination')
    return { of, effect: 'they end, since their packets are no longer forwarded' }
  if (command.kind !== 'set-destination') return null
  if (command.settings.forward !== before.forward) {
    return { of, effect: 'they keep the old way of forwarding' }
  }
  if (command.settings.weight > 0 || before.weight === 0) return null
  return { of, effect: 'they go on; nobody new is sent there' }
}

const stakeOf = (destinations: readonly TableDestination[]): AtStake => ({
  active: destinations.reduce((count, one) => count + one.activeConnections, 0),
  inactive: destinations.reduce((count, one) => count + one.inactiveConnections, 0),
  templates: destinations.reduce((count, one) => count + one.persistentConnections, 0),
})

/** Nothing is said of a pool that stays as it is. */
function poolOf(
  wanted: WantedService,
  found: TableService | undefined,
  steps: readonly PlannedCommand[],
  before: State,
  after: State,
): PlannedPool[] {
  const index = after.model.virtuals.findIndex(({ name }) => name === wanted.name)
  const [virtual, pool] = [after.model.virtuals[index], after.pools[index]]
  if (virtual === undefined || pool === undefined) return []
  const service = serviceText(wanted.id)
  const now = new Map((found?.destinations ?? []).map((one) => [endpointText(one.id), one.weight as number]))
  const [weightNow, weightAfter] = [total(now), total(weightsAfter(now, service, steps))]
  const former = before.pools.find(({ name }) => name === wanted.name)
  const standing = { from: former?.standing ?? 'not configured', to: pool.standing }
  if (weightNow === weightAfter && standing.from === standing.to && found !== undefined) return []
  const percent = weightNow === 0 ? null : Math.round(((weightAfter - weightNow) / weightNow) * 1000) / 10
  return [{ virtual: wanted.name, service, weightNow, weightAfter, percent, standing, text: poolText(pool, virtual) }]
}

/** Virtual servers that leave the table, with all that they carry now. */
function goneOf(
  wanted: readonly WantedService[],
  found: ReadonlyMap<string, TableService>,
  steps: readonly PlannedCommand[],
  { model }: State,
): PlannedPool[] {
  const named = new Set(wanted.map(({ id: service }) => serviceText(service)))
  const gone = new Set(steps.map(({ command }) => serviceText(command.service)).filter((key) => !named.has(key)))
  return [...gone].map((service) => {
    const now = new Map((found.get(service)?.destinations ?? []).map((one) => [endpointText(one.id), one.weight]))
    const after = steps.some(
      ({ command }) => command.kind === 'delete-service' && serviceText(command.service) === service,
    )
      ? 0
      : total(weightsAfter(now, service, steps))
    const virtual = model.virtuals.find(({ services }) => services.some((one) => serviceText(one) === service))
    const from = virtual === undefined ? 'not ours' : 'configured'
    const text = 'the configuration does not name it'
    const weightNow = total(now)
    const percent = weightNow === 0 ? null : Math.round(((after - weightNow) / weightNow) * 1000) / 10
    const standing = { from, to: after === 0 ? 'gone' : 'not ours' }
    return { virtual: virtual?.name ?? service, service, weightNow, weightAfter: after, percent, standing, text }
  })
}

function weightsAfter(
  now: ReadonlyMap<string, number>,
  service: string,
  steps: readonly PlannedCommand[],
): ReadonlyMap<string, number> {
  const after = new Map(now)
  for (const { command } of steps) {
    if (!('destination' in command) || serviceText(command.service) !== service) continue
    const end = endpointText(command.destination)
    if (command.kind === 'delete-destination') after.delete(end)
    else after.set(end, command.settings.weight)
  }
  return after
}

const total = (weights: ReadonlyMap<string, number>): number => [...weights.values()].reduce((sum, one) => sum + one, 0)
