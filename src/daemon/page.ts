/** Opens the page for links in messages, where the configuration asks for one, and makes those links. */
import { createAdaptorServer } from '@hono/node-server'
import { clock } from '../edge/clock.ts'
import { type LinkKey, openLinkKey } from '../edge/link-key.ts'
import { localTime } from '../edge/local-time.ts'
import { type AlertMessage, isFailing } from '../model/alert.ts'
import type { Settings } from '../model/model.ts'
import { type Milliseconds, seconds, wallTime } from '../model/units.ts'
import { ackPages } from '../server/page/page.ts'
import { ackUrl, signedText } from '../wire/ack-link.ts'
import { hostPortText } from '../wire/host-port.ts'
import type { Running } from './running.ts'

/** Browsers at once; a page is small, and nobody stays. */
export const CONNECTIONS_MOST = 100
/** Requests of one connection; then it makes place for others. */
const REQUESTS_MOST = 20
/** A request's headers have this long, the whole request, and the pause between two of them. */
export const HEADERS_WITHIN = seconds(5)
const REQUEST_WITHIN = seconds(15)
const IDLE_WITHIN = seconds(5)
/** How often that is looked at; Node's own 30 s would be what counts. */
const LOOK_EVERY = seconds(1)
/** Bytes of a request's line and headers together; a browser behind a proxy sends 2 KB. */
const HEADERS_MOST = 16_384
/** A port that is taken is tried again so often: an older daemon may still be about to end. */
const AGAIN_EVERY = seconds(10)

type End = NonNullable<Settings['notify']['pageListen']>

export interface LinkPage {
  /** What links are signed with; `null` while nobody could follow them. */
  readonly key: LinkKey | null
  close(): Promise<void>
}

/** What of a running daemon the page has to do with. */
export type Served = Pick<Running, 'loop' | 'journal' | 'started' | 'linkKey'>

/** Trouble is a notice: people are told without links rather than not at all. */
export async function openPage(
  running: Served,
  notice: (text: string) => void,
  again: Milliseconds = AGAIN_EVERY,
): Promise<LinkPage> {
  const end = running.started.model.settings.notify.pageListen
  const nothing: LinkPage = { key: null, close: async () => {} }
  if (end === null) return nothing
  const opened = openLinkKey(running.started.directories.statedir)
  if (opened.kind === 'failed') {
    notice(opened.text)
    return nothing
  }
  const { key, remark } = opened
  if (remark !== '') notice(remark)
  const first = await listen(running, key, end)
  if (first.kind === 'listening') return { key, close: first.close }
  notice(
    `the page for links in messages cannot be opened on ${endText(end)}: ${first.text}; messages have no links until it can, and it is tried again every ${again / 1000} s`,
  )
  const later = keepTrying(running, key, end, again, notice)
  return { key: null, close: later }
}

/** Answers what ends it. */
function keepTrying(
  running: Served,
  key: LinkKey,
  end: End,
  again: Milliseconds,
  notice: (text: string) => void,
): () => Promise<void> {
  let close = async (): Promise<void> => {}
  let ended = false
  let trying: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    trying = trying.then(attempt)
  }, again)
  async function attempt(): Promise<void> {
    if (ended || running.linkKey !== null) return
    const tried = await listen(running, key, end)
    if (tried.kind === 'failed') return
    clearInterval(timer)
    close = tried.close
    running.linkKey = key
    notice(`the page for links in messages is open now on ${endText(end)}; messages have links again`)
  }
  return async () => {
    ended = true
    clearInterval(timer)
    await trying
    await close()
  }
}

const endText = ({ address, port }: End): string => hostPortText({ host: address, port })

type Listening =
  | { readonly kind: 'listening'; close(): Promise<void> }
  | { readonly kind: 'failed'; readonly text: string }

async function listen({ loop, journal }: Served, key: LinkKey, { address, port }: End): Promise<Listening> {
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
  const server = createAdaptorServer({
    fetch: pages.fetch,
    // The name that a request without Host has (HTTP/1.0); nothing is made of it.
    hostname: 'localhost',
    // What others in this process fetch stays as Node has it.
    overrideGlobalObjects: false,
    serverOptions: {
      headersTimeout: HEADERS_WITHIN,
      requestTimeout: REQUEST_WITHIN,
      keepAliveTimeout: IDLE_WITHIN,
      connectionsCheckingInterval: LOOK_EVERY,
      maxHeaderSize: HEADERS_MOST,
    },
  })
  server.maxConnections = CONNECTIONS_MOST
  if ('maxRequestsPerSocket' in server) server.maxRequestsPerSocket = REQUESTS_MOST
  const trouble = await new Promise<string | null>((resolve) => {
    // For good: what goes wrong with one browser later on must not end the daemon.
    server.on('error', (error: Error) => resolve(error.message))
    server.listen(port, address, () => resolve(null))
  })
  return trouble === null ? { kind: 'listening', close: () => closed(server) } : { kind: 'failed', text: trouble }
}

const closed = (server: ReturnType<typeof createAdaptorServer>): Promise<void> =>
  new Promise((resolve) => {
    if ('closeAllConnections' in server) server.closeAllConnections()
    server.close(() => resolve())
  })

/** The link of a message about a service's failure; `null` where there is nothing to acknowledge. */
export function linkOf(message: AlertMessage, pageUrl: string, key: LinkKey | null): string | null {
  const { id, outage, group, service, isTest, members } = message
  if (key === null || pageUrl === '' || outage === undefined || isTest === true || members !== undefined) return null
  if (!isFailing(message.kind) || message.key !== `${group}/${service}`) return null
  const subject = { service: message.key, outage, message: id }
  return ackUrl(pageUrl, subject, key.sign(signedText(subject)))
}
