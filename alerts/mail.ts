/**
 * Sends one mail for each alert to all recipients of the line: what failed, since when, what is left, and how to ask why.
 * Reached as `mail` and, in a mon.cf written for mon, as `mail.alert`. Recipients that have the mail do not get it again
 * when others are retried.
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
import { SUBJECT_LIMIT, subjectTemplate, textTemplate } from '../src/wire/mail/mail-text.ts'
import { oneLine } from '../src/wire/mail/safe-text.ts'
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
    const view = alertView(message, context.mail.hostname, localTime)
    const subject = render(options.subject ?? subjectTemplate, subjectTemplate, view)
    const { recipients, from = '', server = '' } = options
    const text = render(textTemplate, textTemplate, view).text
    return sendAlertMail(
      {
        message,
        recipients,
        from,
        server,
        subject: oneLine(subject.text, SUBJECT_LIMIT),
        text,
        remark: subject.problem,
      },
      context,
    )
  },
}
