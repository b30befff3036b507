/** What messages must have in common to go as one (receiver's group_by). */
import type { AlertMessage } from '../../model/alert.ts'
import type { Model } from '../../model/model.ts'
import type { GroupBy } from '../../model/receiver.ts'
import { poolsFollowing } from '../pool/pools.ts'
import { GROUP_NAME } from './limits.ts'

/** The same text for messages of one group; also its name for people: `web`, `10.1.1.2`, `virtual shop`. */
export function groupOf(message: AlertMessage, by: GroupBy, receiver: string, model: Model): string {
  switch (by) {
    case 'receiver':
      return receiver
    case 'watch':
      return bounded([watchOf(message)])
    case 'host':
      return bounded(hostsOf(message))
    case 'virtual':
      return bounded(virtualsOf(message, model))
  }
}

/** Of news of a pool `virtual shop`: no watch has a blank in its name. */
export const watchOf = ({ key, service }: AlertMessage): string => key.slice(0, key.length - service.length - 1)

/** Those that fail; where none does, as in an upalert, all that the service has. */
function hostsOf(message: AlertMessage): readonly string[] {
  const { failing, hosts } = message
  const named = failing.length > 0 ? failing.map(({ host }) => host) : hosts
  return named.length === 0 ? [watchOf(message)] : named
}

/** A service that drives none goes with its watch. */
function virtualsOf(message: AlertMessage, model: Model): readonly string[] {
  const watch = watchOf(message)
  if (watch.startsWith('virtual ')) return [watch]
  const driven = poolsFollowing(model, message.key).flatMap((i) => {
    const virtual = model.virtuals[i]
    return virtual === undefined ? [] : [`virtual ${virtual.name}`]
  })
  return driven.length === 0 ? [watch] : driven
}

/** In whatever order they were named. Very many hosts are told apart by their first ones and their number. */
function bounded(names: readonly string[]): string {
  const text = [...new Set(names)].sort().join(', ')
  return text.length <= GROUP_NAME ? text : `${text.slice(0, GROUP_NAME)}… (${names.length})`
}
