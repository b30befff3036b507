/**
 * What maintenance has kept from people, and lasts when it is over, is told then: nothing may happen to the pool for days.
 * Scripts and pipes have followed it all the while.
 */
import type { Virtual } from '../../model/model.ts'
import type { PoolHeard, PoolState, RealState } from '../../model/state.ts'
import type { Now } from '../../model/units.ts'
import { inMaintenance } from '../maintenance.ts'
import type { Decided, Scribe } from '../scribe.ts'
import { audienceAfter } from './audience.ts'
import { type PoolNews, poolMessage, quorumNews, realNews } from './message.ts'
import { send } from './send.ts'

export function hushedTold(before: Decided, write: Scribe, now: Now): Decided {
  if (!before.state.pools.some(isHushed)) return before
  let next = before
  for (const [index, virtual] of before.state.model.virtuals.entries()) {
    const pool = before.state.pools[index]
    if (pool === undefined || !isHushed(pool)) continue
    if (inMaintenance(next.state, `virtual ${virtual.name}`, now) !== null) continue
    const told = tellHushed(next, virtual, pool, write, now)
    next = { ...told, state: { ...told.state, pools: told.state.pools.with(index, told.pool) } }
  }
  return next
}

const isHushed = ({ hushed, reals }: PoolState): boolean => hushed !== null || someHushed(reals)

const someHushed = (reals: readonly RealState[]): boolean => reals.some(({ hushed }) => hushed !== null)

/** In the order in which they would have been told: the servers, and their quorum. */
function tellHushed(before: Decided, virtual: Virtual, pool: PoolState, write: Scribe, now: Now) {
  let next = before
  const toldReal = (known: RealState, i: number): RealState => {
    const real = virtual.reals[i]
    if (known.hushed === null || real === undefined) return known
    const news = realNews('down', virtual, pool, real, known, known, next.state)
    const told = tellAfter(next, real.notices, news, known, write, now)
    next = told
    return { ...known, ...told.heard }
  }
  const reals = someHushed(pool.reals) ? pool.reals.map(toldReal) : pool.reals
  if (pool.hushed === null) return { ...next, pool: { ...pool, reals } }
  const told = tellAfter(next, virtual.notices, quorumNews('down', virtual, pool, pool), pool, write, now)
  return { state: told.state, effects: told.effects, pool: { ...pool, ...told.heard, reals } }
}

function tellAfter(
  { state, effects }: Decided,
  notices: Virtual['notices'],
  news: PoolNews,
  before: PoolHeard,
  write: Scribe,
  now: Now,
) {
  const because = `maintenance "${before.hushed}" is over, and it still fails`
  const { calls, heard } = audienceAfter(notices, before)
  const sent = send(state, calls, (id) => poolMessage(id, { ...news, because }, state, now), write, now)
  return { state: sent.state, effects: [...effects, ...sent.effects], heard }
}
