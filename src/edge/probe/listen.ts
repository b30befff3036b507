/**
 * Hears what a host says on an open connection until somebody has heard enough, the host closes, or the attempt ends. The
 * connection is closed in every case.
 */
import type { Socket } from 'node:net'
import type { Milliseconds } from '../../model/units.ts'
import type { Attempt } from './attempt.ts'
import { aborted } from './connect.ts'
import type { Outcome } from './each-host.ts'

export interface Ear {
  /** The verdict, if these bytes allow one. */
  readonly hear: (bytes: Buffer) => Outcome | null
  /** What to say of a host that closed before that. */
  readonly closed: () => Outcome
  /** What to say of one that took all the time there was. */
  readonly late: () => Outcome
}

export function listenTo(socket: Socket, ear: Ear, attempt: Attempt): Promise<Outcome> {
  return new Promise((settle) => {
    let firstByte: Milliseconds | null = null
    const done = (outcome: Outcome): void => {
      attempt.signal.removeEventListener('abort', onAbort)
      for (const event of ['data', 'end', 'close']) socket.removeAllListeners(event)
      // A late error must find a listener.
      socket.on('error', () => undefined)
      socket.destroy()
      settle({ ...outcome, firstByte })
    }
    const onAbort = (): void => {
      if (attempt.stopped() === 'aborted') done({ kind: 'unknown', code: 'aborted', text: aborted.text })
      else done(ear.late())
    }
    attempt.signal.addEventListener('abort', onAbort, { once: true })
    if (attempt.signal.aborted) return onAbort()
    socket.on('data', (bytes: Buffer) => {
      firstByte ??= attempt.elapsed()
      const outcome = ear.hear(bytes)
      if (outcome !== null) done(outcome)
    })
    socket.once('end', () => done(ear.closed()))
    socket.once('close', () => done(ear.closed()))
  })
}
