/** The services that a request is about. */
import type { Model, Service } from '../../model/model.ts'
import { groupName, serviceKey, serviceName } from '../../model/names.ts'
import type { ServiceState, State } from '../../model/state.ts'

export interface Named {
  readonly service: Service
  readonly state: ServiceState
}

/** `null`: there is no such service. */
export function serviceNamed(state: State, group = '', name = ''): Named | null {
  const index = state.model.serviceIndex.get(serviceKey(groupName(group), serviceName(name)))
  return index === undefined ? null : at(state, index)
}

/** All of them, in the order of mon.cf. */
export function* allServices(state: State): Generator<Named> {
  for (let index = 0; index < state.model.services.length; index++) {
    const named = at(state, index)
    if (named !== null) yield named
  }
}

/** A hostgroup without a service is no watch. */
export function isWatch({ model }: State, group: string): boolean {
  const known = watches.get(model) ?? new Set<string>(model.services.map((service) => service.group))
  watches.set(model, known)
  return known.has(group)
}

/** Every trap and every ack asks; a model never changes. */
const watches = new WeakMap<Model, ReadonlySet<string>>()

function at({ model, services }: State, index: number): Named | null {
  const service = model.services[index]
  const state = services[index]
  return service === undefined || state === undefined ? null : { service, state }
}
