/**
 * A Model -> the lines of a mon.cf that means it: globals, hostgroups, watches, virtual servers. Only what is not as it would
 * be without a word is written. What is switched off stands there as comments. Views, aliases, receivers, maintenance and
 * reports only a mon.cf can have, whose own text is kept.
 */
import type { HostGroup, Model, Place, Real, Service, Settings, Virtual } from '../../model/model.ts'
import type { Dormant, Loss } from '../../parse/director/part.ts'
import type { Written, WrittenLine } from '../written.ts'
import { lineOf, type Modules } from './calls.ts'
import { lossesOf } from './losses.ts'
import { serviceLines } from './service.ts'
import { settingLines } from './settings.ts'
import { virtualLines } from './virtual.ts'
import { nameText } from './words.ts'

export interface MonTextOptions {
  readonly modules: Modules
  /** The settings of an empty mon.cf that would stand in the same place. */
  readonly base: Settings
  /** What is written and switched off. */
  readonly dormant?: readonly Dormant[]
}

export function monText(model: Model, { modules, base, dormant = [] }: MonTextOptions): Written {
  const watches = watchesOf(model, dormant)
  const sleeping = new Map<string, Real[]>()
  for (const { kind, virtual } of dormant) {
    if (kind === 'real') sleeping.set(virtual.name, [...(sleeping.get(virtual.name) ?? []), ...virtual.reals])
  }
  const pools = [
    ...model.virtuals.map((virtual) => virtualLines(virtual, modules, sleeping.get(virtual.name))),
    ...dormant.flatMap(({ kind, virtual }) => (kind === 'real' ? [] : [asComments(virtualLines(virtual, modules))])),
  ]
  const blocks = [
    settingLines(model.settings, base),
    ...hostgroupBlocks(watches, realPlaces(model, dormant)),
    ...watches.map((watch) => watchLines(watch, modules)),
    ...pools,
  ]
  return { lines: apart(blocks), losses: lossesOf(model) satisfies readonly Loss[] }
}

interface Watch {
  readonly group: Pick<HostGroup, 'name' | 'hosts' | 'disabled' | 'place'>
  readonly services: readonly Service[]
  /** Checks of what is switched off. */
  readonly dormant: readonly Service[]
  /** Nobody but what is switched off has it. */
  readonly asleep: boolean
}

function watchesOf({ groups, services }: Model, dormant: readonly Dormant[]): readonly Watch[] {
  const found = new Map<string, { group: Watch['group']; services: Service[]; dormant: Service[]; asleep: boolean }>()
  for (const group of groups) found.set(group.name, { group, services: [], dormant: [], asleep: false })
  for (const service of services) found.get(service.group)?.services.push(service)
  const known = new Set<string>(services.map(({ key }) => key))
  for (const service of dormant.flatMap((one) => one.services)) {
    const { key, group: name, hosts, place } = service
    if (known.has(key)) continue
    known.add(key)
    const watch = found.get(name) ?? {
      group: { name, hosts, disabled: [], place },
      services: [],
      dormant: [],
      asleep: true,
    }
    watch.dormant.push(service)
    found.set(name, watch)
  }
  return [...found.values()]
}

/** A remark on a real server belongs to its line in the pool, not to the hostgroup that is made of it. */
function realPlaces({ virtuals }: Model, dormant: readonly Dormant[]): ReadonlySet<string> {
  const all: readonly Virtual[] = [...virtuals, ...dormant.map(({ virtual }) => virtual)]
  return new Set(all.flatMap(({ reals }) => reals.map(({ place }) => placeText(place))))
}

const placeText = ({ file, line, column }: Place): string => `${line}:${column}:${file}`

/** Hosts of one address stand together without empty lines between them. */
function hostgroupBlocks(watches: readonly Watch[], reals: ReadonlySet<string>): WrittenLine[][] {
  return [watches.map(({ group, asleep }) => hostgroupLine(group, asleep, reals))]
}

function hostgroupLine({ name, hosts, disabled, place }: Watch['group'], asleep: boolean, reals: ReadonlySet<string>) {
  const off = new Set<string>(disabled)
  const words = hosts.map((host) => (off.has(host) ? `*${host}` : host))
  const text = `hostgroup ${[nameText(name), ...words].join(' ')}`
  return lineOf(0, asleep ? `# ${text}` : text, reals.has(placeText(place)) ? null : place)
}

function watchLines({ group, services, dormant, asleep }: Watch, modules: Modules): WrittenLine[] {
  if (services.length + dormant.length === 0) return []
  const sleeping = dormant.flatMap((service) => serviceLines(service, modules))
  const head = lineOf(0, `watch ${nameText(group.name)}`)
  if (asleep) return asComments([head, ...sleeping])
  return [head, ...services.flatMap((service) => serviceLines(service, modules)), ...asComments(sleeping)]
}

const asComments = (lines: readonly WrittenLine[]): WrittenLine[] =>
  lines.map((line) => ({ ...line, text: `# ${line.text}` }))

/** With an empty line between any two. */
function apart(blocks: readonly (readonly WrittenLine[])[]): WrittenLine[] {
  const lines: WrittenLine[] = []
  for (const block of blocks) {
    if (block.length === 0) continue
    if (lines.length > 0) lines.push(lineOf(0, ''))
    for (const line of block) lines.push(line)
  }
  return lines
}
