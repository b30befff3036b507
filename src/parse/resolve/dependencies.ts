/**
 * The dependency lines of a service -> Dependencies. `depend` holds back what its dep_behavior says, and there wins over
 * the keyword of that sort. mon manual, "depend", "alertdepend", "monitordepend", "hostdepend", "dep_behavior".
 */
import { type Dependencies, type Dependency, noDependencies } from '../../model/dependency.ts'
import type { GroupName, ServiceKey } from '../../model/names.ts'
import { type Slice, spanOf } from '../mon/lines.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import type { DependencyGraph } from './cycles.ts'
import { type NamedService, NOTHING, readExpression, readServices, withoutSelf } from './depend.ts'
import type { DependBehavior } from './service-defaults.ts'

/** What a service may depend on: every service that is written, right or wrong, as `group/service`. */
export type WrittenServices = ReadonlyMap<string, unknown>

const WORDS = ['depend', 'alertdepend', 'monitordepend', 'hostdepend'] as const
export type DependWord = (typeof WORDS)[number]

export interface DependencyLines {
  readonly of: ServiceKey
  readonly group: GroupName
  /** The line that counts. */
  line(word: DependWord): Slice | undefined
  readonly behavior: DependBehavior
}

export function readDependencies(
  lines: DependencyLines,
  services: WrittenServices,
  graph: DependencyGraph,
  report: Report,
): Dependencies {
  if (WORDS.every((word) => lines.line(word) === undefined)) return noDependencies
  const read = new Map(WORDS.map((word) => [word, readLine(word, lines, services, report)]))
  const depend = read.get('depend') ?? null
  const chosen = (behavior: DependBehavior, word: DependWord) =>
    depend !== null && lines.behavior === behavior ? depend : (read.get(word) ?? null)
  const alerts = chosen('a', 'alertdepend')
  const monitor = chosen('m', 'monitordepend')
  const hosts = chosen('hm', 'hostdepend')
  if (alerts !== null) graph.add('alerts', lines.of, alerts)
  if (monitor !== null) graph.add('monitor', lines.of, monitor)
  const text = (word: DependWord) => withoutSelf(lines.line(word)?.text ?? '', lines.group)
  return {
    alerts: alerts === null ? null : { ...dependencyOf(alerts), alone: alerts !== depend },
    // mon starts a monitor whose dependency says nothing.
    monitor: monitor === null || monitor.text === '' ? null : dependencyOf(monitor),
    hosts: hosts === null || hosts.services.length === 0 ? null : { text: hosts.text, services: hosts.services },
    written: {
      depend: text('depend'),
      alertdepend: text('alertdepend'),
      monitordepend: text('monitordepend'),
      hostdepend: text('hostdepend'),
      services: depend?.services ?? [],
    },
  }
}

/** One line, understood. */
export interface DependLine extends Dependency {
  readonly services: readonly ServiceKey[]
  readonly value: Slice
}

const dependencyOf = ({ text, expression }: DependLine): Dependency => ({ text, expression })

function readLine(
  word: DependWord,
  { line, group, behavior }: DependencyLines,
  services: WrittenServices,
  report: Report,
): DependLine | null {
  const value = line(word)
  if (value === undefined) return null
  if (value.text === '') {
    report.error('depend-syntax', spanOf(value), `${word} says nothing`, `write ${word} group:service`)
    return { text: '', expression: NOTHING, services: [], value }
  }
  const isForHosts = word === 'hostdepend' || (word === 'depend' && behavior === 'hm')
  const read = isForHosts
    ? { expression: null, services: readServices(value, group, report) }
    : readExpression(value, group, report)
  for (const service of read.services) reportUnknown(service, services, report)
  return {
    text: withoutSelf(value.text, group),
    expression: read.expression ?? NOTHING,
    services: read.services.map(({ key }) => key),
    value,
  }
}

function reportUnknown({ key, word }: NamedService, services: WrittenServices, report: Report): void {
  if (services.has(key)) return
  const nearest = report.nearest(key, services.keys())
  const hint =
    nearest === null ? 'write watch and service for it, or remove it' : `did you mean ${nearest.replace('/', ':')}?`
  report.error('depend-unknown', spanOf(word), `there is no service ${quoted(key.replace('/', ':'))}`, hint)
}
