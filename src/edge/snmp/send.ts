/**
 * Sends one notification to one receiver, as a trap, which nobody confirms, or as an inform, which the receiver confirms and
 * which is repeated until it does. The library encodes, decodes and repeats; the socket is ours: connected, so that nobody
 * else's packet is taken for the receiver's, and so that a closed port is heard of.
 * Source: RFC 3416 §4.2.6 and §4.2.7; RFC 3414 (users and keys); udp(7).
 */
import { createSocket, type Socket } from 'node:dgram'
import { type Milliseconds, milliseconds } from '../../model/units.ts'
import { type HostPort, hostPortText } from '../../wire/host-port.ts'
import { oneLine } from '../../wire/mail/safe-text.ts'
import type { Notification } from '../../wire/snmp/notification.ts'
import { type Attempt, limitText } from '../probe/attempt.ts'
import { resolve } from '../probe/resolve.ts'
import type { SnmpCredentials } from './credentials.ts'
import type { SnmpLibrary } from './library.ts'
import { openSession, type Session, varbinds } from './session.ts'

export type SnmpSent =
  | { readonly kind: 'taken'; readonly text: string }
  /** A sentence. */
  | { readonly kind: 'failed'; readonly retry: boolean; readonly text: string }

export interface SnmpMessage {
  readonly to: HostPort
  readonly notification: Notification
  readonly inform: boolean
  readonly credentials: Exclude<SnmpCredentials, { kind: 'unreadable' }>
}

/** How long a refusal of a trap is waited for: longer than a way to another continent and back takes. */
const REFUSAL_WAIT: Milliseconds = milliseconds(300)
const TICKS = 2 ** 32
/** Characters of what the library says. */
const SHOWN = 200

export async function sendSnmp(library: SnmpLibrary, message: SnmpMessage, attempt: Attempt): Promise<SnmpSent> {
  const name = hostPortText(message.to)
  const found = await resolve(message.to.host, null, attempt)
  if (found.kind === 'failed') {
    const retry = found.code !== 'bad-host'
    return {
      kind: 'failed',
      retry,
      text: `${name} ${found.text.replace('could not be checked: ', 'could not be told: ')}`,
    }
  }
  if (attempt.signal.aborted) return failed(name, stoppedText(attempt, message.inform))
  const socket = createSocket(found.family === 6 ? 'udp6' : 'udp4')
  const said = await exchange(library, socket, found.address, message, attempt)
  return said === null ? { kind: 'taken', text: name } : failed(name, said)
}

/** `null`: taken. Otherwise a sentence's tail about the receiver. */
function exchange(
  library: SnmpLibrary,
  socket: Socket,
  address: string,
  message: SnmpMessage,
  attempt: Attempt,
): Promise<string | null> {
  return new Promise((settle) => {
    let session: Session | null = null
    let timer: NodeJS.Timeout | undefined
    let isOut = false
    let isOver = false
    const done = (said: string | null): void => {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      attempt.signal.removeEventListener('abort', onAbort)
      close(session ?? socket)
      settle(said)
    }
    // A trap that is out is out; an inform that nobody has confirmed is not.
    const onAbort = (): void => done(isOut ? null : stoppedText(attempt, message.inform))
    const onAnswer = (error: Error | null): void => {
      if (error !== null) done(troubleText(error))
      else if (message.inform) done(null)
      else {
        isOut = true
        timer = setTimeout(done, REFUSAL_WAIT, null)
      }
    }
    attempt.signal.addEventListener('abort', onAbort, { once: true })
    // It stays, since an error may come late.
    socket.on('error', (error) => done(troubleText(error)))
    socket.once('connect', () => {
      if (isOver) return
      try {
        session = openSession(library, socket, address, message)
        const { oid, objects } = message.notification
        const options = { upTime: Math.floor(process.uptime() * 100) % TICKS }
        const bound = varbinds(library, objects)
        if (message.inform) session.inform(oid, bound, options, onAnswer)
        else session.trap(oid, bound, options, onAnswer)
      } catch (error) {
        done(troubleText(error))
      }
    })
    socket.connect(message.to.port, address)
  })
}

/** Closed already where it could not even be opened. */
function close(what: { close(): unknown }): void {
  try {
    what.close()
  } catch {
    // Nothing is left to close.
  }
}

const failed = (name: string, text: string): SnmpSent => ({ kind: 'failed', retry: true, text: `${name} ${text}` })

function stoppedText(attempt: Attempt, inform: boolean): string {
  const what = inform ? 'had not confirmed it' : 'was not sent to'
  return attempt.stopped() === 'timed-out'
    ? `${what} within ${limitText(attempt.limit)}`
    : `${what} when the attempt was broken off`
}

function troubleText(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const words = error instanceof Error ? error.message : String(error)
  if (error instanceof Error && error.name === 'RequestTimedOutError') return 'did not confirm it'
  return TROUBLE.get(code) ?? `did not take it: ${oneLine(words, SHOWN)}`
}

const TROUBLE: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'refused it: no program listens on that UDP port'],
  ['ENETUNREACH', 'cannot be reached: there is no route to its network'],
  ['EHOSTUNREACH', 'cannot be reached'],
  ['EACCES', 'cannot be sent to: this machine does not permit it'],
  ['EPERM', "cannot be sent to: this machine's firewall does not permit it"],
  ['EMSGSIZE', 'cannot be sent to: the packet is too long for the way'],
])
