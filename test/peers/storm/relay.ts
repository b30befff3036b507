/**
 * A mail relay in bad weather: the smtp-server package behind a gate on a port that stays the same, so that it can refuse,
 * fall silent, break off in the middle of a message, keep a message and never say so, or trickle its answers. It remembers
 * each message that it has taken, whether or not the daemon came to hear of it.
 */
import { connect, createServer, type Server, type Socket } from 'node:net'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'
import { answer, headersOf } from '../relay.ts'
import type { Chance } from './chance.ts'
import type { Cleaning } from './cleaning.ts'

/**
 * `refusing`: nobody listens. `deaf`: connections stand, and no more. `busy`: 4xx to one command or other. `cutting`: the
 * connection breaks within the message. `swallowing`: the message is taken, and the connection breaks before that is said.
 */
export type Mood = 'well' | 'refusing' | 'deaf' | 'busy' | 'cutting' | 'swallowing'

/** How far a message has come: the command DATA was taken, the whole message is there, its answer has been written. */
export type Step = 'data' | 'taken' | 'answered'

export interface Mail {
  /** X-Upalert-Id: the delivery that it is. */
  readonly id: string
  readonly messageId: string
  readonly to: string
  readonly subject: string
  /** The relay said that it has it. */
  answered: boolean
}

/** How often a port that is still in somebody's use is asked for again, in milliseconds. */
const AGAIN = 20
/** Between two bytes of a relay that trickles, in milliseconds: the test's own second, so that none is waited for. */
const TRICKLE = 15

export class StormRelay {
  readonly mails: Mail[] = []
  /** How many messages have come so far. */
  readonly steps: Record<Step, number> = { data: 0, taken: 0, answered: 0 }
  mood: Mood = 'well'
  /** Answers come byte by byte. */
  trickles = false
  port = 0
  /** Told of every step; the message waits for the answer. */
  heed: (step: Step) => Promise<void> | void = () => {}
  private readonly smtp: SMTPServer
  private readonly gate: Server
  /** By the port from which the gate asks the server. */
  private readonly pairs = new Map<number, () => void>()
  private readonly sockets = new Set<Socket>()
  private inner = 0

  constructor(chance: Chance) {
    const busy = (done: (error?: Error | null) => void): void => {
      if (this.mood === 'busy' && chance.happens(0.4)) done(answer(451, '4.3.0 busy, come again'))
      else done()
    }
    this.smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      disableReverseLookup: true,
      logger: false,
      onConnect: (_session, done) => busy(done),
      onMailFrom: (_address, _session, done) => busy(done),
      onRcptTo: (_address, _session, done) => busy(done),
      onData: (stream, session, done) => {
        const port = session.remotePort
        const parts: Buffer[] = []
        void this.reached('data')
        stream.on('data', (part: Buffer) => {
          parts.push(part)
          if (this.mood === 'cutting') this.break(port)
        })
        stream.on('end', () => void this.take(Buffer.concat(parts).toString(), session.envelope, port, done))
      },
    })
    this.smtp.on('error', () => {})
    this.gate = createServer((socket) => this.pass(socket))
  }

  async start(t: Cleaning): Promise<this> {
    await new Promise<void>((resolve) => this.smtp.listen(0, '127.0.0.1', () => resolve()))
    this.inner = portOf(this.smtp.server)
    await this.listen()
    this.port = portOf(this.gate)
    t.after(async () => {
      this.breakAll()
      this.gate.close()
      await new Promise<void>((resolve) => this.smtp.close(resolve))
    })
    return this
  }

  /** As after a restart: whoever was connected is not any more. */
  async turn(mood: Mood): Promise<void> {
    this.mood = mood
    this.breakAll()
    if (mood === 'refusing') await new Promise<void>((resolve) => this.gate.close(() => resolve()))
    else if (!this.gate.listening) await this.listen()
  }

  private async take(
    raw: string,
    { rcptTo }: SMTPServerSession['envelope'],
    port: number,
    done: (error: Error | null, text?: string) => void,
  ): Promise<void> {
    const headers = headersOf(raw)
    const value = (name: string): string => headers.get(name)?.join(' ') ?? ''
    const to = rcptTo.map(({ address }) => address).join(' ')
    const common = { id: value('x-upalert-id'), messageId: value('message-id'), subject: value('subject') }
    const mail: Mail = { ...common, to, answered: false }
    this.mails.push(mail)
    await this.reached('taken')
    if (this.mood === 'swallowing') {
      this.break(port)
      return
    }
    mail.answered = true
    done(null, 'it is queued')
    await this.reached('answered')
  }

  private async reached(step: Step): Promise<void> {
    this.steps[step] += 1
    await this.heed(step)
  }

  private pass(client: Socket): void {
    this.sockets.add(client)
    client.on('error', () => {})
    client.on('close', () => this.sockets.delete(client))
    if (this.mood === 'deaf') return
    const server = connect(this.inner, '127.0.0.1')
    server.on('error', () => {})
    let own = 0
    const end = (): void => {
      client.destroy()
      server.destroy()
      this.pairs.delete(own)
    }
    server.on('connect', () => {
      own = server.localPort ?? 0
      this.pairs.set(own, end)
    })
    client.on('close', end)
    server.on('close', end)
    client.pipe(server)
    if (this.trickles) server.on('data', (bytes: Buffer) => trickle(bytes, server, client))
    else server.pipe(client)
  }

  private break(port: number): void {
    this.pairs.get(port)?.()
  }

  private breakAll(): void {
    for (const socket of this.sockets) socket.destroy()
  }

  private async listen(): Promise<void> {
    for (;;) {
      const error = await new Promise<Error | null>((resolve) => {
        this.gate.once('error', resolve)
        this.gate.listen(this.port, '127.0.0.1', () => {
          this.gate.removeListener('error', resolve)
          resolve(null)
        })
      })
      if (error === null) return
      await new Promise((resolve) => setTimeout(resolve, AGAIN))
    }
  }
}

function trickle(bytes: Buffer, from: Socket, to: Socket): void {
  from.pause()
  let at = 0
  const timer = setInterval(() => {
    if (to.destroyed) clearInterval(timer)
    else if (at < bytes.length) to.write(bytes.subarray(at, ++at))
    else {
      clearInterval(timer)
      from.resume()
    }
  }, TRICKLE)
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it does not listen on a port')
  return address.port
}
