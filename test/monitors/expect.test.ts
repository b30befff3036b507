/** `monitor expect` against servers that behave and servers that do not. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { type ExpectOptions, expect } from '../../monitors/expect.ts'
import { host } from '../../src/model/names.ts'
import type { HostResult } from '../../src/model/result.ts'
import { optionsOf } from './options-of.ts'
import { type Behaviour, certPath, context, peer, tlsPeer } from './peers.ts'

async function asked(options: ExpectOptions, address = '127.0.0.1'): Promise<HostResult> {
  const [result] = (await expect.check([host(address)], options, context)).hosts
  assert.ok(result)
  return result
}

const short = ({ kind, ...rest }: HostResult): string => ('code' in rest ? `${kind} ${rest.code}` : kind)

/** A server in lines: greets, and answers each line by the table; what is not in it ends the connection. */
const lines =
  (greeting: string, answers: Readonly<Record<string, string>>): Behaviour =>
  (socket) => {
    socket.write(greeting)
    socket.on('data', (bytes) => {
      const answer = answers[bytes.toString('latin1')]
      if (answer === undefined) socket.end()
      else socket.write(answer, 'latin1')
    })
  }

/** One byte a turn of the event loop, so that each is a packet of its own; in order. */
function drip(socket: Socket, text: string, then: () => void = () => undefined): void {
  socket.setNoDelay(true)
  const next = (at: number): void => {
    if (at >= text.length) then()
    else if (!socket.destroyed) socket.write(text.slice(at, at + 1), () => setImmediate(next, at + 1))
  }
  next(0)
}

const session = ['expect 220', 'send QUIT\\r\\n', 'expect 221']

const behaviours: readonly {
  readonly name: string
  readonly behaviour: Behaviour
  readonly step: readonly string[]
  readonly says: string
  readonly text?: RegExp
}[] = [
  {
    name: 'a mail server',
    behaviour: lines('220 mail ESMTP\r\n', { 'QUIT\r\n': '221 bye\r\n' }),
    step: session,
    says: 'up',
    text: /answered "221 bye\\r\\n" as expected/,
  },
  {
    name: 'a mail server that says one byte at a time',
    behaviour: (socket) =>
      drip(socket, '220 mail ESMTP\r\n', () => socket.once('data', () => drip(socket, '221 bye\r\n'))),
    step: session,
    says: 'up',
  },
  {
    name: 'a server that refuses',
    behaviour: lines('554 go away\r\n', {}),
    step: session,
    says: 'down wrong-answer',
    text: /answered "554 go away\\r\\n" where "220" was expected \(step 1 of 3\)/,
  },
  {
    name: 'a server that closes without a word',
    behaviour: (socket) => socket.end(),
    step: ['expect 220'],
    says: 'down closed-early',
    text: /closed the connection where "220" was expected$/,
  },
  {
    name: 'a server that closes within the text',
    behaviour: (socket) => socket.end('22'),
    step: ['expect 220'],
    says: 'down closed-early',
    text: /only "22" came/,
  },
  {
    name: 'a server that closes right behind the answer',
    behaviour: (socket) => socket.end('220 bye'),
    step: ['expect 220 bye'],
    says: 'up',
  },
  {
    name: 'a server that closes before everything was sent',
    behaviour: (socket) => socket.end('220 bye'),
    step: ['expect 220', 'send a', 'expect b'],
    says: 'down closed-early',
  },
  {
    name: 'a server that cuts the connection',
    behaviour: (socket) => socket.resetAndDestroy(),
    step: ['expect 220'],
    says: 'down reset',
  },
  {
    name: 'a server that floods',
    behaviour: (socket) => {
      const more = (): void => {
        while (!socket.destroyed && socket.write('x'.repeat(16_384)));
      }
      socket.on('drain', more)
      more()
    },
    step: ['regex never'],
    says: 'down too-much',
  },
  {
    name: 'a server of bytes',
    behaviour: lines('', { '\0\xff': '\0\x01\xfe' }),
    step: ['send \\0\\xff', 'expect \\x00\\x01\\xfe'],
    says: 'up',
  },
  { name: 'any byte', behaviour: (socket) => socket.write('\0'), step: ['expect *'], says: 'up' },
  {
    name: 'a server that reads and says nothing',
    behaviour: (socket) => socket.resume(),
    step: ['send hello'],
    says: 'up',
  },
  {
    name: 'a pattern over two packets',
    behaviour: (socket) => drip(socket, 'Users: 12 on line'),
    step: ['regex [0-9]{2} on'],
    says: 'up',
  },
  {
    name: 'a pattern that takes for ever',
    behaviour: (socket) => socket.write(`${'a'.repeat(5000)}!`),
    step: ['regex ^(a+)+$'],
    says: 'down regex-too-slow',
  },
]
for (const { name, behaviour, step, says, text } of behaviours) {
  test(`${name}: ${says}`, async (t) => {
    const result = await asked({ port: await peer(t, behaviour), step, timeout: 20 })
    assert.equal(short(result), says, result.text)
    if (text !== undefined) assert.match(result.text, text)
  })
}

