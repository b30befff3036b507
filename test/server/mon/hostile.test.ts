/** Clients that are broken or mean ill: they get an error line or silence, and everybody else goes on. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { host } from '../../../src/model/names.ts'
import { seconds } from '../../../src/model/units.ts'
import { Clients, MOST_CLIENTS, MOST_CLIENTS_AT_ONE } from '../../../src/server/mon/clients.ts'
import { listenForClients } from '../../../src/server/mon/listener.ts'
import { pace, STEPS_A_TURN } from '../../../src/server/mon/pace.ts'
import { LONGEST_LINE } from '../../../src/wire/mon/line-reader.ts'
import { checked, result, service } from '../../engine/build.ts'
import type { Cleaning } from '../../peers/mon/daemon.ts'
import { FakeDaemon } from './fake-daemon.ts'
import { asking, lonely, s, startServer, world } from './world.ts'

/** A connection, and all that came over it. */
class Client {
  readonly socket: Socket
  readonly closed: Promise<unknown>
  private heard = ''

  constructor(socket: Socket) {
    this.socket = socket
    this.closed = new Promise((resolve) => socket.once('close', resolve))
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      this.heard += chunk.toString('latin1')
    })
  }

  /** The first so many lines, once they are there. */
  async lines(count: number): Promise<readonly string[]> {
    while (this.heard.split('\n').length <= count) await once(this.socket, 'data')
    return this.heard.split('\n').slice(0, count)
  }

  /** All that came until the other side closed. */
  async rest(): Promise<string> {
    await this.closed
    return this.heard
  }
}

async function reach(t: Cleaning, port: number, localAddress = '127.0.0.1', allowHalfOpen = false): Promise<Client> {
  const socket = connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen })
  t.after(() => socket.destroy())
  const client = new Client(socket)
  await once(socket, 'connect')
  return client
}

test('requests that come together are answered in their order', async (t) => {
  const server = await startServer(t, new FakeDaemon(world()))
  const client = await reach(t, server.port)
  const count = 5000
  client.socket.write(`${'version\r\nprotid 1\n\n'.repeat(count)}quit\n`)
  const lines = (await client.rest()).split('\n')
  assert.deepEqual(lines.slice(0, 3), ['version 9745', '220 version completed', '520 protocol mismatch'])
  assert.equal(lines.length, 3 * count + 2)
  assert.equal(lines.at(-2), '220 quitting')
})

test('requests that wait behind a slow one keep their order', async (t) => {
  const daemon = new FakeDaemon(world())
  let finish = (): void => {}
  daemon.reset = () => new Promise((resolve) => (finish = () => resolve(true)))
  const server = await startServer(t, daemon)
  const client = await reach(t, server.port)
  client.socket.write('reset\nversion\nquit\n')
  // Others are answered meanwhile.
  const other = asking(await server.connect())
  assert.deepEqual(await other('version'), ['version 9745', '220 version completed'])
  finish()
  const answers = ['220 reset PID 4711@monitor.example', 'version 9745', '220 version completed', '220 quitting', '']
  assert.equal(await client.rest(), answers.join('\n'))
})

test('a client that closes its sending side gets its answers', async (t) => {
  const server = await startServer(t, new FakeDaemon(world()))
  const client = await reach(t, server.port, '127.0.0.1', true)
  client.socket.end('version\nversion\nlist sta')
  const answer = 'version 9745\n220 version completed\n'
  assert.equal(await client.rest(), answer + answer)
})

test('a request may come byte by byte', async (t) => {
  const server = await startServer(t, new FakeDaemon(world()))
  const client = await reach(t, server.port)
  client.socket.setNoDelay(true)
  for (const byte of 'list state\r\n') await new Promise((resolve) => client.socket.write(byte, resolve))
  assert.deepEqual(await client.lines(2), ['scheduler running', '220 list state completed'])
})

