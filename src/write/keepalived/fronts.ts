/**
 * The services that a pool stands behind -> `virtual_server ADDRESS PORT`, `fwmark N`, or a virtual_server_group. A
 * virtual_server has one protocol, so a pool of several becomes several. Source: keepalived.conf(5).
 */
import { virtualGroupName, virtualName } from '../../model/keepalived-names.ts'
import type { Virtual } from '../../model/model.ts'
import { endpointText, type Family, type Protocol, serviceText, type TableServiceId } from '../../model/table.ts'
import { numberOf } from '../../parse/keepalived/groups.ts'
import type { Losses } from './losses.ts'
import { nameOf } from './names.ts'

/** One virtual_server block. */
export interface WrittenFront {
  readonly kind: 'address' | 'mark' | 'group'
  /** Behind the keyword: `192.0.2.10 80`, `fwmark 7`, `group WEB`. */
  readonly head: string
  readonly services: readonly TableServiceId[]
  /** `null`: a firewall mark has none. */
  readonly protocol: Protocol | null
  /** Whether a family must be named, since neither addresses nor real servers say it. */
  readonly family: Family | null
  /** What a real server without a port has as its own. */
  readonly port: number
}

export interface Group {
  readonly name: string
  readonly entries: TableServiceId[]
}

/** Those that are read of a group: all entries of a family, or of both. */
interface Use {
  readonly family: Family | null
  readonly wanted: string
  /** Two virtual servers of one group differ in their protocols, or in the families of their first real servers. */
  readonly by: string
}

export class Fronts {
  readonly groups: Group[] = []
  readonly #byWish = new Map<string, Group[]>()
  readonly #uses = new Map<Group, Use[]>()
  readonly #names = new Set<string>()
  readonly #losses: Losses

  constructor(losses: Losses) {
    this.#losses = losses
  }

  of(virtual: Virtual): readonly WrittenFront[] {
    const parts = partsOf(virtual)
    if (parts.length > 1) {
      const why = `a virtual_server of keepalived has one protocol: it becomes ${parts.length}, each of which counts its quorum alone`
      this.#losses.add(virtual.place, `virtual ${virtual.name}`, why)
    }
    return parts.map((services) => this.#front(virtual, services, parts.length > 1))
  }

  #front(virtual: Virtual, services: readonly TableServiceId[], isPart: boolean): WrittenFront {
    const wish = groupWish(virtual)
    const [first] = services
    if (services.length === 1 && wish === null && first !== undefined) {
      this.#loseName(virtual, simpleName(first), virtualName(first), isPart)
      return single(first, virtual)
    }
    const protocol = protocolOf(services, virtual)
    const by = `${protocol} ${virtual.reals[0]?.id.family}`
    const group = this.#group(wish ?? virtual.name, services, { family: readFamily(virtual, services), by })
    const suffix = protocol === 'tcp' ? '' : `/${protocol}`
    const names = [`[${group.name}]${suffix}`, `[${group.name}]${suffix}-inet6`]
    const name = names.find((one) => one === virtual.name) ?? names[0] ?? ''
    this.#loseName(virtual, name, virtualGroupName(group.name), isPart)
    return {
      kind: 'group',
      head: `group ${group.name}`,
      services,
      protocol,
      family: familyToName(virtual, services),
      port: 0,
    }
  }

  #loseName({ name, keepalivedName, place }: Virtual, written: string, inMails: string, isPart: boolean): void {
    if (isPart || (name === written && (keepalivedName === null || keepalivedName === inMails))) return
    const why =
      'keepalived has no names for virtual servers, and mails call it by its address: its name stands in a comment'
    this.#losses.add(place, `virtual ${name}`, why)
  }

  /** The group of that name, if everybody who uses it still reads what it should; otherwise a new one. */
  #group(wish: string, services: readonly TableServiceId[], { family, by }: Omit<Use, 'wanted'>): Group {
    const known = this.#byWish.get(wish) ?? []
    const entries = services.map(withoutProtocol)
    const use = { family, by, wanted: textOf(entries) }
    for (const group of known) {
      const families = new Set(group.entries.map((one) => one.family))
      const joined = [...group.entries, ...entries.filter((one) => !families.has(one.family))]
      const before = this.#uses.get(group) ?? []
      const uses = [...before, use]
      if (
        before.some((one) => one.by === by) ||
        !uses.every((one) => textOf(readOf(joined, one.family)) === one.wanted)
      )
        continue
      group.entries.splice(0, group.entries.length, ...joined)
      this.#uses.set(group, uses)
      return group
    }
    const group = { name: nameOf(wish, 'group', this.#names), entries }
    this.groups.push(group)
    this.#byWish.set(wish, [...known, group])
    this.#uses.set(group, [use])
    return group
  }
}

