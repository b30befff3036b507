/** A service that fails, its page, and links to it that are signed as the daemon signs them. */
import { createHash } from 'node:crypto'
import type { EventBody } from '../../../src/model/event.ts'
import type { Service } from '../../../src/model/model.ts'
import { milliseconds, type Now, uptime, wallTime } from '../../../src/model/units.ts'
import { ackPages } from '../../../src/server/page/page.ts'
import { ackUrl, signatureText, signedText } from '../../../src/wire/ack-link.ts'
import { checked, model, period, Run, result, service } from '../../engine/build.ts'

const start = Date.UTC(2026, 9, 1, 12)
export const sign = (text: string): string => signatureText(createHash('sha256').update(`key ${text}`).digest())

export class Rig {
  readonly of: Service
  readonly run: Run
  second = 0
  trouble: string | null = null
  /** Commands that were posted. */
  posted = 0
  readonly app

  constructor(changes: Partial<Service> & { readonly called?: string } = {}) {
    this.of = service({ called: 'web/http', periods: [period()], ...changes })
    this.run = new Run(model([service({ called: 'other/one' }), this.of]))
    this.app = ackPages({
      state: () => this.run.state,
      post: (body) => this.post(body),
      kept: async () => this.trouble,
      now: () => this.now(),
      fits: (text, signature) => sign(text) === signature,
      timeText: (at) => new Date(at).toISOString(),
    })
  }

  now = (): Now => ({ wall: wallTime(start + this.second * 1000), uptime: uptime(this.second * 1000) })

  post(body: EventBody) {
    if (body.kind === 'command') this.posted += 1
    return this.run.post(body, this.now()).flatMap((effect) => (effect.kind === 'record' ? [effect.entry] : []))
  }

  /** Answers the link that the failure's message has. */
  fails(summary = 'h1 h2', base = ''): string {
    this.post(checked(this.of, result(this.of.hosts, this.of.hosts, { summary }), milliseconds(1)))
    const { outage } = this.state
    const message = this.run.state.outbox.at(-1)?.id
    if (outage == null || message === undefined) throw new Error('nothing was told')
    const subject = { service: this.of.key, outage, message }
    const url = ackUrl(`http://lb${base}`, subject, sign(signedText(subject)))
    if (url === null) throw new Error('no link')
    return url
  }

  passes(): void {
    this.post(checked(this.of, result(this.of.hosts, [])))
  }

  get state() {
    const [, state] = this.run.state.services
    if (state === undefined) throw new Error('no service')
    return state
  }

  async get(url: string, init: RequestInit = {}): Promise<{ status: number; text: string; headers: Headers }> {
    const response = await this.app.request(url, init)
    return { status: response.status, text: await response.text(), headers: response.headers }
  }

  press(url: string, fields: Readonly<Record<string, string>> = { who: 'ann', comment: 'on it', lasts: '' }) {
    return this.get(url, { method: 'POST', body: new URLSearchParams(fields) })
  }
}
