/** The services that a request is about. */
import type { Service } from '../../model/model.ts'
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
export const isWatch = ({ model }: State, group: string): boolean =>
  model.services.some((service) => service.group === group)

function at({ model, services }: State, index: number): Named | null {
  const service = model.services[index]
  const state = services[index]
  return service === undefined || state === undefined ? null : { service, state }
}
