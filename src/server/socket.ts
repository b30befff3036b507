/**
 * The unix socket that the command line talks to: one JSON object a line, one answer a line. Only the daemon's own user
 * (and root) may open it. It needs neither database nor web server, so it works when everything else is down.
 */
import { chmodSync, unlinkSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Answer, Request } from '../model/request.ts'
import { answer, type Daemon } from './commands.ts'

/** Bytes of one request; the longest honest one is an acknowledgement with its comment. */
const requestLimit = 65_536
/** Clients at once. */
const clientLimit = 32
/** A client that says nothing for this long, in milliseconds, is hung up on. */
const idleLimit = 60_000
/** sockaddr_un has room for 108 bytes with the closing zero (unix(7)). */
const pathLimit = 107

export type Listening =
  | { readonly kind: 'listening'; close(): Promise<void> }
  | { readonly kind: 'failed'; readonly text: string }

export async function listenOn(path: string, daemon: Daemon): Promise<Listening> {
  if (Buffer.byteLength(path) > pathLimit) {
    return {
      kind: 'failed',
      text: `the path of the socket, ${path}, is longer than ${pathLimit} bytes; set a shorter one with "socket = PATH"`,
    }
  }
  if (await someoneListens(path)) {
    return {
      kind: 'failed',
      text: `another upalert answers on ${path}; stop it, or set another "statedir" or "socket"`,
    }
  }
  remove(path)
  const clients = new Set<Socket>()
  const server = createServer((socket) => serve(socket, clients, daemon))
  server.maxConnections = clientLimit
  const failure = await listening(server, path)
  if (failure !== null)
    return { kind: 'failed', text: `cannot listen on ${path}: ${failure}; check the directory, or set "socket = PATH"` }
  chmodSync(path, 0o600)
  return {
    kind: 'listening',
    close: () =>
      new Promise((resolve) => {
        for (const client of clients) client.destroy()
        server.close(() => {
          remove(path)
          resolve()
        })
      }),
  }
}

const listening = (server: Server, path: string): Promise<string | null> =>
  new Promise((resolve) => {
    server.once('error', (error) => resolve(error.message))
    server.listen(path, () => resolve(null))
  })

/** A socket file whose process is gone refuses; only a living daemon accepts. */
const someoneListens = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = connect(path)
    const tell = (answer: boolean) => () => {
      probe.destroy()
      resolve(answer)
    }
    probe.once('connect', tell(true)).once('error', tell(false))
  })

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // It is not there: that is what was wanted. Any other trouble shows when listening.
  }
}

function serve(socket: Socket, clients: Set<Socket>, daemon: Daemon): void {
  clients.add(socket)
  let pending = Buffer.alloc(0)
  let queue: Promise<void> = Promise.resolve()
  socket.setTimeout(idleLimit, () => socket.destroy())
  socket.on('close', () => clients.delete(socket))
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk])
    for (let end = pending.indexOf(10); end !== -1; end = pending.indexOf(10)) {
      const line = pending.subarray(0, end).toString('utf8')
      pending = pending.subarray(end + 1)
      queue = queue.then(async () => reply(socket, await answerLine(line, daemon)))
    }
    if (pending.length > requestLimit) {
      reply(socket, { ok: false, text: `a request may have ${requestLimit} bytes` })
      socket.destroySoon()
    }
  })
}

async function answerLine(line: string, daemon: Daemon): Promise<Answer> {
  let request: unknown
  try {
    request = JSON.parse(line)
  } catch {
    return { ok: false, text: 'a request is one JSON object on a line' }
  }
  if (!isRequest(request))
    return { ok: false, text: 'a request needs a "command", and texts and numbers where they belong' }
  return answer(request, daemon)
}

function isRequest(value: unknown): value is Request {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const fields = new Map(Object.entries(value))
  const is = (name: string, type: string): boolean => !fields.has(name) || typeof fields.get(name) === type
  const texts = ['subject', 'service', 'text', 'who'].every((name) => is(name, 'string'))
  return typeof fields.get('command') === 'string' && texts && ['since', 'limit'].every((name) => is(name, 'number'))
}

function reply(socket: Socket, answer: Answer): void {
  if (!socket.destroyed) socket.write(`${JSON.stringify(answer)}\n`)
}
