/**
 * A name server on loopback that speaks bytes: it answers each question with what `answer` says, over UDP and TCP on one
 * port, and is gone when the test ends.
 */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { TestContext } from 'node:test'
import { type Answer, AUTHORITATIVE_ANSWER, decode, encode, type Question, streamEncode } from 'dns-packet'

export interface Reply {
  readonly answers?: readonly Answer[]
  readonly authoritative?: boolean
  /** Of the header's last four bits. */
  readonly rcode?: number
  /** Over UDP only: the records are left out, and the reply says so. */
  readonly truncated?: boolean
}

/** `null`: nothing is answered. */
export type Zone = (question: Question, over: 'udp' | 'tcp') => Reply | null

const TRUNCATED = 1 << 9

export async function nameServer(t: TestContext, addresses: readonly string[], zone: (at: string) => Zone) {
  const port = await freePort(addresses)
  const asked: string[] = []
  for (const address of addresses) {
    const answers = zone(address)
    const udp = createSocket(address.includes(':') ? 'udp6' : 'udp4')
    udp.on('message', (bytes, peer) => {
      asked.push(`${address} udp`)
      const reply = replyTo(bytes, answers, 'udp')
      if (reply !== null) udp.send(encode(reply), peer.port, peer.address)
    })
    udp.bind(port, address)
    await once(udp, 'listening')
    t.after(() => udp.close())

    const tcp = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', (bytes) => {
        asked.push(`${address} tcp`)
        const reply = replyTo(bytes.subarray(2), answers, 'tcp')
        if (reply === null) socket.resume()
        else socket.end(streamEncode(reply))
      })
      t.after(() => socket.destroy())
    })
    tcp.listen(port, address)
    await once(tcp, 'listening')
    t.after(() => tcp.close())
  }
  return { port, asked }
}

/** One that is free over TCP wherever it is needed: over UDP the kernel gives out others. */
async function freePort(addresses: readonly string[]): Promise<number> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const first = createServer()
    const servers = [first]
    try {
      first.listen(0, addresses[0])
      await once(first, 'listening')
      const address = first.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      for (const other of addresses.slice(1)) {
        const server = createServer().listen(port, other)
        servers.push(server)
        await once(server, 'listening')
      }
      return port
    } catch {
      // Somebody has it on another address: the next one, then.
    } finally {
      for (const server of servers) server.close()
    }
  }
  throw new Error('no port is free on all of these addresses')
}

function replyTo(bytes: Buffer, zone: Zone, over: 'udp' | 'tcp') {
  const { id = 0, questions = [] } = decode(bytes)
  const [question] = questions
  const reply = question === undefined ? null : zone(question, over)
  if (reply === null) return null
  const cut = over === 'udp' && reply.truncated === true
  const flags = (reply.authoritative === true ? AUTHORITATIVE_ANSWER : 0) | (cut ? TRUNCATED : 0) | (reply.rcode ?? 0)
  return { type: 'response' as const, id, flags, questions, answers: cut ? [] : [...(reply.answers ?? [])] }
}

export const soa = (name: string, serial: number): Answer => ({
  type: 'SOA',
  name,
  class: 'IN',
  ttl: 60,
  data: { mname: `ns.${name}`, rname: `root.${name}`, serial, refresh: 1, retry: 1, expire: 1, minimum: 1 },
})

export const a = (name: string, data: string): Answer => ({ type: 'A', name, class: 'IN', ttl: 60, data })
