/** All scenarios, in acts, each of which is played in a guest of its own: one guest's processor is too slow for all. */
import { CHECKERS } from './checkers.ts'
import { FORMS } from './forms.ts'
import { LDIRECTORD_CHECKS, LDIRECTORD_POOLS, LDIRECTORD_SERVERS } from './ldirectord.ts'
import type { PeerName } from './peers.ts'
import { POOLS } from './pools.ts'
import { DRIFT, RELOADS, WEIGHT_CHANGE } from './reloads.ts'
import type { Scenario } from './scenario.ts'

/** By the place in its act a scenario has its port. WEIGHT_CHANGE is in both: it shows that a reload is over. */
export const ACTS = {
  pools: [...POOLS, ...FORMS, ...DRIFT, WEIGHT_CHANGE],
  checks: [...CHECKERS, ...RELOADS, WEIGHT_CHANGE],
  'ldirectord-pools': LDIRECTORD_POOLS,
  'ldirectord-servers': LDIRECTORD_SERVERS,
  'ldirectord-checks': LDIRECTORD_CHECKS,
} satisfies Record<string, readonly Scenario[]>

export type Act = keyof typeof ACTS

const isAct = (name: string | undefined): name is Act => name !== undefined && Object.hasOwn(ACTS, name)

export const actNamed = (name: string | undefined): readonly Scenario[] => ACTS[isAct(name) ? name : 'pools']

/** Whose configuration the act's scenarios are written in. */
export const peerOf = (name: string | undefined): PeerName =>
  name?.startsWith('ldirectord') === true ? 'ldirectord' : 'keepalived'
