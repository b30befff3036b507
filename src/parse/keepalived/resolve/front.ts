/**
 * `virtual_server ADDRESS PORT`, `fwmark N`, `group NAME` -> the services of the kernel's table that it stands for.
 * Each is of the family of its real servers; where all are reached by tunnels, of any. Source: keepalived.conf(5),
 * "virtual_server_group"; keepalived -t tried with groups of both families.
 */
import { virtualGroupName, virtualName } from '../../../model/keepalived-names.ts'
import { endpointText, type Family, type Protocol, type TableServiceId } from '../../../model/table.ts'
import { quoted } from '../../text/visible.ts'
import { familyOf, oneFamilyOf } from '../families.ts'
import type { GroupEntry, VirtualServer } from '../file.ts'
import { addressOf, numberOf } from '../groups.ts'
import { spanOf } from '../line.ts'
import type { Around } from './around.ts'

export interface Front {
  /** What people know it by. */
  readonly name: string
  /** What keepalived calls it, in mails and FIFO lines. */
  readonly keepalivedName: string
  /** At least one. */
  readonly services: readonly TableServiceId[]
  /** Of addresses; `null`: all real servers are reached by tunnels, which carry either. */
  readonly family: Family | null
  /** That of a virtual_server with an address; 0 where there is none, or several. */
  readonly port: number
}

export const protocolOf = ({ settings }: VirtualServer): Protocol =>
  settings.protocol === undefined ? 'udp' : PROTOCOLS[settings.protocol.value]

const PROTOCOLS = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' } as const

/** `null` after a mistake, which is then in the report. */
export function frontOf(server: VirtualServer, around: Around): Front | null {
  const { of } = server
  const protocol = protocolOf(server)
  switch (of.kind) {
    case 'address': {
      const { family, address } = of
      const port = of.port ?? 0
      const name = named(endpointText({ family, address, port }), protocol)
      const service: TableServiceId = { kind: 'address', family, protocol, address, port }
      return { name, keepalivedName: virtualName(service), services: [service], family, port }
    }
    case 'mark': {
      const family = oneFamilyOf(server)
      const name = `fwmark-${of.mark}${family === 6 ? '-inet6' : ''}`
      const service: TableServiceId = { kind: 'mark', family, mark: of.mark }
      return { name, keepalivedName: virtualName(service), services: [service], family: familyOf(server), port: 0 }
    }
    case 'group':
      return groupFront(server, around)
  }
}

const named = (text: string, protocol: Protocol) => (protocol === 'tcp' ? text : `${text}/${protocol}`)

function groupFront(server: VirtualServer, around: Around): Front | null {
  const { of } = server
  const name = of.kind === 'group' ? of.name : server.keyword
  const group = around.file.groups.find((one) => one.name.text === name.text)
  if (group === undefined) return null
  const family = familyOf(server)
  const fits = (entry: GroupEntry) => family === null || entry.family === null || entry.family === family
  const entries = group.entries.filter(fits)
  if (!room(entries, around)) return null
  const markFamily = family ?? markFamilyIn(group.entries)
  const services = entries.flatMap((entry) => servicesOf(entry, protocolOf(server), markFamily))
  if (entries.some((entry) => entry.kind === 'mark' && entry.family === null) && markFamily === null) {
    const message = `the group ${quoted(name.text)} has addresses of both families, and a fwmark that may be of either`
    around.report.error('group-family', spanOf(name), message, 'write fwmark N inet or fwmark N inet6 in the group')
    return null
  }
  if (services.length === 0) {
    // An empty group was told where it stands.
    if (group.entries.length > 0) reportNoneFits(server, family, around)
    return null
  }
  const v6 = services.every((service) => service.family === 6) ? '-inet6' : ''
  const both = isSplit(server, around) ? v6 : ''
  return {
    name: named(`[${name.text}]`, protocolOf(server)) + both,
    keepalivedName: virtualGroupName(name.text),
    services: once(services),
    family,
    port: 0,
  }
}

/** Another virtual_server of this protocol serves the group's other family. */
function isSplit(server: VirtualServer, { file }: Around): boolean {
  const same = (one: VirtualServer) =>
    one.of.kind === 'group' && server.of.kind === 'group' && one.of.name.text === server.of.name.text
  return file.virtualServers.some(
    (one) =>
      one !== server && same(one) && protocolOf(one) === protocolOf(server) && familyOf(one) !== familyOf(server),
  )
}

function reportNoneFits({ of, keyword }: VirtualServer, family: Family | null, { report }: Around): void {
  const at = of.kind === 'group' ? of.name : keyword
  const message = `no entry of the group ${quoted(at.text)} is of the family of these real servers, IPv${family ?? 4}`
  report.error('group-family', spanOf(at), message, 'write an entry of that family, or reach them by lvs_method TUN')
}

/** `null`: the addresses are of both families, so nobody can tell. */
function markFamilyIn(entries: readonly GroupEntry[]): Family | null {
  const families = new Set(
    entries.flatMap(({ kind, family }) => (kind === 'addresses' && family !== null ? [family] : [])),
  )
  const [only = 4] = families
  return families.size > 1 ? null : only
}

function servicesOf(entry: GroupEntry, protocol: Protocol, markFamily: Family | null): TableServiceId[] {
  if (entry.kind === 'mark') return [{ kind: 'mark', family: entry.family ?? markFamily ?? 4, mark: entry.mark }]
  const { family, count } = entry
  const port = entry.port ?? 0
  const first = count > 1 ? numberOf(entry.first) : 0n
  return Array.from({ length: count }, (_, i) => {
    const address = count === 1 ? entry.first : addressOf(family, first + BigInt(i))
    return { kind: 'address', family, protocol, address, port }
  })
}

/** Ranges of a group may overlap. */
function once(services: readonly TableServiceId[]): TableServiceId[] {
  const known = new Map(services.map((service) => [JSON.stringify(service), service]))
  return [...known.values()]
}

function room(entries: readonly GroupEntry[], { room, report }: Around): boolean {
  for (const entry of entries) {
    room.services -= entry.kind === 'addresses' ? entry.count : 1
    if (room.services >= 0) continue
    const message = 'the groups of this file stand for more services than upalert makes'
    report.error('too-many-services', spanOf(entry.at), message, 'write a fwmark for the range, and mark its packets')
    return false
  }
  return true
}
