/**
 * An alert's message in the words of a mail or a page: what templates may name. Every piece is safe to show on one line,
 * whatever a real server or a program answered; only `detail` has several lines.
 */

import type { AlertKind, AlertMessage } from '../../model/alert.ts'
import { durationText } from '../../model/duration.ts'
import type { WallTime } from '../../model/units.ts'
import { block, oneLine } from './safe-text.ts'

/** How instants are said where the daemon runs: `full` with zone and offset, `clock` as hours and minutes. */
export interface LocalTime {
  full(at: WallTime): string
  clock(at: WallTime): string
}

export interface AlertView {
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
  /** `10.1.1.3 answered 503`, or `up again after 4 min 32 s`. */
  readonly headline: string
  readonly failing: readonly { readonly host: string; readonly text: string }[]
  /** How many more fail than `failing` lists; 0 for none. */
  readonly more: number
  /** Why, without the host: the first failing host's reason. */
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
  readonly at: string
  readonly clock: string
  readonly since: string
  readonly lasted: string
  readonly lastSuccess: string
  readonly failures: number
  /** Who acknowledged it, where somebody logged in, and the comment: `ann: on my way`. */
  readonly acknowledged: string
  readonly hosts: string
  readonly director: string
  readonly id: string
  /** What `upalert why` is asked: the service, the real server, or the virtual server. */
  readonly subject: string
}

/** Failing hosts that a mail lists one by one. */
const HOSTS_LISTED = 50
/** Characters of a name or an address, of a sentence, and of an operator's comment. */
const NAME = 255
const SENTENCE = 400
/** Pools that a mail lists. */
const POOLS_LISTED = 20
/** What a monitor printed, as far as a mail repeats it. */
const DETAIL = { lines: 100, lineLength: 400 }

export function alertView(message: AlertMessage, director: string, time: LocalTime): AlertView {
  const sentence = (text: string) => oneLine(text, SENTENCE)
  const name = (text: string) => oneLine(text, NAME)
  const isTest = message.kind === 'test' || message.isTest === true
  const down = ofTheService.has(message.kind) || isTest ? [] : message.failing
  const failing = down.slice(0, HOSTS_LISTED).map(({ host, text }) => ({ host: name(host), text: sentence(text) }))
  // What the state still holds of the last check is not what is told at a startup.
  const isNews = !isTest && message.kind !== 'startup' && message.kind !== 'disable'
  const summary = isNews ? sentence(message.summary) : ''
  return {
    word: isTest ? `TEST ${WORDS[message.kind]}` : WORDS[message.kind],
    state: isTest ? 'TEST' : STATES[message.kind],
    up: message.kind === 'up' && !isTest,
    trap: message.kind === 'trap' && !isTest,
    key: name(message.key),
    group: name(message.group),
    service: name(message.service),
    description: sentence(message.description),
    headline: headline(message, failing, summary),
    failing,
    more: down.length - failing.length,
    reason: reason(message, failing, summary),
    several: down.length > 1,
    listed: down.length > (message.kind === 'ack' ? 0 : 1),
    summary,
    said: message.summary.trim() === message.failing.map(({ host }) => host).join(' ') ? '' : summary,
    detail: isNews ? block(message.detail, DETAIL) : '',
    pools: message.pools.slice(0, POOLS_LISTED).map(sentence),
    at: time.full(message.at),
    clock: time.clock(message.at),
    since: message.firstFailure === null || isTest ? '' : time.full(message.firstFailure),
    lasted: message.lasted === null ? '' : durationText(message.lasted),
    lastSuccess: message.lastSuccess === null ? '' : time.full(message.lastSuccess),
    failures: message.failures,
    acknowledged: sentence(acknowledgedBy(message)),
    hosts: sentence(message.hosts.join(', ')),
    director: name(director),
    id: name(message.id),
    subject: shellWord(name(subjectOf(message))),
  }
}

/** The key of news of a pool begins with a word and a blank, which no service's does; `quorum` and `drift` are no servers. */
function subjectOf({ key, group, service }: AlertMessage): string {
  if (!key.startsWith('virtual ')) return key
  return service.includes(':') ? service : group
}

const shellWord = (text: string): string =>
  /^[\w@%+=:,./[\]-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

type Failing = AlertView['failing']

/** What concerns the service as a whole: that hosts failed before is no part of it. */
const ofTheService: ReadonlySet<AlertKind> = new Set(['startup', 'disable', 'traptimeout'])

/**
 * LVS-HOWTO 11.5 and mon's mail.alert: ALERT and UPALERT stand in the subject, and people sort their mail by them, so that
 * a failure is an ALERT whoever told it. Other occasions have words of their own, which mail.alert calls ALERT as well.
 */
const WORDS: Readonly<Record<AlertKind, string>> = {
  failure: 'ALERT',
  up: 'UPALERT',
  startup: 'STARTUP',
  ack: 'ACK',
  disable: 'DISABLE',
  trap: 'ALERT',
  traptimeout: 'ALERT',
  test: 'ALERT',
}

const STATES: Readonly<Record<AlertKind, string>> = {
  failure: 'DOWN',
  up: 'UP',
  startup: 'START',
  ack: 'ACK',
  disable: 'DISABLED',
  trap: 'DOWN',
  traptimeout: 'DOWN',
  test: 'TEST',
}

/** What is told where nothing has failed just now. */
function occasion({ kind, isTest, output }: AlertMessage, ofTest: string): string | null {
  if (kind === 'test' || isTest === true) return ofTest
  if (kind === 'startup') return 'upalert has started'
  if (kind === 'ack') return `acknowledged${byWhom(output)}`
  if (kind === 'disable') return `disabled${byWhom(output)}`
  return null
}

/** ` by ann: on my way` from mon's `ann: on my way`; nobody is named in `: on my way`, since nobody logged in. */
function byWhom(text: string): string {
  const [, who = '', comment = ''] = /^([^:]*):?\s*(.*)$/s.exec(text) ?? []
  return `${who === '' ? '' : ` by ${who}`}${comment === '' ? '' : `: ${comment}`}`
}

/** mon gives its alerts user and comment in one; a message that has no such variable has the comment alone. */
function acknowledgedBy({ acknowledged, environment }: AlertMessage): string {
  if (acknowledged === null) return ''
  return (environment.MON_ACK ?? acknowledged).replace(/^: /, '')
}

function headline(message: AlertMessage, failing: Failing, summary: string): string {
  const other = occasion(message, 'only a test of the notification, nothing has failed')
  if (other !== null) return oneLine(other, SENTENCE)
  if (message.kind === 'up')
    return message.lasted === null ? 'up again' : `up again after ${durationText(message.lasted)}`
  const why = reason(message, failing, summary)
  if (failing.length === 0) return why
  const names = failing.map(({ host }) => host).join(', ')
  if (failing.length === 1) return `${names} ${why}`
  return `${message.failing.length} of ${message.hosts.length} hosts (${names}): ${why}`
}

function reason(message: AlertMessage, failing: Failing, summary: string): string {
  const other = occasion(message, 'only a test, nothing has failed')
  if (other !== null) return oneLine(other, SENTENCE)
  if (message.kind === 'up') return ''
  const first = failing[0]?.text ?? ''
  if (first !== '') return first
  if (summary !== '') return summary
  const what = message.kind === 'trap' ? 'a trap came' : 'the check ended'
  return `${what} with exit status ${message.exit} and said nothing`
}