test('a step that nobody answers ends with its own time, and says what came', async (t) => {
  const port = await peer(t, (socket) => socket.write('22'))
  const result = await asked({ port, step: ['expect 220'], timeout: 0.2 })
  assert.equal(short(result), 'down timed-out')
  assert.equal(result.text, 'did not answer within 200 ms where "220" was expected: only "22" came')
})

test('each step has its time, so that all together may take longer', async (t) => {
  const slowly = (socket: Socket): void => {
    const answer = () => setTimeout(() => socket.write('ok\n'), 300)
    answer()
    socket.on('data', answer)
  }
  const step = ['expect ok', 'send a', 'expect ok', 'send b', 'expect ok', 'send c', 'expect ok']
  const result = await asked({ port: await peer(t, slowly), step, timeout: 1 })
  assert.equal(result.kind, 'up', result.text)
})

test('TLS is spoken where it is asked for, and a certificate judged where that is asked for', async (t) => {
  const port = await tlsPeer(t, 'good.pem', lines('220 mail\r\n', { 'QUIT\r\n': '221 bye\r\n' }))
  assert.equal(short(await asked({ port, step: session, tls: true })), 'up')
  const judged = { port, step: session, tls: true, verify: true, ca: certPath('root.pem') }
  assert.equal(short(await asked({ ...judged, servername: 'nobody.example' })), 'down wrong-name')
})

test('a server that speaks no TLS is down where TLS is asked for', async (t) => {
  const port = await peer(t, lines('220 mail\r\n', {}))
  assert.equal(short(await asked({ port, step: session, tls: true })), 'down not-tls')
})

async function udpPeer(t: TestContext, answer: (asked: string) => string | null): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  socket.on('message', (bytes, { port, address }) => {
    const said = answer(bytes.toString('latin1'))
    if (said !== null) socket.send(Buffer.from(said, 'latin1'), port, address)
  })
  await once(socket, 'listening')
  t.after(() => socket.close())
  return socket.address().port
}

test('an empty datagram is sent, and what it is answered with counts', async (t) => {
  const port = await udpPeer(t, (said) => `got ${said.length}`)
  assert.equal(short(await asked({ port, step: ['send ', 'expect got 0'], udp: true })), 'up')
  assert.equal(short(await asked({ port, step: ['send ', 'expect got 1'], udp: true })), 'down wrong-answer')
})

test('over UDP each send is a datagram, and each answer one', async (t) => {
  const port = await udpPeer(t, (said) => `got ${said}`)
  const step = ['send a\\0', 'expect got a\\0', 'send b', 'regex ^got b$']
  assert.equal(short(await asked({ port, step, udp: true })), 'up')
  assert.equal(short(await asked({ port, step: ['send a', 'expect no'], udp: true })), 'down wrong-answer')
})

test('over UDP silence is a failure where an answer is expected, and none where it is not', async (t) => {
  const port = await udpPeer(t, () => null)
  assert.equal(short(await asked({ port, step: ['send a', 'expect b'], udp: true, timeout: 0.2 })), 'down timed-out')
  assert.equal(short(await asked({ port, step: ['send a'], udp: true, timeout: 0.2 })), 'up')
})

test('over UDP a closed port is down at once, also where no answer is expected', async (t) => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  for (const step of [['send a'], ['send a', 'expect b']]) {
    assert.equal(short(await asked({ port, step, udp: true, timeout: 20 })), 'down refused')
  }
  t.diagnostic('ICMP said so')
})

test('words of mon.cf keep the order of the steps', () => {
  const { step, port } = optionsOf(expect, "-p 25 --expect 220 --send 'QUIT\\r\\n' --expect 221 --regex=x")
  assert.deepEqual(step, ['expect 220', 'send QUIT\\r\\n', 'expect 221', 'regex x'])
  assert.equal(port, 25)
})
