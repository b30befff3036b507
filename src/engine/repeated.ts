/**
 * Failures that last, for ways of telling that forget what is not repeated (Alertmanager ends an alert by itself). It is no
 * decision and leaves no entry: whatever stands in the state is said again.
 */
import type { AlertMessage } from '../model/alert.ts'
import type { AlertCall, Service } from '../model/model.ts'
import { id, type ServiceKey } from '../model/names.ts'
import type { PoolState, RealState, ServiceState, State } from '../model/state.ts'
import { type Now, since } from '../model/units.ts'
import { message } from './message.ts'
import { poolMessage, quorumNews, realNews } from './pool/message.ts'
import { poolsFollowing } from './pool/pools.ts'
import { poolText } from './pool/words.ts'
import { enabledHosts } from './readiness.ts'

export interface Repeated {
  readonly call: AlertCall
  readonly message: AlertMessage
  readonly of: Subject
}

/** What fails: a service, a real server of a pool, or (`real`: `null`) a pool's quorum. */
type Subject =
  | { readonly kind: 'service'; readonly key: ServiceKey }
  | { readonly kind: 'pool'; readonly virtual: string; readonly real: string | null }

export const repeated = (state: State, now: Now): readonly Repeated[] => [
  ...state.model.services.flatMap((service, i) => ofService(state, service, state.services[i], now)),
  ...ofPools(state, now),
]

/** Whether it fails still, and this call is among those who were told. */
export function lasts({ model, services, pools }: State, { of, call }: Repeated): boolean {
  if (of.kind === 'service') {
    const found = services[model.serviceIndex.get(of.key) ?? -1]
    return found !== undefined && found.outage !== null && found.announced.some((one) => isSame(one, call))
  }
  const pool = pools.find(({ name }) => name === of.virtual)
  const failing = of.real === null ? pool : pool?.reals.find(({ real }) => real === of.real)
  return failing !== undefined && failsStill(failing) && failing.owed.some((one) => isSame(one, call))
}

/** The end of what was said again. */
export const endOf = (message: AlertMessage, now: Now): AlertMessage => ({
  ...message,
  ...{ kind: 'up', failing: [], exit: 0, at: now.wall },
  lasted: message.firstFailure === null ? null : since(message.firstFailure, now),
})

const isKept = ({ keepAlive }: AlertCall): boolean => keepAlive === true

const isSame = (one: AlertCall, other: AlertCall): boolean =>
  one.receiver === other.receiver && one.module === other.module && one.text === other.text

const failsStill = (of: PoolState | RealState): boolean => ('told' in of ? of.told === 'down' : of.lostAt !== null)

/** Whoever was told of it, and forgets it. */
const keptOf = (of: PoolState | RealState): readonly AlertCall[] => (failsStill(of) ? of.owed.filter(isKept) : [])

function ofService(state: State, service: Service, found: ServiceState | undefined, now: Now): Repeated[] {
  const calls = found?.announced.filter(isKept) ?? []
  if (found === undefined || found.outage === null || calls.length === 0) return []
  const { settings } = state.model
  const pools = poolsFollowing(state.model, service.key).flatMap((i) => {
    const [pool, virtual] = [state.pools[i], state.model.virtuals[i]]
    return pool === undefined || virtual === undefined ? [] : [poolText(pool, virtual)]
  })
  const { summary, detail, opstatus, exit, exitval } = found
  const facts = { summary, detail, opstatus, pools, others: [], intended: null, isTest: false }
  const said = { exit: exit ?? 1, retval: exitval, output: found.lastFailingOutput ?? '' }
  const hosts = enabledHosts(state, service)
  const told = {
    id: id(found.outage),
    kind: 'failure',
    service,
    hosts,
    settings,
    state: found,
    ...facts,
    ...said,
  } as const
  const words = message(told, now)
  return calls.map((call) => ({ call, message: words, of: { kind: 'service', key: service.key } }))
}

function ofPools(state: State, now: Now): Repeated[] {
  return state.model.virtuals.flatMap((virtual, i) => {
    const pool = state.pools[i]
    if (pool === undefined) return []
    const name = (subject: string) => id(`virtual ${virtual.name}/${subject}`)
    const lost = keptOf(pool).map((call) => {
      const news = quorumNews('down', virtual, pool, pool)
      const of = { kind: 'pool', virtual: virtual.name, real: null } as const
      return { call, message: poolMessage(name('quorum'), news, state, now), of }
    })
    const servers = virtual.reals.flatMap((real, index) => {
      const known = pool.reals[index]
      const calls = known === undefined ? [] : keptOf(known)
      if (known === undefined || calls.length === 0) return []
      const news = realNews('down', virtual, pool, real, known, known, state)
      const of = { kind: 'pool', virtual: virtual.name, real: known.real } as const
      const words = poolMessage(name(news.subject), news, state, now)
      return calls.map((call) => ({ call, message: words, of }))
    })
    return [...lost, ...servers]
  })
}
