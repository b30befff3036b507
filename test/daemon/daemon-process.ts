/** The whole daemon as its users run it: a process of its own, a configuration in a directory of its own, real peers. */
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'
import { ask } from '../../src/cli/client.ts'
import type { Status } from '../../src/cli/status.ts'
import type { Request } from '../../src/model/request.ts'

interface Cleaning {
  after(callback: () => unknown): void
}

/** How long, in milliseconds, a test waits for something that must come; reaching it is a failure. */
const patience = 30_000
const main = join(import.meta.dirname, '../../src/main.ts')

export class DaemonProcess {
  readonly directory = mkdtempSync(join(tmpdir(), 'upalert-'))
  readonly file = join(this.directory, 'mon.cf')
  readonly socket = join(this.directory, 'var', 'upalert.sock')
  output = ''
  private child: ChildProcess | null = null
  private ended: Promise<number | null> = Promise.resolve(null)
  private wake: () => void = () => {}

  constructor(t: Cleaning) {
    // Run by root, its PostgreSQL is another user's process, which must be able to enter.
    chmodSync(this.directory, 0o711)
    t.after(async () => {
      await this.kill('SIGKILL')
      rmSync(this.directory, { recursive: true, force: true })
    })
  }

  configure(text: string): void {
    writeFileSync(this.file, `basedir = .\nstatedir = var\n${text}\n`)
  }

  start(...words: string[]): void {
    const child = spawn(process.execPath, ['--import', 'tsx', main, 'run', '-c', this.file, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1', TZ: 'UTC' },
    })
    this.child = child
    const hear = (chunk: Buffer): void => {
      this.output += chunk.toString()
      this.wake()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    this.ended = new Promise((resolve) => child.once('close', (status) => resolve(status)))
  }

  /** Waits until the output since `from` has it, and answers where it ends, for a next wait to go on from. */
  async said(pattern: RegExp, from = 0): Promise<number> {
    const until = Date.now() + patience
    for (;;) {
      const found = pattern.exec(this.output.slice(from))
      if (found !== null) return from + found.index + found[0].length
      if (Date.now() > until) throw new Error(`it never said ${pattern}; it said:\n${this.output}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 500)
        this.wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  async ask(request: Request): Promise<unknown> {
    const answer = await ask(this.socket, request)
    if (!answer.ok) throw new Error(answer.text)
    return answer.data
  }

  async status(): Promise<Status> {
    return (await this.ask({ command: 'status' })) as Status
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal)
  }

  /** Ends it, and answers its exit status. */
  async kill(signal: NodeJS.Signals): Promise<number | null> {
    this.child?.kill(signal)
    return this.ended
  }

  /** The exit status of one that ends by itself. */
  exit(): Promise<number | null> {
    return this.ended
  }
}

/** A web server that answers as it is told: 200, 503, or not at all. */
export class Web {
  answer = 200
  port = 0
  private server: Server | null = null

  private readonly address: string

  constructor(address: string) {
    this.address = address
  }

  async start(t: Cleaning, port = 0): Promise<Web> {
    const server = createServer((_request, response) => response.writeHead(this.answer).end('hello\n'))
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, this.address, resolve))
    this.server = server
    this.port = (server.address() as AddressInfo).port
    t.after(() => this.stop())
    return this
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.server?.closeAllConnections()
      if (this.server?.listening) this.server.close(() => resolve())
      else resolve()
    })
  }
}

/** A mailbox behind real SMTP. */
export class Mailbox {
  readonly mails: string[] = []
  port = 0
  private server: SMTPServer | null = null

  async start(t: Cleaning, port = 0): Promise<Mailbox> {
    const server = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      onData: (stream, _session, done) => {
        let text = ''
        stream.on('data', (chunk) => {
          text += chunk
        })
        stream.on('end', () => {
          this.mails.push(text)
          done()
        })
      },
    })
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    this.server = server
    this.port = (server.server.address() as AddressInfo).port
    t.after(() => this.stop())
    return this
  }

  subjects(): string[] {
    return this.mails.map((mail) => /^Subject: (.*)$/m.exec(mail)?.[1]?.trim() ?? '')
  }

  async stop(): Promise<void> {
    const server = this.server
    this.server = null
    if (server !== null) await new Promise<void>((resolve) => server.close(resolve))
  }
}
