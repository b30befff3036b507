/**
 * Several messages as one. What counts is what each service came to last; every message is still there as a member, in
 * the order of the decisions, so that a failure and its end both appear and the end comes last.
 */
import { type AlertKind, type AlertMessage, isFailing } from '../../model/alert.ts'
import { type GroupName, groupName, type Id, type ServiceKey, serviceKey, serviceName } from '../../model/names.ts'
import type { State } from '../../model/state.ts'
import { type Now, type WallTime, wallTime } from '../../model/units.ts'
import { poolsFollowing } from '../pool/pools.ts'
import { poolText } from '../pool/words.ts'
import type { Concerned } from './concerned.ts'
import { watchOf } from './group.ts'
import { DETAIL_KEPT, MEMBER_HOSTS, MEMBER_REASON, MEMBER_SUMMARY, MEMBERS_KEPT, NAMED, UNITED } from './limits.ts'

export interface Together {
  readonly id: Id
  /** In the order of the decisions; at least one. */
  readonly messages: readonly AlertMessage[]
  readonly receiver: string
  /** Why they go together. */
  readonly because: string
}

export function combined(
  { id, messages: given, receiver, because }: Together,
  state: Pick<State, 'model' | 'pools'>,
  now: Now,
): AlertMessage {
  const messages = given.flatMap((message) => message.members ?? [message])
  const last = new Map(messages.map((message) => [message.key, message]))
  const finals = [...last.values()]
  const failing = finals.filter(({ kind }) => isFailing(kind))
  const members = chosen(messages, new Set(finals))
  const omitted = messages.length - members.length + given.reduce((sum, message) => sum + (message.omitted ?? 0), 0)
  const omittedServices = omittedOf(given, finals, members)
  const summary = summaryOf(finals)
  const detail = detailOf(members, omitted)
  const only = finals.length === 1 ? finals[0] : undefined
  const outage = same(messages.map((message) => message.outage))
  return {
    id,
    kind: kindOf(finals),
    ...subjectOf(finals, receiver),
    description: only?.description ?? '',
    hosts: united(finals.map(({ hosts }) => hosts)),
    failing: failing.flatMap((message) => message.failing.slice(0, MEMBER_HOSTS).map(shortReason)).slice(0, UNITED),
    exit: failing.at(-1)?.exit ?? 0,
    summary,
    detail,
    output: `${summary}\n${detail}`,
    at: now.wall,
    firstFailure: only === undefined ? earliest(failing) : only.firstFailure,
    lastFailure: latest(failing),
    lastSuccess: null,
    lasted: only?.lasted ?? null,
    failures: only?.failures ?? 0,
    acknowledged: null,
    pools: poolsOf(finals, state),
    ...(outage === undefined ? {} : { outage }),
    others: united(messages.map(({ others = [] }) => others)),
    because,
    counts: countsOf(finals),
    members: members.map(slim),
    omitted,
    ...(omittedServices.length === 0 ? {} : { omittedServices }),
    environment: {},
  }
}

/** A failure if anything fails now; the end of one if nothing does and something did. */
function kindOf(finals: readonly AlertMessage[]): AlertKind {
  const kinds = finals.map(({ kind }) => kind)
  const alike = same(kinds)
  if (alike !== undefined) return alike
  if (kinds.some(isFailing)) return 'failure'
  return kinds.includes('up') ? 'up' : (kinds.at(-1) ?? 'up')
}

/** What they have in common. Several services have a key that no service has, since no watch has a blank in its name. */
function subjectOf(finals: readonly AlertMessage[], receiver: string): Pick<AlertMessage, 'key' | 'group' | 'service'> {
  const [first] = finals
  if (first !== undefined && finals.length === 1) {
    const { key, group, service } = first
    return { key, group, service }
  }
  const several = serviceName('several')
  const watch = same(finals.map(watchOf))
  const group: GroupName = first !== undefined && watch !== undefined ? first.group : groupName(receiver)
  return { key: serviceKey(groupName(`receiver ${receiver}`), several), group, service: several }
}

/** Whatever each service came to last goes before what is over, failures before all; shown in the order of decisions. */
function chosen(messages: readonly AlertMessage[], finals: ReadonlySet<AlertMessage>): readonly AlertMessage[] {
  if (messages.length <= MEMBERS_KEPT) return messages
  const ranks: AlertMessage[][] = [[], [], []]
  for (const message of messages) ranks[finals.has(message) ? (isFailing(message.kind) ? 0 : 1) : 2]?.push(message)
  const kept = new Set(ranks.flat().slice(0, MEMBERS_KEPT))
  return messages.filter((message) => kept.has(message))
}

/** Services of which no member tells; those of messages of several that are told together now are as they were then. */
function omittedOf(
  given: readonly AlertMessage[],
  finals: readonly AlertMessage[],
  members: readonly AlertMessage[],
): readonly Concerned[] {
  const omitted = new Map<ServiceKey, Concerned>()
  for (const { omittedServices = [] } of given) for (const one of omittedServices) omitted.set(one.key, one)
  for (const { key, kind, outage } of finals)
    omitted.set(key, { key, kind, ...(outage === undefined ? {} : { outage }) })
  for (const { key } of members) omitted.delete(key)
  return [...omitted.values()]
}

