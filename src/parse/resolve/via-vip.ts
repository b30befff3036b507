/**
 * `check web/http via vip`: the same question put to the virtual address with a firewall mark, so that it goes down the
 * clients' path to this one real server. For each such check there is a service of its own, with one host, and a path
 * that edge/path makes. It is quiet: what it finds is told by the pool.
 */
import type { CheckPath, HostGroup, Place, RealCheck, Service } from '../../model/model.ts'
import type { OptionSchema } from '../../model/module.ts'
import { groupName, type Host, type ServiceKey, serviceKey, serviceName } from '../../model/names.ts'
import {
  endpointText,
  type Forward,
  type TableDestinationId,
  type TableServiceId,
  type TableTunnel,
} from '../../model/table.ts'
import { MOST_PATHS } from '../defaults.ts'
import { type Slice, spanOf } from '../mon/lines.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import type { Front } from './front.ts'
import type { NamedShape } from './surroundings.ts'

/** A real server, as far as a path leads to it. */
export interface Destination {
  readonly front: Front
  readonly id: TableDestinationId
  readonly portFollows: boolean
  readonly forward: Forward
  readonly tunnel: TableTunnel | undefined
  readonly host: Host
  readonly place: Place
}

type Address = Extract<TableServiceId, { kind: 'address' }>

interface Words {
  readonly check: Slice
  readonly via: Slice
}

export class ViaVip {
  readonly services: Service[] = []
  readonly paths: CheckPath[] = []
  /** By the key of the check that was made, the service that it asks for. */
  readonly #asked = new Map<ServiceKey, ServiceKey>()
  readonly #groups = new Map<string, HostGroup>()
  /** Those of the file, of which one may be called after an endpoint. */
  readonly #written: ReadonlyMap<string, HostGroup>
  readonly #known: ReadonlyMap<ServiceKey, Service>
  readonly #monitors: ReadonlyMap<string, NamedShape>
  /** By what they lead to: several virtual servers may share a way to a real server. */
  readonly #marks = new Map<string, number>()
  readonly #firstMark: number

  constructor(
    known: readonly Service[],
    written: ReadonlyMap<string, HostGroup>,
    monitors: ReadonlyMap<string, NamedShape>,
    firstMark: number,
  ) {
    this.#written = written
    this.#known = new Map(known.map((service) => [service.key, service]))
    this.#monitors = monitors
    this.#firstMark = firstMark
  }

  get groups(): readonly HostGroup[] {
    return [...this.#groups.values()]
  }

  /** The checks that take the place of one: one for each TCP address of the virtual server. */
  lead(key: ServiceKey, destination: Destination, words: Words, report: Report): RealCheck[] {
    const service = this.#known.get(key)
    // One that is not there, or whose monitor is not, had a mistake, which is told already.
    if (service === undefined || service.monitorMissing !== '') return []
    const schema = this.#schemaOf(service, words, report)
    if (schema === null) return []
    const addresses = destination.front.services.filter(isTcp)
    if (addresses.length === 0) {
      const message = 'a check goes down the path of TCP clients only, and this virtual server has no TCP address'
      return complain(words.via, message, 'write via HOST, or leave it out', report)
    }
    return addresses.flatMap((address) => this.#path(service, schema, address, destination, words, report))
  }

  #schemaOf({ key, monitor }: Service, { check, via }: Words, report: Report): OptionSchema | null {
    const schema = monitor === null ? undefined : this.#monitors.get(monitor.module)?.schema
    if (NEEDED.every((option) => schema?.properties[option] !== undefined)) return schema ?? null
    const message =
      monitor === null
        ? `${quoted(key)} has no monitor that could go down the path of clients`
        : `${quoted(check.text)} has the monitor ${monitor.module}, which cannot be sent down the path of clients`
    complain(via, message, `monitors that can: ${this.#able().join(', ')}`, report)
    return null
  }

  #able(): string[] {
    const able = [...this.#monitors.values()].filter(({ schema }) =>
      NEEDED.every((option) => schema.properties[option] !== undefined),
    )
    return able.length === 0 ? ['none'] : able.map(({ name }) => name)
  }

