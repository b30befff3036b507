/**
 * What the tests of this room share: the daemon with a service that fails when it is told to, a mail relay whose faults are
 * switched on and off while it runs, a receiver of webhooks, and the command line as a process.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { SMTPServer } from 'smtp-server'
import { answer, bodyOf, decoded, headersOf } from '../../peers/relay.ts'
import { DaemonProcess, Web } from '../daemon-process.ts'

const main = join(import.meta.dirname, '../../../src/main.ts')
/** How long, in milliseconds, a test waits for something that must come; reaching it is a failure. */
const patience = 30_000

export interface Mail {
  readonly to: readonly string[]
  readonly raw: string
  readonly subject: string
  readonly text: string
  header(name: string): string
}

/** `takes`: all is well. `refuses`: a 4xx answer to each sender. `stalls`: silence in the middle of the text. */
export type RelayMood = 'takes' | 'refuses' | 'stalls'

/** A relay on loopback, which may be told to misbehave. */
export class Relay {
  mood: RelayMood = 'takes'
  /** For whom it says a final no. */
  unknown = ''
  readonly mails: Mail[] = []
  /** Texts of which only a beginning came, because it stalled. */
  readonly begun: string[] = []
  url = ''
  private wake: () => void = () => {}

  async start(t: TestContext): Promise<Relay> {
    const server = new SMTPServer({
      ...{ authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'], disableReverseLookup: true, logger: false },
      onMailFrom: (_address, _session, done) => done(this.mood === 'refuses' ? answer(451, 'not now') : null),
      onRcptTo: ({ address }, _session, done) => done(address === this.unknown ? answer(550, 'no such user') : null),
      onData: (stream, { envelope }, done) => {
        const stalls = this.mood === 'stalls'
        let raw = ''
        stream.on('data', (chunk: Buffer) => {
          raw += chunk.toString('utf8')
        })
        stream.on('end', () => {
          if (stalls) this.begun.push(raw)
          else
            this.mails.push(
              mailOf(
                raw,
                envelope.rcptTo.map(({ address }) => address),
              ),
            )
          this.wake()
          if (!stalls) done()
        })
      },
    })
    server.on('error', () => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    this.url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`
    t.after(() => {
      for (const connection of server.connections) (connection as { _socket?: { destroy(): void } })._socket?.destroy()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    })
    return this
  }

  /** The first mail from `from` on, to this address if one is named, whose subject says this. */
  async mail(subject: RegExp, from = 0, to?: string): Promise<Mail> {
    return this.until(`a mail ${subject}`, () =>
      this.mails.slice(from).find((mail) => subject.test(mail.subject) && (to === undefined || mail.to.includes(to))),
    )
  }

  async until<T>(what: string, look: () => T | undefined): Promise<T> {
    const end = Date.now() + patience
    for (;;) {
      const found = look()
      if (found !== undefined) return found
      if (Date.now() > end) assert.fail(`${what} never came; there came: ${this.subjects().join(' | ')}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 500)
        this.wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  subjects(): string[] {
    return this.mails.map(({ subject }) => subject)
  }
}

function mailOf(raw: string, to: readonly string[]): Mail {
  const headers = headersOf(raw)
  const header = (name: string): string => headers.get(name.toLowerCase())?.[0] ?? ''
  return { to, raw, subject: decoded(header('subject')), text: bodyOf(raw), header }
}

/** Looks again and again until it holds: where a peer tells nobody of its changes. */
export async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + patience
  while (!(await holds())) {
    if (Date.now() > end) assert.fail(`${what} never came about`)
    await new Promise<void>((resolve) => setTimeout(resolve, 100))
  }
}

export interface Ran {
  readonly out: string
  readonly err: string
  readonly status: number | null
}

/** `upalert WORDS -c FILE` of this daemon. */
export async function upalert(daemon: DaemonProcess, ...words: string[]): Promise<Ran> {
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...words, '-c', daemon.file], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', TZ: 'UTC' },
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
  })
  const [status] = await once(child, 'close')
  return { out, err, status: typeof status === 'number' ? status : null }
}

/** A web server with what watches it, and the daemon; the rest of the configuration is the test's. */
export class Farm {
  readonly daemon: DaemonProcess
  readonly web = new Web('127.0.0.1')
  readonly relay = new Relay()

  constructor(t: TestContext) {
    this.daemon = new DaemonProcess(t)
  }

  async start(t: TestContext, configuration: (farm: Farm) => string): Promise<Farm> {
    await this.web.start(t)
    await this.relay.start(t)
    this.configure(configuration)
    this.daemon.start()
    await this.daemon.said(/ask it with/)
    return this
  }

  configure(configuration: (farm: Farm) => string): void {
    this.daemon.configure(`database = none\nmailserver = ${this.relay.url}\n${configuration(this)}`)
  }

  /** Waits until the configuration was read again. */
  async reload(configuration: (farm: Farm) => string): Promise<number> {
    const before = this.daemon.output.length
    this.configure(configuration)
    this.daemon.signal('SIGHUP')
    return this.daemon.said(/was read again/, before)
  }

  /** A watch of the web server with a service for each name, checked every second; `period`: lines of its period. */
  watch(services: readonly string[], period: string, more = ''): string {
    const indented = (text: string, by: string): string =>
      text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line) => `${by}${line.trim()}\n`)
        .join('')
    const blocks = services.map(
      (name) => `    service ${name}
        interval 1s
        timeout 0.9s
        monitor http -p ${this.web.port} --url /${name}
${indented(more, '        ')}        period
${indented(period, '            ')}`,
    )
    return `hostgroup web 127.0.0.1\n\nwatch web\n${blocks.join('')}`
  }

  fail(): void {
    this.web.answer = 503
  }

  mend(): void {
    this.web.answer = 200
  }
}

export const farm = (t: TestContext, configuration: (farm: Farm) => string): Promise<Farm> =>
  new Farm(t).start(t, configuration)
