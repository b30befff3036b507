/**
 * Who hears of a pool, and who is remembered to have heard: whatever was announced as down is announced as resolved, also
 * where a reload names others meanwhile. Scripts and pipes are no people: they follow the pool by the configuration of the
 * moment, as keepalived has it, and in maintenance as well.
 */
import type { AlertCall, Notices } from '../../model/model.ts'
import type { PoolHeard } from '../../model/state.ts'
import { united } from '../announce.ts'

export interface Audience {
  readonly calls: readonly AlertCall[]
  /** What is known to people when they have been called. */
  readonly heard: PoolHeard
}

export const UNHEARD: PoolHeard = { owed: [], hushed: null }

/** `window`: the time of maintenance that is in force; `null`: there is none. */
export function audienceOf(
  direction: 'up' | 'down',
  { up, down }: Notices,
  { owed, hushed }: PoolHeard,
  window: string | null,
): Audience {
  if (direction === 'down') {
    const calls = window === null ? down : down.filter(acts)
    const ends = window === null ? up : up.filter(acts)
    return { calls, heard: { owed: united(owed, owedBy(calls, ends)), hushed: owed.length > 0 ? null : window } }
  }
  // Who did not hear of the failure is not told that it is over: nobody in maintenance did, and a receiver that the
  // configuration names since then did not either.
  const named = up.filter((call) => acts(call) || (window === null && hushed === null && call.receiver === undefined))
  return { calls: united(named, owed), heard: UNHEARD }
}

/** Who is told of a failure that maintenance has kept from them, now that it is over. */
export function audienceAfter({ up, down }: Notices, { owed }: PoolHeard): Audience {
  const calls = down.filter((call) => !acts(call))
  return { calls, heard: { owed: united(owed, owedBy(calls, up)), hushed: null } }
}

/** What an older upalert wrote does not say who heard of a failure that lasts: those did whom the configuration names. */
export const heardFormerly = (notices: Notices): PoolHeard => ({
  owed: owedBy(notices.down, notices.up),
  hushed: null,
})

/** Receivers, who forgets what is not repeated (Alertmanager), and whoever the configuration names for the end. */
function owedBy(told: readonly AlertCall[], ends: readonly AlertCall[]): readonly AlertCall[] {
  const heard = told.filter(isRemembered)
  if (heard.length === 0) return []
  const informed = heard.filter(({ receiver, keepAlive }) => receiver !== undefined || keepAlive === true)
  return united(informed, ends.filter(isRemembered))
}

/** They do something and must go on following the pool; what a receiver calls is there to tell people. */
const acts = ({ module, receiver }: AlertCall): boolean => receiver === undefined && deeds.has(module)

const deeds: ReadonlySet<string> = new Set(['notify', 'fifo', 'ipvs', 'program'])

/** keepalived's scripts go by the configuration of the moment. Others' programs mostly tell people, as in mon. */
const isRemembered = ({ module, missing }: AlertCall): boolean => missing !== true && !unremembered.has(module)

const unremembered: ReadonlySet<string> = new Set(['notify', 'fifo', 'ipvs'])