test('a line that is too long is refused once, and the next one is answered', async (t) => {
  const server = await startServer(t, new FakeDaemon(world()))
  const client = await reach(t, server.port)
  client.socket.write(`list ${'x'.repeat(5 * LONGEST_LINE)}\nversion\n`)
  const lines = ['520 invalid command, line too long', 'version 9745', '220 version completed']
  assert.deepEqual(await client.lines(3), lines)
})

test('the longest line that is taken is answered', async (t) => {
  const server = await startServer(t, new FakeDaemon(world()))
  const client = await reach(t, server.port)
  client.socket.write(`${'list opstatus g,s '.padEnd(LONGEST_LINE, ' ')}\n`)
  assert.match((await client.lines(1))[0] ?? '', /^group=g service=s /)
})

test('a line without end costs no more than its limit', async (t) => {
  const server = await startServer(t, new FakeDaemon(world()))
  const client = await reach(t, server.port)
  const before = process.memoryUsage().rss
  const block = Buffer.alloc(1_048_576, 'x')
  for (let i = 0; i < 64; i++) await new Promise((resolve) => client.socket.write(block, resolve))
  assert.deepEqual(await client.lines(1), ['520 invalid command, line too long'])
  assert.ok(process.memoryUsage().rss - before < 40 * 1_048_576)
})

test('any bytes are answered with lines, and the server goes on', async (t) => {
  const server = await startServer(t, new FakeDaemon(world()))
  const words = [
    'list',
    'opstatus',
    'g,s',
    'set',
    'g',
    's',
    'foo',
    "'",
    '"',
    '\\',
    'ack',
    'disable',
    'host',
    'h1',
    'login',
  ]
  const more = [
    'test',
    'alert',
    'get',
    'setview',
    'constructor',
    '__proto__',
    'aliases',
    'checkauth',
    'clear',
    'timers',
  ]
  const request = fc.array(fc.oneof(fc.constantFrom(...words, ...more), fc.string({ unit: 'binary', maxLength: 8 })), {
    maxLength: 8,
  })
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.array(request, { maxLength: 5 }).map((lines) => Buffer.from(lines.map((one) => one.join(' ')).join('\n'))),
  )
  await fc.assert(
    fc.asyncProperty(bytes, async (sent) => {
      const client = await reach({ after() {} }, server.port, '127.0.0.1', true)
      client.socket.end(Buffer.concat([withoutLogin(sent), Buffer.from('\nversion\n')]))
      const heard = await client.rest()
      assert.ok(heard.endsWith('version 9745\n220 version completed\n'), JSON.stringify(heard))
    }),
    { numRuns: 300 },
  )
})

/** Wrong passwords are waited for, and `quit` is the end; both are tried elsewhere. */
const withoutLogin = (bytes: Uint8Array): Buffer =>
  Buffer.from(
    Buffer.from(bytes)
      .toString('latin1')
      .replace(/login|quit|term/gi, 'listen'),
    'latin1',
  )

/** A list long enough that no kernel buffer takes it. */
function large(): FakeDaemon {
  const services = Array.from({ length: 600 }, (_, i) => service({ called: `g${i}/s`, hosts: [host('h1')] }))
  const daemon = new FakeDaemon(world(services, { cltimeout: seconds(1) }))
  for (const one of services) {
    daemon.post(checked(one, result(one.hosts, ['h1'], { detail: `${'long '.repeat(4000)}\n` })))
  }
  return daemon
}

test('a client that does not read is cut off, and holds no memory', async (t) => {
  const daemon = large()
  const server = await startServer(t, daemon)
  const client = await reach(t, server.port)
  client.socket.pause()
  const before = process.memoryUsage().rss
  client.socket.write('list opstatus\n'.repeat(1000))
  // Others are answered meanwhile.
  const other = asking(await server.connect())
  assert.deepEqual(await other('version'), ['version 9745', '220 version completed'])
  while (!daemon.logged.some((line) => /^info: closing client .*: timeout after 1s$/.test(line))) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  assert.ok(process.memoryUsage().rss - before < 100 * 1_048_576)
})

