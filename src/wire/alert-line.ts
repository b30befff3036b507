/**
 * One alert in one line of a log, whatever a real server or a program answered: who is down, why, what is left, and the ids
 * by which a line that comes twice is known.
 *   DOWN web/http: 10.1.1.3 answered 503; 2 of 3 real servers of web are in use [id=0197-42 outage=web/http@1780574531000]
 */
import type { AlertMessage } from '../model/alert.ts'
import type { WallTime } from '../model/units.ts'
import { type AlertView, alertView } from './mail/alert-view.ts'
import { oneLine, shorten } from './mail/safe-text.ts'

/** Characters of a line without its ids: what a terminal shows in a few rows. */
const LINE_LONGEST = 2000
/** Characters of an id. */
const ID_LONGEST = 200
/** Lines of a message that tells of several; of the rest there is one line with their number. */
const MEMBERS_MOST = 100

/** The messages that a log has a line each for. */
export const linesOf = (message: AlertMessage): readonly AlertMessage[] =>
  message.members === undefined ? [message] : message.members.slice(0, MEMBERS_MOST)

/** How many there are besides them. */
export const beyondLines = ({ members = [], omitted = 0 }: AlertMessage): number =>
  omitted + Math.max(0, members.length - MEMBERS_MOST)

export function alertLine(message: AlertMessage, director: string): string {
  const view = viewOf(message, director)
  const parts = [`${view.state} ${view.key}: ${view.headline}`, ...view.pools, view.because].filter(
    (part) => part !== '',
  )
  const ids = [`id=${word(message.id)}`, ...(message.outage === undefined ? [] : [`outage=${word(message.outage)}`])]
  return `${shorten(parts.join('; '), LINE_LONGEST)} [${ids.join(' ')}]`
}

export const viewOf = (message: AlertMessage, director: string): AlertView =>
  alertView(message, director, { full: isoTime, clock: isoTime })

/** `2026-06-04T12:02:11.000Z`; empty for what no calendar has. */
export function isoTime(at: WallTime): string {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}

/** Without blanks and brackets, which end it. */
const word = (text: string): string => oneLine(text, ID_LONGEST).replace(/[\s[\]=]+/g, '-')
