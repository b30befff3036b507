/** Others come to hear of a failure of a pool than those it was decided for: they are owed its end as well. */
import { type AlertMessage, isFailing } from '../../model/alert.ts'
import type { AlertCall } from '../../model/model.ts'
import type { PoolState, RealState, State } from '../../model/state.ts'
import { united } from '../announce.ts'

/** The same state where the message is not about a pool, or what it tells of is over. */
export function poolHeard(state: State, { key, kind }: AlertMessage, calls: readonly AlertCall[]): State {
  if (!isFailing(kind) || !key.startsWith('virtual ')) return state
  const end = key.lastIndexOf('/')
  const [name, subject] = [key.slice('virtual '.length, end), key.slice(end + 1)]
  const index = state.pools.findIndex((pool) => pool.name === name)
  const pool = state.pools[index]
  if (pool === undefined) return state
  const heard = subject === 'quorum' ? quorumHeard(pool, calls) : realHeard(pool, subject, calls)
  return heard === pool ? state : { ...state, pools: state.pools.with(index, heard) }
}

function quorumHeard(pool: PoolState, calls: readonly AlertCall[]): PoolState {
  const owed = united(pool.owed, calls)
  return pool.lostAt === null || owed === pool.owed ? pool : { ...pool, owed }
}

function realHeard(pool: PoolState, name: string, calls: readonly AlertCall[]): PoolState {
  const index = pool.reals.findIndex(({ real }) => real === name)
  const real: RealState | undefined = pool.reals[index]
  if (real?.told !== 'down') return pool
  const owed = united(real.owed, calls)
  return owed === real.owed ? pool : { ...pool, reals: pool.reals.with(index, { ...real, owed }) }
}
