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

type Listening =
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
  const server = createServer((socket) => admit(socket, clients, daemon))
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
    // For good: a client that cannot be accepted later on (EMFILE) is an error too, and nobody to answer it ends the daemon.
    server.on('error', (error) => resolve(error.message))
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

function admit(socket: Socket, clients: Set<Socket>, daemon: Daemon): void {
  clients.add(socket)
  socket.setTimeout(idleLimit, () => socket.destroy())
  socket.on('close', () => clients.delete(socket))
  socket.on('error', () => socket.destroy())
  serve(socket, daemon).catch(() => socket.destroy())
}

/**
 * One request at a time: nothing more is read before its answer has left, so that a client which asks faster than it
 * reads fills the kernel's buffer and not our memory. Rejects when the client goes away.
 */
async function serve(socket: Socket, daemon: Daemon): Promise<void> {
  let pending = Buffer.alloc(0)
  for await (const chunk of socket) {
    pending = Buffer.concat([pending, chunk])
    for (let end = pending.indexOf(10); end !== -1; end = pending.indexOf(10)) {
      const line = pending.subarray(0, end).toString('utf8')
      pending = pending.subarray(end + 1)
      await reply(socket, await answerLine(line, daemon))
    }
    if (pending.length > requestLimit) {
      return reply(socket, { ok: false, text: `a request may have ${requestLimit} bytes` })
    }
  }
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
  try {
    return await answer(request, daemon)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { ok: false, text: `the daemon stumbled over "${request.command}" and goes on: ${reason}; please report it` }
  }
}

function isRequest(value: unknown): value is Request {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const fields = new Map(Object.entries(value))
  const is = (name: string, type: string): boolean => !fields.has(name) || typeof fields.get(name) === type
  const texts = ['subject', 'service', 'text', 'who', 'virtual', 'file', 'name', 'until'].every((name) =>
    is(name, 'string'),
  )
  const numbers = ['since', 'limit', 'lasts', 'most', 'share', 'at'].every((name) => is(name, 'number'))
  const flags = ['force', 'alerts'].every((name) => is(name, 'boolean'))
  return typeof fields.get('command') === 'string' && texts && numbers && flags && isTexts(fields.get('subjects'))
}

const isTexts = (value: unknown): boolean =>
  value === undefined || (Array.isArray(value) && value.every((one) => typeof one === 'string'))

/** Answers when the text is with the kernel, or the client gone. */
const reply = (socket: Socket, answer: Answer): Promise<void> =>
  new Promise((resolve) => {
    if (socket.destroyed) resolve()
    else socket.write(`${JSON.stringify(answer)}\n`, () => resolve())
  })
