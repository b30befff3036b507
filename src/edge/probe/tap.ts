/**
 * Lets somebody see what goes through a connection, whoever reads and writes it: `upalert try` shows it. A tapped connection
 * behaves as before.
 */
import type { Socket } from 'node:net'
import type { Trace } from '../../model/monitor.ts'

export function tap(socket: Socket, trace: Trace | undefined): void {
  if (trace === undefined) return
  const push = socket.push.bind(socket)
  const write = socket._write.bind(socket)
  const writev = socket._writev?.bind(socket)
  socket.push = (chunk: unknown, encoding) => {
    if (chunk instanceof Uint8Array) trace({ kind: 'received', bytes: Buffer.from(chunk) })
    return push(chunk, encoding)
  }
  const sent = (chunk: unknown, encoding: BufferEncoding): void => {
    if (chunk instanceof Uint8Array) trace({ kind: 'sent', bytes: Buffer.from(chunk) })
    else if (typeof chunk === 'string') trace({ kind: 'sent', bytes: Buffer.from(chunk, encoding) })
  }
  socket._write = (chunk: unknown, encoding, done) => {
    sent(chunk, encoding)
    write(chunk, encoding, done)
  }
  if (writev === undefined) return
  socket._writev = (chunks, done) => {
    for (const { chunk, encoding } of chunks) sent(chunk, encoding)
    writev(chunks, done)
  }
}

/** TLS comes on top, and its records are nobody's business. */
export function untap(socket: Socket): void {
  for (const method of ['push', '_write', '_writev']) Reflect.deleteProperty(socket, method)
}
