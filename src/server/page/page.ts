/**
 * The page behind a link in a message: it shows the failure, and takes one acknowledgement. Looking changes nothing, since
 * mail scanners and chat previews open every link; only the button does.
 */
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { ServiceKey } from '../../model/names.ts'
import { groupName, id, serviceKey, serviceName } from '../../model/names.ts'
import type { ServiceState } from '../../model/state.ts'
import { type Now, wallTime } from '../../model/units.ts'
import { parseDuration } from '../../parse/text/duration.ts'
import { type LinkSubject, signedText } from '../../wire/ack-link.ts'
import { oneLine } from '../../wire/mail/safe-text.ts'
import { comment, given, type PoolDaemon } from '../pool-commands.ts'
import { type Page, pageHtml } from './html.ts'

export interface PageDaemon extends Pick<PoolDaemon, 'state' | 'post' | 'kept'> {
  now(): Now
  /** Whether we have signed this. */
  fits(text: string, signature: string): boolean
  /** An instant in local time, with its zone. */
  timeText(at: number): string
}

/** Bytes of a form; three short fields. */
const FORM_MOST = 8_192
/** Characters of a name and of a sentence that are shown. */
const NAME_SHOWN = 60
const TEXT_SHOWN = 400

export function ackPages(daemon: PageDaemon): Hono {
  const app = new Hono()
  app.use(async (c, next) => {
    await next()
    for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value)
  })
  app.use(bodyLimit({ maxSize: FORM_MOST, onError: (c) => c.html(pageHtml(tooLong), 413) }))
  // A page_url may have a path, which a proxy in front may keep or take away.
  app.get('*', (c) => {
    const found = linkOf(c.req.path, daemon)
    return c.html(pageHtml(found.page), found.status)
  })
  app.post('*', async (c) => {
    const found = linkOf(c.req.path, daemon)
    if (found.subject === null) return c.html(pageHtml(found.page), found.status)
    const form = await c.req.parseBody()
    const done = await acknowledged(found.subject, form, daemon)
    return c.html(pageHtml(done.page), done.status)
  })
  app.all('*', (c) => c.html(pageHtml(unknown), 405))
  app.onError((_, c) => c.html(pageHtml(stumbled), 500))
  return app
}

const headers: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Robots-Tag': 'noindex',
}

interface Found {
  readonly page: Page
  readonly status: 200 | 404 | 409 | 410
  /** What may be acknowledged; `null`: nothing. */
  readonly subject: LinkSubject | null
}

/** What a path means now. One that we did not sign, or whose outage is over, look the same from outside. */
function linkOf(path: string, daemon: PageDaemon): Found {
  const parts = /\/ack\/([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(path)?.slice(1).map(decoded) ?? []
  const [group, service, message, signature] = parts
  const none: Found = { page: unknown, status: 404, subject: null }
  if (group == null || service == null || message == null || signature == null) return none
  const key = serviceKey(groupName(group), serviceName(service))
  const state = stateOf(key, daemon)
  if (state === null) return none
  const subject = state.outage === null ? null : { group, service, message, outage: state.outage }
  if (subject === null || !daemon.fits(signedText(subject), signature))
    return { page: over, status: 410, subject: null }
  if (state.usedLinks.includes(id(message))) return { page: usedPage(state), status: 410, subject: null }
  if (state.ack !== null) return { page: ackedPage(state), status: 409, subject: null }
  return { page: failurePage(key, state, daemon), status: 200, subject }
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

function stateOf(key: ServiceKey, daemon: PageDaemon): ServiceState | null {
  const state = daemon.state()
  const index = state.model.serviceIndex.get(key)
  return index === undefined ? null : (state.services[index] ?? null)
}

async function acknowledged(
  { group, service, message, outage }: LinkSubject,
  form: Readonly<Record<string, unknown>>,
  daemon: PageDaemon,
): Promise<{ readonly page: Page; readonly status: 200 | 409 | 503 }> {
  const field = (name: string): string => (typeof form[name] === 'string' ? form[name] : '')
  const who = oneLine(field('who'), NAME_SHOWN)
  const length = parseDuration(field('lasts'))
  const command = {
    kind: 'ack',
    service: serviceKey(groupName(group), serviceName(service)),
    comment: comment(field('comment')),
    link: { message: id(message), outage },
    ...(length.kind === 'duration' ? { lasts: length.duration } : {}),
  } as const
  const answer = await given(command, who === '' ? 'somebody by a link' : `${who} (by a link)`, daemon)
  if (!answer.ok) return { page: { title: 'Not acknowledged', tone: 'bad', text: answer.text }, status: 409 }
  const text = `${group}/${service}: ${textOf(answer.data)}.`
  return { page: { title: 'Acknowledged', tone: 'good', text }, status: 200 }
}

const textOf = (data: unknown): string =>
  typeof data === 'object' && data !== null && 'text' in data && typeof data.text === 'string' ? data.text : ''

function failurePage(key: ServiceKey, state: ServiceState, { timeText }: PageDaemon): Page {
  const since = state.firstFailure ?? wallTime(0)
  return {
    title: `${key} fails`,
    tone: 'bad',
    facts: [
      { name: 'What', text: oneLine(state.summary, TEXT_SHOWN) },
      { name: 'Since', text: timeText(since) },
    ],
    form: true,
  }
}

const ackedPage = ({ ack }: ServiceState): Page => ({
  title: 'Acknowledged already',
  tone: 'plain',
  text: `${ack?.who || 'Somebody'} has acknowledged it: ${ack?.comment || 'no comment'}`,
})

const usedPage = ({ ack }: ServiceState): Page => ({
  title: 'This link has been used',
  tone: 'plain',
  text: ack === null ? 'Use the link of a newer message, or "upalert ack".' : `${ack.who}: ${ack.comment}`,
})

const over: Page = {
  title: 'Nothing to acknowledge',
  tone: 'good',
  text: 'The failure that this link was about is over, or the link is not one of ours.',
}
const unknown: Page = { title: 'There is nothing here', tone: 'plain', text: 'Look whether the whole link was opened.' }
const tooLong: Page = { title: 'That was too much', tone: 'bad', text: 'A comment may have 300 characters.' }
const stumbled: Page = {
  title: 'Not acknowledged',
  tone: 'bad',
  text: 'upalert stumbled over this request and goes on; use "upalert ack".',
}
