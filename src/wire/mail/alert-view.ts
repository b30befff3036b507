/**
 * An alert's message in the words of a mail or a page: what templates may name. Every piece is safe to show on one line,
 * whatever a real server or a program answered; only `detail` has several lines. Every list is bounded.
 */

import { type AlertKind, type AlertMessage, isFailing } from '../../model/alert.ts'
import { durationText } from '../../model/duration.ts'
import type { WallTime } from '../../model/units.ts'
import {
  failingFirst,
  headline,
  isTried,
  NAME,
  overall,
  reason,
  SENTENCE,
  STATES,
  sumOf,
  WORDS,
} from './alert-words.ts'
import { block, oneLine } from './safe-text.ts'

/** News of a pool or of ourselves: the summary of its end tells that end, and nothing of the failure before it. */
const isOwnNews = ({ kind, key }: AlertMessage): boolean =>
  kind === 'up' && (key.startsWith('virtual ') || key.startsWith('upalert/'))

/** How instants are said where the daemon runs: `full` with zone and offset, `clock` as hours and minutes. */
export interface LocalTime {
  full(at: WallTime): string
  clock(at: WallTime): string
}

export type Severity = 'critical' | 'ok' | 'info'

export interface AlertView {
  /** Of several messages: the worst that is true now. */
  readonly kind: AlertKind
  /** `critical` where something fails, `ok` in an upalert, `info` otherwise and in all that is only tried out. */
  readonly severity: Severity
  /** `ALERT`, `UPALERT`, `TEST ALERT`, `ACK`, `STARTUP`, `DISABLE` (LVS-HOWTO 11.5: the first two stand in the subject). */
  readonly word: string
  /** The same on a phone: `DOWN`, `UP`, `TEST`, `ACK`, `START`, `DISABLED`. */
  readonly state: string
  /** Whether this is an upalert, and no test of one. */
  readonly up: boolean
  /** Whether a trap told it, and no check of ours. */
  readonly trap: boolean
  /** `web/http` */
  readonly key: string
  readonly group: string
  readonly service: string
  readonly description: string
  /** `10.1.1.3 answered 503`, `up again after 4 min 32 s`, or `3 services fail, 1 works again: web/http, db/sql`. */
  readonly headline: string
  readonly failing: readonly { readonly host: string; readonly text: string }[]
  /** How many more fail than `failing` lists; 0 for none. */
  readonly more: number
  /** Why, without the host: the first failing host's reason. Of several messages: the headline. */
  readonly reason: string
  /** Whether more than one host fails. */
  readonly several: boolean
  /** Whether the failing hosts want a list of their own: the headline does not name them, or not with each one's reason. */
  readonly listed: boolean
  readonly summary: string
  /** The summary, where it says more than the names of the failing hosts. */
  readonly said: string
  readonly detail: string
  readonly pools: readonly string[]
  /** The same by the name of what they tell: what is left. */
  readonly left: readonly string[]
  /** What would end it. */
  readonly remedy: string
  /** Who else is told. */
  readonly others: readonly string[]
  /** Of an upalert: what clients noticed. */
  readonly traffic: string
  /** Why it comes to this receiver. */
  readonly because: string
  readonly at: string
  readonly clock: string
  readonly since: string
  readonly lasted: string
  readonly lastSuccess: string
  readonly failures: number
  /** Who acknowledged it, where somebody logged in, and the comment: `ann: on my way`. */
  readonly acknowledged: string
  /** Where one acknowledgement can be given; empty: nowhere. */
  readonly ackLink: string
  readonly hosts: string
  readonly director: string
  readonly id: string
  /** The same from an outage's first message to its last. */
  readonly outage: string
  /** What `upalert why` is asked: the service, the real server, or the virtual server. */
  readonly subject: string
  /** `upalert why web/http` */
  readonly whyCommand: string
  /** Whether it tells of several messages at once. */
  readonly combined: boolean
  /** They, without detail and without members of their own. */
  readonly members: readonly AlertView[]
  /** How many more there are, of which no more is said. */
  readonly omitted: number
}

/** Links into our own page. `of`: that of one of several messages. */
export interface Links {
  readonly ack: string | null
  of?(member: AlertMessage): string | null
}

/** How much of a message is shown. */
interface Limits {
  readonly hosts: number
  readonly pools: number
  readonly others: number
  readonly detail: boolean
}
const ALONE: Limits = { hosts: 50, pools: 20, others: 20, detail: true }
const AMONG_OTHERS: Limits = { hosts: 5, pools: 3, others: 5, detail: false }
/** Hosts of a service of which a sentence may name as many as it has room for. */
const HOSTS_NAMED = 200
/** Messages of which one that tells of several says more than their number. */
export const MEMBERS_TOLD = 20
/** What a monitor printed, as far as a mail repeats it. */
const DETAIL = { lines: 100, lineLength: 400 }
/** Characters of a link; a longer one is left out, since half a link leads nowhere. */
const LINK = 2000

export function alertView(
  message: AlertMessage,
  director: string,
  time: LocalTime,
  links: Links = { ack: null },
): AlertView {
  const { members = [], omitted = 0 } = message
  const alone = single(message, director, time, links.ack, ALONE)
  if (message.members === undefined) return alone
  const told = membersTold(members)
  const left = omitted + members.length - told.length
  return {
    ...alone,
    ...summedUp(message, members, omitted),
    combined: true,
    members: told.map((one) => single(one, director, time, links.of?.(one) ?? null, AMONG_OTHERS)),
    omitted: left,
  }
}

