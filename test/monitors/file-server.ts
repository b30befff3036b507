/** An FTP server on loopback, as small as it can be: a login, files by their paths, a data connection by PASV, EPSV or PORT. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { peer } from './peers.ts'

export interface FileServer {
  readonly user: string
  readonly password: string
  readonly files: Readonly<Record<string, string | Buffer>>
  /** What it answers to a command instead, by its word in capital letters. */
  readonly instead?: Readonly<Record<string, string>>
  /** What it says behind a file. */
  readonly after?: string
  readonly address?: string
  /** The address in its answer to PASV, where it is not its own. */
  readonly says?: string
}

export function fileServer(t: TestContext, server: FileServer): Promise<number> {
  return peer(t, (socket) => serve(t, socket, server), server.address)
}

function serve(
  t: TestContext,
  socket: Socket,
  {
    user,
    password,
    files,
    instead = {},
    after = '226 that was all',
    address = '127.0.0.1',
    says = '127,0,0,1',
  }: FileServer,
) {
  const say = (line: string): unknown => socket.writable && socket.write(`${line}\r\n`)
  let data: Promise<Socket> | null = null
  let named = false
  let inside = false
  const listen = async (): Promise<number> => {
    const passive = createServer()
    t.after(() => passive.close())
    passive.listen(0, address)
    await once(passive, 'listening')
    data = once(passive, 'connection').then(([taken]: Socket[]) => {
      passive.close()
      taken?.on('error', () => undefined)
      t.after(() => taken?.destroy())
      if (taken === undefined) throw new Error('a connection has a socket')
      return taken
    })
    const where = passive.address()
    return typeof where === 'object' && where !== null ? where.port : 0
  }
  const commands: Readonly<Record<string, (word: string) => unknown>> = {
    USER(name) {
      named = name === user
      return say('331 and the password?')
    },
    PASS(word) {
      inside = named && word === password
      return say(inside ? '230 welcome' : '530 no')
    },
    TYPE: () => say('200 as you like'),
    CWD: () => say('250 there'),
    async PASV() {
      const port = await listen()
      say(`227 Entering Passive Mode (${says},${port >> 8},${port & 255}).`)
    },
    EPSV: async () => say(`229 Entering Extended Passive Mode (|||${await listen()}|)`),
    // ldirectord asks for a passive connection, and then for one of this kind, which it uses.
    PORT(where) {
      const [, , , , high = 0, low = 0] = where.split(',').map(Number)
      const active = connect(high * 256 + low, address)
      active.on('error', () => undefined)
      t.after(() => active.destroy())
      data = once(active, 'connect').then(() => active)
      return say('200 as you like')
    },
    async RETR(path) {
      const file = inside ? files[path] : undefined
      if (file === undefined) return say('550 no such file')
      say('150 here it comes')
      const taken = await data
      taken?.end(file)
      return say(after)
    },
    QUIT: () => socket.end('221 bye\r\n'),
  }
  socket.on('end', () => socket.end())
  let rest = ''
  socket.on('data', (bytes) => {
    const lines = (rest + bytes.toString('latin1')).split('\r\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const [, word = '', argument = ''] = /^(\w+) ?(.*)$/.exec(line) ?? []
      const other = instead[word.toUpperCase()]
      if (other !== undefined) say(other)
      else (commands[word.toUpperCase()] ?? (() => say('502 what?')))(argument)
    }
  })
  say('220 files')
}