test('a large list arrives whole', async (t) => {
  const server = await startServer(t, large())
  const client = await reach(t, server.port)
  client.socket.write('list opstatus\nquit\n')
  const text = await client.rest()
  assert.equal(text.split('\n').length, 603)
  assert.ok(text.endsWith('220 list opstatus completed\n220 quitting\n'))
})

test('a silent client is hung up on without a word, and one that speaks is not', async (t) => {
  const daemon = new FakeDaemon(world([s, lonely], { cltimeout: seconds(0.3) }))
  const server = await startServer(t, daemon)
  const [silent, speaking] = [await reach(t, server.port), await reach(t, server.port)]
  let heard = 0
  const beats = setInterval(() => {
    heard += 1
    speaking.socket.write('version\n')
  }, 50)
  assert.equal(await silent.rest(), '')
  clearInterval(beats)
  assert.equal((await speaking.lines(2 * heard)).length, 2 * heard)
})

describe('clientallow', () => {
  const rows: readonly [patterns: readonly string[], allowed: boolean][] = [
    [[], true],
    [['127.0.0.1'], true],
    [['10.0.0.1', '127\\.0\\.0\\.\\d+'], true],
    [['10.0.0.1'], false],
    // The whole address counts, and a dot is a dot.
    [['27.0.0.1'], false],
    [['127.0.0'], false],
    [['127.0.0[.]1'], true],
    [['1270.*'], false],
    [['('], false],
  ]
  for (const [clientallow, allowed] of rows) {
    test(`${JSON.stringify(clientallow)} ${allowed ? 'lets loopback in' : 'hangs up on loopback without a word'}`, async (t) => {
      const daemon = new FakeDaemon(world([s, lonely], { clientallow }))
      const server = await startServer(t, daemon)
      const client = await reach(t, server.port)
      if (!allowed) {
        assert.equal(await client.rest(), '')
        assert.deepEqual(daemon.logged, ['notice: closing unwanted client: 127.0.0.1'])
        return
      }
      client.socket.write('protid 9745\n')
      assert.deepEqual(await client.lines(1), ['220 protocol match'])
    })
  }
})

/** Every address of 127.0.0.0/8 is this machine. */
const address = (number: number): string => `127.0.${Math.floor(number / 200)}.${(number % 200) + 1}`

test('a thousand idle connections keep nobody out: whoever was silent longest makes room', async (t) => {
  const clients = new Clients()
  const server = await startServer(t, new FakeDaemon(world()), { clients })
  const idle: Client[] = []
  const operator = async (): Promise<void> => {
    const session = await server.connect()
    assert.deepEqual(await asking(session)('version'), ['version 9745', '220 version completed'])
    session.close()
  }
  const silent = async (count: number): Promise<void> => {
    while (idle.length < count) idle.push(await reach(t, server.port, address(idle.length % 20)))
  }
  await silent(MOST_CLIENTS - 1)
  await operator()
  assert.ok(idle.every(({ socket }) => !socket.closed))
  await silent(1000)
  await operator()
  assert.ok(clients.size <= MOST_CLIENTS)
  await idle[0]?.closed
  idle.at(-1)?.socket.write('version\n')
  assert.deepEqual(await idle.at(-1)?.lines(1), ['version 9745'])
})

test('all clients together do so many steps before the event loop turns, in the order they asked', async () => {
  const next = pace()
  const done: number[] = []
  const steps = Array.from({ length: 3 * STEPS_A_TURN }, (_, i) => next().then(() => done.push(i)))
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  for (let turns = 1; turns <= 3; turns++) {
    await turn()
    assert.ok(done.length <= (turns + 1) * STEPS_A_TURN, `${done.length} steps after ${turns} turns`)
  }
  await Promise.all(steps)
  assert.deepEqual(
    done,
    done.toSorted((a, b) => a - b),
  )
})

