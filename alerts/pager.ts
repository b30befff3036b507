/**
 * Sends a page: one line of at most 160 places, most important first, through a mail gateway or to a paging gateway by
 * SNPP. Reached as `pager` and, in a mon.cf written for mon, as `page.alert`.
 * Source: mon's qpage.alert, snpp.alert and mail gateways of phone companies; RFC 1861; 3GPP TS 23.038 for the limit.
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
import { sendAlertPages } from '../src/edge/snpp/alert-pages.ts'
import type { Alert, AlertContext, AlertMessage, AlertOutcome } from '../src/model/alert.ts'
import { HOST_PORT_FORM, HOST_PORT_LENGTH, HOST_PORT_PATTERN } from '../src/wire/host-port.ts'
import { alertView } from '../src/wire/mail/alert-view.ts'
import { PAGE_LIMIT, pageFault, pageTemplate, pageText } from '../src/wire/mail/page-text.ts'
import { gsmPlaces, oneLine, shorten } from '../src/wire/mail/safe-text.ts'
import { sampleViews } from '../src/wire/mail/sample-views.ts'
import { render, templateProblem } from '../src/wire/mail/template.ts'
import { snppFaults } from '../src/wire/snpp/faults.ts'

export interface PagerOptions extends AlertMailOptions {
  readonly text?: string
  /** `host[:port]`: by SNPP instead of mail. */
  readonly snpp?: string
  readonly level?: number
  readonly caller?: string
}

/** Places that a subject may take of the page's. */
const SUBJECT_SHARE = 60
const SUBJECT = '{{state}} {{key}}'

export const pager: Alert<PagerOptions> = {
  name: 'pager',
  deed: 'sends a page of 160 characters through a mail gateway or by SNPP',
  schema: {
    type: 'object',
    properties: {
      recipients: recipientsProperty(
        "the phones' addresses at the gateway: number@gateway; with --snpp the pagers' ids",
      ),
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
      snpp: {
        type: 'string',
        description: 'a paging gateway, host or host:port, that is told by SNPP; without it the page is a mail',
        pattern: HOST_PORT_PATTERN,
        form: HOST_PORT_FORM,
        maxLength: HOST_PORT_LENGTH,
      },
      level: {
        type: 'integer',
        description: "with --snpp: the service level, 0 for priority, 1 for normal; without it the gateway's own",
        minimum: 0,
        maximum: 11,
      },
      caller: {
        type: 'string',
        description: 'with --snpp: who calls, a number that the pager may show',
        pattern: '^[!-~]+$',
        form: 'one word of visible ASCII characters',
        maxLength: 64,
      },
      ...senderProperties,
    },
    required: ['recipients'],
    additionalProperties: false,
  },
  flags: alertMailFlags,
  rest: 'recipients',
  receiver: (options) =>
    options.snpp === undefined ? mailReceiver(options) : [...options.recipients, `snpp ${options.snpp}`].join(' '),
  line: ({ snpp, server = '' }) => (snpp === undefined ? `mail ${server}` : `snpp ${snpp}`),
  combines: () => true,

  send(message: AlertMessage, options: PagerOptions, context: AlertContext): Promise<AlertOutcome> {
    const { subject, text, remark } = made(message, options, context)
    const { recipients, from = '', server = '', snpp, level = null, caller = null } = options
    if (snpp !== undefined) return sendAlertPages({ gateway: snpp, recipients, text, level, caller, remark }, context)
    return sendAlertMail({ message, recipients, from, server, subject, text, remark }, context)
  },

  render(message, options, context) {
    const { subject, text, remark } = made(message, options, context)
    const to = options.snpp === undefined ? 'by mail' : `by SNPP through ${options.snpp}`
    return [
      `To: ${options.recipients.join(', ')} (${to})`,
      ...(subject === null ? [] : [`Subject: ${subject}`]),
      text,
      ...(remark === '' ? [] : [`(${remark})`]),
    ].join('\n')
  },

  faults({ text, subject, from, server, snpp, level, caller, recipients }) {
    const problems = [
      text === undefined ? '' : (pageFault(text) ?? ''),
      subject === undefined ? '' : templateProblem(subject, sampleViews),
    ]
    return [
      ...problems.filter((problem) => problem !== ''),
      ...snppFaults({ snpp, level, caller, subject, from, server, pagers: recipients }),
    ]
  },
}

interface Made {
  readonly subject: string | null
  readonly text: string
  /** What the operator should know besides; empty if nothing. */
  readonly remark: string
}

function made(message: AlertMessage, options: PagerOptions, context: AlertContext): Made {
  const links = {
    ack: context.ackLink?.(message) ?? null,
    of: (member: AlertMessage) => context.ackLink?.(member) ?? null,
  }
  const view = alertView(message, context.mail.hostname, localTime, links)
  const asked = options.snpp === undefined ? options.subject : undefined
  const named = asked === undefined ? null : render(asked, SUBJECT, view)
  const subject =
    named === null ? null : shorten(oneLine(named.text, SUBJECT_SHARE * 2), SUBJECT_SHARE, '...', gsmPlaces)
  // A gateway puts a blank between subject and text.
  const taken = subject === null ? 0 : gsmPlaces(subject) + 1
  const page = pageText(options.text ?? pageTemplate, view, PAGE_LIMIT - taken, message)
  const remark = [named?.problem ?? '', page.problem].filter((problem) => problem !== '').join('; ')
  return { subject, text: page.text, remark }
}
