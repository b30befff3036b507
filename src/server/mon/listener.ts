/**
 * Takes connections of mon's clients (moncmd, monshow, mon.cgi, …) on TCP. Who may not connect, or is one too many, is
 * hung up on without a word, as mon does.
 * Source: mon manual, "serverbind", "serverport", "clientallow", "cltimeout".
 */
import { createServer, type Server, type Socket } from 'node:net'
import type { SyslogMessage } from '../../wire/mon/syslog.ts'
import { messages } from '../../wire/mon/syslog-messages.ts'
import { type Backoff, backoff } from './backoff.ts'
import { type Place, placesOf, plainAddress, whyNot } from './bind.ts'
import { type BoundedLog, boundedLog, REFUSALS, REQUESTS } from './bounded-log.ts'
import { mayConnect } from './clientallow.ts'
import { type Client, Clients } from './clients.ts'
import { serve } from './connection.ts'
import type { MonDaemon } from './daemon.ts'
import { type Pace, pace } from './pace.ts'
import type { Context } from './session.ts'
import type { Variables } from './variables.ts'

export interface ListenOptions {
  /** As serverbind has it. */
  readonly bind: string
  /** 0 takes a free one, the same at all places. */
  readonly port: number
  /** For tests of the limits. */
  readonly clients?: Clients
}

export type MonListening =
  | { readonly kind: 'listening'; readonly port: number; readonly addresses: readonly string[]; close(): Promise<void> }
  /** `text` is a sentence without its full stop, `message` mon's words for syslog. */
  | { readonly kind: 'failed'; readonly text: string; readonly message: SyslogMessage }

/** Never rejects. `clientallow` and `cltimeout` are read anew for each connection. */
export async function listenForClients(
  daemon: MonDaemon,
  { bind, port, clients }: ListenOptions,
): Promise<MonListening> {
  const reception = new Reception(daemon, clients ?? new Clients())
  const servers: Server[] = []
  const close = async (): Promise<void> => {
    reception.close()
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  }
  let bound = port
  const addresses: string[] = []
  for (const place of placesOf(bind)) {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => reception.admit(socket))
    const failure = await listening(server, place, bound)
    if (failure !== null && place.optional) continue
    if (failure !== null) {
      await close()
      const why = whyNot(failure)
      const message = messages.cannotBind(port, `${why} (${place.host})`)
      return { kind: 'failed', text: `cannot listen on ${place.host} port ${port} for clients: ${why}`, message }
    }
    // For good: a client that cannot be accepted (EMFILE) is an error too, and nobody to hear it would end the daemon.
    server.on('error', (error) =>
      reception.refused({ priority: 'err', text: `accept returned error: ${error.message}` }),
    )
    servers.push(server)
    const address = server.address()
    if (typeof address !== 'object' || address === null) continue
    bound = address.port
    addresses.push(address.address)
  }
  return { kind: 'listening', port: bound, addresses, close }
}

const listening = (server: Server, { host, ipv6Only }: Place, port: number): Promise<NodeJS.ErrnoException | null> =>
  new Promise((resolve) => {
    server.once('error', resolve)
    server.listen({ host, port, ipv6Only }, () => {
      server.off('error', resolve)
      resolve(null)
    })
  })

/** What all connections share. */
class Reception {
  readonly refused: BoundedLog
  private readonly daemon: MonDaemon
  private readonly clients: Clients
  private readonly log: BoundedLog
  private readonly pace: Pace = pace()
  private readonly backoff: Backoff = backoff()
  private readonly variables: Variables = new Map()
  private closed = false

  constructor(daemon: MonDaemon, clients: Clients) {
    this.daemon = daemon
    this.clients = clients
    this.log = boundedLog(daemon, REQUESTS)
    this.refused = boundedLog(daemon, REFUSALS)
  }

  admit(socket: Socket): void {
    const address = plainAddress(socket.remoteAddress ?? '')
    const { clientallow, cltimeout } = this.daemon.state().model.settings.clients
    const name = `${address}:${socket.remotePort ?? 0}`
    // Errors of a socket that nobody listens to would end the daemon.
    socket.on('error', () => socket.destroy())
    if (this.closed || address === '' || !mayConnect(clientallow, address)) {
      if (address !== '') this.refused(messages.clientUnwanted(address))
      socket.destroy()
      return
    }
    const gone = new AbortController()
    const session = { address, port: socket.remotePort ?? 0, user: null, view: null, gone: gone.signal }
    const { daemon, variables, backoff, log } = this
    const context: Context = { daemon, session, variables, backoff, log }
    let connection: ReturnType<typeof serve> | null = null
    const client: Client = {
      address,
      busy: () => connection?.busy === true,
      hangUp: () => {
        socket.destroy()
      },
    }
    if (!this.clients.add(client)) {
      this.refused({ priority: 'notice', text: `closing client ${name}: too many connections` })
      socket.destroy()
      return
    }
    socket.on('close', () => {
      this.clients.remove(client)
      gone.abort()
    })
    log(messages.clientConnected(address, session.port))
    connection = serve(socket, {
      context,
      pace: this.pace,
      silence: cltimeout,
      heard: () => this.clients.heard(client),
      timedOut: () => log(messages.clientIdle(name, cltimeout / 1000)),
    })
  }

  close(): void {
    this.closed = true
    this.clients.hangUpAll()
  }
}
