/**
 * Asks one name server one question: over UDP, again with twice the patience where no reply comes, and over TCP where the
 * reply says that it is cut short, or TCP is asked for. Replies that do not belong to the question are passed over.
 * Source: RFC 1035 §4.2; RFC 7766; Net::DNS::Resolver, `retry` and `retrans`, after which the options are named.
 */
import { randomInt } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import type { Socket as TcpSocket } from 'node:net'
import { isIP } from 'node:net'
import type { Family } from '../../model/table.ts'
import type { Milliseconds } from '../../model/units.ts'
import { milliseconds } from '../../model/units.ts'
import type { Answer, Question } from '../../wire/dns/answer.ts'
import { type Attempt, limitText, startAttempt } from '../probe/attempt.ts'
import { connect, connectFailure, type Target } from '../probe/connect.ts'
import { decodeReply, encodeQuery, type QueryBytes } from './message.ts'

export interface Way {
  readonly port: number
  readonly source: string | null
  readonly tcp: boolean
  readonly recurse: boolean
  /** How often the question is sent over UDP. */
  readonly rounds: number
  /** How long the first reply over UDP may take; each further one twice as long as the one before. */
  readonly patience: Milliseconds
  /** How long one question may take over UDP, all rounds together. */
  readonly udpLimit: Milliseconds
  readonly tcpLimit: Milliseconds
}

const LARGEST_ID = 65_535

export interface Server {
  readonly address: string
  readonly family: Family
}

export async function askServer(server: Server, question: Question, way: Way, attempt: Attempt): Promise<Answer> {
  const target: Target = { ...server, port: way.port, source: way.source }
  if (way.source !== null && isIP(way.source) !== server.family) {
    const text = `could not be checked: the source ${way.source} is not an IPv${server.family} address as it is`
    return { kind: 'none', code: 'source-unavailable', text, blame: 'us' }
  }
  const query = queryOf(question, way)
  if (query === null) {
    const text = `could not be checked: ${question.name} cannot be asked for`
    return { kind: 'none', code: 'bad-option', text, blame: 'us' }
  }
  const told = way.tcp ? 'truncated' : await overUdp(target, query, way, attempt)
  return told === 'truncated' ? overTcp(target, query, way, attempt) : told
}

/** A name that is too long for the wire says nothing about the server. */
function queryOf(question: Question, way: Way): QueryBytes | null {
  try {
    return encodeQuery(randomInt(LARGEST_ID + 1), question, way)
  } catch {
    return null
  }
}

async function overUdp(target: Target, query: QueryBytes, way: Way, attempt: Attempt): Promise<Answer | 'truncated'> {
  const own = withinAttempt(way.udpLimit, attempt)
  try {
    return await new Promise((settle) => {
      if (own.signal.aborted) return settle(silence(own, target, 'UDP'))
      const socket = createSocket(target.family === 4 ? 'udp4' : 'udp6')
      let open = true
      const finish = (told: Answer | 'truncated'): void => {
        if (!open) return
        open = false
        clearTimeout(timer)
        own.signal.removeEventListener('abort', onAbort)
        socket.close()
        settle(told)
      }
      let timer: NodeJS.Timeout | undefined
      const send = (round: number): void => {
        socket.send(query.bytes)
        if (round + 1 < way.rounds) timer = setTimeout(send, way.patience * 2 ** round, round + 1)
      }
      const onAbort = (): void => finish(silence(own, target, 'UDP'))
      own.signal.addEventListener('abort', onAbort, { once: true })
      socket.on('message', (bytes) => {
        const reply = decodeReply(bytes, query)
        if (reply !== null) finish(reply.truncated ? 'truncated' : reply.answer)
      })
      socket.once('error', (error: NodeJS.ErrnoException) => finish(failed(error.code ?? error.message, target, 'UDP')))
      socket.once('connect', () => send(0))
      bindAndConnect(socket, target)
    })
  } finally {
    own.end()
  }
}

/** Connected, so that the kernel passes on what only this server sends, and says that nobody listens there. */
function bindAndConnect(socket: Socket, { address, port, source }: Target): void {
  // A late error must find a listener: `once` above is gone after the first.
  socket.on('error', () => undefined)
  const talkTo = (): void => socket.connect(port, address)
  if (source === null) talkTo()
  else socket.bind({ address: source, port: 0 }, talkTo)
}

async function overTcp(target: Target, query: QueryBytes, way: Way, attempt: Attempt): Promise<Answer> {
  const own = withinAttempt(way.tcpLimit, attempt)
  try {
    const connected = await connect(target, own)
    if (connected.kind === 'failed') return { ...connected, kind: 'none' }
    const bytes = await framedReply(connected.socket, query, own)
    if (typeof bytes === 'string')
      return bytes === 'silent' ? silence(own, target, 'TCP') : failed(bytes, target, 'TCP')
    const text = `sent something other than an answer on TCP port ${target.port}`
    return decodeReply(bytes, query)?.answer ?? { kind: 'none', code: 'not-dns', text, blame: 'host' }
  } finally {
    own.end()
  }
}

/** The first message, or the error that came instead; whatever follows it is not looked at. */
function framedReply(socket: TcpSocket, query: QueryBytes, attempt: Attempt): Promise<Buffer | string> {
  return new Promise((settle) => {
    const pieces: Buffer[] = []
    let received = 0
    /** Bytes of the length, and with it those of the message: they are put together only when they are all there. */
    let wanted = 2
    const finish = (told: Buffer | string): void => {
      attempt.signal.removeEventListener('abort', onAbort)
      socket.removeAllListeners('data')
      socket.destroy()
      settle(told)
    }
    const onAbort = (): void => finish('silent')
    attempt.signal.addEventListener('abort', onAbort, { once: true })
    socket.on('data', (bytes: Buffer) => {
      pieces.push(bytes)
      received += bytes.length
      if (received < wanted) return
      const all = Buffer.concat(pieces)
      wanted = 2 + all.readUInt16BE(0)
      if (received >= wanted) finish(all.subarray(2, wanted))
    })
    socket.once('end', () => finish('closed'))
    socket.once('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message))
    if (attempt.signal.aborted) return onAbort()
    socket.write(query.framed)
  })
}

function silence(attempt: Attempt, { port }: Target, over: 'UDP' | 'TCP'): Answer {
  if (attempt.stopped() === 'aborted') {
    return { kind: 'none', code: 'aborted', text: 'was not checked to the end', blame: 'us' }
  }
  const text = `did not answer on ${over} port ${port} within ${limitText(attempt.limit)}`
  return { kind: 'none', code: 'timed-out', text, blame: 'host' }
}

function failed(errno: string, target: Target, over: 'UDP' | 'TCP'): Answer {
  if (errno === 'closed') {
    const text = `closed the connection on TCP port ${target.port} before it had answered`
    return { kind: 'none', code: 'closed-early', text, blame: 'host' }
  }
  if (errno === 'ECONNREFUSED' && over === 'UDP') {
    return { kind: 'none', code: 'refused', text: `does not listen on UDP port ${target.port}`, blame: 'host' }
  }
  return { ...connectFailure(errno, target), kind: 'none' }
}

/** A part of an attempt with a limit of its own; what stops the whole counts before it. */
function withinAttempt(limit: Milliseconds, whole: Attempt): Attempt {
  const part = startAttempt(limit, whole.signal, whole.trace)
  const { signal, started, elapsed, end } = part
  const stopped = () => whole.stopped() ?? part.stopped()
  return { signal, limit: milliseconds(Math.min(limit, whole.limit)), started, stopped, elapsed, end }
}
