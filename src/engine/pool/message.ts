/**
 * What those hear who are told of a pool: one message for every way of telling. Mails and FIFO lines in keepalived's words
 * come with it; a program learns the same from KV_* variables, which keepalived's own scripts lack.
 */
import type { AlertMessage } from '../../model/alert.ts'
import { realServerName, serverLine, serverName, virtualLine, virtualName } from '../../model/keepalived-names.ts'
import { checkWords, type MailBodies } from '../../model/keepalived-words.ts'
import type { Real, Virtual } from '../../model/model.ts'
import { groupName, host, type Id, serviceKey, serviceName } from '../../model/names.ts'
import type { PoolState, RealState, State } from '../../model/state.ts'
import { endpointText } from '../../model/table.ts'
import { milliseconds, type Now, type WallTime } from '../../model/units.ts'
import { quorumMail, serverMail } from '../keepalived-mail.ts'
import { trafficText } from './traffic.ts'
import { poolText } from './words.ts'

/** What happened, before it has an id. */
export interface PoolNews {
  readonly direction: 'up' | 'down'
  readonly virtual: Pick<Virtual, 'name' | 'keepalivedName'>
  /** What of the pool it is about: a real server, `quorum`, or `drift`. */
  readonly subject: string
  readonly hosts: readonly string[]
  /** Why the hosts fail; empty where they are named only as members. */
  readonly why: string
  /** Begin of the outage that this is about; `null`: it is about none. */
  readonly since: WallTime | null
  readonly summary: string
  readonly detail: string
  readonly pools: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly line: string | null
  /** Why it is told now, where nothing has changed. */
  readonly because?: string
  /** Nobody watches it any more. */
  readonly gone?: true
  mail(routerId: string): { readonly subject: string; readonly text: string } | null
}

export function realNews(
  direction: 'up' | 'down',
  virtual: Virtual,
  pool: PoolState,
  real: Real,
  before: RealState,
  after: RealState,
  all: State,
  given?: string,
): PoolNews {
  const end = endpointText(real.id)
  const [server, name] = [nameOfReal(virtual, real), nameOf(virtual)]
  const state = direction === 'up' ? 'UP' : 'DOWN'
  const words = given ?? wordsOf(direction, real, after, all)
  return {
    direction,
    virtual,
    subject: end,
    hosts: [real.id.address],
    why: after.text,
    since: direction === 'down' ? after.toldAt : before.toldAt,
    summary: `real server ${end} of ${virtual.name} is ${direction}: ${after.text}`,
    detail: '',
    pools: [poolText(pool, virtual)],
    environment: {
      KV_EVENT: 'real_server',
      KV_VS: name,
      KV_RS: server,
      KV_STATE: state,
      KV_REASON: after.text,
      KV_WEIGHT: String(after.weight),
    },
    line: serverLine(server, name, state),
    mail: (routerId) => serverMail({ routerId, server, virtual: name, state, words, why: after.text }),
  }
}

/** keepalived's words for the check that decided. */
function wordsOf(direction: 'up' | 'down', { checks }: Real, { text }: RealState, all: State): string {
  const check = checks.find(({ service }) => text.startsWith(`${service} `)) ?? checks[0]
  const index = check === undefined ? undefined : all.model.serviceIndex.get(check.service)
  const bodies = (index === undefined ? undefined : all.model.services[index])?.mailBodies ?? PLAIN_BODIES
  if (direction === 'up') return checkWords(bodies, { end: 'succeeded' })
  const said = (index === undefined ? undefined : all.services[index])?.hosts.find(
    ({ host: one }) => one === check?.host,
  )?.last
  return checkWords(bodies, { end: said?.code === 'timed-out' ? 'timed out' : 'failed', reason: said?.text ?? '' })
}

/** Of a check that keepalived does not have. */
const PLAIN_BODIES: MailBodies = { up: 'CHECK succeed on service', down: 'CHECK failed on service' }

/** A group is called by its name, which is not what keepalived would call its first service. */
function nameOfReal({ keepalivedName, services: [first] }: Virtual, { id: end, portFollows }: Real): string {
  if (first === undefined) return serverName(end, 'none')
  const inGroup = keepalivedName !== null && keepalivedName !== virtualName(first)
  return realServerName(end, first, { portFollows: portFollows === true, inGroup })
}

