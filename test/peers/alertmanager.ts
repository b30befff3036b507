/**
 * Receivers of webhooks for tests: an HTTP server that does with each request what the test says, and Debian's
 * prometheus-alertmanager, which hands on what it is told to such a server. Both end with the test.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

export interface Heard {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface Receiver {
  readonly url: string
  readonly port: number
  readonly heard: readonly Heard[]
  /** The request with this number, counted from 0, once it has come whole. */
  nth(number: number): Promise<Heard>
}

type Answer = (response: ServerResponse, heard: Heard, number: number) => void

/** `tls`: key and certificate. */
export async function startReceiver(
  t: TestContext,
  answer: Answer,
  tls: ServerOptions | null = null,
): Promise<Receiver> {
  const heard: Heard[] = []
  const waiting: (() => void)[] = []
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const parts: Buffer[] = []
    request.on('error', () => undefined)
    response.on('error', () => undefined)
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request
      const one = { method, path, headers, body: Buffer.concat(parts).toString('utf8') }
      heard.push(one)
      for (const wake of waiting.splice(0)) wake()
      answer(response, one, heard.length - 1)
    })
  }
  const server = tls === null ? createServer(serve) : createTlsServer(tls, serve)
  server.on('clientError', (_error, socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `${tls === null ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    heard,
    async nth(number) {
      for (;;) {
        const one = heard[number]
        if (one !== undefined) return one
        await new Promise<void>((resolve) => waiting.push(resolve))
      }
    },
  }
}

export const ok: Answer = (response) => {
  response.end('ok')
}

/** Debian's Alertmanager, which tells `hook` of every alert by itself and at once, and of its end. */
export async function startAlertmanager(t: TestContext, hook: string): Promise<{ readonly url: string }> {
  const directory = mkdtempSync(join(tmpdir(), 'upalert-am-'))
  const config = join(directory, 'alertmanager.yml')
  writeFileSync(
    config,
    `route:
  receiver: hook
  group_by: ['...']
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 1h
receivers:
- name: hook
  webhook_configs:
  - url: ${hook}
    send_resolved: true
`,
  )
  const words = ['--config.file', config, '--storage.path', join(directory, 'data'), '--cluster.listen-address', '']
  const child = spawn('prometheus-alertmanager', [...words, '--web.listen-address', '127.0.0.1:0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  t.after(async () => {
    child.kill('SIGKILL')
    await ended
    rmSync(directory, { recursive: true, force: true })
  })
  let log = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => reject(new Error(`prometheus-alertmanager ended: ${log}`)))
    child.stderr.on('data', (part: Buffer) => {
      log += part.toString('utf8')
      const found = /msg="Listening on" address=(\S+)/.exec(log)
      if (found !== null) resolve(`http://${found[1]}`)
    })
  })
  return { url }
}

interface Listed {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly endsAt: string
}

/** The alerts that an Alertmanager says are firing now. */
export async function firing(url: string): Promise<readonly Listed[]> {
  const answer = await fetch(`${url}/api/v2/alerts?active=true`)
  assert.equal(answer.status, 200)
  const listed: unknown = await answer.json()
  assert.ok(Array.isArray(listed))
  return listed
}
