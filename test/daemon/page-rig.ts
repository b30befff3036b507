/** The page as the daemon opens it, on a real port, with a loop that remembers nothing on disk; and a bare client. */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LinkPage, linkOf, openPage, type Patience, type Served } from '../../src/daemon/page.ts'
import { stateFor } from '../../src/engine/start.ts'
import { KEEP_QUIET } from '../../src/model/notify-settings.ts'
import { milliseconds, uptime, wallTime } from '../../src/model/units.ts'
import { createLoop, type Loop } from '../../src/runtime/loop.ts'
import { checked, model, place, result, service, settings } from '../engine/build.ts'

interface Cleaning {
  after(callback: () => unknown): void
}

/** Short enough to wait for. */
export const QUICK: Patience = {
  headers: milliseconds(300),
  request: milliseconds(600),
  idle: milliseconds(300),
  look: milliseconds(50),
  again: milliseconds(50),
}

export class PageRig {
  readonly statedir = mkdtempSync(join(tmpdir(), 'upalert-page-'))
  readonly of = service({ called: 'web/http' })
  readonly loop: Loop
  readonly notices: string[] = []
  page: LinkPage | null = null
  served: Served | null = null
  private heard: () => void = () => {}
  private run = 0

  constructor(t: Cleaning) {
    this.loop = createLoop(stateFor(model([this.of]), null), 'run', {
      now: () => ({ wall: wallTime(Date.now()), uptime: uptime(performance.now()) }),
      remember: async () => {},
      reconcile() {},
      deliver() {},
      show() {},
      timer() {},
      note() {},
    })
    t.after(async () => {
      await this.page?.close()
      rmSync(this.statedir, { recursive: true, force: true })
    })
  }

  async open(address = '127.0.0.1', port = 0, patience: Patience = QUICK): Promise<LinkPage> {
    const notify = { ...KEEP_QUIET, pageListen: { address, port, place } }
    const trouble = { trouble: null } as ReturnType<Served['journal']['status']>
    this.served = {
      loop: this.loop,
      journal: { status: () => trouble },
      started: { model: { settings: { ...settings, notify } }, directories: { statedir: this.statedir } },
      linkKey: null,
    }
    this.page = await openPage(this.served, (text) => this.hear(text), patience)
    this.served.linkKey = this.page.key
    return this.page
  }

  private hear(text: string): void {
    this.notices.push(text)
    this.heard()
  }

  /** Until so many notices have come. */
  async noticed(count: number): Promise<void> {
    while (this.notices.length < count)
      await new Promise<void>((resolve) => {
        this.heard = resolve
      })
  }

  get port(): number {
    return this.page?.port ?? 0
  }

  /** Lets the service fail, and answers the link of the message about it. */
  fails(base = `http://127.0.0.1:${this.port}`): string {
    this.run += 1
    this.loop.post(checked(this.of, result(this.of.hosts, this.of.hosts, { summary: `${this.run}` })))
    const message = this.loop.state().outbox.at(-1)?.message
    const link = message === undefined ? null : linkOf(message, base, this.served?.linkKey ?? null)
    if (link === null) throw new Error('no link')
    return link
  }

  passes(): void {
    this.loop.post(checked(this.of, result(this.of.hosts, [])))
  }

  acked() {
    return this.loop.state().services[0]?.ack ?? null
  }

  /** Sends these bytes and answers all that comes back until the end of the connection. */
  async raw(text: string | Buffer, address = '127.0.0.1'): Promise<string> {
    const socket = await this.connected(address)
    socket.end(text)
    return ended(socket)
  }

  async connected(address = '127.0.0.1'): Promise<Socket> {
    const socket = connect(this.port, address)
    // What the daemon ends is no error of the test.
    socket.on('error', () => {})
    await Promise.race([once(socket, 'connect'), once(socket, 'close')])
    return socket
  }
}

export async function ended(socket: Socket): Promise<string> {
  let answer = ''
  socket.on('data', (part: Buffer) => {
    answer += part.toString('latin1')
  })
  if (!socket.closed) await once(socket, 'close')
  return answer
}

export const press = (url: string, fields: Readonly<Record<string, string>> = { who: 'ann' }): Promise<Response> =>
  fetch(url, { method: 'POST', body: new URLSearchParams(fields) })