function nameOf({ keepalivedName, services: [first], name }: Virtual): string {
  return keepalivedName ?? (first === undefined ? name : virtualName(first))
}

export function quorumNews(direction: 'up' | 'down', virtual: Virtual, pool: PoolState, before: PoolState): PoolNews {
  const name = nameOf(virtual)
  const state = direction === 'up' ? 'UP' : 'DOWN'
  const { quorum, hysteresis } = virtual
  const weight = pool.upWeight
  const text = poolText(pool, virtual)
  const starting = !before.announced
  return {
    direction,
    virtual,
    subject: 'quorum',
    hosts: virtual.reals.map(({ id: { address } }) => address),
    why: '',
    since: direction === 'down' ? pool.lostAt : before.lostAt,
    summary: `virtual server ${virtual.name} has ${direction === 'up' ? 'its' : 'lost its'} quorum of ${quorum}: ${text}`,
    detail: '',
    pools: [text],
    environment: {
      KV_EVENT: 'quorum',
      KV_VS: name,
      KV_STATE: state,
      KV_REASON: text,
      KV_WEIGHT: String(weight),
      KV_QUORUM: String(quorum),
    },
    line: virtualLine(name, state),
    mail: (routerId) => quorumMail({ routerId, virtual: name, state, quorum, hysteresis, weight, starting, why: text }),
  }
}

/** What others changed of a virtual server. */
export function driftNews(virtual: Virtual, changes: readonly string[], policy: string): PoolNews {
  const many = changes.length === 1 ? 'a change' : `${changes.length} changes`
  return {
    direction: 'down',
    virtual,
    subject: 'drift',
    hosts: [],
    why: '',
    since: null,
    summary: `somebody else has made ${many} in the table of virtual server ${virtual.name}; ${policy}`,
    detail: changes.map((change) => `${change}\n`).join(''),
    pools: [],
    environment: { KV_EVENT: 'drift', KV_VS: nameOf(virtual), KV_STATE: 'DRIFT', KV_REASON: changes[0] ?? '' },
    line: null,
    mail: () => null,
  }
}

/** Its key names no service: `virtual web/10.1.1.2:80`. The blank keeps it apart from every watch's. */
export function poolMessage(id: Id, news: PoolNews, state: State, now: Now): AlertMessage {
  const { model } = state
  const { direction, virtual, subject, summary, detail, hosts, why, pools, line, because, gone } = news
  const group = groupName(`virtual ${virtual.name}`)
  const service = serviceName(subject)
  const kind = direction === 'up' ? 'up' : 'failure'
  const failing = direction === 'up' || why === '' ? [] : hosts.map((one) => ({ host: host(one), text: why }))
  // Who writes mon.cf reads our own mails; who brought a keepalived.conf has filters for its.
  const mail = virtual.keepalivedName === null ? null : news.mail(model.settings.routerId)
  return {
    id,
    kind,
    key: serviceKey(group, service),
    group: groupName(virtual.name),
    service,
    description: '',
    hosts: hosts.map(host),
    failing,
    exit: direction === 'up' ? 0 : 1,
    summary,
    detail,
    output: `${summary}\n${detail}`,
    at: now.wall,
    // One outage is one thread of mails.
    firstFailure: news.since,
    lastFailure: null,
    lastSuccess: null,
    lasted: direction === 'up' && news.since !== null ? milliseconds(now.wall - news.since) : null,
    failures: 0,
    acknowledged: null,
    pools,
    ...(because === undefined ? {} : { because }),
    ...(gone === true ? { gone } : {}),
    ...trafficIn(news, state, now),
    environment: news.environment,
    ...(mail === null ? {} : { mail }),
    ...(line === null ? {} : { line }),
  }
}

function trafficIn(
  { direction, virtual: { name }, since: from }: PoolNews,
  { model, pools, traffic }: State,
  now: Now,
): { readonly traffic?: string } {
  if (direction !== 'up' || from === null) return {}
  const index = model.virtuals.findIndex((one) => one.name === name)
  const [virtual, pool] = [model.virtuals[index], pools[index]]
  if (virtual === undefined || pool === undefined) return {}
  const text = trafficText(pool, virtual, traffic, { from, lasted: milliseconds(now.wall - from) }, now)
  return text === '' ? {} : { traffic: text }
}
