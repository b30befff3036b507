/**
 * A port that never accepts: a thread listens on it and then sleeps, and the queue of connections that wait to be
 * accepted is full. The kernel drops what else comes (listen(2), tcp(7)), so a connect hangs as it does with a machine
 * that is gone, without sending a packet to an address that is nobody's.
 */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import type { TestContext } from 'node:test'
import { Worker } from 'node:worker_threads'

const BACKLOG = 1

const listen = `
const { createServer } = require('node:net')
const { parentPort, workerData } = require('node:worker_threads')
const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: ${BACKLOG} }, () => {
  parentPort.postMessage(server.address().port)
  Atomics.wait(workerData, 0, 0)
  process.exit()
})`

export async function fullListener(t: TestContext): Promise<number> {
  const alarm = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(listen, { eval: true, workerData: alarm })
  const [port]: unknown[] = await once(worker, 'message')
  if (typeof port !== 'number') throw new Error('the thread did not say where it listens')

  // The queue holds one more than its length says. The first of these get in, and the rest wait like the check will.
  const sockets: Socket[] = Array.from({ length: BACKLOG + 4 }, () =>
    connect(port, '127.0.0.1').on('error', () => undefined),
  )
  t.after(async () => {
    for (const socket of sockets) socket.destroy()
    Atomics.store(alarm, 0, 1)
    Atomics.notify(alarm, 0)
    await worker.terminate()
  })
  await Promise.all(sockets.slice(0, BACKLOG + 1).map((socket) => once(socket, 'connect')))
  return port
}
