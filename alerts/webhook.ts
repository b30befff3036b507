/**
 * Sends an HTTP request: to a program of yours, or by a preset to Slack, Mattermost, Teams, Discord, Telegram, ntfy,
 * PagerDuty, Opsgenie or Twilio.
 * Sent: the receiver answered 2xx. Tried again: no answer, 5xx, 429 and 408, when the receiver says (Retry-After). Another
 * answer is final. Private addresses are refused unless they are allowed; redirects are not followed.
 */
import { compose, deliver, type Outgoing, viewOf } from '../src/edge/webhook/deliver.ts'
import { webhookExample } from '../src/edge/webhook/example.ts'
import { type WebhookOptions, webhookProperties } from '../src/edge/webhook/options.ts'
import { prepare } from '../src/edge/webhook/prepare.ts'
import type { Alert } from '../src/model/alert.ts'
import { bodyFault, PLAIN_TYPE } from '../src/wire/webhook/body.ts'
import { presets } from '../src/wire/webhook/presets.ts'
import { STARS, shownUrl, withoutSecrets } from '../src/wire/webhook/secrets.ts'

export const webhook: Alert<WebhookOptions> = {
  name: 'webhook',
  deed: 'sends an HTTP request',
  schema: { type: 'object', properties: webhookProperties, additionalProperties: false },
  flags: { X: 'method', H: 'header' },
  rest: null,
  receiver: ({
    preset = '',
    url = '',
    urlFile = '',
    routingKeyFile = '',
    tokenFile = '',
    chat = '',
    to = [],
    topic = '',
  }) => [preset, url, urlFile, routingKeyFile, tokenFile, chat, ...to, topic].filter((word) => word !== '').join(' '),
  line: ({ preset = '', url = '', urlFile = '' }) =>
    urlFile || (URL.canParse(url) ? new URL(url).host : '') || presets.get(preset)?.url || preset,
  combines: ({ preset = '', combine = false }) => presets.get(preset)?.combines ?? combine,
  send: deliver,

  render(message, options, context) {
    const ready = prepare(options, context)
    if (ready.kind === 'wrong') return `cannot be sent: ${ready.faults.join('; ')}`
    const composed = compose(viewOf(message, context), message, options, ready)
    if (composed.kind === 'nothing') return `nothing would be sent: ${composed.why}`
    const signed = ready.secret === '' ? '' : `X-Upalert-Timestamp: ${STARS}\nX-Upalert-Signature: sha256=${STARS}\n`
    const texts = composed.list.map((request) => withoutSecrets(requestText(request, signed), ready.secrets))
    return [...(composed.problem === '' ? [] : [`the template is not used: ${composed.problem}`]), ...texts].join(
      '\n\n',
    )
  },

  faults(options) {
    const ready = prepare(options, {})
    if (ready.kind === 'wrong') return ready.faults
    if (ready.template === null) return ready.templateFault === '' ? [] : [ready.templateFault]
    const type = options.contentType ?? PLAIN_TYPE
    const fault = bodyFault(ready.template, webhookExample(), ready.preset, type)
    return fault === null ? [] : [`the template of the body is wrong: ${fault}`]
  },
}

function requestText({ method, url, headers, body }: Outgoing, signed: string): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${shownHeader(name, value)}\n`)
  const end = body === null ? '' : `\n${indented(body)}\n`
  return `${method} ${shownUrl(url)}\n${lines.join('')}${signed}${end}`
}

/** Also a key that was written into the line itself. */
const shownHeader = (name: string, value: string): string =>
  /^(?:authorization|cookie|proxy-authorization)$|token|secret|key$/i.test(name) && !/^idempotency-key$/i.test(name)
    ? STARS
    : value

function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}
