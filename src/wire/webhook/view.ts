/** What a body is made of: the words of a mail, and beside them instants as machines read them (RFC 3339, UTC). */
import { type AlertMessage, isFailing } from '../../model/alert.ts'
import { type AlertView, alertView, type Links, type LocalTime, membersTold } from '../mail/alert-view.ts'
import { NAME } from '../mail/alert-words.ts'
import { oneLine } from '../mail/safe-text.ts'

export interface WebhookView extends AlertView {
  /** An operator tries out whether it arrives. */
  readonly test: boolean
  /** It tells of a failure; no test of one does. */
  readonly down: boolean
  /** `2026-06-04T12:02:11.000Z`; empty where there is none. */
  readonly atIso: string
  readonly sinceIso: string
  readonly lastSuccessIso: string
  /** How long the outage lasted; `null` but in an upalert. */
  readonly lastedSeconds: number | null
  readonly hostList: readonly string[]
  readonly members: readonly WebhookView[]
  /** What is wrong with the operator's template; empty if nothing is. */
  readonly warning: string
}

/** Hosts that a body lists. */
const HOSTS_MOST = 200

export function webhookView(message: AlertMessage, director: string, time: LocalTime, links: Links): WebhookView {
  const view = alertView(message, director, time, links)
  const members = membersTold(message.members ?? [])
  const told = view.members.flatMap((member, at) => {
    const one = members[at]
    return one === undefined ? [] : [extended(member, one, [])]
  })
  return extended(view, message, told)
}

function extended(view: AlertView, message: AlertMessage, members: readonly WebhookView[]): WebhookView {
  const test = view.word.startsWith('TEST ')
  return {
    ...view,
    test,
    down: isFailing(view.kind) && !test,
    atIso: iso(message.at),
    sinceIso: view.since === '' ? '' : iso(message.firstFailure),
    lastSuccessIso: view.lastSuccess === '' ? '' : iso(message.lastSuccess),
    lastedSeconds: view.lasted === '' || message.lasted === null ? null : message.lasted / 1000,
    hostList: message.hosts.slice(0, HOSTS_MOST).map((name) => oneLine(name, NAME)),
    members,
    warning: '',
  }
}

function iso(at: number | null): string {
  const date = new Date(at ?? Number.NaN)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}