/** Of more than have room those are left out that fail no more. */
export const membersTold = (members: readonly AlertMessage[]): readonly AlertMessage[] =>
  failingFirst(members).slice(0, MEMBERS_TOLD)

function single(
  message: AlertMessage,
  director: string,
  time: LocalTime,
  ackLink: string | null,
  limits: Limits,
): AlertView {
  const sentence = (text: string) => oneLine(text, SENTENCE)
  const name = (text: string) => oneLine(text, NAME)
  const { kind } = message
  const isTest = isTried(message)
  const down = ofTheService.has(kind) || isTest ? [] : message.failing
  const failing = down.slice(0, limits.hosts).map(({ host, text }) => ({ host: name(host), text: sentence(text) }))
  // What the state still holds of the last check is not what is told at a startup.
  const isNews = !isTest && kind !== 'startup' && kind !== 'disable'
  const summary = isNews ? sentence(message.summary) : ''
  const subject = shellWord(name(subjectOf(message)))
  const pools = message.pools.slice(0, limits.pools).map(sentence)
  return {
    ...wordsOf(kind, isTest),
    key: name(message.key),
    group: name(message.group),
    service: name(message.service),
    description: sentence(message.description),
    headline: headline(message, failing, summary),
    failing,
    more: down.length - failing.length,
    reason: reason(message, failing, summary),
    several: down.length > 1,
    listed: down.length > (kind === 'ack' ? 0 : 1),
    summary,
    said: namesHostsOnly(message) || isOwnNews(message) ? '' : summary,
    detail: isNews && limits.detail ? block(message.detail, DETAIL) : '',
    pools,
    left: pools,
    remedy: sentence(message.remedy ?? ''),
    others: (message.others ?? []).slice(0, limits.others).map(name),
    traffic: sentence(message.traffic ?? ''),
    because: sentence(message.because ?? ''),
    at: time.full(message.at),
    clock: time.clock(message.at),
    since: message.firstFailure === null || isTest ? '' : time.full(message.firstFailure),
    lasted: message.lasted === null ? '' : durationText(message.lasted),
    lastSuccess: message.lastSuccess === null ? '' : time.full(message.lastSuccess),
    failures: message.failures,
    acknowledged: sentence(acknowledgedBy(message)),
    ackLink: safeLink(ackLink),
    hosts: sentence(message.hosts.slice(0, HOSTS_NAMED).map(name).join(', ')),
    director: name(director),
    id: name(message.id),
    outage: name(message.outage ?? `${message.key}@${message.firstFailure ?? ''}`),
    subject,
    // Of what does not get through, and of a test, nobody can be asked why.
    whyCommand: message.key.startsWith('upalert/') ? 'upalert outbox' : `upalert why ${subject}`,
    combined: false,
    members: [],
    omitted: 0,
  }
}

/** mon's convention: a summary that lists the failing hosts and says nothing else. */
function namesHostsOnly({ summary, failing }: AlertMessage): boolean {
  const said = summary.trim()
  const length = failing.reduce((sum, { host }) => sum + host.length, Math.max(0, failing.length - 1))
  return length === said.length && failing.map(({ host }) => host).join(' ') === said
}

type KindWords = Pick<AlertView, 'kind' | 'severity' | 'word' | 'state' | 'up' | 'trap'>

const wordsOf = (kind: AlertKind, isTest: boolean): KindWords => ({
  kind,
  severity: isTest ? 'info' : isFailing(kind) ? 'critical' : kind === 'up' ? 'ok' : 'info',
  word: isTest ? `TEST ${WORDS[kind]}` : WORDS[kind],
  state: isTest ? 'TEST' : STATES[kind],
  up: kind === 'up' && !isTest,
  trap: kind === 'trap' && !isTest,
})

/** What of a view changes where it tells of several messages: each of them has its own hosts, pools and times. */
function summedUp(message: AlertMessage, members: readonly AlertMessage[], omitted: number) {
  const isTest = isTried(message) || (members.length > 0 && members.every(isTried))
  const kind = members.length === 0 ? message.kind : overall(members)
  const sum = sumOf({ ...message, members, omitted })
  return {
    ...wordsOf(kind, isTest),
    ...{ headline: sum, reason: sum },
    ...{ failing: [], more: 0, several: false, listed: false },
    ...{ summary: '', said: '', detail: '', acknowledged: '', trap: false },
    ...{ since: '', lasted: '', lastSuccess: '', failures: 0, hosts: '', remedy: '' },
  }
}

/** The key of news of a pool begins with a word and a blank, which no service's does; `quorum` and `drift` are no servers. */
function subjectOf({ key, group, service }: AlertMessage): string {
  if (!key.startsWith('virtual ')) return key
  return service.includes(':') ? service : group
}

const shellWord = (text: string): string =>
  /^[\w@%+=:,./[\]-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

/** What concerns the service as a whole: that hosts failed before is no part of it. */
const ofTheService: ReadonlySet<AlertKind> = new Set(['startup', 'disable', 'traptimeout'])

/** mon gives its alerts user and comment in one; a message that has no such variable has the comment alone. */
function acknowledgedBy({ acknowledged, environment }: AlertMessage): string {
  if (acknowledged === null) return ''
  return (environment.MON_ACK ?? acknowledged).replace(/^: /, '')
}

/** A link as it stands, if it is one: whoever follows it must not end up anywhere else. */
const safeLink = (link: string | null): string =>
  link !== null && link.length <= LINK && /^https?:\/\/[\x21\x23-\x26\x28-\x3b=\x3f-\x5b\x5d_a-z~]+$/i.test(link)
    ? link
    : ''