const simpleName = (id: TableServiceId): string => {
  if (id.kind === 'mark') return `fwmark-${id.mark}${id.family === 6 ? '-inet6' : ''}`
  return id.protocol === 'tcp' ? endpointText(id) : `${endpointText(id)}/${id.protocol}`
}

/** The name of the group that a keepalived.conf had; `null`: it had none. */
function groupWish({ keepalivedName }: Virtual): string | null {
  return /^\[(.*)\]:0$/.exec(keepalivedName ?? '')?.[1] ?? null
}

/** By protocol; marks have none, and stand with the first. */
function partsOf({ services }: Virtual): TableServiceId[][] {
  const parts = new Map<Protocol, TableServiceId[]>()
  const first = services.find((id) => id.kind === 'address')
  const standard = first?.kind === 'address' ? first.protocol : 'tcp'
  for (const id of services) {
    const protocol = id.kind === 'address' ? id.protocol : standard
    const part = parts.get(protocol) ?? []
    part.push(id)
    parts.set(protocol, part)
  }
  return [...parts.values()]
}

function single(id: TableServiceId, virtual: Virtual): WrittenFront {
  if (id.kind === 'mark') {
    const family = markFamily(id, virtual)
    return { kind: 'mark', head: `fwmark ${id.mark}`, services: [id], protocol: null, family, port: 0 }
  }
  const head = id.port === 0 ? id.address : `${id.address} ${id.port}`
  return { kind: 'address', head, services: [id], protocol: id.protocol, family: null, port: id.port }
}

/** ip_family is written unless every reader takes it from the first real server: behind tunnels there may be another. */
function markFamily(id: TableServiceId, virtual: Virtual): Family | null {
  const first = virtual.reals[0]?.id.family ?? 4
  return first === id.family && (decidingFamily(virtual) ?? first) === id.family ? null : id.family
}

const decidingFamily = ({ reals }: Virtual): Family | null =>
  reals.find(({ forward }) => forward !== 'tunnel')?.id.family ?? null

/** Of which family entries are read where nothing is said of it. */
function readFamily(virtual: Virtual, services: readonly TableServiceId[]): Family | null {
  return decidingFamily(virtual) ?? familyToName(virtual, services)
}

/** All real servers are behind tunnels, and the services are all of one family. */
function familyToName(virtual: Virtual, services: readonly TableServiceId[]): Family | null {
  const families = new Set(services.map(({ family }) => family))
  const [only = null] = families
  return decidingFamily(virtual) === null && families.size === 1 ? only : null
}

function protocolOf(services: readonly TableServiceId[], { name }: Virtual): Protocol {
  for (const id of services) if (id.kind === 'address') return id.protocol
  const suffix = /\/(udp|sctp)(?:-inet6)?$/.exec(name)?.[1]
  return suffix === 'udp' || suffix === 'sctp' ? suffix : 'tcp'
}

const withoutProtocol = (id: TableServiceId): TableServiceId => (id.kind === 'mark' ? id : { ...id, protocol: 'tcp' })

const readOf = (entries: readonly TableServiceId[], family: Family | null) =>
  entries.filter((one) => family === null || one.family === family)

const textOf = (entries: readonly TableServiceId[]): string => entries.map(serviceText).join(' ')

/** The lines of a virtual_server_group; neighbours stand in one: `192.0.2.20-22 443`. */
export function groupLines({ entries }: Group): string[] {
  const mixed = new Set(entries.map(({ family }) => family)).size > 1
  const lines: string[] = []
  for (let i = 0; i < entries.length; ) {
    const entry = entries[i]
    if (entry === undefined) break
    if (entry.kind === 'mark') {
      const family = entry.family === 6 ? ' inet6' : mixed ? ' inet' : ''
      lines.push(`fwmark ${entry.mark}${family}`)
      i += 1
      continue
    }
    let count = 1
    while (follows(entry, entries[i + count], count)) count += 1
    const last = entries[i + count - 1]
    const end = count > 1 && last?.kind === 'address' ? `-${lastPart(last.address)}` : ''
    lines.push(`${entry.address}${end}${entry.port === 0 ? '' : ` ${entry.port}`}`)
    i += count
  }
  return lines
}

type Address = Extract<TableServiceId, { kind: 'address' }>

const PART = /[0-9a-f]+$/i
const lastPart = (address: string): string => PART.exec(address)?.[0] ?? ''

/** `next` is the address `count` behind `first`, and they differ in their last part alone. */
function follows(first: Address, next: TableServiceId | undefined, count: number): boolean {
  if (next?.kind !== 'address' || next.family !== first.family || next.port !== first.port) return false
  const mixes = first.family === 6 && first.address.includes('.')
  if (mixes || lastPart(first.address) === '' || first.address.replace(PART, '') !== next.address.replace(PART, ''))
    return false
  return numberOf(next.address) === numberOf(first.address) + BigInt(count)
}
