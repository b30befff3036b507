/**
 * Sends one mail for each alert to all recipients of the line: what failed, since when, what is left, what would end it,
 * and how to ask why; as text and as HTML. Reached as `mail` and, in a mon.cf written for mon, as `mail.alert`. Recipients
 * that have the mail do not get it again when others are retried. A message that brings a subject and a text of its own
 * (keepalived's, a report) is sent in those words.
 * Source: mon's mail.alert (its -S and -f); RFC 5322, RFC 3834; LVS-HOWTO 11.5 (ALERT and UPALERT in the subject).
 */

import { localTime } from '../src/edge/local-time.ts'
import {
  type AlertMail,
  type AlertMailOptions,
  alertMailFlags,
  letterOf,
  mailReceiver,
  recipientsProperty,
  sendAlertMail,
  senderProperties,
} from '../src/edge/mail/alert-mail.ts'
import { relaysIn } from '../src/edge/mail/relays.ts'
import { readTemplates, readTemplatesNow, templateFaults } from '../src/edge/mail/templates.ts'
import { type Alert, type AlertContext, type AlertMessage, type AlertOutcome, isFailing } from '../src/model/alert.ts'
import { alertView, type Links } from '../src/wire/mail/alert-view.ts'
import { letterText } from '../src/wire/mail/letter-text.ts'
import { lineSubjectProblem, type MailParts, type MailTemplates, mailParts } from '../src/wire/mail/mail-parts.ts'
import { subjectTemplate, WRITTEN_LIMITS } from '../src/wire/mail/mail-text.ts'
import { asWritten, oneLine } from '../src/wire/mail/safe-text.ts'
import { sampleViews } from '../src/wire/mail/sample-views.ts'

export interface MailOptions extends AlertMailOptions {
  readonly templates?: string
}

export const mail: Alert<MailOptions> = {
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
      templates: {
        type: 'string',
        description: 'a directory of templates for subject, text and HTML; without it the setting templates',
        pattern: '^/',
        form: 'a directory by its whole path, such as /etc/upalert/templates',
      },
      ...senderProperties,
    },
    required: ['recipients'],
    additionalProperties: false,
  },
  flags: alertMailFlags,
  rest: 'recipients',
  receiver: mailReceiver,
  combines: () => true,

  async send(message: AlertMessage, options: MailOptions, context: AlertContext): Promise<AlertOutcome> {
    const templates = await readTemplates(directoryOf(options, context))
    return sendAlertMail(mailOf(message, options, context, templates, linksOf(message, context)), context)
  },

  render(message: AlertMessage, options: MailOptions, context: AlertContext): string {
    const templates = readTemplatesNow(directoryOf(options, context))
    const links = withoutTokens(linksOf(message, context))
    const written = mailOf(message, options, context, templates, links)
    const { dkim } = context.mail
    return letterText(letterOf(written, context), {
      relays: relaysIn(written.server || context.mail.server),
      signed: dkim === undefined || dkim === null ? '' : `${dkim.selector}._domainkey.${dkim.domain}`,
      remark: written.remark,
    })
  },

  faults({ subject, templates = '' }: MailOptions): readonly string[] {
    const mistake = subject === undefined ? '' : lineSubjectProblem(subject, sampleViews)
    return [...(mistake === '' ? [] : [mistake]), ...(templates === '' ? [] : templateFaults(templates))]
  },
}

const directoryOf = ({ templates }: MailOptions, context: AlertContext): string => templates ?? context.templates ?? ''

function mailOf(
  message: AlertMessage,
  options: MailOptions,
  context: AlertContext,
  templates: MailTemplates,
  links: Links,
): AlertMail {
  const { recipients, from = '', server = '' } = options
  const parts = message.mail === undefined ? null : asGiven(message, message.mail)
  const view = () => alertView(message, context.mail.hostname, localTime, links)
  return { message, recipients, from, server, ...(parts ?? mailParts(view(), templates, options.subject ?? null)) }
}

function asGiven(message: AlertMessage, { subject, text, html = '' }: NonNullable<AlertMessage['mail']>): MailParts {
  const isLong = html.length > WRITTEN_LIMITS.html
  return {
    subject: oneLine(tried(message, subject), WRITTEN_LIMITS.subject),
    text: asWritten(text, WRITTEN_LIMITS.text),
    html: isLong ? '' : asWritten(html, WRITTEN_LIMITS.html),
    remark: isLong ? `its HTML has more than ${WRITTEN_LIMITS.html} characters and was left out` : '',
  }
}

/** A mail that only tries out whether it arrives must not be filed as a failure. */
const tried = ({ kind, isTest }: AlertMessage, subject: string): string =>
  kind === 'test' || isTest === true ? `TEST ${subject}` : subject

/** A link acknowledges one failure, so that of several messages each has its own, and the end of one has none. */
function linksOf(message: AlertMessage, context: AlertContext): Links {
  const of = (one: AlertMessage) => (isFailing(one.kind) ? (context.ackLink?.(one) ?? null) : null)
  return { ack: message.members === undefined ? of(message) : null, of }
}

/** Whoever has the link may acknowledge, so that what is only shown has its place alone. */
const withoutTokens = ({ ack, of }: Links): Links => ({
  ack: ack === null ? null : placeOf(ack),
  of: (one) => placeOf(of?.(one) ?? ''),
})

const placeOf = (link: string): string => (URL.canParse(link) ? `${new URL(link).origin}/(signed-link)` : '')
