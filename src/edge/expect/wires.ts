/** A connection, and an exchange of datagrams, as a conversation of steps sees them. */
import type { Socket as Datagrams } from 'node:dgram'
import type { Duplex } from 'node:stream'
import type { Trace } from '../../model/monitor.ts'
import type { Outcome } from '../probe/each-host.ts'
import type { Ears, Wire } from './converse.ts'

export function streamWire(socket: Duplex): Wire {
  return {
    datagrams: false,
    send(bytes, sent) {
      // A host that does not listen any more closes or resets, which is heard.
      if (socket.writable) socket.write(bytes, (error) => void (error ?? sent()))
    },
    listen({ bytes, closed }: Ears) {
      socket.on('data', bytes)
      socket.once('end', () => closed('closed-early', 'closed the connection'))
      socket.once('close', () => closed('reset', 'cut the connection'))
    },
    close() {
      for (const event of ['data', 'end', 'close']) socket.removeAllListeners(event)
      socket.destroy()
    },
  }
}

/** `socket` is connected. `failure` says what an error means. */
export function datagramWire(
  socket: Datagrams,
  failure: (error: NodeJS.ErrnoException) => Outcome,
  trace: Trace | undefined,
): Wire {
  return {
    datagrams: true,
    send(bytes, sent) {
      trace?.({ kind: 'sent', bytes })
      socket.send(bytes, (error) => void (error === null ? sent() : undefined))
    },
    listen({ bytes, failed }: Ears) {
      socket.on('message', (piece: Buffer) => {
        trace?.({ kind: 'received', bytes: piece })
        bytes(piece)
      })
      socket.on('error', (error: NodeJS.ErrnoException) => failed(failure(error)))
    },
    close() {
      socket.removeAllListeners()
      // A late error must find a listener.
      socket.on('error', () => undefined)
      socket.close()
    },
  }
}
