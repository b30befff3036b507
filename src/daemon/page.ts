/** Opens the page for links in messages, where the configuration asks for one, and makes those links. */
import { createAdaptorServer } from '@hono/node-server'
import { clock } from '../edge/clock.ts'
import { type LinkKey, openLinkKey } from '../edge/link-key.ts'
import { localTime } from '../edge/local-time.ts'
import { type AlertMessage, isFailing } from '../model/alert.ts'
import type { Settings } from '../model/model.ts'
import { wallTime } from '../model/units.ts'
import { ackPages } from '../server/page/page.ts'
import { ackUrl, signedText } from '../wire/ack-link.ts'
import type { Running } from './running.ts'

/** Browsers at once; a page is small, and nobody stays. */
const connectionsMost = 100
/** Milliseconds for a request's headers, for the whole request, and between two of them. */
const headersWithin = 5_000
const requestWithin = 15_000
const idleWithin = 5_000

export interface LinkPage {
  readonly key: LinkKey | null
  close(): Promise<void>
}

/** Trouble is a notice: people are told without links rather than not at all. */
export async function openPage(running: Running, notice: (text: string) => void): Promise<LinkPage> {
  const { settings } = running.started.model
  const { pageListen, pageUrl } = settings.notify
  const nothing: LinkPage = { key: null, close: async () => {} }
  if (pageListen === null && pageUrl === '') return nothing
  const opened = openLinkKey(running.started.directories.statedir)
  if (opened.kind === 'failed') {
    notice(opened.text)
    return nothing
  }
  const { key } = opened
  if (pageListen === null) return { ...nothing, key }
  const closing = await listen(running, key, pageListen, notice)
  return { key, close: closing }
}

async function listen(
  running: Running,
  key: LinkKey,
  { address, port }: NonNullable<Settings['notify']['pageListen']>,
  notice: (text: string) => void,
): Promise<() => Promise<void>> {
  const { loop, journal } = running
  const pages = ackPages({
    state: loop.state,
    post: loop.post,
    now: clock.now,
    fits: key.fits,
    timeText: (at) => localTime.full(wallTime(at)),
    async kept() {
      await loop.settled()
      return journal.status().trouble
    },
  })
  const options = { headersTimeout: headersWithin, requestTimeout: requestWithin, keepAliveTimeout: idleWithin }
  const server = createAdaptorServer({ fetch: pages.fetch, serverOptions: options })
  server.maxConnections = connectionsMost
  const trouble = await new Promise<string | null>((resolve) => {
    // For good: what goes wrong with one browser later on must not end the daemon.
    server.on('error', (error: Error) => resolve(error.message))
    server.listen(port, address, () => resolve(null))
  })
  if (trouble === null) return () => closed(server)
  notice(
    `the page for links in messages cannot be opened on ${address}:${port}: ${trouble}; messages have links that lead nowhere`,
  )
  return async () => {}
}

const closed = (server: ReturnType<typeof createAdaptorServer>): Promise<void> =>
  new Promise((resolve) => {
    if ('closeAllConnections' in server) server.closeAllConnections()
    server.close(() => resolve())
  })

/** The link of a message about a service's failure; `null` where there is nothing to acknowledge. */
export function linkOf(message: AlertMessage, pageUrl: string, key: LinkKey | null): string | null {
  const { outage, group, service, isTest, members } = message
  if (key === null || pageUrl === '' || outage === undefined || isTest === true || members !== undefined) return null
  if (!isFailing(message.kind) || message.key !== `${group}/${service}`) return null
  const subject = { group, service, message: message.id, outage }
  return ackUrl(pageUrl, subject, key.sign(signedText(subject)))
}
