/** Opens the page for links in messages, where the configuration asks for one, and makes those links. */
import { createAdaptorServer } from '@hono/node-server'
import { clock } from '../edge/clock.ts'
import { type LinkKey, openLinkKey } from '../edge/link-key.ts'
import { localTime } from '../edge/local-time.ts'
import { type AlertMessage, isFailing } from '../model/alert.ts'
import { durationText } from '../model/duration.ts'
import type { Model, Settings } from '../model/model.ts'
import { type Milliseconds, seconds, wallTime } from '../model/units.ts'
import { ackPages } from '../server/page/page.ts'
import { ackUrl, signedText } from '../wire/ack-link.ts'
import { hostPortText } from '../wire/host-port.ts'
import type { Running } from './running.ts'

/** Browsers at once; a page is small, and nobody stays. */
export const CONNECTIONS_MOST = 100
/** Requests of one connection; then it makes place for others. */
const REQUESTS_MOST = 20
/** Bytes of a request's line and headers together; a browser behind a proxy sends 2 KB. */
const HEADERS_MOST = 16_384

/** How long things may take. */
export interface Patience {
  /** A request's headers, counted from its connection's beginning or the request before. */
  readonly headers: Milliseconds
  /** A whole request. */
  readonly request: Milliseconds
  /** A connection on which nothing is asked any more. */
  readonly idle: Milliseconds
  /** How often that is looked at; Node's own 30 s would be what counts. */
  readonly look: Milliseconds
  /** A port that is taken is tried again so often: an older daemon may still be about to end. */
  readonly again: Milliseconds
}

const PATIENCE: Patience = {
  headers: seconds(5),
  request: seconds(15),
  idle: seconds(5),
  look: seconds(1),
  again: seconds(10),
}

type End = NonNullable<Settings['notify']['pageListen']>

export interface LinkPage {
  /** What links are signed with; `null` while nobody could follow them. */
  readonly key: LinkKey | null
  /** Where it is heard; `null`: nowhere yet. */
  readonly port: number | null
  close(): Promise<void>
}

/** What of a running daemon the page has to do with. */
export interface Served {
  readonly loop: Pick<Running['loop'], 'state' | 'post' | 'settled'>
  readonly journal: Pick<Running['journal'], 'status'>
  readonly started: { readonly model: Pick<Model, 'settings'>; readonly directories: { readonly statedir: string } }
  linkKey: LinkKey | null
}

/** Trouble is a notice: people are told without links rather than not at all. */
export async function openPage(
  running: Served,
  notice: (text: string) => void,
  patience: Patience = PATIENCE,
): Promise<LinkPage> {
  const end = running.started.model.settings.notify.pageListen
  const nothing: LinkPage = { key: null, port: null, close: async () => {} }
  if (end === null) return nothing
  const opened = openLinkKey(running.started.directories.statedir)
  if (opened.kind === 'failed') {
    notice(opened.text)
    return nothing
  }
  const { key, remark } = opened
  if (remark !== '') notice(remark)
  const first = await listen(running, key, end, patience)
  if (first.kind === 'listening') return { key, port: first.port, close: first.close }
  const again = durationText(patience.again)
  notice(
    `the page for links in messages cannot be opened on ${endText(end)}: ${first.text}; messages have no links until it can, which is tried every ${again}`,
  )
  const close = keepTrying(patience.again, async () => {
    const tried = await listen(running, key, end, patience)
    if (tried.kind === 'failed') return null
    running.linkKey = key
    notice(`the page for links in messages is open now on ${endText(end)}, and messages have links`)
    return tried.close
  })
  return { ...nothing, close }
}

/** Until it has opened something. Answers what ends the trying, or what was opened. */
function keepTrying(every: Milliseconds, open: () => Promise<(() => Promise<void>) | null>): () => Promise<void> {
  let ended = false
  let close: (() => Promise<void>) | null = null
  let trying = Promise.resolve()
  const timer = setInterval(() => {
    trying = trying.then(async () => {
      if (ended || close !== null) return
      close = await open()
      if (close !== null) clearInterval(timer)
    })
  }, every)
  return async () => {
    ended = true
    clearInterval(timer)
    await trying
    await close?.()
  }
}

const endText = ({ address, port }: End): string => hostPortText({ host: address, port })

type Listening =
  | { readonly kind: 'listening'; readonly port: number; close(): Promise<void> }
  | { readonly kind: 'failed'; readonly text: string }

async function listen(
  { loop, journal }: Served,
  key: LinkKey,
  { address, port }: End,
  { headers, request, idle, look }: Patience,
): Promise<Listening> {
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
      headersTimeout: headers,
      requestTimeout: request,
      keepAliveTimeout: idle,
      connectionsCheckingInterval: look,
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
  if (trouble !== null) return { kind: 'failed', text: trouble }
  const heard = server.address()
  const bound = typeof heard === 'object' && heard !== null ? heard.port : port
  return { kind: 'listening', port: bound, close: () => closed(server) }
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
