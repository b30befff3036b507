/**
 * Sends one datagram to an address and waits for one that answers it, for what ICMP says of it, or for the end of the
 * attempt. The socket is connected, so that only what comes from there is heard.
 * Source: udp(7); ip(7), IP_RECVERR: without it an unreachable host, as opposed to a closed port, would stay unheard of.
 */
import { createSocket, type Socket } from 'node:dgram'
import type { Milliseconds } from '../../model/units.ts'
import { milliseconds } from '../../model/units.ts'
import type { Attempt } from './attempt.ts'
import { aborted, connectFailure, outletFailure, socketFailure, type Target } from './connect.ts'
import { closeSocket, ownSocket } from './own-socket.ts'

export type Answered =
  | { readonly kind: 'answer'; readonly bytes: Buffer; readonly took: Milliseconds }
  /** Nothing came before the time was over. */
  | { readonly kind: 'silence' }
  | { readonly kind: 'failed'; readonly code: string; readonly text: string; readonly blame: 'host' | 'us' }

/** Where the datagram leaves from, and so where answers come to. */
export interface LocalEnd {
  readonly address: string
  readonly port: number
}

/** Bytes, or what makes them when it is known where they leave from. */
type Payload = Uint8Array | ((local: LocalEnd) => Uint8Array)

/**
 * `answers`: whether these bytes are the answer; what is none is passed over. `again`: how long to wait before the same is
 * sent once more, and twice as long before each further time; without it one datagram must do.
 */
export function sendAndWait(
  target: Target,
  payload: Payload,
  attempt: Attempt,
  answers: (bytes: Buffer) => boolean,
  again?: Milliseconds,
): Promise<Answered> {
  const wrong = outletFailure(target)
  if (wrong !== null) return Promise.resolve(wrong)
  if (attempt.signal.aborted) return Promise.resolve(ended(attempt))
  const opened = openDatagrams(target)
  if (!('send' in opened)) return Promise.resolve(opened)
  const socket = opened

  return new Promise((settle) => {
    let timer: NodeJS.Timeout | undefined
    const done = (end: Answered): void => {
      attempt.signal.removeEventListener('abort', onAbort)
      clearTimeout(timer)
      socket.removeAllListeners()
      // A late error must find a listener.
      socket.on('error', () => undefined)
      socket.close()
      settle(end)
    }
    const onAbort = (): void => done(ended(attempt))
    attempt.signal.addEventListener('abort', onAbort, { once: true })
    socket.once('error', (error: NodeJS.ErrnoException) => done(datagramFailure(error.code ?? error.message, target)))
    socket.on('message', (bytes) => {
      attempt.trace?.({ kind: 'received', bytes })
      if (answers(bytes)) done({ kind: 'answer', bytes, took: attempt.elapsed() })
    })
    const send = (bytes: Uint8Array, pause: Milliseconds | undefined): void => {
      attempt.trace?.({ kind: 'sent', bytes })
      socket.send(bytes)
      if (pause !== undefined) timer = setTimeout(send, pause, bytes, milliseconds(pause * 2))
    }
    socket.once('connect', () => {
      send(typeof payload === 'function' ? payload(socket.address()) : payload, again)
    })
    socket.connect(target.port, target.address)
  })
}

/** Bound as the operator asks, and not connected yet. */
export function openDatagrams(target: Target): Socket | Extract<Answered, { kind: 'failed' }> {
  const fd = ownSocket('datagram', target.family, target)
  if (typeof fd !== 'number') return socketFailure(fd, target)
  const socket = createSocket(target.family === 4 ? 'udp4' : 'udp6')
  try {
    return socket.bind({ fd })
  } catch (error) {
    socket.close()
    closeSocket(fd)
    const errno = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return socketFailure({ step: 'socket', errno }, target)
  }
}

function ended(attempt: Attempt): Answered {
  return attempt.stopped() === 'aborted' ? aborted : { kind: 'silence' }
}

/** What ICMP said, or this machine. */
export function datagramFailure(errno: string, target: Target): Extract<Answered, { kind: 'failed' }> {
  if (errno !== 'ECONNREFUSED') return connectFailure(errno, target)
  const text = `does not listen on UDP port ${target.port}, or a firewall says so`
  return { kind: 'failed', code: 'refused', text, blame: 'host' }
}
