/** One alert's text on its way to its recipients by mail; the way of a mail and of a page is the same. */
import type { AlertContext, AlertMessage, AlertOutcome } from '../../model/alert.ts'
import { machineHeaders, messageId, qualified, threadId } from '../../wire/mail/mail-headers.ts'
import { handOver } from './smtp.ts'

export interface AlertMail {
  readonly message: AlertMessage
  readonly recipients: readonly string[]
  /** Empty: the configuration's mailfrom and mailserver. */
  readonly from: string
  readonly server: string
  readonly subject: string | null
  readonly text: string
  /** What the operator should know besides, such as a mistake in a template; empty if nothing. */
  readonly remark: string
}

export async function sendAlertMail(mail: AlertMail, context: AlertContext): Promise<AlertOutcome> {
  const { hostname } = context.mail
  const everybody = [...new Set(mail.recipients.map((address) => qualified(address, hostname)))]
  const before = context.reached ?? []
  const waiting = everybody.filter((address) => !before.includes(address))
  if (waiting.length === 0) return { kind: 'sent', text: 'all recipients had the mail already' }

  const letter = {
    from: qualified(mail.from || context.mail.from, hostname),
    to: waiting,
    shownTo: everybody,
    subject: mail.subject,
    text: mail.text,
    messageId: messageId(mail.message, hostname),
    thread: threadId(mail.message, hostname),
    date: new Date(mail.message.at),
    headers: machineHeaders(mail.message),
  }
  const outcome = await handOver(mail.server || context.mail.server, letter, { signal: context.signal, hostname })
  const remark = mail.remark === '' ? '' : `; ${mail.remark}`
  if (outcome.kind === 'accepted')
    return { kind: 'sent', text: `mail to ${waiting.join(', ')}: ${outcome.response}${remark}` }
  const reached = [...before, ...outcome.reached]
  return {
    kind: 'failed',
    retry: outcome.retry,
    text: `mail to ${waiting.join(', ')}: ${outcome.text}${remark}`,
    reached,
  }
}
