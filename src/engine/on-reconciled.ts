/**
 * What a pass over the IPVS table did and saw: each change is told, with the verdict that led to it; drift names itself,
 * and those who want to hear of it do; connections that are left let a drain end.
 */
import type { ReconcileReport } from '../model/event.ts'
import type { Drain, PoolState, State } from '../model/state.ts'
import { endpointText, serviceText } from '../model/table.ts'
import { type Now, since } from '../model/units.ts'
import { driftAlertEvery } from './limits.ts'
import { driftNews, poolMessage } from './pool/message.ts'
import { recomputePools } from './pool/pools.ts'
import { send } from './pool/send.ts'
import { idIn } from './pool/wanted.ts'
import { type Decided, record, type Scribe } from './scribe.ts'

export function onReconciled(state: State, report: ReconcileReport, write: Scribe, now: Now): Decided {
  const effects = report.changes.map(({ virtual, change, outcome, reason, text, cause }) => {
    const origin = cause === null ? {} : { cause }
    return record(write.entry({ kind: 'ipvs', virtual, change, where: report.where, outcome, reason, text, ...origin }))
  })
  const owning = { ...state, owned: report.owned }
  const told = tellDrift(owning, report, write, now)
  const drained = report.connections.length === 0 ? told : withConnections(told.state, report, write, now)
  const later = drained === told ? [] : drained.effects
  return { state: drained.state, effects: [...effects, ...told.effects, ...later] }
}

function tellDrift(state: State, { changes }: ReconcileReport, write: Scribe, now: Now): Decided {
  const names = new Set(changes.flatMap(({ reason, virtual }) => (reason === 'drift' ? [virtual] : [])))
  let next: Decided = { state, effects: [] }
  for (const name of names) {
    const its = changes.filter(({ virtual, reason }) => virtual === name && reason === 'drift')
    const index = state.model.virtuals.findIndex((one) => one.name === name)
    const [virtual, pool] = [state.model.virtuals[index], next.state.pools[index]]
    if (virtual === undefined || pool === undefined || virtual.driftAlerts.length === 0) continue
    // Two programs at odds over the table change it every few seconds: the log has each, people hear now and then.
    if (pool.driftTold !== null && since(pool.driftTold, now) < driftAlertEvery) continue
    const texts = its.map(({ change, text }) => `${change}: ${text}`)
    const news = driftNews(virtual, texts, becameOf(its))
    const sent = send(next.state, virtual.driftAlerts, (id) => poolMessage(id, news, state, now), write, now)
    const pools = sent.state.pools.with(index, { ...pool, driftTold: now.wall })
    next = { state: { ...sent.state, pools }, effects: [...next.effects, ...sent.effects] }
  }
  return next
}

/** What the kernel refused stays as somebody else made it, and so does what is only observed. */
function becameOf(its: ReconcileReport['changes']): string {
  const it = its.length === 1 ? 'it was' : 'they were'
  if (its.every(({ outcome }) => outcome === 'LEFT')) return `${it} left so (drift = observe)`
  const refused = its.filter(({ outcome }) => outcome !== 'OK').length
  if (refused === 0) return `${it} undone`
  return its.length === 1 ? 'it could NOT be undone' : `${refused} of them could NOT be undone`
}

/** How many connections are left on those that are drained; at none, they go. */
function withConnections(state: State, { connections }: ReconcileReport, write: Scribe, now: Now): Decided {
  const seen = new Map(connections.map((one) => [`${one.service} ${one.destination}`, one]))
  const changed: number[] = []
  const pools = state.pools.map((pool, i): PoolState => {
    const virtual = state.model.virtuals[i]
    if (virtual === undefined || pool.reals.every(({ drain }) => drain === null || drain.over)) return pool
    const reals = pool.reals.map((real, j) => {
      const configured = virtual.reals[j]
      if (real.drain === null || real.drain.over || configured === undefined) return real
      const ends = virtual.services.map((id) => `${serviceText(id)} ${endpointText(idIn(configured, id))}`)
      const drain = drainAfter(
        real.drain,
        ends.flatMap((end) => seen.get(end) ?? []),
      )
      return drain === real.drain ? real : { ...real, drain }
    })
    if (reals.every((real, j) => real === pool.reals[j])) return pool
    changed.push(i)
    return { ...pool, reals }
  })
  return changed.length === 0 ? { state, effects: [] } : recomputePools({ ...state, pools }, changed, write, now)
}

function drainAfter(drain: Drain, counts: readonly { readonly active: number; readonly persistent: number }[]): Drain {
  if (counts.length === 0) return drain
  const active = counts.reduce((sum, one) => sum + one.active, 0)
  const persistent = counts.reduce((sum, one) => sum + one.persistent, 0)
  const isOver = active === 0
  if (active === drain.active && persistent === drain.persistent && isOver === drain.over) return drain
  return { ...drain, active, persistent, over: isOver }
}
