/** A server that speaks as mon does from a table of answers, to try mon's real clients on the lines made here. */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { LineReader } from '../../../src/wire/mon/line-reader.ts'
import { statusLine } from '../../../src/wire/mon/lists.ts'
import { readRequest } from '../../../src/wire/mon/request.ts'
import type { Cleaning } from '../../peers/mon/daemon.ts'

/** By request, such as `list watch`: the data lines. What is not in the table is answered with 520. */
export type Answers = Readonly<Record<string, readonly string[]>>

/** Listens on loopback until the test ends; answers its port. */
export async function startScripted(t: Cleaning, answers: Answers): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    const reader = new LineReader()
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (bytes) => {
      for (const line of reader.feed(bytes)) {
        const text = line.kind === 'line' ? line.text : ''
        socket.write(answer(text, answers))
        if (text === 'quit') socket.end()
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function answer(line: string, answers: Answers): string {
  const request = readRequest(line)
  if (request.kind === 'invalid') return `${statusLine(520, 'invalid command')}\n`
  if (request.command === 'protid') return `${statusLine(220, 'protocol match')}\n`
  if (request.command === 'quit') return `${statusLine(220, 'quitting')}\n`
  const words = line.trim()
  const data = answers[words]
  if (data === undefined) return `${statusLine(520, 'command could not be executed, unknown command')}\n`
  return [...data, statusLine(220, `${words} completed`), ''].join('\n')
}
