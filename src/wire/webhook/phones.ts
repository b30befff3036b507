/**
 * Receivers that reach a phone: Telegram, ntfy, Twilio.
 * Sources: Telegram Bot API, sendMessage and ResponseParameters; docs.ntfy.sh, "Publish as JSON", "Message priority",
 * "Action buttons", "Limitations"; Twilio, "Messages resource" (Body: 1600 characters).
 */

import { pageTemplate, pageText } from '../mail/page-text.ts'
import { shorten } from '../mail/safe-text.ts'
import { isObject, secondsIn } from './chats.ts'
import { below, type JsonObject, one, type Preset, posted } from './request.ts'
import { fitted, orNothing, utf8Bytes, wordsOf } from './words.ts'

/** Telegram counts UTF-16 code units. */
const TELEGRAM_TEXT = 4096

export const telegram: Preset = {
  name: 'telegram',
  title: 'Telegram',
  url: 'https://api.telegram.org',
  contentType: 'application/json',
  wants: ['tokenFile', 'chat'],
  takes: [],
  combines: true,
  // Without parse_mode nothing in the text means anything.
  escape: (text) => text,
  fault: ({ token }) =>
    /^\d+:[A-Za-z0-9_-]+$/.test(token) ? null : 'a bot token of Telegram looks like 123456:ABC-DEF…, and this does not',
  plan(view, { url, token, chat }) {
    const { title, lines, link } = wordsOf(view)
    const end = link === '' ? '' : `\nAcknowledge: ${link}`
    const text = fitted([title, ...lines], { limit: TELEGRAM_TEXT - end.length, escape: (line) => line }) + end
    const body = { text, link_preview_options: { is_disabled: true }, disable_notification: !view.down && !view.test }
    return one(posted(below(url, `/bot${token}/sendMessage`), body, { fixed: { chat_id: chat } }))
  },
  waits: (body) => (isObject(body) && isObject(body.parameters) ? secondsIn(body.parameters, 'retry_after') : null),
}

/** Bytes of a message; a longer one would arrive as a file. */
const NTFY_MESSAGE = 4096
const NTFY_TITLE = 200

export const ntfy: Preset = {
  name: 'ntfy',
  title: 'ntfy',
  url: 'https://ntfy.sh',
  contentType: 'application/json',
  wants: [],
  takes: ['topic', 'tokenFile', 'priority'],
  combines: true,
  escape: (text) => text,
  fault: (settings) => (topicOf(settings) === '' ? 'ntfy needs a topic: --topic, or a URL that ends in one' : null),
  plan(view, settings) {
    const { title, lines, link } = wordsOf(view)
    // JSON is published to the address itself, and the topic stands in the body.
    const url = below(settings.url, '')
    if (settings.topic === '') url.pathname = url.pathname.replace(/[^/]*$/, '')
    const body: JsonObject = {
      title: shorten(title, NTFY_TITLE),
      message: fitted(lines, { limit: NTFY_MESSAGE, escape: (line) => line, cost: utf8Bytes }),
      tags: [view.severity === 'critical' ? 'rotating_light' : view.severity === 'ok' ? 'white_check_mark' : 'bell'],
      priority: settings.priority === '' ? (view.down ? 5 : 3) : Number(settings.priority.replace(/^P/, '')),
      ...(link === '' ? {} : { actions: [{ action: 'view', label: 'Acknowledge', url: link }] }),
    }
    const headers: Record<string, string> = settings.token === '' ? {} : { Authorization: `Bearer ${settings.token}` }
    return one(posted(url, body, { headers, fixed: { topic: topicOf(settings) } }))
  },
}

/** Without --topic, the last part of a URL such as https://ntfy.sh/mytopic, which then may stand in a file as a secret. */
function topicOf({ topic, url }: { readonly topic: string; readonly url: URL }): string {
  const last = topic === '' ? (/([^/]*)\/*$/.exec(url.pathname)?.[1] ?? '') : topic
  return /^[-_A-Za-z0-9]{1,64}$/.test(last) ? last : ''
}

/** Places of two SMS in one: Twilio takes 1600 and bills each part, and what is behind these nobody pays for gladly. */
const SMS_TEXT = 306

export const twilio: Preset = {
  name: 'twilio',
  title: 'Twilio',
  url: 'https://api.twilio.com',
  contentType: 'application/x-www-form-urlencoded',
  wants: ['tokenFile', 'from', 'to'],
  takes: [],
  combines: true,
  escape: (text) => text,
  fault: ({ token }) =>
    /^AC[0-9a-fA-F]{32}:./.test(token) ? null : 'the token file has to hold ACCOUNT_SID:AUTH_TOKEN, and does not',
  plan(view, { url, token, from, to }) {
    const account = token.slice(0, token.indexOf(':'))
    const at = below(url, `/2010-04-01/Accounts/${account}/Messages.json`)
    const sender = orNothing(from.startsWith('MG') ? 'MessagingServiceSid' : 'From', from)
    const headers = { Authorization: `Basic ${base64(token)}` }
    const ackLink = wordsOf(view).link
    const Body = pageText(pageTemplate, { ...view, ackLink }, SMS_TEXT).text
    const list = to.map((number) => posted(at, { Body }, { to: number, headers, fixed: { To: number, ...sender } }))
    return { kind: 'requests', list }
  },
}

/** Of ASCII, which is all that keys are made of (RFC 4648). */
export const base64 = (text: string): string => btoa(text)
