/**
 * The checks of all real servers, each kept once: two virtual servers that ask the same of a server share one run of it.
 * A real server is a hostgroup of its own, named after its endpoint, and its checks are the services of that group.
 */
import type { HostGroup, Place, RealCheck, Service } from '../../../model/model.ts'
import { groupName, type Host, host, serviceKey, serviceName } from '../../../model/names.ts'
import { endpointText, type TableDestinationId } from '../../../model/table.ts'

/** A check without the names that it gets here. */
export type Check = Omit<Service, 'key' | 'group' | 'name' | 'hosts' | 'place'>

interface Server {
  readonly id: TableDestinationId
  readonly place: Place
}

export class Services {
  readonly groups = new Map<string, HostGroup>()
  readonly list: Service[] = []
  /** By group and all that makes one check differ from another. */
  readonly #known = new Map<string, Service>()
  /** Checks of a kind in a group. */
  readonly #counts = new Map<string, number>()

  /** `kind`: the checker's keyword, which names the service; further ones of a kind are told apart by a number. */
  take(server: Server, kind: string, check: Check, place: Place): RealCheck {
    const group = this.#group(server)
    const target = group.hosts[0] ?? host(server.id.address)
    const identity = `${group.name} ${kind} ${identityOf(check)}`
    const known = this.#known.get(identity)
    if (known !== undefined) return { service: known.key, host: target }
    const service = this.#new(group, target, kind, check, place)
    this.#known.set(identity, service)
    this.list.push(service)
    return { service: service.key, host: target }
  }

  #group({ id, place }: Server): HostGroup {
    const name = groupName(endpointText(id))
    const known = this.groups.get(name)
    if (known !== undefined) return known
    const group: HostGroup = { name, hosts: [host(id.address)], disabled: [], place }
    this.groups.set(name, group)
    return group
  }

  #new(group: HostGroup, target: Host, kind: string, check: Check, place: Place): Service {
    const count = (this.#counts.get(`${group.name} ${kind}`) ?? 0) + 1
    this.#counts.set(`${group.name} ${kind}`, count)
    const name = serviceName(count === 1 ? kind : `${kind}.${count}`)
    return { ...check, key: serviceKey(group.name, name), group: group.name, name, hosts: [target], place }
  }
}

/** All that a checker's words can make different; where they stand does not make it another check. */
function identityOf({ timing, timeout, warmup, onlyWith, monitor, ...check }: Check): string {
  const { fall, rise, firstFall, retryInterval, retriesWhileDown } = check
  const rules = [fall, rise, firstFall, retryInterval, retriesWhileDown]
  return JSON.stringify([timing, timeout, warmup, onlyWith, rules, monitor?.module, monitor?.options])
}
