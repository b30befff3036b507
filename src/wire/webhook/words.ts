/**
 * A message for a chat: a title, lines, and a link, cut to what the receiver takes. Every piece is escaped before it is
 * measured, and only whole pieces are cut, so that no escape ends in its middle.
 */
import { shorten } from '../mail/safe-text.ts'
import type { Escape } from './escape.ts'
import type { WebhookView } from './view.ts'

export interface Words {
  readonly title: string
  readonly lines: readonly string[]
  /** Where it can be acknowledged; empty: nowhere. */
  readonly link: string
}

/** Failing hosts of which a chat is told one by one. */
const HOSTS_LISTED = 10
/** Characters of a title, about what one line of a phone's notification shows. */
export const TITLE_LIMIT = 300

export function wordsOf(view: WebhookView): Words {
  return {
    title: shorten(`${view.word} ${view.combined ? '' : `${view.key}: `}${view.headline}`, TITLE_LIMIT),
    lines: [...(view.combined ? combinedLines(view) : outageLines(view)), ...endLines(view)].filter(
      (line) => line !== '',
    ),
    // What has ended, or is acknowledged, wants no acknowledgement.
    link: view.down || view.test ? view.ackLink : '',
  }
}

/** The text without the title, in order of importance: what does not fit is at the end. */
function outageLines(view: WebhookView): readonly string[] {
  const hosts = view.listed ? view.failing.slice(0, HOSTS_LISTED) : []
  const more = view.listed ? view.failing.length - hosts.length + view.more : 0
  return [
    view.description,
    ...hosts.map(({ host, text }) => `${host} ${text}`),
    more > 0 ? `and ${more} more` : '',
    ...view.left,
    named('Traffic', view.traffic),
    view.up ? named('Failed from', view.since) : named('Failing since', view.since),
    named('What would end it', view.remedy),
    named('Acknowledged', view.kind === 'ack' ? '' : view.acknowledged),
    named(view.up ? 'Last failure' : 'Monitor said', view.said === view.reason ? '' : view.said),
  ]
}

const combinedLines = (view: WebhookView): readonly string[] => [
  ...view.members.map((member) => `${member.state} ${member.key}: ${member.headline}`),
  view.omitted > 0 ? `and ${view.omitted} more` : '',
]

const endLines = (view: WebhookView): readonly string[] => [
  named('Why you are told', view.because),
  named('Also told', view.others.join(', ')),
  named('Warning', view.warning),
  `${view.director}, ${view.at}; ${view.combined ? `message ${view.id}` : view.whyCommand}`,
]

const named = (name: string, text: string): string => (text === '' ? '' : `${name}: ${text}`)

/** How much room a text takes; UTF-16 code units unless told otherwise. */
type Cost = (text: string) => number
const codeUnits: Cost = (text) => text.length
export const utf8Bytes: Cost = (text) => new TextEncoder().encode(text).length

interface Room {
  readonly limit: number
  readonly escape: Escape
  readonly cost?: Cost
}

/** As many lines as fit, each escaped; of the first that does not fit, as many words as do. */
export function fitted(lines: readonly string[], { limit, escape: safe, cost = codeUnits }: Room): string {
  const taken: string[] = []
  let left = limit
  for (const line of lines) {
    const room = taken.length === 0 ? left : left - 1
    const whole = safe(line)
    if (cost(whole) > room) {
      const part = cutTo(line, room, safe, cost)
      if (part !== '') taken.push(part)
      break
    }
    taken.push(whole)
    left = room - cost(whole)
  }
  return taken.join('\n')
}

/** An escape makes a text longer, so what it is cut to is found by trying: each try is shorter than the one before. */
function cutTo(line: string, room: number, safe: Escape, cost: Cost): string {
  for (let limit = room; limit > 0; ) {
    const part = safe(shorten(line, limit, '…'))
    const over = cost(part) - room
    if (over <= 0) return part
    limit -= Math.max(over >> 2, 1)
  }
  return ''
}

/** ISO 8601's day and time, or nothing, for receivers that know a field for it. */
export const orNothing = <Key extends string>(key: Key, text: string): Partial<Record<Key, string>> => {
  const made: Partial<Record<Key, string>> = {}
  if (text !== '') made[key] = text
  return made
}
