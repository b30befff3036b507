/**
 * Sends one request over an open connection and reads until the reply is complete, the caller has seen enough of it, or
 * the attempt ends. The connection is closed in every case.
 */
import type { Socket } from 'node:net'
import type { Milliseconds } from '../../model/units.ts'
import type { HttpReply, ReplyFault, ReplyReader, ReplyState } from '../../wire/http/reply.ts'
import type { HttpHead } from '../../wire/http/request.ts'
import type { Attempt } from '../probe/attempt.ts'
import { limitText } from '../probe/attempt.ts'
import { NO_CLOSE_NOTIFY } from '../probe/close-notify.ts'
import { aborted } from '../probe/connect.ts'
import { tlsReason } from '../probe/tls.ts'

type Exchanged = { readonly firstByte: Milliseconds | null } & (
  | { readonly kind: 'reply'; readonly reply: HttpReply }
  /** `enough` said that the head tells all there is to know. */
  | { readonly kind: 'head'; readonly head: HttpHead }
  | {
      readonly kind: 'failed'
      readonly code: ReplyFault | 'reset' | 'handshake-failed' | 'no-close-notify' | 'timed-out' | 'aborted'
      readonly text: string
      readonly blame: 'host' | 'us'
    }
)

export function exchange(
  socket: Socket,
  request: Buffer,
  reader: ReplyReader,
  attempt: Attempt,
  enough: (head: HttpHead) => boolean = () => false,
): Promise<Exchanged> {
  return new Promise((settle) => {
    let firstByte: Milliseconds | null = null
    let over = false
    const done = (result: Exchanged): void => {
      if (over) return
      over = true
      attempt.signal.removeEventListener('abort', onAbort)
      socket.removeAllListeners('data')
      socket.on('error', () => undefined)
      socket.destroy()
      settle(result)
    }
    const failed = (code: Extract<Exchanged, { kind: 'failed' }>['code'], text: string): void => {
      const blame = code === 'aborted' ? 'us' : 'host'
      done({ kind: 'failed', code, text, blame, firstByte })
    }
    const take = (state: ReplyState): void => {
      if (state.kind === 'done') done({ kind: 'reply', reply: state.reply, firstByte })
      else if (state.kind === 'failed') done({ ...state, blame: 'host', firstByte })
      else if (state.head !== null && enough(state.head)) done({ kind: 'head', head: state.head, firstByte })
    }
    const onAbort = (): void => {
      if (attempt.stopped() === 'aborted') failed('aborted', aborted.text)
      else failed('timed-out', unfinished(reader.received(), attempt))
    }
    socket.on('data', (piece: Buffer) => {
      firstByte ??= attempt.elapsed()
      take(reader.push(piece))
    })
    socket.on('end', () => take(reader.end()))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // With TLS 1.3 a server that wants a certificate of ours says so only now.
      if (error.code === NO_CLOSE_NOTIFY) failed('no-close-notify', unsaidEnd(reader.received()))
      else if (error.code?.startsWith('ERR_SSL_')) failed('handshake-failed', `broke off TLS: ${tlsReason(error)}`)
      else failed('reset', resetText(reader.received()))
    })
    socket.on('close', () => take(reader.end()))
    attempt.signal.addEventListener('abort', onAbort, { once: true })
    if (attempt.signal.aborted) onAbort()
    else socket.write(request)
  })
}

function unsaidEnd(received: number): string {
  return `ended the connection after ${received} bytes without saying so in TLS (no close_notify), so some may be missing`
}

function unfinished(received: number, attempt: Attempt): string {
  const within = `within ${limitText(attempt.limit)}`
  return received === 0 ? `did not answer ${within}` : `sent only ${received} bytes and no complete answer ${within}`
}

function resetText(received: number): string {
  return received === 0 ? 'reset the connection instead of answering' : `reset the connection after ${received} bytes`
}