  #path(
    service: Service,
    schema: OptionSchema,
    address: Address,
    destination: Destination,
    { via }: Words,
    report: Report,
  ): RealCheck[] {
    const { id, portFollows, forward, tunnel, host } = destination
    const real = portFollows ? { ...id, port: address.port } : id
    const name = serviceName(`${service.name}-via-${endpointText(address)}`)
    const group = this.#groupOf(destination)
    if (group === null) {
      const message = `hostgroup ${quoted(endpointText(id))} has other hosts than this real server, whose checks via vip would be in it`
      return complain(via, message, 'give that hostgroup another name', report)
    }
    const key = serviceKey(group.name, name)
    const check = { service: key, host }
    const asked = this.#asked.get(key)
    if (asked === service.key) return [check]
    if (asked !== undefined) {
      const message = `${quoted(asked)} and ${quoted(service.key)} have the same name, and so would their checks via vip`
      return complain(via, message, 'give one of the two services another name', report)
    }
    if (this.paths.length >= MOST_PATHS) {
      const message = `there are more than ${MOST_PATHS} checks via vip`
      return complain(via, message, 'check these real servers directly', report)
    }
    const path = { service: address, real, forward, ...(tunnel === undefined ? {} : { tunnel }) }
    const mark = this.#markOf(path)
    this.#asked.set(key, service.key)
    this.paths.push({ mark, ...path })
    this.services.push(
      quietly(service, { key, group, name, host, options: pathOptions(service, schema, address, mark) }),
    )
    return [check]
  }

  /** `null`: one of that name stands for somebody else. */
  #groupOf({ id, host, place }: Destination): HostGroup | null {
    const text = endpointText(id)
    const written = this.#written.get(text)
    if (written !== undefined) return written.hosts.length === 1 && written.hosts[0] === host ? written : null
    const group = this.#groups.get(text) ?? { name: groupName(text), hosts: [host], disabled: [], place }
    this.#groups.set(text, group)
    return group
  }

  #markOf({ service, real, forward, tunnel }: Omit<CheckPath, 'mark'>): number {
    const wrapped = tunnel === undefined ? '' : `${tunnel.type} ${tunnel.port} ${tunnel.checksum}`
    const end = [service.family, forward, endpointText(real), wrapped].join(' ')
    const mark = this.#marks.get(end) ?? this.#firstMark + this.#marks.size
    this.#marks.set(end, mark)
    return mark
  }
}

const isTcp = (id: TableServiceId): id is Address => id.kind === 'address' && id.protocol === 'tcp'

/** Without these a monitor can be sent nowhere but to its hosts. */
const NEEDED = ['connectIp', 'mark', 'port'] as const

/** The service's own options, but for where it connects to. Port 0 is every port, and leaves the monitor its own. */
function pathOptions({ monitor }: Service, { properties }: OptionSchema, { address, port }: Address, mark: number) {
  const asText = properties.port?.type === 'string'
  const portOption = port === 0 ? {} : { port: asText ? String(port) : port }
  return { ...(monitor?.options as object), ...portOption, connectIp: address, mark }
}

interface Own {
  readonly key: ServiceKey
  readonly group: HostGroup
  readonly name: Service['name']
  readonly host: Host
  readonly options: unknown
}

function quietly(service: Service, { key, group, name, host, options }: Own): Service {
  return {
    ...service,
    key,
    group: group.name,
    name,
    hosts: [host],
    description: `${service.key} down the path of clients`,
    monitor: service.monitor === null ? null : { ...service.monitor, options },
    allowEmptyGroup: false,
    excludeHosts: [],
    redistribute: null,
    traptimeout: null,
    trapduration: null,
    periods: [],
  }
}

function complain(via: Slice, message: string, hint: string, report: Report): [] {
  report.error('via-vip', spanOf(via), message, hint)
  return []
}
