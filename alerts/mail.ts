/**
 * Sends one mail for each alert to all recipients of the line: what failed, since when, what is left, and how to ask why.
 * Reached as `mail` and, in a mon.cf written for mon, as `mail.alert`. Recipients that have the mail do not get it again
 * when others are retried.
 * Source: mon's mail.alert (its -S and -f); RFC 5322, RFC 3834; LVS-HOWTO 11.5 (ALERT and UPALERT in the subject).
 */

import { localTime } from '../src/edge/local-time.ts'
import { sendAlertMail } from '../src/edge/mail/alert-mail.ts'
import type { Alert, AlertContext, AlertMessage, AlertOutcome } from '../src/model/alert.ts'
import { alertView } from '../src/wire/mail/alert-view.ts'
import { ADDRESS_LENGTH, ADDRESS_PATTERN } from '../src/wire/mail/mail-headers.ts'
import { SUBJECT_LIMIT, subjectTemplate, textTemplate } from '../src/wire/mail/mail-text.ts'
import { oneLine } from '../src/wire/mail/safe-text.ts'
import { render } from '../src/wire/mail/template.ts'

export interface MailOptions {
  readonly recipients: readonly string[]
  readonly subject?: string
  readonly from?: string
  readonly server?: string
}

/** Recipients of one alert line; more belong into an alias of the mail server. */
const RECIPIENTS_MOST = 50

export const mail: Alert<MailOptions> = {
  name: 'mail',
  deed: 'sends a mail',
  schema: {
    type: 'object',
    properties: {
      recipients: {
        type: 'array',
        description: 'who receives the mail: addresses, or names this host knows, such as root',
        items: { type: 'string', pattern: ADDRESS_PATTERN, maxLength: ADDRESS_LENGTH },
        minItems: 1,
        maxItems: RECIPIENTS_MOST,
      },
      subject: {
        type: 'string',
        description: `the subject, as a Handlebars template; without it "${subjectTemplate}"`,
        minLength: 1,
      },
      from: {
        type: 'string',
        description: "the sender's address; without it the setting mailfrom",
        pattern: ADDRESS_PATTERN,
        maxLength: ADDRESS_LENGTH,
      },
      server: {
        type: 'string',
        description: 'the mail relay, smtp://host:port; without it the setting mailserver',
        pattern: '^smtps?://.',
      },
    },
    required: ['recipients'],
    additionalProperties: false,
  },
  flags: { S: 'subject', f: 'from' },
  rest: 'recipients',

  send(message: AlertMessage, options: MailOptions, context: AlertContext): Promise<AlertOutcome> {
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
