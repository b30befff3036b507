/**
 * The page behind a link in a message: it shows the failure, and takes one acknowledgement. Looking changes nothing, since
 * mail scanners and chat previews open every link; only the button does (RFC 9110 §9.2.1, "safe methods").
 */
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Command } from '../../model/event.ts'
import { id, type ServiceKey } from '../../model/names.ts'
import type { Now } from '../../model/units.ts'
import { parseDuration } from '../../parse/text/duration.ts'
import type { LinkSubject } from '../../wire/ack-link.ts'
import { oneLine } from '../../wire/mail/safe-text.ts'
import { given, type PoolDaemon } from '../pool-commands.ts'
import { countGuesses } from './guesses.ts'
import { FIELD_MOST, LASTS, type Page, pageHtml, styleHash } from './html.ts'
import { type About, type Meaning, meaningOf } from './links.ts'
import { acknowledgedPage, calmPage, failurePage, PAGES, refusedPage, type Told, usedPage } from './words.ts'

export interface PageDaemon extends Pick<PoolDaemon, 'state' | 'post' | 'kept'> {
  now(): Now
  /** Whether we have signed this. */
  fits(text: string, signature: string): boolean
  /** An instant in local time, with its zone. */
  timeText(at: number): string
}

/** Bytes of a form: three short fields, each byte of them perhaps as %XX. */
const FORM_MOST = 8_192
const FORM_TYPE = 'application/x-www-form-urlencoded'

/** No script, no picture, nobody's frame, nothing kept, and the link is told to nobody. */
const headers: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': `default-src 'none'; style-src '${styleHash}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'X-Robots-Tag': 'noindex',
}

interface Reply {
  readonly page: Page
  readonly status: 200 | 400 | 404 | 405 | 409 | 410 | 413 | 415 | 429 | 500
}

export function ackPages(daemon: PageDaemon): Hono {
  const guesses = countGuesses()
  const app = new Hono()

  function meaning(path: string): Meaning | null {
    const { uptime } = daemon.now()
    if (!guesses.allowed(uptime)) return null
    const found = meaningOf(path, daemon.state(), daemon.fits)
    if (found.kind === 'wrong') guesses.wrong(uptime)
    return found
  }

  app.use(async (c, next) => {
    await next()
    for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value)
  })
  app.use(bodyLimit({ maxSize: FORM_MOST, onError: (c) => reply(c, { page: PAGES.tooLong, status: 413 }) }))
  // Hono answers HEAD as GET without the page.
  app.get('*', (c) => reply(c, looked(meaning(c.req.path), told(daemon))))
  app.post('*', async (c) => {
    const found = meaning(c.req.path)
    if (found?.kind !== 'open') return reply(c, looked(found, told(daemon)))
    const type = (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase()
    if (type !== FORM_TYPE) return reply(c, { page: PAGES.noForm, status: 415 })
    return reply(c, await acknowledged(found.about, new URLSearchParams(await c.req.text()), daemon))
  })
  app.all('*', (c) => {
    c.header('Allow', 'GET, HEAD, POST')
    return reply(c, { page: PAGES.nothing, status: 405 })
  })
  app.onError((_, c) => reply(c, { page: PAGES.stumbled, status: 500 }))
  return app
}

function reply(c: Context, { page, status }: Reply): Response | Promise<Response> {
  if (status === 429) c.header('Retry-After', '1')
  return c.html(pageHtml(page), status)
}

const told = ({ state, now, timeText }: PageDaemon): Told => ({ state: state(), now: now(), timeText })

/** `null`: it has not been looked at what it means. */
function looked(meaning: Meaning | null, about: Told): Reply {
  switch (meaning?.kind) {
    case undefined:
      return { page: PAGES.busy, status: 429 }
    case 'nothing':
      return { page: PAGES.nothing, status: 404 }
    case 'wrong':
      return { page: PAGES.wrong, status: 410 }
    case 'used':
      return { page: usedPage(meaning.about, about), status: 410 }
    case 'calm':
      return { page: calmPage(meaning.about), status: 409 }
    case 'acknowledged':
      return { page: acknowledgedPage('Acknowledged already', 'plain', meaning.about, about), status: 409 }
    case 'open':
      return { page: failurePage(meaning.about, about), status: 200 }
  }
}

async function acknowledged({ subject, service }: About, form: URLSearchParams, daemon: PageDaemon): Promise<Reply> {
  const who = oneLine(form.get('who') ?? '', FIELD_MOST.who)
  const command = commandOf(subject, service.key, form)
  if (command === null) return { page: PAGES.noForm, status: 400 }
  const answer = await given(command, who === '' ? 'somebody by a link' : `${who} (by a link)`, daemon)
  if (!answer.ok) return { page: refusedPage(answer.text), status: 409 }
  const index = daemon.state().model.serviceIndex.get(service.key)
  const state = index === undefined ? undefined : daemon.state().services[index]
  const about = state === undefined ? null : { subject, service, state }
  const page = about === null ? PAGES.wrong : acknowledgedPage('Acknowledged', 'good', about, told(daemon))
  const trouble = await daemon.kept()
  const text = trouble === null ? {} : { text: `BUT: it is in memory only, and a crash forgets it: ${trouble}` }
  return { page: { ...page, ...text }, status: 200 }
}

/** `null`: the form says what ours cannot. */
function commandOf({ message, outage }: LinkSubject, service: ServiceKey, form: URLSearchParams): Command | null {
  const lasts = form.get('lasts') ?? ''
  if (!LASTS.some(({ value }) => value === lasts)) return null
  const length = parseDuration(lasts)
  return {
    kind: 'ack',
    service,
    comment: oneLine(form.get('comment') ?? '', FIELD_MOST.comment),
    link: { message: id(message), outage },
    ...(length.kind === 'duration' ? { lasts: length.duration } : {}),
    ...(form.get('until') === 'change' ? { until: 'change' } : {}),
  }
}
