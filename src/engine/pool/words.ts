/** The words for pools and their real servers: the same in mail, status, `why` and the log. */
import type { RealStanding } from '../../model/entry.ts'
import type { Virtual } from '../../model/model.ts'
import type { PoolState } from '../../model/state.ts'

/** `2 of 3 real servers of web are in use, the sorry server is not in use`. */
export function poolText(pool: PoolState, virtual: Virtual): string {
  const of = (standing: RealStanding): number => pool.reals.filter((real) => real.standing === standing).length
  const inUse = of('in')
  const count = `${inUse} of ${pool.reals.length} real servers of ${pool.name} ${inUse === 1 ? 'is' : 'are'} in use`
  const unknown = of('held') === 0 ? '' : `, ${of('held')} not checked yet`
  const standby = of('standby') === 0 ? '' : `, ${of('standby')} stand${of('standby') === 1 ? 's' : ''} by as backup`
  const short = pool.standing === 'below-quorum' ? `, which is below the quorum of ${virtual.quorum}` : ''
  return `${count}${unknown}${standby}${sorryText(pool, virtual)}${short}`
}

function sorryText(pool: PoolState, { sorry }: Virtual): string {
  if (sorry === null) return ''
  return pool.standing === 'sorry' ? ', the sorry server serves' : ', the sorry server is not in use'
}

/** Words for a standing, for tables and sentences. */
export const standingText: Readonly<Record<RealStanding, string>> = {
  held: 'not checked yet',
  in: 'in use',
  standby: 'standing by as backup',
  drained: 'drained (weight 0)',
  out: 'out',
}
