/**
 * The checks of all real servers, each kept once: two virtual servers that ask the same of a server share one run of it.
 * A real server is a hostgroup of its own, named after its endpoint, and its checks are the services of that group.
 */
import type { HostGroup, Place, RealCheck, Service } from '../../model/model.ts'
import { groupName, type Host, host, type ServiceName, serviceKey, serviceName } from '../../model/names.ts'
import { endpointText, type TableDestinationId } from '../../model/table.ts'
import { shortName } from './short-name.ts'

/** A check without the names that it gets here. */
export type Check = Omit<Service, 'key' | 'group' | 'name' | 'hosts' | 'place'>

/** A check, and what it is called after. */
export interface NamedCheck {
  /** What it is called after: the checker's keyword, `http`, `connect`. */
  readonly kind: string
  /** What it asks, apart from when and of whom; empty: nothing of its own. */
  readonly question: string
  readonly check: Check
}

interface Server {
  readonly id: TableDestinationId
  readonly place: Place
}

export class Services {
  readonly groups = new Map<string, HostGroup>()
  readonly list: Service[] = []
  /** By group and all that makes one check differ from another. */
  readonly #known = new Map<string, Service>()
  readonly #taken = new Set<string>()

  /** What was found after this call: of a file that shares the checks of those before it, its own. */
  mark(): () => { readonly groups: readonly HostGroup[]; readonly services: readonly Service[] } {
    const [groups, services] = [this.groups.size, this.list.length]
    return () => ({ groups: [...this.groups.values()].slice(groups), services: this.list.slice(services) })
  }

  take(server: Server, named: NamedCheck, place: Place): RealCheck {
    const { kind, check } = named
    const group = this.#group(server)
    const target = group.hosts[0] ?? host(server.id.address)
    const identity = `${group.name} ${kind} ${identityOf(check)}`
    const known = this.#known.get(identity)
    if (known !== undefined) {
      if (check.logFailures && !known.logFailures) this.#logAll(identity, known)
      return { service: known.key, host: target }
    }
    const service = this.#new(group, target, named, place)
    this.#known.set(identity, service)
    this.list.push(service)
    return { service: service.key, host: target }
  }

  /** One of those who share it wants every failure in the log. */
  #logAll(identity: string, known: Service): void {
    const louder = { ...known, logFailures: true }
    this.#known.set(identity, louder)
    this.list[this.list.indexOf(known)] = louder
  }

  #group({ id, place }: Server): HostGroup {
    const name = groupName(endpointText(id))
    const known = this.groups.get(name)
    if (known !== undefined) return known
    const group: HostGroup = { name, hosts: [host(id.address)], disabled: [], place }
    this.groups.set(name, group)
    return group
  }

  #new(group: HostGroup, target: Host, named: NamedCheck, place: Place): Service {
    const { check } = named
    const name = this.#nameIn(group, named)
    return { ...check, key: serviceKey(group.name, name), group: group.name, name, hosts: [target], place }
  }

  /** By what it asks, never by its place. What asks the same at other times or by other rules is told apart by these. */
  #nameIn({ name: group }: HostGroup, { kind, question, check }: NamedCheck): ServiceName {
    const first = question === '' ? kind : `${kind}.${shortName(question)}`
    const second = `${first}.${shortName(mannerOf(check))}`
    let name = [first, second].find((one) => !this.#taken.has(`${group} ${one}`))
    for (let i = 2; name === undefined; i += 1) if (!this.#taken.has(`${group} ${second}.${i}`)) name = `${second}.${i}`
    this.#taken.add(`${group} ${name}`)
    return serviceName(name)
  }
}

/** All that a checker's words can make different; where they stand does not make it another check. */
const identityOf = (check: Check): string =>
  JSON.stringify([mannerOf(check), check.monitor?.module, check.monitor?.options])

/** When it is asked, and what the answers do. */
function mannerOf({ timing, timeout, warmup, onlyWith, ...check }: Check): string {
  const { fall, rise, firstFall, retryInterval, retriesWhileDown } = check
  const rules = [fall, rise, firstFall, retryInterval, retriesWhileDown]
  return JSON.stringify([timing, timeout, warmup, onlyWith, rules])
}