test('one address has so many connections and no more, and its old ones stay', async (t) => {
  const daemon = new FakeDaemon(world())
  const server = await startServer(t, daemon)
  const clients: Client[] = []
  for (let i = 0; i < MOST_CLIENTS_AT_ONE + 1; i++) clients.push(await reach(t, server.port))
  assert.equal(await clients.at(-1)?.rest(), '')
  clients[0]?.socket.write('version\n')
  assert.deepEqual(await clients[0]?.lines(1), ['version 9745'])
  clients[1]?.socket.destroy()
  await clients[1]?.closed
  const again = await reach(t, server.port, '127.0.0.2')
  again.socket.write('version\n')
  assert.deepEqual(await again.lines(1), ['version 9745'])
})

test('one that says something keeps its place when others have to go', () => {
  const clients = new Clients(2, 2)
  const gone: string[] = []
  const client = (name: string, busy = false) => ({ address: name, busy: () => busy, hangUp: () => gone.push(name) })
  const [first, second, third] = [client('192.0.2.1'), client('192.0.2.2'), client('192.0.2.3')]
  assert.ok(clients.add(first) && clients.add(second))
  clients.heard(first)
  assert.ok(clients.add(third))
  assert.deepEqual(gone, ['192.0.2.2'])
  const full = new Clients(1, 1)
  assert.ok(full.add(client('192.0.2.4', true)))
  assert.equal(full.add(client('192.0.2.5')), false)
  // One IPv6 network of 64 bits is one address.
  const six = new Clients(9, 1)
  assert.deepEqual([six.add(client('2001:db8::1')), six.add(client('2001:db8::2'))], [true, false])
})

const IPV6 = {
  skip: networkInterfaces().lo?.some(({ family }) => family === 'IPv6') === true ? false : 'this machine has no IPv6',
}

describe('serverbind', () => {
  const rows: readonly [bind: string, addresses: readonly string[]][] = [
    ['', ['127.0.0.1', '::1']],
    ['127.0.0.2', ['127.0.0.2']],
    ['127.0.0.2, ::1', ['127.0.0.2', '::1']],
    ['[::1]', ['::1']],
    ['*', ['0.0.0.0']],
    ['0.0.0.0 ::', ['0.0.0.0', '::']],
  ]
  for (const [bind, addresses] of rows) {
    test(`"${bind}" listens on ${addresses.join(' and ')}`, IPV6, async (t) => {
      const server = await startServer(t, new FakeDaemon(world()), { bind })
      assert.deepEqual(server.addresses, addresses)
    })
  }

  test('an address that is not there is told', async () => {
    const listening = await listenForClients(new FakeDaemon(world()), { bind: '127.0.0.1 192.0.2.1', port: 0 })
    const text = 'cannot listen on 192.0.2.1 port 0 for clients: this machine has no such address'
    const why = 'fatal, could not bind TCP server port 0: this machine has no such address (192.0.2.1)'
    assert.deepEqual(listening, { kind: 'failed', text, message: { priority: 'err', text: why } })
  })

  test('clients over IPv6 are served as well, and known by their address', IPV6, async (t) => {
    const daemon = new FakeDaemon(world())
    const server = await startServer(t, daemon, { bind: '::' })
    const socket = connect({ port: server.port, host: '127.0.0.1' })
    t.after(() => socket.destroy())
    const client = new Client(socket)
    socket.write('version\n')
    await client.lines(2)
    assert.match(daemon.logged[0] ?? '', /^info: client connection from 127\.0\.0\.1:\d+$/)
  })
})

test('what strangers bring about is logged in bounds', async (t) => {
  const daemon = new FakeDaemon(world())
  const server = await startServer(t, daemon)
  const client = await reach(t, server.port)
  client.socket.write(`${'version\n'.repeat(3000)}quit\n`)
  await client.rest()
  assert.ok(daemon.logged.length <= 1001, `${daemon.logged.length} lines`)
})
