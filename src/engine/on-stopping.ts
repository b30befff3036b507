/**
 * The daemon stops, and its table with it: virtual servers with `omega` tell that their servers and their quorum are gone.
 * Where the table stays, traffic goes on and nothing is told. keepalived.conf(5), "omega".
 */

import type { AlertCall } from '../model/model.ts'
import type { State } from '../model/state.ts'
import type { Now } from '../model/units.ts'
import { type PoolNews, poolMessage, quorumNews, realNews } from './pool/message.ts'
import { send } from './pool/send.ts'
import type { Decided, Scribe } from './scribe.ts'

export function onStopping(decided: Decided, write: Scribe, now: Now): Decided {
  const { model, pools } = decided.state
  if (model.settings.table.onStop === 'keep') return decided
  let next = decided
  const tell = (calls: readonly AlertCall[], news: PoolNews): void => {
    const sent = send(next.state, calls, (id) => poolMessage(id, news, next.state, now), write, now)
    const state: State = { ...next.state, outbox: sent.outbox }
    next = { state, effects: [...next.effects, ...sent.effects] }
  }
  for (const [i, virtual] of model.virtuals.entries()) {
    const pool = pools[i]
    if (!virtual.omega || pool === undefined) continue
    for (const [j, real] of virtual.reals.entries()) {
      const state = pool.reals[j]
      if (state === undefined || state.told === 'down') continue
      tell(
        real.notices.down,
        realNews('down', virtual, pool, real, state, { ...state, text: 'upalert stops' }, next.state),
      )
    }
    tell(virtual.notices.down, quorumNews('down', virtual, pool, pool))
  }
  return next
}
