/**
 * Sends a page through a mail gateway: one line of at most 160 places, subject included, most important first.
 * Reached as `pager` and, in a mon.cf written for mon, as `page.alert`.
 * Source: mon's qpage.alert and mail gateways of phone companies; 3GPP TS 23.038 for the limit.
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
import { PAGE_LIMIT, pageTemplate, pageText } from '../src/wire/mail/page-text.ts'
import { gsmPlaces, oneLine, shorten } from '../src/wire/mail/safe-text.ts'
import { render } from '../src/wire/mail/template.ts'

export interface PagerOptions extends AlertMailOptions {
  readonly text?: string
}

/** Places that a subject may take of the page's. */
const SUBJECT_SHARE = 60

export const pager: Alert<PagerOptions> = {
  name: 'pager',
  deed: 'sends a page of 160 characters through a mail gateway',
  schema: {
    type: 'object',
    properties: {
      recipients: recipientsProperty("the phones' addresses at the gateway: number@gateway"),
      subject: {
        type: 'string',
        description:
          'a subject, as a Handlebars template, for gateways that ask for one; it counts as part of the page',
        minLength: 1,
      },
      text: {
        type: 'string',
        description: `the page, as a Handlebars template; without it "${pageTemplate}"`,
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

  send(message: AlertMessage, options: PagerOptions, context: AlertContext): Promise<AlertOutcome> {
    const view = alertView(message, context.mail.hostname, localTime)
    const named = options.subject === undefined ? null : render(options.subject, '{{state}} {{key}}', view)
    const subject =
      named === null ? null : shorten(oneLine(named.text, SUBJECT_SHARE * 2), SUBJECT_SHARE, '...', gsmPlaces)
    // A gateway puts a blank between subject and text.
    const taken = subject === null ? 0 : gsmPlaces(subject) + 1
    const page = pageText(options.text ?? pageTemplate, view, PAGE_LIMIT - taken)
    const remark = [named?.problem ?? '', page.problem].filter((problem) => problem !== '').join('; ')
    const { recipients, from = '', server = '' } = options
    return sendAlertMail({ message, recipients, from, server, subject, text: page.text, remark }, context)
  },
}
