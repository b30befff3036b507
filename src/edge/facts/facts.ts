/** All facts of this machine that a set of questions needs, each from its door. */
import { release } from 'node:os'
import { type Facts, unseen } from '../../model/facts.ts'
import { readArpFilter, readMarks } from './firewall.ts'
import { readExtraRules, readFouPorts, readLinks, readRoutes, readWays } from './ip.ts'
import { readIpvs } from './ipvs.ts'
import { readListeners } from './listeners.ts'
import { readModules } from './modules.ts'
import { readCapabilities } from './process.ts'
import { readSysctls } from './sysctls.ts'

export interface Questions {
  readonly modules: readonly string[]
  readonly addresses: readonly string[]
  /** Whether firewall rules are listed. */
  readonly marks: boolean
  readonly arpFilter: boolean
  /** Whether ports of UDP tunnels are listed. */
  readonly fouPorts: boolean
}

const unasked = unseen<never>('nobody asked for it')

export function readFacts({ modules, addresses, marks, arpFilter, fouPorts }: Questions): Facts {
  return {
    release: release(),
    uid: process.getuid?.() ?? -1,
    capabilities: readCapabilities(),
    sysctls: readSysctls(),
    links: readLinks(),
    routes: readRoutes(),
    extraRules: readExtraRules(),
    modules: readModules(modules, release()),
    ways: readWays(addresses),
    ipvs: readIpvs(),
    arpFilter: arpFilter ? readArpFilter() : unasked,
    fouPorts: fouPorts ? readFouPorts() : unasked,
    listeners: readListeners(),
    marks: marks ? readMarks() : unasked,
  }
}
