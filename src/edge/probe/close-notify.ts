/**
 * Tells a TLS connection that was closed from one that was cut. Node takes both for the end of what was sent; here the
 * records pass through our hands, so that at the end of the connection we see whether TLS had said goodbye before.
 * Source: RFC 8446 §6.1, RFC 5246 §7.2.1 (close_notify guards against truncation).
 */
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'

/** The code of the error that a TLS socket ends with where the connection under it was cut. */
export const NO_CLOSE_NOTIFY = 'NO_CLOSE_NOTIFY'

/** What TLS is put on; `guard` is told of the TLS socket before anything has come. */
export function recordsOf(socket: Socket): { readonly records: Duplex; readonly guard: (tls: TLSSocket) => void } {
  const records = new Duplex({
    read: () => void socket.resume(),
    write: (bytes: Buffer, _encoding, done) => void socket.write(bytes, done),
    final: (done) => void socket.end(done),
    destroy: (error, done) => {
      socket.destroy()
      done(error)
    },
  })
  socket.on('data', (bytes: Buffer) => {
    if (!records.push(bytes)) socket.pause()
  })
  return {
    records,
    guard(tls) {
      let goodbye = false
      tls.once('end', () => {
        goodbye = true
      })
      // What has come lies in queues still: TLS reads it in the turns of the event loop that follow.
      const cut = (): void => void whenRead(records, tls, () => !goodbye && tls.destroy(cutOff()))
      socket.once('end', cut)
      socket.once('error', (error) => tls.destroy(error))
      tls.once('close', () => socket.destroy())
    },
  }
}

/** Runs `then` when nothing that came is left unread, or nobody reads any more. */
function whenRead(records: Duplex, tls: TLSSocket, then: () => void): void {
  setImmediate(() => {
    if (tls.destroyed) return
    if (records.readableLength > 0 || tls.readableLength > 0) whenRead(records, tls, then)
    else setImmediate(then)
  })
}

const cutOff = (): Error => Object.assign(new Error('the connection was cut'), { code: NO_CLOSE_NOTIFY })
