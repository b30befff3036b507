/**
 * What happened, in the words of subjects and pages: `ALERT`, `DOWN`, and the one line that tells it.
 * Source: mon's mail.alert, LVS-HOWTO 11.5.
 */
import { type AlertKind, type AlertMessage, isFailing } from '../../model/alert.ts'
import { durationText } from '../../model/duration.ts'
import { oneLine } from './safe-text.ts'

export interface FailingHost {
  readonly host: string
  readonly text: string
}

/** Characters of a name or an address, and of a sentence. */
export const NAME = 255
export const SENTENCE = 400

/** Services that a headline of several messages names. */
const KEYS_NAMED = 12

/**
 * LVS-HOWTO 11.5 and mon's mail.alert: ALERT and UPALERT stand in the subject, and people sort their mail by them, so that
 * a failure is an ALERT whoever told it. Other occasions have words of their own, which mail.alert calls ALERT as well.
 */
export const WORDS: Readonly<Record<AlertKind, string>> = {
  failure: 'ALERT',
  up: 'UPALERT',
  startup: 'STARTUP',
  ack: 'ACK',
  disable: 'DISABLE',
  trap: 'ALERT',
  traptimeout: 'ALERT',
  test: 'ALERT',
}

export const STATES: Readonly<Record<AlertKind, string>> = {
  failure: 'DOWN',
  up: 'UP',
  startup: 'START',
  ack: 'ACK',
  disable: 'DISABLED',
  trap: 'DOWN',
  traptimeout: 'DOWN',
  test: 'TEST',
}

export const isTried = ({ kind, isTest }: AlertMessage): boolean => kind === 'test' || isTest === true

/** What is told where nothing has failed just now. */
function occasion(message: AlertMessage, ofTest: string): string | null {
  const { kind, output } = message
  if (isTried(message)) return ofTest
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

/** It is no recovery, and must not read like one. */
function goneText({ because = '', lasted }: AlertMessage): string {
  const failed = lasted === null ? '' : `; it still failed, for ${durationText(lasted)}`
  return `not watched any more: ${because}${failed}`
}

/** `failing`: those that are listed, in safe words. */
export function headline(message: AlertMessage, failing: readonly FailingHost[], summary: string): string {
  const other = occasion(message, 'only a test of the notification, nothing has failed')
  if (other !== null) return oneLine(other, SENTENCE)
  if (message.gone === true) return oneLine(goneText(message), SENTENCE)
  if (message.kind === 'up')
    return message.lasted === null ? 'up again' : `up again after ${durationText(message.lasted)}`
  const why = reason(message, failing, summary)
  if (failing.length === 0) return why
  const names = failing.map(({ host }) => host).join(', ')
  if (failing.length === 1) return `${names} ${why}`
  return `${message.failing.length} of ${message.hosts.length} hosts (${names}): ${why}`
}

export function reason(message: AlertMessage, failing: readonly FailingHost[], summary: string): string {
  const other = occasion(message, 'only a test, nothing has failed')
  if (other !== null) return oneLine(other, SENTENCE)
  if (message.kind === 'up') return ''
  const first = failing[0]?.text ?? ''
  if (first !== '') return first
  if (summary !== '') return summary
  const what = message.kind === 'trap' ? 'a trap came' : 'the check ended'
  return `${what} with exit status ${message.exit} and said nothing`
}

/** What several messages come to: the last of each service counts. A failure outweighs an end, and that other news. */
export function overall(members: readonly AlertMessage[]): AlertKind {
  const kinds = lastOfEach(members).map(({ kind }) => kind)
  return kinds.find(isFailing) ?? kinds.find((kind) => kind === 'up') ?? kinds[0] ?? 'test'
}

type Several = Pick<AlertMessage, 'counts' | 'omitted'> & { readonly members: readonly AlertMessage[] }

/** `3 services fail, 1 works again: web/http, db/sql, …`; what fails is named first. Those that are not listed count. */
export function sumOf({ members, counts, omitted = 0 }: Several): string {
  const last = lastOfEach(members)
  const failing = last.filter(({ kind }) => isFailing(kind))
  const up = last.filter(({ kind }) => kind === 'up')
  const rest = last.filter(({ kind }) => !isFailing(kind) && kind !== 'up')
  const noun = nounOf(last)
  const { down, other, ...count } = counts ?? { down: failing.length, up: up.length, other: rest.length }
  const parts = [
    down === 0 ? '' : counted(down, noun, 'fails', 'fail'),
    count.up === 0 ? '' : counted(count.up, down === 0 ? noun : null, 'works again', 'work again'),
    other === 0 ? '' : `${other} with other news`,
    omitted === 0 || counts !== undefined ? '' : `${omitted} more not told here`,
  ].filter((part) => part !== '')
  const keys = [...failing, ...up, ...rest].map(({ key }) => oneLine(key, NAME))
  const named = keys.slice(0, KEYS_NAMED).join(', ')
  const names = named === '' ? '' : `: ${named}${down + count.up + other > KEYS_NAMED ? ', …' : ''}`
  return oneLine(`${parts.join(', ')}${names}`, SENTENCE)
}

/** What fails now comes first, of each service its last; the rest, a failure and its end among it, stays in its order. */
export function failingFirst(members: readonly AlertMessage[]): readonly AlertMessage[] {
  const last = new Map(members.map(({ key }, i) => [key, i]))
  const fails = (member: AlertMessage, i: number) =>
    last.get(member.key) === i && isFailing(member.kind) && !isTried(member)
  return [...members.filter(fails), ...members.filter((member, i) => !fails(member, i))]
}

const lastOfEach = (members: readonly AlertMessage[]): readonly AlertMessage[] => [
  ...new Map(members.map((member) => [member.key, member])).values(),
]

/** The key of news of a pool begins with a word and a blank, which no service's does. */
function nounOf(messages: readonly AlertMessage[]): Noun {
  const pools = messages.filter(({ key }) => key.startsWith('virtual ')).length
  if (pools === 0) return { one: 'service', many: 'services' }
  if (pools === messages.length) return { one: 'server', many: 'servers' }
  return { one: 'service or server', many: 'services and servers' }
}

interface Noun {
  readonly one: string
  readonly many: string
}

function counted(count: number, noun: Noun | null, one: string, many: string): string {
  const what = noun === null ? '' : ` ${count === 1 ? noun.one : noun.many}`
  return `${count}${what} ${count === 1 ? one : many}`
}
