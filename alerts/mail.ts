/**
 * Sends one mail for each alert to all recipients of the line: what failed, since when, what is left, and how to ask why.
 * Reached as `mail` and, in a mon.cf written for mon, as `mail.alert`. Recipients that have the mail do not get it again
 * when others are retried. A message that brings a subject and a text of its own (keepalived's) is sent in those words.
 * Source: mon's mail.alert (its -S and -f); RFC 5322, RFC 3834; LVS-HOWTO 11.5 (ALERT and UPALERT in the subject).
 */

import { localTime } from '../src/edge/local-time.ts'
import type { AlertMailOptions } from '../src/edge/mail/alert-mail.ts'
import {
  alertMailFlags,
  mailReceiver,
  recipientsProperty,
  sendAlertMail,
  senderProperties,
} from '../src/edge/mail/alert-mail.ts'
import type { Alert, AlertContext, AlertMessage, AlertOutcome } from '../src/model/alert.ts'
import { alertView } from '../src/wire/mail/alert-view.ts'
import { SUBJECT_LIMIT, subjectTemplate, textTemplate, WRITTEN_LIMITS } from '../src/wire/mail/mail-text.ts'
import { asWritten, oneLine } from '../src/wire/mail/safe-text.ts'
import { render } from '../src/wire/mail/template.ts'

export const mail: Alert<AlertMailOptions> = {
  name: 'mail',
  deed: 'sends a mail',
  schema: {
    type: 'object',
    properties: {
      recipients: recipientsProperty('who receives the mail: addresses, or names this host knows, such as root'),
      subject: {
        type: 'string',
        description: `the subject, as a Handlebars template; without it "${subjectTemplate}"`,
        minLength: 1,
      },
      ...senderProperties,
    },
    required: ['recipients'],
    additionalProperties: false,
  },
  flags: alertMailFlags,
  rest: 'recipients',
  receiver: mailReceiver,

  send(message: AlertMessage, options: AlertMailOptions, context: AlertContext): Promise<AlertOutcome> {
    const { recipients, from = '', server = '' } = options
    return sendAlertMail({ message, recipients, from, server, ...wordsOf(message, options, context) }, context)
  },
}

function wordsOf(message: AlertMessage, options: AlertMailOptions, { mail: { hostname } }: AlertContext) {
  if (message.mail !== undefined) {
    const { subject, text } = message.mail
    const written = asWritten(text, WRITTEN_LIMITS.text)
    return { subject: oneLine(tried(message, subject), WRITTEN_LIMITS.subject), text: written, remark: '' }
  }
  const view = alertView(message, hostname, localTime)
  const subject = render(options.subject ?? subjectTemplate, subjectTemplate, view)
  const { text } = render(textTemplate, textTemplate, view)
  return { subject: oneLine(subject.text, SUBJECT_LIMIT), text, remark: subject.problem }
}

/** A mail that only tries out whether it arrives must not be filed as a failure. */
const tried = ({ kind, isTest }: AlertMessage, subject: string): string =>
  kind === 'test' || isTest === true ? `TEST ${subject}` : subject
