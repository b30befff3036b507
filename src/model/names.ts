/** Strings that do not mix: a group's name cannot be handed over where a host is wanted. */
export type Name<Kind extends string> = string & { readonly kind: Kind }

export type GroupName = Name<'GroupName'>
export type ServiceName = Name<'ServiceName'>
/** A host as the operator wrote it: an address or a name to be looked up. */
export type Host = Name<'Host'>
/** `group/service`, the name of a service everywhere outside mon.cf. */
export type ServiceKey = Name<'ServiceKey'>
/** Names one event, record or delivery; sorts by time within one run of the daemon. */
export type Id = Name<'Id'>

export const groupName = (text: string): GroupName => text as GroupName
export const serviceName = (text: string): ServiceName => text as ServiceName
export const host = (text: string): Host => text as Host
export const id = (text: string): Id => text as Id
export const serviceKey = (group: GroupName, service: ServiceName): ServiceKey => `${group}/${service}` as ServiceKey
