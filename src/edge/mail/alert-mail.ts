/**
 * One alert's text on its way to its recipients by mail. The way of a mail and of a page is the same, and so are the
 * options by which an operator steers it.
 */
import type { AlertContext, AlertMessage, AlertOutcome } from '../../model/alert.ts'
import type { OptionProperty } from '../../model/module.ts'
import type { Letter } from '../../wire/mail/letter.ts'
import {
  ADDRESS_FORM,
  ADDRESS_LENGTH,
  ADDRESS_PATTERN,
  machineHeaders,
  messageId,
  qualified,
  threadIds,
} from '../../wire/mail/mail-headers.ts'
import { type Handover, refused } from '../../wire/mail/smtp-outcome.ts'
import { readDkimKey } from './dkim.ts'
import { handOverToFirst } from './relays.ts'

export interface AlertMailOptions {
  readonly recipients: readonly string[]
  readonly subject?: string
  readonly from?: string
  readonly server?: string
}

/** Short flags of the options above. */
export const alertMailFlags = { S: 'subject', f: 'from' } as const

/** Recipients of one alert line: more belong into an alias of the mail server, and each page costs money. */
const RECIPIENTS_MOST = 50

export const recipientsProperty = (description: string): OptionProperty => ({
  type: 'array',
  description,
  items: { type: 'string', pattern: ADDRESS_PATTERN, form: ADDRESS_FORM, maxLength: ADDRESS_LENGTH },
  minItems: 1,
  maxItems: RECIPIENTS_MOST,
})

export const senderProperties = {
  from: {
    type: 'string',
    description: "the sender's address; without it the setting mailfrom",
    pattern: ADDRESS_PATTERN,
    form: ADDRESS_FORM,
    maxLength: ADDRESS_LENGTH,
  },
  server: {
    type: 'string',
    description: 'the mail relay, smtp://host:port, or several in order with blanks between; without it mailserver',
    pattern: '^smtps?://.',
    form: 'smtp://host:port or smtps://host:port',
  },
} as const satisfies Record<string, OptionProperty>

export interface AlertMail {
  readonly message: AlertMessage
  readonly recipients: readonly string[]
  /** Empty: the configuration's mailfrom and mailserver. */
  readonly from: string
  readonly server: string
  readonly subject: string | null
  readonly text: string
  /** Empty or missing: text only. */
  readonly html?: string
  /** What the operator should know besides, such as a mistake in a template; empty if nothing. */
  readonly remark: string
}

export async function sendAlertMail(mail: AlertMail, context: AlertContext): Promise<AlertOutcome> {
  const before = context.reached ?? []
  const letter = letterOf(mail, context)
  const to = letter.shownTo.filter((address) => !before.includes(address))
  if (to.length === 0) return { kind: 'sent', text: 'all recipients had the mail already' }
  const outcome = await handedOver(mail.server || context.mail.server, { ...letter, to }, context)
  const remark = mail.remark === '' ? '' : `; ${mail.remark}`
  if (outcome.kind === 'accepted')
    return { kind: 'sent', text: `mail to ${to.join(', ')}: ${outcome.response}${remark}` }
  const reached = [...before, ...outcome.reached]
  return { kind: 'failed', retry: outcome.retry, text: `mail to ${to.join(', ')}: ${outcome.text}${remark}`, reached }
}

/** What goes out, before it is known who has it already. */
export function letterOf(mail: AlertMail, { mail: { hostname, from, listId } }: AlertContext): Letter {
  const everybody = [...new Set(mail.recipients.map((address) => qualified(address, hostname)))]
  return {
    from: qualified(mail.from || from, hostname),
    to: everybody,
    shownTo: everybody,
    subject: mail.subject,
    text: mail.text,
    html: mail.html ?? '',
    messageId: messageId(mail.message, hostname),
    threads: threadIds(mail.message, hostname),
    date: new Date(mail.message.at),
    headers: machineHeaders(mail.message, listId),
  }
}

async function handedOver(servers: string, letter: Letter, { mail, signal, timeout }: AlertContext): Promise<Handover> {
  const { hostname, dkim = null } = mail
  const signing = dkim === null ? { kind: 'read' as const, key: null } : await readDkimKey(dkim)
  if (signing.kind === 'unusable') return refused(signing.text)
  return handOverToFirst(servers, letter, { signal, timeout, hostname, dkim: signing.key })
}

/** Who is told: an alert and its upalert to the same people keep their order, whatever their subjects and templates are. */
export const mailReceiver = ({ recipients, server = '' }: Pick<AlertMailOptions, 'recipients' | 'server'>): string =>
  [...recipients, server].join(' ')
