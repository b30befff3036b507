/**
 * Hands messages to a syslog daemon by TCP and closes. Syslog has no receipt: what is learned is whether the connection took
 * all of it and whether the other side closed it properly; a daemon that is stopped meanwhile may have lost it.
 * Source: RFC 6587.
 */
import type { Socket } from 'node:net'
import { host } from '../model/names.ts'
import { seconds } from '../model/units.ts'
import { type HostPort, hostPortText } from '../wire/host-port.ts'
import { type Attempt, limitText } from './probe/attempt.ts'
import { reach } from './probe/reach.ts'

/** How long the other side may take to close; all that matters has been said. */
const GOODBYE = seconds(1)

/** `null`: it is through. Otherwise a sentence. */
export async function sendByTcp(to: HostPort, bytes: Uint8Array, attempt: Attempt): Promise<string | null> {
  const reached = await reach(host(to.host), to.port, {}, attempt)
  if (reached.kind === 'failed') return `${hostPortText(to)} ${reached.outcome.text}`
  const trouble = await handOver(reached.socket, bytes, attempt)
  return trouble === null ? null : `${hostPortText(to)} ${trouble}`
}

function handOver(socket: Socket, bytes: Uint8Array, attempt: Attempt): Promise<string | null> {
  return new Promise((settle) => {
    let isOut = false
    let timer: NodeJS.Timeout | undefined
    const done = (trouble: string | null): void => {
      clearTimeout(timer)
      attempt.signal.removeEventListener('abort', onAbort)
      for (const event of ['end', 'close', 'finish']) socket.removeAllListeners(event)
      socket.off('error', onError)
      socket.on('error', () => undefined)
      socket.destroy()
      settle(trouble)
    }
    const onError = (error: NodeJS.ErrnoException): void =>
      done(`broke the connection (${error.code ?? error.message})`)
    const onAbort = (): void => {
      if (isOut) done(null)
      else if (attempt.stopped() === 'aborted') done('had not taken it when the attempt was broken off')
      else done(`did not take it within ${limitText(attempt.limit)}`)
    }
    const onClosed = (): void => done(isOut ? null : 'closed the connection before it had taken all')

    attempt.signal.addEventListener('abort', onAbort, { once: true })
    socket.on('error', onError)
    socket.once('end', onClosed)
    socket.once('close', onClosed)
    socket.once('finish', () => {
      isOut = true
      timer = setTimeout(done, GOODBYE, null)
    })
    // What it says is not listened to, but its end is.
    socket.resume()
    socket.end(bytes)
    if (attempt.signal.aborted) onAbort()
  })
}
