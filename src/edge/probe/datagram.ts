/**
 * Sends one datagram to an address and waits for one that answers it, for what ICMP says of it, or for the end of the
 * attempt. The socket is connected, so that only what comes from there is heard.
 * Source: udp(7); ip(7), IP_RECVERR: without it an unreachable host, as opposed to a closed port, would stay unheard of.
 */
import { createSocket, type Socket } from 'node:dgram'
import type { Milliseconds } from '../../model/units.ts'
import type { Attempt } from './attempt.ts'
import { aborted, connectFailure, outletFailure, socketFailure, type Target } from './connect.ts'
import { closeSocket, ownSocket } from './own-socket.ts'

export type Answered =
  | { readonly kind: 'answer'; readonly bytes: Buffer; readonly took: Milliseconds }
  /** Nothing came before the time was over. */
  | { readonly kind: 'silence' }
  | { readonly kind: 'failed'; readonly code: string; readonly text: string; readonly blame: 'host' | 'us' }

/** `answers`: whether these bytes are the answer; what is none is passed over. */
export function sendAndWait(
  target: Target,
  payload: Uint8Array,
  attempt: Attempt,
  answers: (bytes: Buffer) => boolean,
): Promise<Answered> {
  const wrong = outletFailure(target)
  if (wrong !== null) return Promise.resolve(wrong)
  if (attempt.signal.aborted) return Promise.resolve(ended(attempt))
  const opened = open(target)
  if (!('send' in opened)) return Promise.resolve(opened)
  const socket = opened

  return new Promise((settle) => {
    const done = (end: Answered): void => {
      attempt.signal.removeEventListener('abort', onAbort)
      socket.removeAllListeners()
      // A late error must find a listener.
      socket.on('error', () => undefined)
      socket.close()
      settle(end)
    }
    const onAbort = (): void => done(ended(attempt))
    attempt.signal.addEventListener('abort', onAbort, { once: true })
    socket.once('error', (error: NodeJS.ErrnoException) => done(failure(error.code ?? error.message, target)))
    socket.on('message', (bytes) => {
      if (answers(bytes)) done({ kind: 'answer', bytes, took: attempt.elapsed() })
    })
    socket.once('connect', () => socket.send(payload))
    socket.connect(target.port, target.address)
  })
}

/** Bound as the operator asks, and not connected yet. */
function open(target: Target): Socket | Answered {
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

function failure(errno: string, target: Target): Answered {
  if (errno !== 'ECONNREFUSED') return connectFailure(errno, target)
  const text = `does not listen on UDP port ${target.port}, or a firewall says so`
  return { kind: 'failed', code: 'refused', text, blame: 'host' }
}
