/**
 * Sends one trap, a UDP datagram, to one receiver. UDP tells nobody whether it arrived: what can be learned is whether this
 * machine took it, and whether somebody says at once that nobody listens there.
 * Source: udp(7), RFC 1122 4.1.3.3 (an ICMP "port unreachable" reaches the sender of a connected socket).
 */
import { createSocket, type Socket } from 'node:dgram'
import { type Milliseconds, milliseconds } from '../../model/units.ts'
import { type Attempt, limitText } from '../probe/attempt.ts'
import { type Resolved, resolve } from '../probe/resolve.ts'

export interface TrapReceiver {
  /** A name, or an address without brackets. */
  readonly host: string
  readonly port: number
}

export type TrapSent =
  /** The network has it; `address` is where it went. */
  | { readonly kind: 'handed-over'; readonly address: string }
  /** `text` is a sentence's tail. `retry`: another attempt could end otherwise. */
  | { readonly kind: 'failed'; readonly retry: boolean; readonly text: string }

/** How long a refusal is waited for: longer than a way to another continent and back takes. */
const REFUSAL_WAIT: Milliseconds = milliseconds(300)

export async function sendTrap(receiver: TrapReceiver, packet: Uint8Array, attempt: Attempt): Promise<TrapSent> {
  const found = await resolve(receiver.host, null, attempt)
  if (found.kind === 'failed') return failed(unresolved[found.code], found.code !== 'bad-host')
  if (attempt.signal.aborted) return failed(stoppedText(attempt))
  const trouble = await handOver(found.address, found.family, receiver.port, packet, attempt)
  return trouble ?? { kind: 'handed-over', address: found.address }
}

const unresolved: Readonly<Record<Extract<Resolved, { kind: 'failed' }>['code'], string>> = {
  'bad-host': 'is neither an address nor a name that can be looked up',
  'wrong-family': 'has no address that can be reached',
  'name-not-found': 'has no address: its name is not known',
  'lookup-failed': 'could not be looked up; see whether the resolver in /etc/resolv.conf answers',
  'lookup-timed-out': 'was not looked up in time',
  'lookups-full': 'could not be looked up: too many names are waiting already',
  aborted: 'was not looked up to the end',
}

/** `null`: the packet went out, and nobody said no for a moment. */
function handOver(
  address: string,
  family: 4 | 6,
  port: number,
  packet: Uint8Array,
  attempt: Attempt,
): Promise<TrapSent | null> {
  return new Promise((settle) => {
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4')
    let timer: NodeJS.Timeout | undefined
    let isOut = false
    const done = (outcome: TrapSent | null): void => {
      clearTimeout(timer)
      attempt.signal.removeEventListener('abort', onAbort)
      socket.off('error', onError).on('error', () => undefined)
      close(socket)
      settle(outcome)
    }
    const onError = (error: Error): void => done(failed(refusal(error)))
    // What is out is out: nobody gets it twice because somebody stopped waiting.
    const onAbort = (): void => done(isOut ? null : failed(stoppedText(attempt)))
    const onSent = (error: Error | null): void => {
      isOut = error === null
      if (error !== null) onError(error)
      else timer = setTimeout(done, REFUSAL_WAIT, null)
    }
    attempt.signal.addEventListener('abort', onAbort, { once: true })
    socket.on('error', onError)
    socket.once('connect', () => socket.send(packet, onSent))
    socket.connect(port, address)
  })
}

/** Closed already where it could not even be opened. */
function close(socket: Socket): void {
  try {
    socket.close()
  } catch {
    // Nothing is left to close.
  }
}

const failed = (text: string, retry = true): TrapSent => ({ kind: 'failed', retry, text })

const stoppedText = (attempt: Attempt): string =>
  attempt.stopped() === 'timed-out' ? `was not sent to within ${limitText(attempt.limit)}` : 'was not sent to'

function refusal(error: Error): string {
  const code = 'code' in error ? String(error.code) : error.message
  return REFUSALS.get(code) ?? `could not be sent to (${code})`
}

const REFUSALS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'refused it: no program listens on that UDP port'],
  ['ENETUNREACH', 'cannot be reached: there is no route to its network'],
  ['EHOSTUNREACH', 'cannot be reached'],
  ['EACCES', 'cannot be sent to: this machine does not permit it'],
  ['EPERM', "cannot be sent to: this machine's firewall does not permit it"],
])
