/**
 * Is this failure explained by another? A dependency is worked out anew each time it is asked for, from the statuses of
 * the services it names and, recursively, from their own dependencies of the same sort. mon manual, "DEPENDENCIES".
 */
import type { DependExpression } from '../model/dependency.ts'
import type { Model, Service } from '../model/model.ts'
import type { Host, ServiceKey } from '../model/names.ts'
import { FAIL, isSuccess } from '../model/opstatus.ts'
import type { ServiceState, State } from '../model/state.ts'
import { type Now, since } from '../model/units.ts'

/** What a dependency holds back. */
type DependencySort = 'alerts' | 'monitor'

/** `null`: it cannot be worked out, since the chain is longer than dep_recur_limit. */
type Satisfied = boolean | null

type World = Pick<State, 'model' | 'services'>

export function satisfied(world: World, expression: DependExpression, sort: DependencySort, now: Now): Satisfied {
  return truthOf({ world, sort, now, known: new Map() }, expression, 0)
}

interface Question {
  readonly world: World
  readonly sort: DependencySort
  readonly now: Now
  /** Services that were worked out already: what many depend on is looked at once. */
  readonly known: Map<ServiceKey, { readonly value: Satisfied; readonly depth: number }>
}

function truthOf(question: Question, expression: DependExpression, depth: number): Satisfied {
  if (depth > question.world.model.settings.depRecurLimit) return null
  // As in mon every service that is named is looked at, also where the first one decides.
  const values = new Map<ServiceKey, boolean>()
  for (const key of servicesIn(expression)) {
    const known = question.known.get(key)
    // What was worked out nearer to the end of a chain may not be reached from farther away.
    const value = known !== undefined && known.depth >= depth ? known.value : serviceValue(question, key, depth)
    question.known.set(key, { value, depth })
    if (value === null) return null
    values.set(key, value)
  }
  return booleanOf(expression, values)
}

/** Well itself, for longer than its dep_memory, and with a dependency of its own that is satisfied. */
function serviceValue(question: Question, key: ServiceKey, depth: number): Satisfied {
  const { world, sort, now } = question
  const found = find(world, key)
  if (found === null) return false
  const own = found.service.dependencies[sort]
  const explained = own === null ? true : truthOf(question, own.expression, depth + 1)
  if (explained === null) return null
  return explained && isSuccess(found.state.opstatus) && !remembered(found, world.model, now)
}

interface Found {
  readonly service: Service
  readonly state: ServiceState
}

function find({ model, services }: World, key: ServiceKey): Found | null {
  const index = model.serviceIndex.get(key)
  const [service, state] = index === undefined ? [] : [model.services[index], services[index]]
  return service === undefined || state === undefined ? null : { service, state }
}

/** It recovered less than its dep_memory ago. */
function remembered({ service, state }: Found, { settings }: Model, now: Now): boolean {
  if (settings.quirks.depMemoryIgnored || service.depMemory === 0 || state.failedAt === null) return false
  return since(state.failedAt, now) <= service.depMemory
}

function* servicesIn(expression: DependExpression): Generator<ServiceKey> {
  if (expression.kind === 'service') yield expression.service
  else if (expression.kind === 'not') yield* servicesIn(expression.of)
  else for (const part of expression.of) yield* servicesIn(part)
}

function booleanOf(expression: DependExpression, values: ReadonlyMap<ServiceKey, boolean>): boolean {
  switch (expression.kind) {
    case 'service':
      return values.get(expression.service) ?? false
    case 'not':
      return !booleanOf(expression.of, values)
    case 'and':
      return expression.of.every((part) => booleanOf(part, values))
    case 'or':
      return expression.of.some((part) => booleanOf(part, values))
  }
}

/**
 * Hosts that a failing service of the host dependency names on its summary line: they are left out of the run.
 * A dependency on a service that is not there leaves nothing out.
 */
export function explainedHosts(world: World, service: Service, hosts: readonly Host[], now: Now): ReadonlySet<Host> {
  const { hosts: dependency } = service.dependencies
  if (dependency === null) return new Set()
  const summaries: string[] = []
  for (const key of dependency.services) {
    const found = find(world, key)
    if (found === null) return new Set()
    if (found.state.opstatus === FAIL) summaries.push(found.state.summary)
    else if (remembered(found, world.model, now)) summaries.push(found.state.failedSummary)
  }
  if (world.model.settings.quirks.hostsMatchedWithinWords) {
    // mon looks for the letters anywhere, so that `web10` names `web1` as well.
    return new Set(hosts.filter((host) => summaries.some((summary) => summary.includes(host))))
  }
  const words = new Set(summaries.flatMap(wordsOf))
  return new Set(hosts.filter((host) => words.has(host.toLowerCase())))
}

/** As promised, a host is a whole word. */
const wordsOf = (summary: string): string[] =>
  summary
    .toLowerCase()
    .split(/[\s,;()]+/)
    .map((word) => word.replace(/[.:]+$/, ''))

/** The named services that fail now, for the sentence that says why. */
export function failingServices(world: World, expression: DependExpression): readonly ServiceKey[] {
  const keys = [...new Set(servicesIn(expression))]
  return keys.filter((key) => {
    const found = find(world, key)
    return found === null || !isSuccess(found.state.opstatus)
  })
}
