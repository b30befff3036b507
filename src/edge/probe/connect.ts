/**
 * Opens a TCP connection to one address, and puts TLS on it where asked. One address, one try: no second family is
 * raced against the first. What the kernel refuses comes back as a value with a word for machines and a sentence's tail.
 * Source: connect(2), ERRORS; ip(7) and tcp(7).
 */

import { connect as connectSocket, isIP, Socket } from 'node:net'
import type { Family } from '../../model/table.ts'
import type { Milliseconds } from '../../model/units.ts'
import type { Attempt } from './attempt.ts'
import { limitText } from './attempt.ts'
import { closeSocket, needsOwnSocket, type Outlet, ownSocket, type SocketTrouble, troubleText } from './own-socket.ts'
import { isLinkLocal } from './socket-address.ts'
import { tap } from './tap.ts'

export interface Target extends Outlet {
  readonly address: string
  readonly family: Family
  readonly port: number
}

type Connected = { readonly kind: 'connected'; readonly socket: Socket; readonly took: Milliseconds } | ConnectFailure

/** `blame` says whom the failure speaks against: the host, or this machine, which then learned nothing about the host. */
interface ConnectFailure {
  readonly kind: 'failed'
  readonly code: ConnectCode
  readonly text: string
  readonly blame: 'host' | 'us'
}

type ConnectCode =
  | 'refused'
  | 'timed-out'
  | 'unreachable'
  | 'no-route'
  | 'reset'
  | 'connect-failed'
  | 'source-unavailable'
  | 'no-interface'
  | 'too-many-open-files'
  | 'not-permitted'
  | 'aborted'

/** The socket comes back paused and without listeners but one that keeps a late error from being fatal. */
export function connect(target: Target, attempt: Attempt): Promise<Connected> {
  const { port } = target
  const wrong = outletFailure(target)
  if (wrong !== null) return Promise.resolve(wrong)
  if (attempt.signal.aborted) return Promise.resolve(stoppedText(port, attempt))
  const socket = begin(target)
  if ('step' in socket) return Promise.resolve(socketFailure(socket, target))

  return new Promise((settle) => {
    socket.on('error', () => undefined)
    const done = (result: Connected): void => {
      attempt.signal.removeEventListener('abort', onAbort)
      socket.off('connect', onConnect)
      socket.off('error', onError)
      if (result.kind === 'failed') socket.destroy()
      settle(result)
    }
    const onConnect = (): void => {
      tap(socket, attempt.trace)
      done({ kind: 'connected', socket, took: attempt.elapsed() })
    }
    const onError = (error: NodeJS.ErrnoException): void => done(connectFailure(error.code ?? error.message, target))
    const onAbort = (): void => done(stoppedText(port, attempt))
    socket.once('connect', onConnect)
    socket.once('error', onError)
    attempt.signal.addEventListener('abort', onAbort, { once: true })
  })
}

/** Starts to connect; the answer comes as an event. */
function begin(target: Target): Socket | SocketTrouble {
  const { address, family, port, source } = target
  const to = { host: address, port, family }
  if (!needsOwnSocket(target)) return connectSocket(source === null ? to : { ...to, localAddress: source })
  const fd = ownSocket('stream', family, target)
  if (typeof fd !== 'number') return fd
  try {
    return new Socket({ fd }).connect(to)
  } catch (error) {
    closeSocket(fd)
    return { step: 'socket', errno: error instanceof Error && 'code' in error ? String(error.code) : String(error) }
  }
}

/** What can be seen to be impossible before anything is tried; also for sockets of other kinds. */
export function outletFailure({ address, family, source, bindIf }: Target): ConnectFailure | null {
  if (source !== null && isIP(source) !== family) {
    return blameUs('source-unavailable', `the source ${source} is not an IPv${family} address as it is`)
  }
  if (isLinkLocal(address) && !address.includes('%') && bindIf === undefined) {
    return blameUs('no-interface', 'a link-local address means nothing without its interface; name it with --bind-if')
  }
  return null
}

/** Why there was no socket to begin with: never the host's fault. */
export function socketFailure(trouble: SocketTrouble, target: Target): ConnectFailure {
  const text = troubleText(trouble, target)
  if (text === null) return { ...connectFailure(trouble.errno, target), blame: 'us' }
  return blameUs(trouble.errno === 'ENODEV' ? 'no-interface' : 'not-permitted', text)
}

/** What an attempt that ended before the connection stood is called. */
function stoppedText(port: number, attempt: Attempt): ConnectFailure {
  if (attempt.stopped() === 'aborted') return aborted
  const text = `did not accept a connection on port ${port} within ${limitText(attempt.limit)}`
  return { kind: 'failed', code: 'timed-out', text, blame: 'host' }
}

/** The check was called off: a reload, or the stop of the daemon. It says nothing about the host. */
export const aborted: ConnectFailure = {
  kind: 'failed',
  code: 'aborted',
  text: 'was not checked to the end',
  blame: 'us',
}

const blameUs = (code: ConnectCode, why: string): ConnectFailure => ({
  kind: 'failed',
  code,
  text: `could not be checked: ${why}`,
  blame: 'us',
})

const blameHost = (code: ConnectCode, text: string): ConnectFailure => ({ kind: 'failed', code, text, blame: 'host' })

/** connect(2), ERRORS, in the operator's words. */
export function connectFailure(errno: string, target: Target): ConnectFailure {
  const { port, family } = target
  switch (errno) {
    case 'ECONNREFUSED':
      return blameHost('refused', `refused the connection on port ${port}`)
    case 'ETIMEDOUT':
      return blameHost('timed-out', `did not accept a connection on port ${port} before the system gave up`)
    case 'EHOSTUNREACH':
    case 'EHOSTDOWN':
      return blameHost('unreachable', 'cannot be reached: nobody on its network answers for its address')
    case 'ENETUNREACH':
    case 'ENETDOWN':
      return blameHost('no-route', 'cannot be reached: this machine has no route to its address')
    case 'ECONNRESET':
    case 'EPIPE':
      return blameHost('reset', `reset the connection on port ${port}`)
    case 'EADDRNOTAVAIL':
    case 'EADDRINUSE':
      return blameUs('source-unavailable', sourceTrouble(target))
    case 'EMFILE':
    case 'ENFILE':
      return blameUs(
        'too-many-open-files',
        'too many files are open here; raise LimitNOFILE or run fewer checks at once',
      )
    case 'EACCES':
    case 'EPERM':
      return blameUs('not-permitted', `this machine forbids the connection (${errno}); look at its own firewall rules`)
    case 'EAFNOSUPPORT':
      return blameUs('not-permitted', `IPv${family} is switched off on this machine`)
    default:
      return blameHost('connect-failed', `could not be connected to on port ${port} (${errno})`)
  }
}

function sourceTrouble({ source, family, bindPort }: Outlet & { readonly family: Family }): string {
  const port = bindPort === undefined ? 'has no free port left' : `its port ${bindPort} is taken`
  if (source !== null) return `the source address ${source} is not one of this machine's, or ${port}`
  return bindPort === undefined
    ? `this machine has no free IPv${family} address and port to connect from`
    : `the local port ${bindPort} is taken, or its last connection to the same host is not over yet (a minute)`
}
