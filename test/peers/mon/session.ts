/** One connection to a mon, or to what speaks as mon does: a request, its data lines, its status line. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface Reply {
  /** Data lines, without their ends. */
  readonly lines: readonly string[]
  /** The status line: three digits and a text. */
  readonly status: string
}

export interface Session {
  /** Whether the other side has ended the connection. */
  readonly closed: boolean
  /** Sends a line and resolves with the answer; rejects if the connection ends or it takes too long. In order, one at a time. */
  command(text: string): Promise<Reply>
  close(): void
}

/** How long, in milliseconds, an answer may take; mon itself takes a second for the first. */
const PATIENCE = 20_000
/** Characters of an answer, so that a test against a broken server ends. */
const LONGEST = 16_777_216

export async function openSession(port: number, address = '127.0.0.1'): Promise<Session> {
  const socket = connect(port, address)
  await once(socket, 'connect')
  socket.setNoDelay(true)
  socket.on('error', () => {})
  let last: Promise<unknown> = Promise.resolve()
  let closed = false
  socket.once('close', () => {
    closed = true
  })
  socket.once('end', () => {
    closed = true
  })
  // Nobody speaks unasked; what flows is seen to end even between commands.
  socket.resume()
  return {
    get closed() {
      return closed
    },
    command(text) {
      const reply = last.then(() => exchange(socket, text))
      last = reply.catch(() => {})
      return reply
    },
    close: () => socket.destroy(),
  }
}

async function exchange(socket: Socket, text: string): Promise<Reply> {
  const timeout = AbortSignal.timeout(PATIENCE)
  let heard = ''
  // Bytes, one a character: what is not ASCII is escaped by every mon, and a test sees if it is not.
  socket.setEncoding('latin1')
  if (!socket.write(`${text}\n`)) await once(socket, 'drain', { signal: timeout })
  return new Promise<Reply>((resolve, reject) => {
    const done = (): void => {
      socket.off('data', hear).off('close', lost)
      timeout.removeEventListener('abort', late)
    }
    const fail = (why: string): void => {
      done()
      reject(new Error(`${why} after ${JSON.stringify(text)}: ${JSON.stringify(heard.slice(-500))}`))
    }
    const lost = (): void => fail('the connection ended')
    const late = (): void => fail('no status line')
    const hear = (chunk: string): void => {
      heard += chunk
      if (heard.length > LONGEST) fail('too long an answer')
      const reply = heard.endsWith('\n') ? readReply(heard) : null
      if (reply === null) return
      done()
      resolve(reply)
    }
    socket.on('data', hear).once('close', lost)
    timeout.addEventListener('abort', late)
  })
}

/** The answer, once its status line is there. */
function readReply(text: string): Reply | null {
  const lines = text.split('\n').slice(0, -1)
  const status = lines.findIndex((line) => /^\d{3}\s/.test(line))
  return status < 0 ? null : { lines: lines.slice(0, status), status: lines[status] ?? '' }
}
