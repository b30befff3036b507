/**
 * What a Model means, apart from where it was written and in which words: two configurations that do the same have equal
 * meanings (`deepEqual`), whatever formats they are in.
 */
import type { AlertCall, Call, Model, RealCheck, Service, Virtual } from '../model/model.ts'
import type { ServiceKey } from '../model/names.ts'

export interface MeaningOptions {
  /**
   * `false`: the names of hostgroups, services and virtual servers are replaced by what they stand for, since another
   * format names them in its own way.
   */
  readonly named?: boolean
}

export function meaningOf(model: Model, { named = true }: MeaningOptions = {}): unknown {
  const { settings, groups, services, virtuals, views, aliases, paths, receivers, windows, reports } = model
  const { keepalived: _, ...rest } = settings
  const others = bare({ settings: rest, views, aliases, paths, receivers: [...receivers], windows, reports })
  if (named) {
    return {
      ...others,
      groups: sorted(groups, ({ name }) => name).map(bare),
      services: sorted(services, ({ key }) => key).map(bare),
      virtuals: virtuals.map((one) => bare(withoutIdle(one))),
    }
  }
  const questions = new Map(services.map((service) => [service.key, questionOf(service)]))
  return { ...others, services: distinct(questions.values()), virtuals: virtuals.map((one) => unnamed(one, questions)) }
}

/** A service without its names: whom it asks what, and what becomes of the answers. */
function questionOf({ key: _key, group: _group, name: _name, ...service }: Service): unknown {
  return bare(service)
}

/** Where no server is a backup, none joins below any number. */
function withoutIdle<T extends Pick<Virtual, 'reals' | 'backupBelow' | 'quorum'>>(virtual: T): T {
  return virtual.reals.some(({ role }) => role === 'backup') ? virtual : { ...virtual, backupBelow: virtual.quorum }
}

function unnamed(virtual: Virtual, questions: ReadonlyMap<ServiceKey, unknown>): unknown {
  const { name: _, keepalivedName: __, quorumCounts, reals, ...others } = virtual
  const rest = countsAlike(virtual) ? others : { ...others, quorumCounts }
  const asked = ({ service, ...check }: RealCheck) => ({ ...check, question: questions.get(service) ?? null })
  return {
    ...bare(withoutIdle({ ...rest, reals })),
    reals: reals.map((real) => ({ ...bare(real), checks: real.checks.map(asked) })),
  }
}

/** To count servers or their weights is the same where each weighs something, and one is enough. */
export const countsAlike = ({ quorumCounts, quorum, backupBelow, reals }: Virtual): boolean =>
  quorumCounts === undefined || (quorum <= 1 && backupBelow <= 1 && reals.every(({ weight }) => weight > 0))

/** Two services of different names that ask the same are one question. */
function distinct(questions: Iterable<unknown>): unknown[] {
  const known = new Map<string, unknown>()
  for (const question of questions) known.set(JSON.stringify(question), question)
  return sorted([...known], ([text]) => text).map(([, question]) => question)
}

type Fields = Readonly<Record<string, unknown>>

/** Without places and without texts for people, all the way down; what modules are given stays as it is. */
function bare(value: object): Fields {
  if (isCall(value)) return bareCall(value)
  const fields = Object.entries(value).filter(([name, one]) => name !== 'place' && one !== undefined)
  return Object.fromEntries(sorted(fields, ([name]) => name).map(([name, one]) => [name, bareValue(one)]))
}

function bareValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bareValue)
  // Sums of times to the microsecond, which is as exact as any format is.
  if (typeof value === 'number' && !Number.isInteger(value)) return Math.round(value * 1000) / 1000
  if (value instanceof Map) return [...value].map(bareValue)
  return typeof value === 'object' && value !== null ? bare(value) : value
}

const isCall = (value: object): value is Call | AlertCall => 'module' in value && 'options' in value && 'text' in value

/** An alert is handed no hosts; what it is called, and whether it sums up, its module and its options say. */
function bareCall(call: Call | AlertCall): Fields {
  const { module, withHosts } = call
  const options = ordered(call.options)
  if (!('exit' in call)) return { module, options, withHosts }
  const { exit, receiver, missing } = call
  return {
    module,
    options,
    exit: exit === null ? null : { ...exit },
    ...(receiver === undefined ? {} : { receiver }),
    ...(missing === undefined ? {} : { missing }),
  }
}

/** With the names of its fields in order, so that equal ones have one text. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    sorted(Object.entries(value), ([name]) => name).map(([name, one]) => [name, ordered(one)] as const),
  )
}

const sorted = <T>(list: readonly T[], by: (one: T) => string): T[] =>
  [...list].sort((a, b) => (by(a) < by(b) ? -1 : by(a) > by(b) ? 1 : 0))
