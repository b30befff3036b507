/**
 * One client's connection: requests in, one answered after the other, answers out. Nothing is read while an answer is
 * on its way, so that a client which asks faster than it reads fills the kernel's buffers and not our memory.
 * mon takes one request each time a client is heard; here those that came together are all answered, in their order.
 */
import type { Socket } from 'node:net'
import { type Line, LineReader } from '../../wire/mon/line-reader.ts'
import { answer } from './dispatch.ts'
import { type Pace, STEP_LINES } from './pace.ts'
import { dataLine, oneLine, type Reply, say } from './reply.ts'
import type { Context } from './session.ts'

/** How long, in milliseconds, a client that was told goodbye may take to hear it. */
const GOODBYE = 1000

export interface Connection {
  /** Something is worked out for it; to wait until it reads is no work. */
  readonly busy: boolean
  /** At once, whatever is under way. */
  hangUp(): void
}

export interface ConnectionDoors {
  readonly context: Context
  readonly pace: Pace
  /** Milliseconds of silence after which it is hung up on. */
  readonly silence: number
  /** Bytes have come. */
  heard(): void
  /** It was silent, or did not read, for too long. */
  timedOut(): void
}

export function serve(socket: Socket, doors: ConnectionDoors): Connection {
  const reader = new LineReader()
  /** Settles when what came so far is answered. */
  let work: Promise<void> = Promise.resolve()
  let answering = false
  let over = false

  const busy = (): boolean => answering && socket.writableLength === 0
  socket.setTimeout(doors.silence, () => {
    if (busy()) return
    doors.timedOut()
    socket.destroy()
  })
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: Buffer) => {
    if (over) return
    doors.heard()
    socket.pause()
    work = take(chunk)
  })
  // Whoever asks and closes its sending side gets its answers; mon drops them.
  socket.on('end', () => {
    work.then(goodbye)
  })

  async function take(chunk: Buffer): Promise<void> {
    answering = true
    try {
      for (const piece of pieces(chunk)) {
        for (const line of reader.feed(piece)) await handle(line)
        if (over) break
      }
    } catch (error) {
      const { session, log } = doors.context
      // A client that has gone could not be written to, and that is all.
      if (!socket.destroyed)
        log({ priority: 'err', text: `could not answer ${session.address}: ${error}; please report it` })
      socket.destroy()
    }
    answering = false
    socket.resume()
  }

  async function handle(line: Line): Promise<void> {
    await doors.pace()
    if (socket.destroyed) return
    const reply = line.kind === 'line' ? await answer(line.text, doors.context) : TOO_LONG
    await send(reply)
    if (reply.end === undefined) return
    over = true
    goodbye()
    if (reply.end === 'terminate') {
      await flushed(socket)
      doors.context.daemon.terminate()
    }
  }

  async function send(reply: Reply): Promise<void> {
    let text = ''
    let lines = 0
    for (const line of reply.data) {
      text += `${dataLine(line)}\n`
      lines += 1
      if (lines < STEP_LINES && text.length < socket.writableHighWaterMark) continue
      await write(text)
      await doors.pace()
      text = ''
      lines = 0
    }
    await write(`${text}${oneLine(reply.status)}\n`)
  }

  /** Resolves when there is room for more; rejects if there will never be. */
  function write(text: string): Promise<void> {
    if (socket.destroyed) return Promise.reject(new Error('the client has gone'))
    if (socket.write(text)) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const done = (): void => {
        socket.off('drain', done).off('close', done)
        if (socket.destroyed) reject(new Error('the client has gone'))
        else resolve()
      }
      socket.on('drain', done).on('close', done)
    })
  }

  /** What else it sends is read and dropped: closing on unread bytes would take the answer away from it. */
  function goodbye(): void {
    socket.end()
    setTimeout(() => socket.destroy(), GOODBYE).unref()
  }

  return {
    get busy() {
      return busy()
    },
    hangUp: () => socket.destroy(),
  }
}

const TOO_LONG = say('520 invalid command, line too long')

/** Resolves when the other side can have all of it, or is gone. */
const flushed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.destroyed || socket.writableFinished) resolve()
    else socket.once('finish', resolve).once('close', () => resolve())
  })

const LF = 10
const CR = 13

/** Cut behind line ends, so that the many lines of one chunk are not all held at once. */
function* pieces(chunk: Buffer): Generator<Buffer> {
  for (let from = 0; from < chunk.length; ) {
    let end = from
    while (end < chunk.length && chunk[end] !== LF && chunk[end] !== CR) end += 1
    while (chunk[end] === LF || chunk[end] === CR) end += 1
    yield chunk.subarray(from, end)
    from = end
  }
}
