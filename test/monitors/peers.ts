/** Servers on loopback for the tests of monitors. Each listens on a port of its own and is gone when the test ends. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { TlsOptions } from 'node:tls'
import { createServer as createTlsServer } from 'node:tls'
import type { CheckContext } from '../../src/model/monitor.ts'
import { minutes } from '../../src/model/units.ts'

export const context: CheckContext = { signal: new AbortController().signal, timeout: minutes(1), environment: {} }

export const certPath = (name: string): string => join(import.meta.dirname, '../certs', name)
export const cert = (name: string): Buffer => readFileSync(certPath(name))

/** What a server does with a connection; it may do anything, and its sockets are destroyed at the end. */
export type Behaviour = (socket: Socket) => void

/** A test, or whatever else has an end. */
export interface Ending {
  after(end: () => void): void
}

export async function peer(t: Ending, behaviour: Behaviour, address = '127.0.0.1'): Promise<number> {
  return listening(t, createServer({ allowHalfOpen: true }), 'connection', behaviour, address)
}

export async function tlsPeer(
  t: TestContext,
  certificate: string,
  behaviour: Behaviour,
  options: TlsOptions = {},
): Promise<number> {
  const server = createTlsServer({ key: cert('key.pem'), cert: cert(certificate), ...options })
  return listening(t, server, 'secureConnection', behaviour, '127.0.0.1')
}

async function listening(
  t: Ending,
  server: Server,
  event: string,
  behaviour: Behaviour,
  address: string,
): Promise<number> {
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  }
  server.on('connection', keep)
  server.on(event, (socket: Socket) => {
    keep(socket)
    behaviour(socket)
  })
  t.after(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  server.listen(0, address)
  await once(server, 'listening')
  const where = server.address()
  return typeof where === 'object' && where !== null ? where.port : 0
}

/** Answers every request with these bytes and closes. */
export function answering(reply: string | Buffer): Behaviour {
  return (socket) => socket.once('data', () => socket.end(reply))
}

/** A request's text, and a reply that depends on it. */
export function replying(reply: (request: string) => string): Behaviour {
  return (socket) => socket.once('data', (bytes) => socket.end(reply(bytes.toString('latin1'))))
}

export const page = (body: string, head = 'HTTP/1.1 200 OK'): string =>
  `${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
