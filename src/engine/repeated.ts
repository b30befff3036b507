/**
 * Failures that last, for ways of telling that forget what is not repeated (Alertmanager ends an alert by itself). It is no
 * decision and leaves no entry: whatever stands in the state is said again.
 */
import type { AlertMessage } from '../model/alert.ts'
import type { AlertCall, Service } from '../model/model.ts'
import { id } from '../model/names.ts'
import type { ServiceState, State } from '../model/state.ts'
import type { Now } from '../model/units.ts'
import { message } from './message.ts'
import { poolMessage, quorumNews, realNews } from './pool/message.ts'
import { poolsFollowing } from './pool/pools.ts'
import { poolText } from './pool/words.ts'
import { enabledHosts } from './readiness.ts'

export interface Repeated {
  readonly call: AlertCall
  readonly message: AlertMessage
}

export const repeated = (state: State, now: Now): readonly Repeated[] => [
  ...state.model.services.flatMap((service, i) => ofService(state, service, state.services[i], now)),
  ...ofPools(state, now),
]

const isKept = ({ keepAlive }: AlertCall): boolean => keepAlive === true

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
  return calls.map((call) => ({ call, message: words }))
}

function ofPools(state: State, now: Now): Repeated[] {
  return state.model.virtuals.flatMap((virtual, i) => {
    const pool = state.pools[i]
    if (pool === undefined) return []
    const name = (subject: string) => id(`virtual ${virtual.name}/${subject}`)
    const quorum = pool.lostAt === null ? [] : virtual.notices.down.filter(isKept)
    const lost = quorum.map((call) => {
      const news = quorumNews('down', virtual, pool, pool)
      return { call, message: poolMessage(name('quorum'), news, state, now) }
    })
    const servers = virtual.reals.flatMap((real, index) => {
      const known = pool.reals[index]
      if (known?.told !== 'down') return []
      const news = realNews('down', virtual, pool, real, known, known, state)
      return real.notices.down
        .filter(isKept)
        .map((call) => ({ call, message: poolMessage(name(news.subject), news, state, now) }))
    })
    return [...lost, ...servers]
  })
}