/** Who sums up needs no output, and nobody's program is run for a member. */
function slim(message: AlertMessage): AlertMessage {
  const {
    mail: _mail,
    members: _members,
    omitted: _omitted,
    omittedServices: _services,
    line: _line,
    ...rest
  } = message
  const { MON_ACK: ack } = message.environment
  // An acknowledgement's output is who said what.
  const says = message.kind === 'ack' || message.kind === 'disable'
  return {
    ...rest,
    hosts: message.hosts.slice(0, MEMBER_HOSTS),
    failing: message.failing.slice(0, MEMBER_HOSTS).map(shortReason),
    summary: cut(message.summary, MEMBER_SUMMARY),
    detail: '',
    output: says ? cut(message.output, MEMBER_SUMMARY) : '',
    pools: message.pools.slice(0, MEMBER_HOSTS),
    environment: ack === undefined ? {} : { MON_ACK: cut(ack, MEMBER_SUMMARY) },
  }
}

const shortReason = <F extends { readonly text: string }>(one: F): F => ({ ...one, text: cut(one.text, MEMBER_REASON) })

/** `2 down: web/http, db/sql; 1 up again: mail/smtp`. */
function countsOf(finals: readonly AlertMessage[]): NonNullable<AlertMessage['counts']> {
  const down = finals.filter(({ kind }) => isFailing(kind)).length
  const up = finals.filter(({ kind }) => kind === 'up').length
  return { down, up, other: finals.length - down - up }
}

function summaryOf(finals: readonly AlertMessage[]): string {
  const standings = new Map<string, AlertMessage[]>()
  for (const message of finals) {
    const standing = STANDINGS[message.kind]
    const known = standings.get(standing)
    if (known === undefined) standings.set(standing, [message])
    else known.push(message)
  }
  const order = [...new Set(Object.values(STANDINGS))].filter((standing) => standings.has(standing))
  return order.map((standing) => counted(standing, standings.get(standing) ?? [])).join('; ')
}

function counted(standing: string, messages: readonly AlertMessage[]): string {
  const names = messages.slice(0, NAMED).map(({ key }) => cut(key, MEMBER_REASON))
  const more = messages.length > NAMED ? ` and ${messages.length - NAMED} more` : ''
  return `${messages.length} ${standing}: ${names.join(', ')}${more}`
}

/** In the order in which a summary has them. */
const STANDINGS: Readonly<Record<AlertKind, string>> = {
  failure: 'down',
  trap: 'down',
  traptimeout: 'down',
  up: 'up again',
  ack: 'acknowledged',
  disable: 'disabled',
  startup: 'started',
  test: 'tried out',
}

/** A line each, for a way of telling that knows of no members. */
function detailOf(members: readonly AlertMessage[], omitted: number): string {
  const lines = members.map(({ kind, key, summary }) => {
    const line = `${STANDINGS[kind].toUpperCase()} ${cut(key, MEMBER_REASON)}: ${cut(summary, MEMBER_SUMMARY)}`
    return `${line.replace(/[\r\n]+/g, ' ')}\n`
  })
  const more = omitted === 0 ? '' : `and ${omitted} more\n`
  return `${cut(lines.join(''), DETAIL_KEPT)}${more}`
}

/** What is left now, and not what was left when the first of them was decided; as then, where nobody knows any more. */
function poolsOf(finals: readonly AlertMessage[], { model, pools }: Pick<State, 'model' | 'pools'>): readonly string[] {
  const byName = new Map(model.virtuals.map((virtual, i) => [`virtual ${virtual.name}`, i]))
  const driven = new Set<number>()
  const texts: string[][] = []
  for (const message of finals) {
    const own = byName.get(watchOf(message))
    const follow = own === undefined ? poolsFollowing(model, message.key) : [own]
    for (const i of follow) driven.add(i)
    if (follow.length === 0) texts.push([...message.pools])
  }
  const now = [...driven].slice(0, UNITED).flatMap((i) => {
    const [pool, virtual] = [pools[i], model.virtuals[i]]
    return pool === undefined || virtual === undefined ? [] : [poolText(pool, virtual)]
  })
  return united([now, ...texts])
}

/** Each once, so many at most. */
function united<T extends string>(lists: readonly (readonly T[])[]): readonly T[] {
  const all = new Set<T>()
  for (const list of lists) {
    for (const one of list) {
      if (all.size >= UNITED) return [...all]
      all.add(one)
    }
  }
  return [...all]
}

/** What all of them are, if they are all alike. */
function same<T>(values: readonly T[]): T | undefined {
  const [first] = values
  return values.every((value) => value === first) ? first : undefined
}

const timesOf = (messages: readonly AlertMessage[], of: 'firstFailure' | 'lastFailure'): readonly number[] =>
  messages.flatMap((message) => message[of] ?? [])

function earliest(messages: readonly AlertMessage[]): WallTime | null {
  const times = timesOf(messages, 'firstFailure')
  return times.length === 0 ? null : wallTime(times.reduce((a, b) => Math.min(a, b)))
}

function latest(messages: readonly AlertMessage[]): WallTime | null {
  const times = timesOf(messages, 'lastFailure')
  return times.length === 0 ? null : wallTime(times.reduce((a, b) => Math.max(a, b)))
}

/** Never in the middle of a character. */
const cut = (text: string, limit: number): string =>
  text.length <= limit ? text : `${text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
