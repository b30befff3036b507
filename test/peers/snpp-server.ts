/**
 * A paging gateway to test against, levels 1 and 2 of the Simple Network Paging Protocol, and whatever faults a test asks
 * for. That it is right is seen by Perl's Net::SNPP, which pages through it (test/edge/snpp.test.ts).
 * Source: RFC 1861 §4.3 (level 1), §4.4 and §4.5 (level 2).
 */
import assert from 'node:assert/strict'
import { createServer, type Server, type Socket } from 'node:net'
import type { TestContext } from 'node:test'

export interface TestPage {
  readonly pagers: readonly string[]
  readonly text: string
  readonly level: string | null
  readonly caller: string | null
}

/** What to do instead of the right thing: an answer as it is written, silence, or whatever the function does. */
type Fault = string | null | ((socket: Socket) => void)

export interface Faults {
  /** Instead of `220 …`. */
  readonly greeting?: Fault
  /** The first that fits a command line answers it; `times` is how often it does, without it always. */
  readonly lines?: readonly { readonly on: RegExp; readonly say: Fault; times?: number }[]
  /** These are answered 550. */
  readonly unknown?: readonly string[]
  /** Level 1 alone: 500 for everything else. */
  readonly bare?: boolean
}

export interface TestGateway {
  readonly port: number
  readonly pages: TestPage[]
  /** Every line of every session, in order. */
  readonly heard: string[]
  /** Resolves when no client is connected any more. */
  quiet(): Promise<void>
}

export async function startSnpp(t: TestContext, faults: Faults = {}): Promise<TestGateway> {
  const pages: TestPage[] = []
  const heard: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    serve(socket, faults, pages, heard)
  })
  const port = await listening(server)
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  })
  return { port, pages, heard, quiet: () => quiet(sockets) }
}

function serve(socket: Socket, faults: Faults, pages: TestPage[], heard: string[]): void {
  let rest = ''
  let page = empty()
  let data: string[] | null = null
  const say = (text: string): void => {
    if (socket.writable) socket.write(`${text}\r\n`)
  }
  const line = (text: string): void => {
    if (data !== null) {
      if (text !== '.') {
        data.push(text.replace(/^\./, ''))
        return
      }
      page.text = data.join('\n')
      data = null
      say('250 Message OK')
      return
    }
    heard.push(text)
    const fault = faults.lines?.find(({ on, times = 1 }) => on.test(text) && times > 0)
    if (fault !== undefined) {
      if (fault.times !== undefined) fault.times -= 1
      act(socket, fault.say)
      return
    }
    const [word = '', ...words] = text.split(/\s+/)
    const name = word.toUpperCase().slice(0, 4)
    const tail = words.join(' ')
    if (name === 'DATA' && faults.bare !== true) {
      data = []
      say("354 Begin Input; End with <CRLF>'.'<CRLF>")
      return
    }
    if (name === 'QUIT') {
      socket.end('221 OK, Goodbye\r\n')
      return
    }
    if (name === 'SEND' && page.pagers.length > 0 && page.text !== null) {
      pages.push({ ...page, text: page.text })
      page = empty()
      say('250 Message Sent Successfully')
      return
    }
    if (name === 'RESE') page = empty()
    say(answer(name, tail, page, faults))
  }
  socket.on('data', (chunk) => {
    rest += chunk.toString('utf8')
    for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
      const text = rest.slice(0, end)
      rest = rest.slice(end + 2)
      line(text)
    }
  })
  act(socket, faults.greeting === undefined ? '220 SNPP Gateway Ready' : faults.greeting)
}

interface Draft {
  pagers: string[]
  text: string | null
  level: string | null
  caller: string | null
}

const empty = (): Draft => ({ pagers: [], text: null, level: null, caller: null })

function answer(name: string, tail: string, page: Draft, { unknown = [], bare = false }: Faults): string {
  switch (name) {
    case 'PAGE':
      if (tail === '' || unknown.includes(tail)) return '550 Error, Invalid Pager ID'
      page.pagers.push(tail)
      return '250 Pager ID Accepted'
    case 'MESS':
      if (page.text !== null) return '503 ERROR, Message Already Entered'
      if (tail === '') return '550 ERROR, Invalid Message'
      page.text = tail
      return '250 Message OK'
    case 'RESE':
      return '250 RESET OK'
    case 'SEND':
      return '503 Error, Pager ID or Message Incomplete'
  }
  if (bare) return '500 Command Not Implemented, Try Again'
  switch (name) {
    case 'LEVE':
      if (!/^([0-9]|1[01])$/.test(tail)) return '550 Error, Invalid Service Level'
      page.level = tail
      return '250 OK, Alternate Service Level Accepted'
    case 'CALL':
      page.caller = tail
      return '250 Caller ID Accepted'
    case 'ALER':
    case 'COVE':
    case 'HOLD':
    case 'SUBJ':
      return '250 OK'
    default:
      return '500 Command Not Implemented, Try Again'
  }
}

function act(socket: Socket, fault: Fault): void {
  if (typeof fault === 'function') fault(socket)
  else if (fault !== null && socket.writable) socket.write(`${fault}\r\n`)
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return address.port
}

async function quiet(sockets: Set<Socket>): Promise<void> {
  while (sockets.size > 0) {
    const [socket] = sockets
    if (socket !== undefined) await new Promise<void>((resolve) => socket.once('close', () => resolve()))
  }
}
