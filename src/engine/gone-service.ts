/** A service of which nothing is left but what was saved: enough to tell those who heard of its failure that it is gone. */
import { noDependencies } from '../model/dependency.ts'
import type { Service } from '../model/model.ts'
import { groupName, serviceName } from '../model/names.ts'
import type { ServiceState } from '../model/state.ts'
import { milliseconds, seconds } from '../model/units.ts'

export function unknownService({ key, hosts }: Pick<ServiceState, 'key' | 'hosts'>): Service {
  const slash = key.indexOf('/')
  return {
    key,
    group: groupName(key.slice(0, slash)),
    name: serviceName(key.slice(slash + 1)),
    hosts: hosts.map(({ host }) => host),
    description: '',
    timing: null,
    failureInterval: null,
    timeout: seconds(0),
    fall: 1,
    rise: 1,
    firstFall: null,
    retryInterval: null,
    retriesWhileDown: false,
    logFailures: false,
    warmup: null,
    onlyWith: null,
    monitor: null,
    monitorMissing: '',
    allowEmptyGroup: false,
    excludeHosts: [],
    excludePeriod: null,
    dependencies: noDependencies,
    depMemory: milliseconds(0),
    unackSummary: false,
    flap: null,
    redistribute: null,
    traptimeout: null,
    trapduration: null,
    environment: {},
    periods: [],
    mailBodies: null,
    place: { file: '', line: 0, column: 0 },
  }
}
