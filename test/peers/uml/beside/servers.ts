/** Inside the guest, in the farm's namespace: real servers that die, hang, answer wrong and return as they are told. */
import { execFileSync } from 'node:child_process'
import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { createServer, type Server as Listener, type Socket } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import type { Health, Kind } from './scenario.ts'

export interface RealServer {
  become(health: Health): Promise<void>
  /** Resolves when so many checks have found it wrong and one after them has found it up. */
  wrongFor(checks: number): Promise<void>
  /** Resolves when so many more checks have come, whatever they were told. */
  checked(times: number): Promise<void>
  wrongPages(paths: readonly string[]): void
}

export interface Place {
  readonly kind: Kind
  readonly address: string
  readonly port: number
  /** What its pages say. */
  readonly name: string
}

/** The director's own addresses: whoever comes from there is a check, and not a client. */
const DIRECTOR = ['10.1.1.1', '::ffff:10.1.1.1', '2001:db8:2::1']
const DEVICE = 'eth0'

/** Who comes to a server, and what it is like for him. */
interface Host {
  came(from: string | undefined): void
  mood(from: string | undefined, path?: string): Mood
}

type Mood = 'up' | 'wrong' | 'hang'

interface Door {
  open(): Promise<void>
  close(): Promise<void>
}

export function realServer(place: Place): RealServer {
  let health: Health = 'refuse'
  let wrongLeft = 0
  let spent: (() => void) | null = null
  let wrong: readonly string[] = []

  let awaited: { left: number; resolve(): void } | null = null

  const host: Host = {
    came(from) {
      if (awaited === null || !DIRECTOR.includes(from ?? '')) return
      awaited.left -= 1
      if (awaited.left > 0) return
      awaited.resolve()
      awaited = null
    },
    mood(from, path) {
      if (health === 'hang' || health === 'wrong') return health
      if (!DIRECTOR.includes(from ?? '')) return 'up'
      if (wrongLeft > 0) {
        wrongLeft -= 1
        return 'wrong'
      }
      spent?.()
      spent = null
      return path !== undefined && wrong.includes(path) ? 'wrong' : 'up'
    },
  }
  const door = doorOf(place, host)
  const listens = (one: Health) => one !== 'refuse' && one !== 'gone'

  return {
    async become(next) {
      const before = health
      health = next
      if (before === 'gone') machine('add', place.address)
      if (next === 'gone') machine('del', place.address)
      if (listens(before) && !listens(next)) await door.close()
      if (!listens(before) && listens(next)) await door.open()
    },
    wrongFor: (checks) =>
      new Promise((resolve) => {
        wrongLeft = checks
        spent = resolve
      }),
    checked: (times) =>
      new Promise((resolve) => {
        awaited = { left: times, resolve }
      }),
    wrongPages(paths) {
      wrong = paths
    },
  }
}

/** A machine that is off has no address. */
function machine(act: 'add' | 'del', address: string): void {
  execFileSync('ip', ['addr', act, `${address}/24`, 'dev', DEVICE])
}

function doorOf(place: Place, host: Host): Door {
  switch (place.kind) {
    case 'web':
      return streamDoor(place, host, () => createServer(web(place.name, host)))
    case 'tls':
      return streamDoor(place, host, () => createTlsServer(certificate(), web(place.name, host)))
    case 'smtp':
      return streamDoor(place, host, () => createServer(mailServer(host)))
    case 'dns':
      return datagramDoor(place, host, dnsReply)
    case 'udp':
      return datagramDoor(place, host, udpReply)
    case 'none':
      return { open: async () => {}, close: async () => {} }
  }
}

function streamDoor({ address, port }: Place, host: Host, make: () => Listener): Door {
  let listener: Listener | null = null
  const sockets = new Set<Socket>()
  return {
    open: () =>
      new Promise((resolve, reject) => {
        listener = make()
        listener.on('connection', (socket: Socket) => {
          host.came(socket.remoteAddress)
          sockets.add(socket)
          socket.on('close', () => sockets.delete(socket))
          // Whoever asked may go away in the middle; that is his business.
          socket.on('error', () => socket.destroy())
        })
        listener.on('tlsClientError', () => {})
        listener.once('error', reject)
        listener.listen(port, address, () => resolve())
      }),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        if (listener === null) return resolve()
        listener.close(() => resolve())
      }),
  }
}

/** `page /one` on `/one`, whom the request was for on `/host`; one letter as the page of `/`, for clients. Wrong: another status, and another page. */
function web(name: string, host: Host): (socket: Socket) => void {
  return (socket) => {
    let request = ''
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      request += chunk.toString('latin1')
      if (!request.includes('\r\n\r\n')) return
      const path = request.split(' ')[1] ?? '/'
      const now = host.mood(socket.remoteAddress, path)
      if (now === 'hang') return
      const [, asked = ''] = /\r\nhost: *([^\r\n]*)/i.exec(request) ?? []
      const body = path === '/' ? name : path === '/host' ? `host ${asked}\n` : `page ${path}\n`
      const answer = now === 'up' ? `200 OK\r\n\r\n${body}` : '500 Broken\r\n\r\nthis is broken\n'
      socket.end(`HTTP/1.0 ${answer}`)
    })
  }
}

function mailServer(host: Host): (socket: Socket) => void {
  return (socket) => {
    const now = host.mood(socket.remoteAddress)
    if (now === 'hang') return
    if (now === 'wrong') return void socket.end('554 no service here\r\n')
    socket.write('220 mail ready\r\n')
    socket.on('data', (chunk: Buffer) => {
      const word = chunk.toString('latin1').slice(0, 4).toUpperCase()
      if (word === 'QUIT') socket.end('221 bye\r\n')
      else socket.write('250 pleased to meet you\r\n')
    })
  }
}

function datagramDoor(
  { address, port }: Place,
  host: Host,
  answer: (packet: Buffer, mood: Mood) => Buffer | null,
): Door {
  let socket: UdpSocket | null = null
  return {
    open: () =>
      new Promise((resolve, reject) => {
        const opened = createSocket(address.includes(':') ? 'udp6' : 'udp4')
        socket = opened
        opened.once('error', reject)
        opened.on('message', (packet, from) => {
          host.came(from.address)
          const reply = answer(packet, host.mood(from.address))
          if (reply !== null) opened.send(reply, from.port, from.address)
        })
        opened.bind(port, address, () => resolve())
      }),
    close: () => new Promise((resolve) => (socket === null ? resolve() : socket.close(() => resolve()))),
  }
}

/** The question sent back as an empty answer, or as a failure of the server (RFC 1035, 4.1.1: RCODE 2). */
function dnsReply(question: Buffer, mood: Mood): Buffer | null {
  if (mood === 'hang') return null
  const reply = Buffer.from(question)
  reply[2] = (reply[2] ?? 0) | 0x80
  reply[3] = mood === 'up' ? 0 : 2
  return reply
}

function udpReply(_packet: Buffer, mood: Mood): Buffer | null {
  if (mood === 'hang') return null
  return Buffer.from(mood === 'up' ? 'pong' : 'what')
}

function certificate(): { readonly key: Buffer; readonly cert: Buffer } {
  const certificates = join(process.env.REPO ?? '.', 'test/certs')
  return { key: readFileSync(join(certificates, 'key.pem')), cert: readFileSync(join(certificates, 'chain.pem')) }
}
