/** What is written of a change in a pool. */
import type { Virtual } from '../../model/model.ts'
import type { PoolState } from '../../model/state.ts'
import type { EntryBody } from '../scribe.ts'
import type { PoolChange } from './judge.ts'
import { poolText } from './words.ts'

/** A real server's change is caused by the verdict it follows. */
export function poolEntry(change: PoolChange, pool: PoolState, virtual: Virtual): EntryBody {
  if (change.kind === 'pool') {
    const { name, standing } = pool
    const [from, text] = [change.before.standing, poolText(pool, virtual)]
    return { kind: 'pool', virtual: name, from, to: standing, reason: standing, text }
  }
  const { standing: to, weight, reason, text, real, cause } = pool.reals[change.index] ?? change.before
  const origin = cause === null ? {} : { cause }
  return { kind: 'real', virtual: pool.name, real, from: change.before.standing, to, weight, reason, text, ...origin }
}
