/**
 * Sends a page through a mail gateway: one line of at most 160 places, subject included, most important first.
 * Reached as `pager` and, in a mon.cf written for mon, as `page.alert`.
 * Source: mon's qpage.alert and mail gateways of phone companies; 3GPP TS 23.038 for the limit.
 */

import { localTime } from '../src/edge/local-time.ts'
import { sendAlertMail } from '../src/edge/mail/alert-mail.ts'
import type { Alert, AlertContext, AlertMessage, AlertOutcome } from '../src/model/alert.ts'
import { alertView } from '../src/wire/mail/alert-view.ts'
import { ADDRESS_LENGTH, ADDRESS_PATTERN } from '../src/wire/mail/mail-headers.ts'
import { PAGE_LIMIT, pageTemplate, pageText } from '../src/wire/mail/page-text.ts'
import { gsmPlaces, oneLine, shorten } from '../src/wire/mail/safe-text.ts'
import { render } from '../src/wire/mail/template.ts'

export interface PagerOptions {
  readonly recipients: readonly string[]
  readonly subject?: string
  readonly text?: string
  readonly from?: string
  readonly server?: string
}

/** Phones that one alert line may reach; each page costs money. */
const RECIPIENTS_MOST = 50
/** Places that a subject may take of the page's. */
const SUBJECT_SHARE = 60

export const pager: Alert<PagerOptions> = {
  name: 'pager',
  deed: 'sends a page of 160 characters through a mail gateway',
  schema: {
    type: 'object',
    properties: {
      recipients: {
        type: 'array',
        description: "the phones' addresses at the gateway: number@gateway",
        items: { type: 'string', pattern: ADDRESS_PATTERN, maxLength: ADDRESS_LENGTH },
        minItems: 1,
        maxItems: RECIPIENTS_MOST,
      },
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
